package shellcmd

import (
	"mvdan.cc/sh/v3/syntax"

	"schlank/source"
)

// Variable is a use of a variable, $name or ${name…}.
type Variable struct {
	Name string
	// Quoted is set when the value is not split into words: in quotes, in an
	// assignment, in [[ … ]] or in arithmetic.
	Quoted bool
	// Guarded is set when the use says what happens if the variable is not
	// set: ${name:-x}, ${name:+x}, ${name:?}.
	Guarded bool
	// Plain is set for $name and ${name}, without anything done to the value.
	Plain bool
	// Word is the word that the use is in, Span the use itself.
	Word, Span source.Span
	// Orig is Span in the file.
	Orig source.Span
}

// Variables are the uses of variables in a script, in the order of the text,
// and the names that the script itself gives a value to: by assignment, for,
// read, export and the like.
func (s *Script) Variables() (uses []Variable, set map[string]bool) {
	r := &variableReader{script: s, set: map[string]bool{}}
	for _, stmt := range s.tree {
		r.walk(stmt, false, source.Span{})
	}
	return r.uses, r.set
}

// variableReader collects variables.
type variableReader struct {
	script *Script
	uses   []Variable
	set    map[string]bool
}

// walk looks below a node. Quoted says whether values in it are split.
func (r *variableReader) walk(root syntax.Node, quoted bool, word source.Span) {
	syntax.Walk(root, func(n syntax.Node) bool {
		if n == nil || n == root {
			return n != nil
		}
		switch n := n.(type) {
		case *syntax.Word:
			r.walk(n, quoted, r.span(n))
			return false
		case *syntax.DblQuoted, *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.TestClause, *syntax.LetClause:
			r.walk(n, true, word)
			return false
		case *syntax.CmdSubst:
			r.walk(n, false, source.Span{})
			return false
		case *syntax.CaseClause:
			r.walk(n.Word, true, r.span(n.Word))
			for _, item := range n.Items {
				for _, p := range item.Patterns {
					r.walk(p, true, r.span(p))
				}
				for _, s := range item.Stmts {
					r.walk(s, false, source.Span{})
				}
			}
			return false
		case *syntax.Redirect:
			r.redirect(n)
			return false
		case *syntax.Assign:
			r.assign(n)
			return false
		case *syntax.WordIter:
			r.set[n.Name.Value] = true
		case *syntax.CallExpr:
			r.names(n)
		case *syntax.ParamExp:
			r.param(n, quoted, word)
		}
		return true
	})
}

// redirect looks at a redirection. In the target of one nothing is split, and
// neither is the body of a heredoc.
func (r *variableReader) redirect(n *syntax.Redirect) {
	r.walk(n.Word, true, r.span(n.Word))
	if n.Hdoc != nil {
		r.walk(n.Hdoc, true, r.span(n.Hdoc))
	}
}

// assign notes a name that gets a value. In one nothing is split.
func (r *variableReader) assign(a *syntax.Assign) {
	if a.Name != nil {
		r.set[a.Name.Value] = true
	}
	if a.Value != nil {
		r.walk(a.Value, true, r.span(a.Value))
	}
	if a.Array != nil {
		r.walk(a.Array, false, source.Span{})
	}
}

// names notes the names that read, getopts and the like give values to.
func (r *variableReader) names(c *syntax.CallExpr) {
	if len(c.Args) == 0 {
		return
	}
	switch c.Args[0].Lit() {
	case "read", "getopts", "mapfile", "readarray", "printf", "unset":
		for _, a := range c.Args[1:] {
			if lit := a.Lit(); syntax.ValidName(lit) {
				r.set[lit] = true
			}
		}
	}
}

// param notes a use.
func (r *variableReader) param(p *syntax.ParamExp, quoted bool, word source.Span) {
	if p.Param == nil || !syntax.ValidName(p.Param.Value) {
		return
	}
	span := r.span(p)
	v := Variable{
		Name: p.Param.Value, Quoted: quoted || p.Length, Word: word, Span: span, Orig: r.script.File(span),
		Plain: p.Exp == nil && p.Index == nil && p.Repl == nil && p.Slice == nil && !p.Excl && !p.Length && !p.IsSet,
	}
	if p.Exp != nil {
		switch p.Exp.Op {
		case syntax.AssignUnset, syntax.AssignUnsetOrNull:
			r.set[v.Name] = true
			v.Guarded = true
		case syntax.AlternateUnset, syntax.AlternateUnsetOrNull, syntax.DefaultUnset, syntax.DefaultUnsetOrNull,
			syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
			v.Guarded = true
		}
	}
	r.uses = append(r.uses, v)
}

// span is the place of a node.
func (r *variableReader) span(n syntax.Node) source.Span {
	size := r.script.Text.Len()
	start := min(int(n.Pos().Offset()), size)
	return source.Span{Start: start, End: min(max(int(n.End().Offset()), start), size)}
}
