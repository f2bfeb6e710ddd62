package shellcmd

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"schlank/source"
)

// builder makes a Script of the parser's tree.
type builder struct {
	script *Script
	src    string
}

// place is where in the script a command stands.
type place struct {
	within  []Scope
	next    Join
	nextAt  source.Span
	negated bool
	piped   bool
	removal []source.Span
}

// in is the place inside a construct.
func (p place) in(scope Scope) place {
	return place{within: append(slices.Clip(p.within), scope)}
}

// element is a part of a list: a statement and what joins it to the next.
type element struct {
	stmt   *syntax.Stmt
	next   Join
	nextAt source.Span
}

// top reads the outermost list.
func (b *builder) top(stmts []*syntax.Stmt) {
	b.script.tree = stmts
	elements := b.elements(stmts)
	removals := b.removals(elements)
	for k, e := range elements {
		first := len(b.script.Commands)
		b.stmt(e.stmt, place{next: e.next, nextAt: e.nextAt, removal: removals[k]})
		b.script.Steps = append(b.script.Steps, Step{
			Span:        b.bare(e.stmt),
			Next:        e.next,
			First:       first,
			Last:        len(b.script.Commands),
			Removal:     removals[k],
			OrigRemoval: b.orig(removals[k]),
		})
	}
}

// list reads a list inside a construct.
func (b *builder) list(stmts []*syntax.Stmt, at place) {
	elements := b.elements(stmts)
	removals := b.removals(elements)
	for k, e := range elements {
		in := place{within: at.within, next: e.next, nextAt: e.nextAt}
		// A construct can't be left empty.
		if len(elements) > 1 {
			in.removal = removals[k]
		}
		b.stmt(e.stmt, in)
	}
}

// elements takes the && and || between statements apart.
func (b *builder) elements(stmts []*syntax.Stmt) []element {
	var out []element
	for k, s := range stmts {
		out = b.andOr(out, s)
		last := &out[len(out)-1]
		end := b.bare(s).End
		switch {
		case s.Semicolon.IsValid():
			at := int(s.Semicolon.Offset())
			last.next, last.nextAt = Semicolon, source.Span{Start: at, End: at + 1}
			if s.Background {
				last.next = Background
			}
		case k+1 < len(stmts):
			last.next, last.nextAt = Newline, source.Span{Start: end, End: end}
		default:
			last.nextAt = source.Span{Start: end, End: end}
		}
	}
	return out
}

// andOr appends the parts of a statement that && and || join.
func (b *builder) andOr(out []element, s *syntax.Stmt) []element {
	bin, ok := s.Cmd.(*syntax.BinaryCmd)
	if !ok || bin.Op != syntax.AndStmt && bin.Op != syntax.OrStmt {
		return append(out, element{stmt: s})
	}
	out = b.andOr(out, bin.X)
	at := int(bin.OpPos.Offset())
	last := &out[len(out)-1]
	last.next, last.nextAt = Join(bin.Op.String()), source.Span{Start: at, End: at + 2}
	return b.andOr(out, bin.Y)
}

// stmt reads a statement.
func (b *builder) stmt(s *syntax.Stmt, at place) {
	at.negated = s.Negated
	switch c := s.Cmd.(type) {
	case nil:
		b.simple(s, nil, nil, at)
	case *syntax.CallExpr:
		b.simple(s, c.Assigns, c.Args, at)
	case *syntax.DeclClause:
		b.declare(s, c, at)
	case *syntax.BinaryCmd:
		b.binary(c, at)
	case *syntax.Subshell:
		b.list(c.Stmts, at.in(Subshell))
	case *syntax.Block:
		b.list(c.Stmts, at.in(Group))
	case *syntax.IfClause:
		b.ifClause(c, at)
	case *syntax.WhileClause:
		b.list(c.Cond, at.in(Condition))
		b.list(c.Do, at.in(Loop))
	case *syntax.ForClause:
		if iter, ok := c.Loop.(*syntax.WordIter); ok {
			for _, w := range iter.Items {
				b.substitutions(w, at)
			}
		}
		b.list(c.Do, at.in(Loop))
	case *syntax.CaseClause:
		b.substitutions(c.Word, at)
		for _, item := range c.Items {
			b.list(item.Stmts, at.in(Branch))
		}
	case *syntax.FuncDecl:
		b.stmt(c.Body, at.in(Function))
	case *syntax.TimeClause:
		if c.Stmt != nil {
			b.stmt(c.Stmt, place{within: at.within, next: at.next, nextAt: at.nextAt, removal: at.removal})
		}
	case *syntax.CoprocClause:
		b.stmt(c.Stmt, at.in(Subshell))
	default:
		b.test(s, at)
	}
	if _, simple := s.Cmd.(*syntax.CallExpr); !simple && s.Cmd != nil {
		for _, r := range s.Redirs {
			b.substitutions(r, at)
		}
	}
}

