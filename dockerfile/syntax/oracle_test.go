package syntax_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"schlank/dockerfile/syntax"
	"schlank/internal/corpus"
	"schlank/source"
)

// TestOracle reads all cases with BuildKit's parser too: the same
// instructions, flags, words and heredocs come out, and what BuildKit refuses
// has a problem here.
func TestOracle(t *testing.T) {
	t.Run("own", func(t *testing.T) { compareAll(t, corpus.Own()) })
	t.Run("peers", func(t *testing.T) { compareAll(t, corpus.Peers(t, os.DirFS("../../../shared/cases"))) })
}

func compareAll(t *testing.T, cases []corpus.Case) {
	for _, c := range cases {
		if diff := compare(c.Text); diff != "" {
			t.Errorf("%s:\n%q\n%s", c.Name, c.Text, diff)
		}
	}
}

// FuzzOracle looks for files on which the two disagree. Text that is not UTF-8
// is left out: BuildKit replaces what it can't decode, and we keep it.
func FuzzOracle(f *testing.F) {
	for _, c := range corpus.Own() {
		f.Add(c.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return // BuildKit spoils such bytes, so there is nothing to compare
		}
		if diff := compare(text); diff != "" {
			t.Errorf("%q\n%s", text, diff)
		}
	})
}

// instruction is what both sides are brought to.
type instruction struct {
	Keyword, Logical string
	First, Last      int // lines
	Flags, Words     []string
	JSON             bool
	Heredocs         []heredoc
	Nested           *instruction
}

type heredoc struct {
	Name, Content string
	Expand, Chomp bool
}

// compare is what differs between the two readings of text.
func compare(text string) string {
	file := syntax.Parse([]byte(text))
	result, err := parser.Parse(strings.NewReader(text))
	if err != nil {
		// A file without instructions is for the room above to notice.
		if len(file.Instructions) > 0 && !hasError(file) {
			return fmt.Sprintf("BuildKit says %v, here there is no problem", err)
		}
		return ""
	}
	var want, got []instruction
	for _, n := range result.AST.Children {
		want = append(want, fromNode(n))
	}
	for _, i := range file.Instructions {
		got = append(got, fromInstruction(file, i))
	}
	if rune(file.Escape) != result.EscapeToken {
		return fmt.Sprintf("escape is %q, BuildKit says %q", file.Escape, result.EscapeToken)
	}
	return cmp.Diff(want, got)
}

// hasError reports a problem that BuildKit refuses a file for.
func hasError(f *syntax.File) bool {
	for _, p := range f.Problems {
		if p.Code != syntax.EmptyContinuation && p.Code != syntax.LooksLikeJSON {
			return true
		}
	}
	return false
}

// fromNode is BuildKit's reading.
func fromNode(n *parser.Node) instruction {
	i := instruction{
		Keyword: n.Value, Logical: n.Original, First: n.StartLine, Last: n.EndLine,
		JSON: n.Attributes["json"],
	}
	i.Flags = append(i.Flags, n.Flags...)
	for _, h := range n.Heredocs {
		i.Heredocs = append(i.Heredocs, heredoc{h.Name, h.Content, h.Expand, h.Chomp})
	}
	if strings.EqualFold(n.Value, "onbuild") && n.Next != nil {
		nested := fromNode(n.Next.Children[0])
		i.Nested = &nested
		return i
	}
	for next := n.Next; next != nil; next = next.Next {
		// For an instruction it does not know it has one empty word.
		if len(next.Value) > 0 || next.Next != nil || isKnown(n.Value) {
			i.Words = append(i.Words, next.Value)
		}
	}
	return i
}

func isKnown(keyword string) bool {
	switch strings.ToUpper(keyword) {
	case "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
		"MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR":
		return true
	}
	return false
}

// fromInstruction is our reading.
func fromInstruction(file *syntax.File, in *syntax.Instruction) instruction {
	lines := source.File{Bytes: file.Text}
	i := instruction{Keyword: in.Keyword, Logical: in.Logical().Text(), JSON: in.JSON}
	if in.Pieces != nil {
		i.First, _ = lines.Position(in.Span.Start)
		i.Last, _ = lines.Position(in.Span.End - 1)
		for _, h := range in.Heredocs {
			i.Heredocs = append(i.Heredocs, heredoc{h.Name, h.Raw(file).Text(), h.Expand, h.Chomp})
		}
	}
	for _, f := range in.Flags {
		flag := "--" + f.Name
		if f.HasValue {
			flag += "=" + f.Value.Text()
		}
		i.Flags = append(i.Flags, latin1(flag))
	}
	if in.Nested != nil {
		nested := fromInstruction(file, in.Nested)
		i.Nested = &nested
		return i
	}
	for _, w := range in.Words {
		i.Words = append(i.Words, w.Text())
	}
	if in.Name() == "ARG" {
		return i
	}
	for _, p := range in.Pairs {
		separator := "="
		if p.Legacy {
			separator = ""
		}
		i.Words = append(i.Words, p.Name.Text(), p.Value.Text(), separator)
	}
	return i
}

// latin1 spoils what is not ASCII as BuildKit does in flags: it takes each
// byte for a character of its own.
func latin1(s string) string {
	var out strings.Builder
	for _, b := range []byte(s) {
		out.WriteRune(rune(b))
	}
	return out.String()
}
