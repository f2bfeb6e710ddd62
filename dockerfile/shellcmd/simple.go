package shellcmd

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"schlank/source"
)

// simple adds a simple command, and then the commands in its substitutions.
func (b *builder) simple(s *syntax.Stmt, assigns []*syntax.Assign, words []*syntax.Word, at place) {
	c := b.command(s, at)
	for _, a := range assigns {
		c.Assigns = append(c.Assigns, b.assign(a))
	}
	for _, w := range words {
		c.Words = append(c.Words, b.word(w))
	}
	if len(c.Words) > 0 && c.Words[0].Static {
		c.Name = c.Words[0].Value
	}
	b.script.Commands = append(b.script.Commands, c)
	b.substitutions(s, at)
}

// declare adds an export, local, declare or the like.
func (b *builder) declare(s *syntax.Stmt, d *syntax.DeclClause, at place) {
	c := b.command(s, at)
	c.Name = d.Variant.Value
	c.Words = []Word{b.word(&syntax.Word{Parts: []syntax.WordPart{d.Variant}})}
	for _, a := range d.Args {
		if a.Name == nil && a.Value != nil {
			c.Words = append(c.Words, b.word(a.Value))
			continue
		}
		span := b.span(a)
		w := Word{Text: b.script.Text.Text()[span.Start:span.End], Span: span, Orig: b.script.File(span)}
		if a.Naked || a.Value == nil && a.Array == nil && a.Index == nil {
			w.Static, w.Value, w.value = true, w.Text, b.script.Text.Slice(span)
		} else if v := b.assign(a).Value; v.Static && !a.Append && a.Index == nil && a.Value != nil {
			name := b.script.Text.Slice(source.Span{Start: span.Start, End: v.Span.Start})
			w.Static, w.value = true, source.Concat(name, v.value)
			w.Value = w.value.Text()
		}
		c.Words = append(c.Words, w)
	}
	b.script.Commands = append(b.script.Commands, c)
	b.substitutions(s, at)
}

// test adds a command with a grammar of its own: [[ … ]], (( … )), let.
func (b *builder) test(s *syntax.Stmt, at place) {
	c := b.command(s, at)
	switch s.Cmd.(type) {
	case *syntax.TestClause:
		c.Name = "[["
	case *syntax.ArithmCmd:
		c.Name = "(("
	case *syntax.LetClause:
		c.Name = "let"
	}
	b.script.Commands = append(b.script.Commands, c)
	b.substitutions(s, at)
}

// command is a command with all that does not depend on its kind.
func (b *builder) command(s *syntax.Stmt, at place) Command {
	span := b.bare(s)
	if s.Negated {
		span.Start = b.skipBang(span)
	}
	c := Command{
		Span:        span,
		Orig:        b.script.File(span),
		Next:        at.next,
		NextSpan:    at.nextAt,
		Within:      at.within,
		Negated:     at.negated,
		Piped:       at.piped,
		Removal:     at.removal,
		OrigRemoval: b.orig(at.removal),
	}
	for _, r := range s.Redirs {
		c.Redirs = append(c.Redirs, b.redir(r))
	}
	return c
}

// skipBang is where the command after a "!" starts.
func (b *builder) skipBang(span source.Span) int {
	rest := strings.TrimPrefix(b.src[span.Start:span.End], "!")
	return span.End - len(strings.TrimLeft(rest, " \t\r\n"))
}

// assign is an assignment.
func (b *builder) assign(a *syntax.Assign) Assign {
	span := b.cut(source.Span{Start: int(a.Pos().Offset()), End: b.assignEnd(a)})
	out := Assign{Span: span, Orig: b.script.File(span)}
	if a.Name != nil {
		out.Name = a.Name.Value
	}
	if a.Value != nil {
		out.Value = b.word(a.Value)
	} else if a.Array == nil {
		out.Value.Static = true
	}
	return out
}

// redir is a redirection.
func (b *builder) redir(r *syntax.Redirect) Redir {
	span := b.cut(source.Span{Start: int(r.Pos().Offset()), End: int(r.Word.End().Offset())})
	out := Redir{
		Op:     r.Op.String(),
		Target: b.word(r.Word),
		Span:   span,
		Orig:   b.script.File(span),
		Body:   b.body(r),
	}
	if r.N != nil {
		out.FD = r.N.Value
	}
	return out
}

// body is the lines of a heredoc with the line that ends it. It is empty for
// other redirections, and for a heredoc without lines, whose place the parser
// does not tell.
func (b *builder) body(r *syntax.Redirect) source.Span {
	if r.Hdoc == nil || len(r.Hdoc.Parts) == 0 {
		return source.Span{}
	}
	span := b.span(r.Hdoc)
	if n := strings.IndexByte(b.src[span.End:], '\n'); n >= 0 {
		span.End += n + 1
	} else {
		span.End = len(b.src)
	}
	return span
}

// span is the place of a node.
func (b *builder) span(n syntax.Node) source.Span {
	return b.cut(source.Span{Start: int(n.Pos().Offset()), End: int(n.End().Offset())})
}