// binary reads a pipeline, or a list where only one statement can stand.
func (b *builder) binary(c *syntax.BinaryCmd, at place) {
	if c.Op != syntax.Pipe && c.Op != syntax.PipeAll {
		for _, e := range b.andOr(nil, &syntax.Stmt{Cmd: c}) {
			in := place{within: at.within, next: e.next, nextAt: e.nextAt}
			if e.next == End {
				in.next, in.nextAt = at.next, at.nextAt
			}
			b.stmt(e.stmt, in)
		}
		return
	}
	op := int(c.OpPos.Offset())
	join := Join(c.Op.String())
	left := place{within: at.within, next: join, piped: at.piped, nextAt: source.Span{Start: op, End: op + len(join)}}
	b.stmt(c.X, left)
	b.stmt(c.Y, place{within: at.within, next: at.next, nextAt: at.nextAt, piped: true})
}

// ifClause reads an if with its elif and else parts.
func (b *builder) ifClause(c *syntax.IfClause, at place) {
	for ; c != nil; c = c.Else {
		b.list(c.Cond, at.in(Condition))
		b.list(c.Then, at.in(Branch))
	}
}

// substitutions reads the commands in $(…) and the like below a node.
func (b *builder) substitutions(node syntax.Node, at place) {
	syntax.Walk(node, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			b.list(n.Stmts, at.in(Substitution))
			return false
		case *syntax.ProcSubst:
			b.list(n.Stmts, at.in(Substitution))
			return false
		}
		return true
	})
}

// bare is the span of a statement without its operator and heredoc bodies.
func (b *builder) bare(s *syntax.Stmt) source.Span {
	span := source.Span{Start: int(s.Pos().Offset()), End: int(s.Pos().Offset())}
	if s.Negated {
		span.End++
	}
	if s.Cmd != nil {
		span.End = max(span.End, b.commandEnd(s.Cmd))
	}
	for _, r := range s.Redirs {
		span.Start = min(span.Start, int(r.Pos().Offset()))
		span.End = max(span.End, int(r.Word.End().Offset()))
	}
	return b.cut(span)
}

// commandEnd is where a command ends, without heredoc bodies.
func (b *builder) commandEnd(c syntax.Command) int {
	switch c := c.(type) {
	case *syntax.BinaryCmd:
		return b.bare(c.Y).End
	case *syntax.TimeClause:
		if c.Stmt != nil {
			return b.bare(c.Stmt).End
		}
		// The parser leaves the flag out of a time without command.
		end := min(int(c.End().Offset()), len(b.src))
		if at := strings.Index(b.src[end:], "-p"); c.PosixFormat && at >= 0 {
			end += at + len("-p")
		}
		return end
	case *syntax.CoprocClause:
		return b.bare(c.Stmt).End
	case *syntax.FuncDecl:
		return b.bare(c.Body).End
	case *syntax.CallExpr:
		if n := len(c.Assigns); n > 0 && len(c.Args) == 0 {
			return b.assignEnd(c.Assigns[n-1])
		}
	case *syntax.DeclClause:
		if n := len(c.Args); n > 0 {
			return b.assignEnd(c.Args[n-1])
		}
	}
	return int(c.End().Offset())
}

// assignEnd is where an assignment ends. For "A+=" the parser forgets the plus.
func (b *builder) assignEnd(a *syntax.Assign) int {
	end := int(a.End().Offset())
	if a.Append && a.Value == nil && a.Array == nil {
		end++
	}
	return end
}

// cut is span inside the text.
func (b *builder) cut(span source.Span) source.Span {
	start := min(max(span.Start, 0), len(b.src))
	return source.Span{Start: start, End: min(max(span.End, start), len(b.src))}
}

// orig is the spans in the file.
func (b *builder) orig(spans []source.Span) []source.Span {
	var out []source.Span
	for _, s := range spans {
		out = append(out, b.script.File(s))
	}
	return out
}
