package edit_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile"
	"schlank/rules/edit"
	"schlank/source"
)

func parse(text string) (*dockerfile.File, *dockerfile.Instruction) {
	f := dockerfile.Parse(source.File{Name: "Dockerfile", Bytes: []byte("FROM a\n" + text)})
	last := f.Stages[0].Instructions
	i := last[len(last)-1]
	if o, ok := i.Command.(*dockerfile.Onbuild); ok && o.Trigger != nil {
		i = o.Trigger
	}
	return f, i
}

// applied is the text after FROM with the edits made.
func applied(t *testing.T, f *dockerfile.File, edits []source.Edit) string {
	t.Helper()
	out, err := source.Apply(f.Source.Bytes, edits)
	if err != nil {
		t.Fatal(err)
	}
	return string(out[len("FROM a\n"):])
}

func TestAppend(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"one command", "RUN a\n", "RUN a && x y\n"},
		{"one line", "RUN a && b\n", "RUN a && b && x y\n"},
		{"operators first", "RUN a \\\n && b\n", "RUN a \\\n && b \\\n && x y\n"},
		{"operators last", "RUN a && \\\n    b\n", "RUN a && \\\n    b && \\\n    x y\n"},
		{"semicolons with set -e", "RUN set -eux; \\\n\ta; \\\n\tb\n", "RUN set -eux; \\\n\ta; \\\n\tb; \\\n\tx y\n"},
		{"a semicolon at the end", "RUN set -e; a;\n", "RUN set -e; a; x y;\n"},
		{"semicolons without set -e", "RUN a; b\n", "RUN a; b && x y\n"},
		{"semicolons in lines without set -e", "RUN a; \\\n  b\n", "RUN a; \\\n  b && \\\n  x y\n"},
		{"a list of words", "RUN a && b \\\n      c \\\n      d\n", "RUN a && b \\\n      c \\\n      d \\\n      && x y\n"},
		{"one command in lines", "RUN b \\\n  c\n", "RUN b \\\n  c \\\n  && x y\n"},
		{"comments between", "RUN a \\\n  # why\n  && b \\\n  # end\n  c\n", "RUN a \\\n  # why\n  && b \\\n  # end\n  c \\\n  && x y\n"},
		{"a compound", "RUN if a; then b; fi\n", "RUN if a; then b; fi && x y\n"},
		{"a pipe", "RUN a | b\n", "RUN a | b && x y\n"},
		{"or", "RUN a || b\n", "RUN a || b && x y\n"},
		{"background", "RUN a &\n", ""},
		{"a comment", "RUN a # b\n", ""},
		{"exit", "RUN a; exit 0\n", ""},
		{"JSON", "RUN [\"a\"]\n", ""},
		{"no shell", "RUN <<EOF\n#!/usr/bin/python3\na\nEOF\n", ""},
		{"heredoc", "RUN <<EOF\nset -e\n  a\n  b # why\n\nEOF\n", "RUN <<EOF\nset -e\n  a\n  b # why\n  x y\n\nEOF\n"},
		{"heredoc with tabs", "RUN <<-EOF\n\tset -e\n\ta\n\tEOF\n", "RUN <<-EOF\n\tset -e\n\ta\n\tx y\n\tEOF\n"},
		{"heredoc without set -e", "RUN <<EOF\na\nb\nEOF\n", "RUN <<EOF\na\nb && x y\nEOF\n"},
		{"interpreter with -e", "RUN <<EOF\n#!/bin/bash -e\na\nEOF\n", "RUN <<EOF\n#!/bin/bash -e\na\nx y\nEOF\n"},
		{"a heredoc of the shell", "RUN cat <<EOF >f && b\nc\nEOF\n", "RUN cat <<EOF >f && b && x y\nc\nEOF\n"},
		{"ONBUILD", "ONBUILD RUN a\n", "ONBUILD RUN a && x y\n"},
		{"carriage returns", "RUN a \\\r\n  b\r\n", "RUN a \\\r\n  b \\\r\n  && x y\r\n"},
		{"no line ending", "RUN a", "RUN a && x y"},
		{"a long line", "RUN a 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 01\n",
			"RUN a 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 01 \\\n    && x y\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, i := parse(tt.in)
			edits, ok := edit.Append(f, i, "x y")
			got := ""
			if ok {
				got = applied(t, f, edits)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestInsertAfter(t *testing.T) {
	tests := []struct {
		in   string
		step int
		want string
	}{
		{"RUN a && b && c\n", 0, "RUN a && x && b && c\n"},
		{"RUN a \\\n && b \\\n && c\n", 1, "RUN a \\\n && b \\\n && x \\\n && c\n"},
		{"RUN a; b\n", 0, "RUN a && x; b\n"},
		{"RUN a || b\n", 0, ""},
		{"RUN <<EOF\nset -e\na\nb\nEOF\n", 1, "RUN <<EOF\nset -e\na\nx\nb\nEOF\n"},
		{"RUN a\n", 1, ""},
	}
	for _, tt := range tests {
		f, i := parse(tt.in)
		edits, ok := edit.InsertAfter(f, i, tt.step, "x")
		got := ""
		if ok {
			got = applied(t, f, edits)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.in, diff)
		}
	}
}

func TestMount(t *testing.T) {
	tests := []struct {
		name, in string
		mounts   []string
		want     string
	}{
		{"one line", "RUN a\n", []string{"--m"}, "RUN --m a\n"},
		{"two mounts", "RUN a\n", []string{"--m", "--n"}, "RUN --m \\\n    --n \\\n    a\n"},
		{"in lines", "RUN a \\\n  && b\n", []string{"--m", "--n"}, "RUN --m \\\n  --n \\\n  a \\\n  && b\n"},
		{"commands below", "RUN \\\n  a\n", []string{"--m"}, "RUN --m \\\n  a\n"},
		{"more flags", "RUN --a \\\n    --b \\\n    c\n", []string{"--m"}, "RUN --a \\\n    --b \\\n    --m \\\n    c\n"},
		{"a flag on its line", "RUN --a c\n", []string{"--m"}, "RUN --a \\\n    --m c\n"},
		{"heredoc", "RUN <<EOF\na\nEOF\n", []string{"--m", "--n"}, "RUN --m --n <<EOF\na\nEOF\n"},
		{"JSON", "RUN [\"a\"]\n", []string{"--m"}, "RUN --m \\\n    [\"a\"]\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, i := parse(tt.in)
			if diff := cmp.Diff(tt.want, applied(t, f, edit.Mount(f, i, tt.mounts...))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWords(t *testing.T) {
	f, i := parse("RUN a b \\\n  c \\\n  # d\n  e\n")
	words := i.Command.(*dockerfile.Run).Script.Commands[0].Words
	tests := []struct {
		name string
		edit source.Edit
		want string
	}{
		{"after", edit.After(words[0], "-y"), "RUN a -y b \\\n  c \\\n  # d\n  e\n"},
		{"drop", edit.Drop(f, words, 1), "RUN a \\\n  c \\\n  # d\n  e\n"},
		{"drop a line", edit.Drop(f, words, 2), "RUN a b \\\n  # d\n  e\n"},
		{"drop after a comment", edit.Drop(f, words, 3), "RUN a b \\\n  c \\\n  # d\n  \n"},
		{"replace", edit.Replace(words[1], "x"), "RUN a x \\\n  c \\\n  # d\n  e\n"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, applied(t, f, []source.Edit{tt.edit})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}

func TestJSONWords(t *testing.T) {
	f, i := parse(`RUN [ "a" , "b", "c\"", "" ]` + "\n")
	words := i.Command.(*dockerfile.Run).Script.Commands[0].Words
	tests := []struct {
		edit source.Edit
		want string
	}{
		{edit.After(words[0], "-x y"), `RUN [ "a", "-x", "y" , "b", "c\"", "" ]`},
		{edit.After(words[2], "-x"), `RUN [ "a" , "b", "c\"", "-x", "" ]`},
		{edit.After(words[3], "-x"), `RUN [ "a" , "b", "c\"", "", "-x" ]`},
		{edit.Drop(f, words, 1), `RUN [ "a", "c\"", "" ]`},
		{edit.Drop(f, words, 3), `RUN [ "a" , "b", "c\"" ]`},
		{edit.Replace(words[1], "x"), `RUN [ "a" , "x", "c\"", "" ]`},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want+"\n", applied(t, f, []source.Edit{tt.edit})); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

// FuzzAppend checks that the command that is added is the last one, and that
// all others stay as they are.
func FuzzAppend(f *testing.F) {
	for _, s := range []string{"a && b", "set -e; a;", "a \\\n # c\n && b", "<<EOF\na\nEOF", "if a; then b; fi", "a | b || c", "(a)", "{ a; }", "a # b", "a <<E\nb\nE\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, i := func() (*dockerfile.File, *dockerfile.Instruction) {
			d := dockerfile.Parse(source.File{Bytes: []byte("FROM a\nRUN " + text)})
			if len(d.Stages) != 1 || len(d.Stages[0].Instructions) != 1 {
				return nil, nil
			}
			return d, d.Stages[0].Instructions[0]
		}()
		if i == nil || i.Name() != "RUN" {
			return
		}
		edits, ok := edit.Append(file, i, "xyzzy 1")
		if !ok {
			return
		}
		out, err := source.Apply(file.Source.Bytes, edits)
		if err != nil {
			t.Fatal(err)
		}
		d := dockerfile.Parse(source.File{Bytes: out})
		before := i.Command.(*dockerfile.Run).Script
		run, ok := d.Stages[0].Instructions[0].Command.(*dockerfile.Run)
		if !ok || len(run.Script.Steps) != len(before.Steps)+1 {
			t.Fatalf("%q becomes %q", text, out)
		}
		last := run.Script.Steps[len(run.Script.Steps)-1]
		if got := run.Script.Text.Slice(last.Span).Text(); got != "xyzzy 1" {
			t.Fatalf("%q becomes %q: the last step is %q", text, out, got)
		}
	})
}
