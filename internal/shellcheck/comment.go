package shellcheck

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"schlank/finding"
	"schlank/source"
)

// comment is a finding as shellcheck prints it in the format json1. Lines and
// columns count from 1, columns in characters.
type comment struct {
	File string `json:"file"`
	at
	Level   string `json:"level"`
	Code    int    `json:"code"`
	Message string `json:"message"`
	Fix     *struct {
		Replacements []replacement `json:"replacements"`
	} `json:"fix"`
}

// at is a place.
type at struct {
	Line      int `json:"line"`
	EndLine   int `json:"endLine"`
	Column    int `json:"column"`
	EndColumn int `json:"endColumn"`
}

// replacement is one edit of a fix.
type replacement struct {
	at
	Text string `json:"replacement"`
}

// finding is a comment in terms of the Dockerfile; false for one that is not
// about a part of it.
func (c comment) finding(scripts []asked) (finding.Finding, bool) {
	k, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(c.File), ".sh"))
	if err != nil || k < 0 || k >= len(scripts) {
		return finding.Finding{}, false
	}
	s := scripts[k]
	span, ok := c.span(s.Text.Text())
	if !ok || understood(c, s.Script) {
		return finding.Finding{}, false
	}
	id := fmt.Sprintf("SC%04d", c.Code)
	f := finding.Finding{
		ID:       ID,
		Severity: severity(c.Level),
		Span:     s.File(span),
		Message:  strings.TrimSuffix(oneLine(c.Message), "."),
		Hint:     "https://www.shellcheck.net/wiki/" + id,
		Aliases:  []string{id},
	}
	if edits, ok := c.edits(s); ok {
		f.Fixes = []finding.Fix{{Title: "do as shellcheck proposes", Safety: finding.Suggestion, Edits: edits}}
	}
	return f, true
}

// severity is a level in our words: an error of ours is what makes a build
// fail, and of that shellcheck knows nothing.
func severity(level string) finding.Severity {
	switch level {
	case "error", "warning":
		return finding.Warning
	}
	return finding.Info
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// span is the place in a script, whose first line is our own.
func (a at) span(text string) (source.Span, bool) {
	start, ok := offset(text, a.Line-1, a.Column)
	if !ok {
		return source.Span{}, false
	}
	end, ok := offset(text, a.EndLine-1, a.EndColumn)
	if !ok || end < start {
		end = start
	}
	return source.Span{Start: start, End: end}, true
}

// offset is the byte at a line and column. A column beyond the line is its end.
func offset(text string, line, column int) (int, bool) {
	if line < 1 || column < 1 {
		return 0, false
	}
	start := 0
	for range line - 1 {
		k := strings.IndexByte(text[start:], '\n')
		if k < 0 {
			return 0, false
		}
		start += k + 1
	}
	rest, _, _ := strings.Cut(text[start:], "\n")
	n := 0
	for range column - 1 {
		if n >= len(rest) {
			break
		}
		_, size := utf8.DecodeRuneInString(rest[n:])
		n += size
	}
	return start + n, true
}

// edits are the edits of a comment's fix, where all of them are of text that
// stands in the file as it is.
func (c comment) edits(s asked) ([]source.Edit, bool) {
	if c.Fix == nil || len(c.Fix.Replacements) == 0 || s.Run.JSON {
		return nil, false
	}
	var out []source.Edit
	for _, r := range c.Fix.Replacements {
		span, ok := r.span(s.Text.Text())
		if !ok || !s.Text.Exact(span) || strings.Contains(r.Text, "\n") {
			return nil, false
		}
		file := s.File(span)
		if span.Len() != file.Len() {
			return nil, false
		}
		if span.Len() == 0 {
			file = source.Span{Start: s.Text.Offset(span.Start), End: s.Text.Offset(span.Start)}
		}
		out = append(out, source.Edit{Span: file, New: r.Text})
	}
	return out, true
}
