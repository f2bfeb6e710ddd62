package dockerfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/internal/corpus"
	"schlank/source"
)

// parse reads a Dockerfile.
func parse(text string) *dockerfile.File {
	return dockerfile.Parse(source.File{Name: "Dockerfile", Bytes: []byte(text)})
}

// TestFindings checks the ID, the severity and the exact place of each kind of
// finding.
func TestFindings(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", "SL0001 error 1:1 ``"},
		{"# nothing\n", "SL0001 error 1:1 `# nothing\n`"},
		{"RUN a\nRUN b\n", "SL0002 error 1:1 `RUN`"},
		{"RUN a\nFROM b\n", "SL0002 error 1:1 `RUN`"},
		{"FROM a\nCOPPY a b\n", "SL0003 error 2:1 `COPPY` did you mean COPY?"},
		{"FROM a\n  FRUM b\n", "SL0003 error 2:3 `FRUM` did you mean FROM?"},
		{"# escape=`\n#escape=\\\nFROM a\n", "SL0004 error 2:2 `escape`"},
		{"# escape=x\nFROM a\n", "SL0005 error 1:10 `x`"},
		{"FROM a\nRUN cat <<EOF && \\\n  b\nc\n", "SL0007 error 2:9 `<<EOF`"},
		{"FROM a\nCOPY a <<EOF\nb\nEOF\n", "SL0008 error 2:8 `<<EOF`"},
		{"FROM a\nCMD [\"a\", 1]\n", "SL0009 error 2:5 `[\"a\", 1]`"},
		{"FROM a\nSHELL bash -c\n", "SL0009 error 2:7 `bash -c`"},
		{"FROM a\nENV A=b \\\n  C\n", "SL0010 error 3:3 `C`"},
		{"FROM a\nENV A\n", "SL0010 error 2:5 `A`"},
		{"FROM a\nLABEL a=1 =2\n", "SL0010 error 2:11 `=2`"},
		{"FROM a\nCMD ['a', 'b']\n", "SL0011 warning 2:6 `'`"},
		{"FROM a\nCMD [\"a\", \"b\"\n", "SL0011 warning 2:13 `\"`"},
		{"FROM a\nRUN a \\\n\n b\n", "SL0012 warning 3:1 `\n`"},
		{"FROM a\nCOPY --form=a b c\n", "SL0013 error 2:6 `--form=a` did you mean --from?"},
		{"FROM a\nRUN a\nRUN --mout=x b\n", "SL0013 error 3:5 `--mout=x` did you mean --mount?"},
		{"FROM a\nCOPY --link=x a b\n", "SL0014 error 2:13 `x`"},
		{"FROM a\nCOPY --from a b\n", "SL0014 error 2:6 `--from`"},
		{"FROM a\nHEALTHCHECK --interval=1 CMD a\n", "SL0014 error 2:13 `--interval=1`"},
		{"FROM a\nRUN --network=x a\n", "SL0014 error 2:15 `x`"},
		{"FROM a b\n", "SL0015 error 1:6 `a b`"},
		{"FROM a\nCOPY a\n", "SL0015 error 2:6 `a`"},
		{"FROM a\nUSER\n", "SL0015 error 2:1 `USER`"},
		{"FROM a\nEXPOSE 80 x/tcp\n", "SL0015 error 2:11 `x/tcp`"},
		{"FROM a\nHEALTHCHECK NONE x\n", "SL0015 error 2:18 `x`"},
		{"FROM a\nRUN\n", "SL0015 warning 2:1 `RUN`"},
		{"FROM a AS 1\n", "SL0016 error 1:11 `1`"},
		{"FROM a AS x\nFROM b AS X\n", "SL0017 warning 2:11 `X`"},
		{"FROM a\nCOPY --from=late b c\nFROM d AS late\n", "SL0018 error 2:13 `late`"},
		{"FROM a AS x\nRUN --mount=from=X,target=/y b\n", "SL0018 error 2:18 `X`"},
		{"FROM a\nCOPY --from=7 b c\n", "SL0018 error 2:13 `7`"},
		{"FROM a AS builder\nFROM b\nCOPY --from=bilder b c\n", "SL0018 warning 3:13 `bilder` did you mean builder?"},
		{"FROM a\nCOPY --from=$X b c\n", "SL0018 error 2:13 `$X`"},
		{"FROM a\nRUN a && \\\n # note\n if b\n", "SL0019 error 4:2 `if`"},
		{"FROM a\nRUN <<EOF\na\n(b\nEOF\n", "SL0019 error 4:1 `(b`"},
		{"FROM a\nCMD a &&\n", "SL0019 warning 2:7 `&&`"},
		{"FROM a\nUSER ${X\n", "SL0020 error 2:6 `${X`"},
		{"FROM a\nENV A=\"${B:0:1}\"\n", "SL0020 error 2:8 `${B:0:1}`"},
		{"FROM $X\n", "SL0020 error 1:6 `$X`"},
		{"ARG X\nFROM --platform=$X a\n", "SL0020 warning 2:17 `$X`"},
		{"FROM a\nRUN --mount=type=cash,target=/x b\n", "SL0021 error 2:18 `cash`"},
		{"FROM a\nRUN --mount=traget=/x b\n", "SL0021 error 2:13 `traget=/x` did you mean target?"},
		{"FROM a\nONBUILD FROM b\n", "SL0022 error 2:9 `FROM`"},
	}
	for _, tt := range tests {
		f := parse(tt.in)
		var got []string
		for _, x := range f.Findings {
			line, column := f.Source.Position(x.Span.Start)
			text := fmt.Sprintf("%s %s %d:%d `%s`", x.ID, x.Severity, line, column, f.Source.Text(x.Span))
			if strings.HasPrefix(x.Hint, "did you mean") {
				text += " " + x.Hint
			}
			if x.Hint == "" || x.Message == "" || strings.HasSuffix(x.Message, ".") {
				t.Errorf("%q: %+v", tt.in, x)
			}
			got = append(got, text)
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%q (-want +got)\n%s", tt.in, diff)
		}
	}
}

