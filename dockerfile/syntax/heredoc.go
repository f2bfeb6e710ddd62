package syntax

import (
	"bytes"
	"strings"

	"schlank/dockerfile/expand"
	"schlank/source"
)

// Heredoc is a file written inside the Dockerfile.
type Heredoc struct {
	// Marker is the place of <<NAME in the instruction.
	Marker source.Span
	// Name is the word that ends it, without quotes.
	Name string
	// Expand is set unless the name is quoted: variables count in the body.
	Expand bool
	// Chomp is set by <<-: tabs at the start of lines don't count.
	Chomp bool
	// Body is the lines of the heredoc with their line endings.
	Body source.Span
	// End is the word that ends it, without tabs before it and line ending.
	// When the word is missing, it is empty and at the end of the file.
	End source.Span
	// Terminated is not set when the word that ends it is missing.
	Terminated bool
}

// Raw is the body as it stands in the file.
func (h Heredoc) Raw(f *File) source.Mapped { return source.Verbatim(f.Text, h.Body) }

// Content is the body as it counts: with <<-, without tabs at line starts.
func (h Heredoc) Content(f *File) source.Mapped {
	if !h.Chomp {
		return h.Raw(f)
	}
	parts := []source.Mapped{source.Verbatim(f.Text, source.Span{Start: h.Body.Start, End: h.Body.Start})}
	for at := h.Body.Start; at < h.Body.End; {
		end := h.Body.End
		if n := bytes.IndexByte(f.Text[at:end], '\n'); n >= 0 {
			end = at + n + 1
		}
		line := bytes.TrimLeft(f.Text[at:end], "\t")
		parts = append(parts, source.Verbatim(f.Text, source.Span{Start: end - len(line), End: end}))
		at = end
	}
	return source.Concat(parts...)
}

// takesHeredocs reports whether the instruction, or the one an ONBUILD holds,
// can have heredocs.
func (i *Instruction) takesHeredocs() bool {
	if i.Nested != nil {
		i = i.Nested
	}
	switch i.Name() {
	case "ADD", "COPY", "RUN":
		return !i.JSON
	}
	return false
}

// heredocs reads the bodies of the heredocs that the instruction announces.
func (p *parser) heredocs(i *Instruction) {
	if !i.takesHeredocs() || !strings.Contains(i.logical.Text(), "<<") {
		return
	}
	// The words are read as a shell would. A line that can't be read so has
	// no heredocs. The escape character is always the backslash here.
	lexer := expand.Lexer{KeepQuotes: true, KeepEscapes: true, KeepUnset: true}
	result, err := lexer.Expand(i.logical.Text(), expand.Unset)
	if err != nil {
		return
	}
	for _, w := range result.Words {
		h, err := ParseMarker(w.Text)
		place := i.logical.OrigSpan(w.Span)
		switch {
		case err != nil:
			p.problem(BadHeredoc, place, "the heredoc marker can't be read: "+err.Error(), "write <<NAME or <<\"NAME\"")
		case h != nil:
			h.Marker = place
			p.body(i, h)
			i.Heredocs = append(i.Heredocs, *h)
		}
	}
	if i.Nested != nil {
		i.Nested.Heredocs = i.Heredocs
	}
}

// body reads the lines of a heredoc up to the word that ends it.
func (p *parser) body(i *Instruction, h *Heredoc) {
	h.Body = source.Span{Start: p.at, End: p.at}
	for p.at < len(p.file.Text) {
		l := p.next()
		word := l.body
		if h.Chomp {
			word.Start = word.End - len(bytes.TrimLeft(p.bytes(word), "\t"))
		}
		if string(p.bytes(word)) == h.Name {
			h.Terminated = true
			h.End = word
			i.piece(HeredocBody, h.Body)
			i.piece(HeredocEnd, l.span)
			return
		}
		h.Body.End = l.span.End
	}
	h.End = source.Span{Start: p.at, End: p.at}
	i.piece(HeredocBody, h.Body)
	p.problem(UnterminatedHeredoc, h.Marker, "the heredoc "+h.Name+" does not end",
		"put a line with nothing but "+h.Name+" after it")
}

// ParseMarker reads a word as a heredoc marker: <<NAME, <<-NAME, 3<<"NAME".
// It returns nil when the word is none. An error means that it looks like one
// but its name can't be read.
func ParseMarker(word string) (*Heredoc, error) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(word, "0123456789"), "<<")
	if !ok || strings.Contains(rest, "<") {
		return nil, nil
	}
	rest, chomp := strings.CutPrefix(rest, "-")
	rest = strings.TrimLeft(rest, regexpSpace)
	if rest == "" {
		return nil, nil
	}
	plain, err := expand.Lexer{KeepUnset: true}.Expand(rest, expand.Unset)
	if err != nil {
		return nil, err
	}
	if len(plain.Words) != 1 {
		return nil, nil
	}
	quoted, err := expand.Lexer{KeepUnset: true, KeepQuotes: true}.Expand(rest, expand.Unset)
	if err != nil {
		return nil, err
	}
	name := plain.Words[0].Text
	// Quotes that are gone from the name were quotes, not part of it.
	expands := len(quoted.Words) > 0 && countQuotes(name) == countQuotes(quoted.Words[0].Text)
	return &Heredoc{Name: name, Expand: expands, Chomp: chomp}, nil
}

// countQuotes is how many quotes of either kind s has.
func countQuotes(s string) int { return strings.Count(s, `'`) + strings.Count(s, `"`) }
