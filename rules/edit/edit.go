// Package edit is the text editing that fixes of rules share: adding a command
// to a RUN, a flag to a command, a mount to a RUN, taking words away. What is
// added looks as its author writes: same operators, same line breaks, same
// indentation.
//
// All functions are pure and return edits of the file, or false where no edit
// would be right: in the JSON form, in a script of an interpreter that is no
// shell, after a command that goes to the background.
package edit

import (
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/source"
)

// maxLine is how long a line may become before a break is put in.
const maxLine = 110

// indent is the indentation of continuation lines where the file has no
// example.
const indent = "    "

// After adds words, which need no quotes, after one: a flag after the verb of a
// command. In the JSON form they become elements of the array.
func After(w shellcmd.Word, text string) source.Edit {
	if !w.Element {
		return source.Insert(w.Orig.End, " "+text)
	}
	var b strings.Builder
	for _, word := range strings.Fields(text) {
		b.WriteString(`, "` + word + `"`)
	}
	return source.Insert(w.Orig.End+len(`"`), b.String())
}

// Drop takes word k of a command away, which must not be the first, with the
// blank before it. A word that is alone on its line takes the line along.
func Drop(f *dockerfile.File, words []shellcmd.Word, k int) source.Edit {
	span := words[k].Orig
	if words[k].Element && k > 0 {
		return source.Delete(source.Span{Start: words[k-1].Orig.End + len(`"`), End: span.End + len(`"`)})
	}
	if k > 0 {
		span.Start = words[k-1].Orig.End
	}
	between := f.Source.Text(source.Span{Start: span.Start, End: words[k].Orig.Start})
	if strings.Contains(between, "#") {
		// A comment line stays.
		span.Start = words[k].Orig.Start
	}
	return source.Delete(span)
}

// Replace puts text in the place of a word.
func Replace(w shellcmd.Word, text string) source.Edit {
	return source.Edit{Span: w.Orig, New: text}
}

// newline is the line ending of the file.
func newline(f *dockerfile.File) string {
	if strings.Contains(string(f.Source.Bytes), "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// lineBreak is a continuation: the escape character and a new line with its
// indentation. It starts with a blank.
func lineBreak(f *dockerfile.File, i *dockerfile.Instruction) string {
	return " " + string(f.Syntax.Escape) + newline(f) + continuationIndent(f, i)
}

// continuationIndent is the indentation of the first continuation line of an
// instruction, or else of any in the file.
func continuationIndent(f *dockerfile.File, i *dockerfile.Instruction) string {
	if in, ok := firstIndent(f, i); ok {
		return in
	}
	for _, s := range f.Stages {
		for _, other := range s.Instructions {
			if in, ok := firstIndent(f, other); ok {
				return in
			}
		}
	}
	return indent
}

// firstIndent is the blanks at the start of the first continuation line.
func firstIndent(f *dockerfile.File, i *dockerfile.Instruction) (string, bool) {
	end := i.Bare().End
	if len(i.Heredocs) > 0 {
		return "", false
	}
	text := f.Source.Text(source.Span{Start: i.KeywordSpan.Start, End: end})
	lines := strings.Split(text, "\n")
	for _, l := range lines[1:] {
		rest := strings.TrimLeft(l, " \t")
		if rest == "" || rest[0] == '#' || rest == "\r" {
			continue
		}
		if in := l[:len(l)-len(rest)]; in != "" {
			return in, true
		}
	}
	return "", false
}

// column is how long the line is up to an offset, in bytes.
func column(f *dockerfile.File, offset int) int {
	_, c := f.Source.Position(offset)
	return c - 1
}