func TestLineTooLong(t *testing.T) {
	f := parse("FROM a\nRUN " + strings.Repeat("x", 1<<16) + "\n")
	if len(f.Findings) == 0 || f.Findings[0].ID != dockerfile.LineTooLong {
		t.Errorf("findings are %+v", f.Findings)
	}
}

func TestGood(t *testing.T) {
	for _, in := range []string{
		"FROM a\nRUN [ -f x ] && [ \"$y\" = z ]\n",
		"FROM a\nCOPY --from=docker.io/library/b:1 / /\n",
		"FROM a\nSHELL [\"powershell\", \"-c\"]\nRUN if (Test-Path a) { b }\n",
		"FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nif x: y(\nEOF\n",
		"FROM a\nENV A=$PATH:/b\nEXPOSE $PORT\n",
		"ARG A=b\nFROM ${A} AS c\nFROM c\nCOPY --from=c --chown=1:1 a b\n",
	} {
		if f := parse(in); len(f.Findings) > 0 {
			t.Errorf("%q: %+v", in, f.Findings)
		}
	}
}

// FuzzParse looks for a file that can't be read, or a finding without a place.
func FuzzParse(f *testing.F) {
	for _, c := range corpus.Own() {
		f.Add([]byte(c.Text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file := dockerfile.Parse(source.File{Bytes: text})
		whole := source.Span{End: len(text)}
		for _, x := range file.Findings {
			if x.Span.Start > x.Span.End || !whole.Contains(x.Span) || x.ID == "" || x.Message == "" {
				t.Fatalf("%q: %+v", text, x)
			}
		}
		at := -1
		for _, s := range file.Stages {
			if at >= 0 && s.Span.Start != at || !s.Span.Contains(s.Body) {
				t.Fatalf("%q: stage %d is at %v, body %v, after %d", text, s.Index, s.Span, s.Body, at)
			}
			at = s.Span.End
			for _, i := range s.Instructions {
				if run, ok := i.Command.(*dockerfile.Run); ok {
					checkRun(t, text, i, run)
				}
			}
			for _, need := range file.Needed(s) {
				if file.Target(fmt.Sprint(need.Index)) == nil {
					t.Fatalf("%q: stage %d is needed but is no target", text, need.Index)
				}
			}
		}
		if worst, ok := finding.Worst(file.Findings); len(file.Stages) == 0 && (!ok || worst != finding.Error) {
			t.Fatalf("%q: there is no stage and no error", text)
		}
	})
}

// checkRun checks that the bytes of a script are those they say they are from,
// and that commands and words lie in the instruction.
func checkRun(t *testing.T, text []byte, i *dockerfile.Instruction, run *dockerfile.Run) {
	t.Helper()
	script := run.Script.Text
	for k := range script.Len() {
		one := source.Span{Start: k, End: k + 1}
		from := script.OrigSpan(one)
		if !i.Span.Contains(from) {
			t.Fatalf("%q: byte %d of %q is from %v", text, k, script.Text(), from)
		}
		if script.Exact(one) && string(text[from.Start:from.End]) != script.Text()[k:k+1] {
			t.Fatalf("%q: byte %d of %q is from %v", text, k, script.Text(), from)
		}
	}
	for _, c := range run.Script.Commands {
		if !i.Bare().Contains(c.Orig) {
			t.Fatalf("%q: the command %q is at %v", text, c.Name, c.Orig)
		}
		for _, w := range c.Words {
			if !c.Orig.Contains(w.Orig) {
				t.Fatalf("%q: the word %q is at %v", text, w.Text, w.Orig)
			}
		}
	}
}
