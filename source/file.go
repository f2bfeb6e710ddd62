package source

import (
	"bytes"
	"fmt"
	"strings"
)

// File is the content of a file and the name to call it by in messages.
type File struct {
	Name  string
	Bytes []byte
}

// Text is the bytes of span. The span is cut to the file.
func (f File) Text(span Span) string {
	span = f.clip(span)
	return string(f.Bytes[span.Start:span.End])
}

// Newline is the line ending of the file: that of its first line, "\n" when it
// has only one.
func (f File) Newline() string {
	if i := bytes.IndexByte(f.Bytes, '\n'); i > 0 && f.Bytes[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// Position is the line and the column of the byte at offset, both counted
// from 1. Columns count bytes, as editors' "go to column" and compilers do, so
// that they agree with spans. An offset past the end is taken as the end.
func (f File) Position(offset int) (line, column int) {
	offset = min(max(offset, 0), len(f.Bytes))
	before := f.Bytes[:offset]
	return bytes.Count(before, []byte{'\n'}) + 1, offset - (bytes.LastIndexByte(before, '\n') + 1) + 1
}

// Line is the span of the line that holds the byte at offset, without its line
// ending ("\n" or "\r\n").
func (f File) Line(offset int) Span {
	offset = min(max(offset, 0), len(f.Bytes))
	start := bytes.LastIndexByte(f.Bytes[:offset], '\n') + 1
	end := len(f.Bytes)
	if i := bytes.IndexByte(f.Bytes[offset:], '\n'); i >= 0 {
		end = offset + i
	}
	if end > start && end < len(f.Bytes) && f.Bytes[end-1] == '\r' {
		end--
	}
	return Span{Start: start, End: end}
}

// LineText is the text of the line that holds the byte at offset.
func (f File) LineText(offset int) string { return f.Text(f.Line(offset)) }

// Excerpt shows the line where span starts with carets under the part of the
// span that lies in it, as compilers do:
//
//	3 | RUN apt-get instal curl
//	  |             ^^^^^^
//
// Tabs before the carets are kept so that they stay aligned. The text ends
// with a newline. What a terminal could take for a command is shown as "?".
func (f File) Excerpt(span Span) string {
	span = f.clip(span)
	line := f.Line(span.Start)
	number, _ := f.Position(span.Start)
	marked := Span{Start: span.Start, End: min(span.End, line.End)}

	var pad strings.Builder
	for _, r := range f.Text(Span{Start: line.Start, End: marked.Start}) {
		if r == '\t' {
			pad.WriteByte('\t')
		} else {
			pad.WriteByte(' ')
		}
	}
	carets := max(1, len([]rune(f.Text(marked))))
	gutter := fmt.Sprintf("%4d", number)
	return fmt.Sprintf("%s | %s\n%s | %s%s\n", gutter, printable(f.Text(line)),
		strings.Repeat(" ", len(gutter)), pad.String(), strings.Repeat("^", carets))
}

// clip cuts span to the file.
func (f File) clip(span Span) Span {
	start := min(max(span.Start, 0), len(f.Bytes))
	return Span{Start: start, End: min(max(span.End, start), len(f.Bytes))}
}

// printable replaces control characters other than tab, and bytes that are no
// UTF-8, so that showing a hostile line can't drive the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r >= ' ' && r != 0x7f && (r < 0x80 || r > 0x9f) {
			return r
		}
		return '?'
	}, s)
}
