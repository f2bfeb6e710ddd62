package shellcmd

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"schlank/source"
)

// Feature is a use of something that POSIX does not demand of a shell.
type Feature struct {
	// ID is what shellcheck calls it: SC3010.
	ID string
	// What names it: "[[ … ]]".
	What string
	// Ash is set when busybox's ash has it; dash has none of them.
	Ash bool
	// Span is the place of the construct, or of the part of it that counts.
	Span, Orig source.Span
}

// Features lists what a script uses that a plain shell may not have, in order
// of place.
func (s *Script) Features() []Feature {
	f := &featureReader{script: s}
	for _, stmt := range s.tree {
		syntax.Walk(stmt, f.node)
	}
	slices.SortStableFunc(f.out, func(a, b Feature) int { return a.Span.Start - b.Span.Start })
	return f.out
}

// featureReader collects features.
type featureReader struct {
	script *Script
	out    []Feature
}

// add notes a feature between two offsets.
func (f *featureReader) add(start, end int, id, what string, ash bool) {
	n := f.script.Text.Len()
	start = min(max(start, 0), n)
	span := source.Span{Start: start, End: min(max(end, start), n)}
	f.out = append(f.out, Feature{ID: id, What: what, Ash: ash, Span: span, Orig: f.script.File(span)})
}

// at is add for a whole node.
func (f *featureReader) at(n syntax.Node, id, what string, ash bool) {
	f.add(int(n.Pos().Offset()), int(n.End().Offset()), id, what, ash)
}

// word is add for the word of n bytes at a position.
func (f *featureReader) word(pos syntax.Pos, n int, id, what string, ash bool) {
	f.add(int(pos.Offset()), int(pos.Offset())+n, id, what, ash)
}

// node looks at one node of the tree.
func (f *featureReader) node(n syntax.Node) bool {
	switch n := n.(type) {
	case *syntax.ProcSubst:
		f.at(n, "SC3001", n.Op.String()+"…)", false)
	case *syntax.SglQuoted:
		if n.Dollar {
			f.at(n, "SC3003", "$'…'", true)
		}
	case *syntax.DblQuoted:
		if n.Dollar {
			f.at(n, "SC3004", `$"…"`, false)
		}
	case *syntax.ForClause:
		if _, c := n.Loop.(*syntax.CStyleLoop); c {
			f.at(n.Loop, "SC3005", "for ((…))", false)
		}
		if n.Select {
			f.word(n.ForPos, len("select"), "SC3008", "select", false)
		}
	case *syntax.ArithmCmd:
		f.at(n, "SC3006", "((…))", false)
	case *syntax.TestClause:
		f.at(n, "SC3010", "[[ … ]]", true)
		return false
	case *syntax.FuncDecl:
		if n.RsrvWord {
			f.word(n.Position, len("function"), "SC2112", "the word function", true)
		}
	case *syntax.Assign:
		f.assign(n)
	case *syntax.DeclClause:
		f.declare(n)
	case *syntax.LetClause:
		f.word(n.Let, len("let"), "SC3039", "let", true)
	case *syntax.Redirect:
		f.redirect(n)
	case *syntax.ParamExp:
		f.param(n)
	case *syntax.WordIter:
		f.braces(n.Items)
	case *syntax.CallExpr:
		f.braces(n.Args)
		f.call(n)
	case *syntax.BinaryCmd:
		if n.Op == syntax.PipeAll {
			f.word(n.OpPos, len("|&"), "SC2118", "|&", false)
		}
	}
	return true
}

// assign looks at a=(…), a[i]=… and a+=….
func (f *featureReader) assign(a *syntax.Assign) {
	switch {
	case a.Array != nil:
		f.at(a, "SC3030", "an array", false)
	case a.Index != nil:
		f.at(a, "SC3054", "an array", false)
	case a.Append:
		f.at(a, "SC3024", "+=", false)
	}
}

// declare looks at declare and typeset. Both dash and ash have local.
func (f *featureReader) declare(d *syntax.DeclClause) {
	if name := d.Variant.Value; name == "declare" || name == "typeset" || name == "nameref" {
		f.at(d.Variant, "SC3044", name, false)
	}
}

// redirect looks at &>, >& file and <<<.
func (f *featureReader) redirect(r *syntax.Redirect) {
	n := len(r.Op.String())
	switch r.Op {
	case syntax.RdrAll, syntax.AppAll:
		f.word(r.OpPos, n, "SC3020", r.Op.String(), true)
	case syntax.WordHdoc:
		f.word(r.OpPos, n, "SC3011", "<<<", false)
	case syntax.DplOut:
		if lit := r.Word.Lit(); r.N == nil && lit != "" && lit != "-" && strings.Trim(lit, "0123456789-") != "" {
			f.word(r.OpPos, n, "SC3021", ">& with a file", true)
		}
	}
}

// param looks at ${…} with more than POSIX has.
func (f *featureReader) param(p *syntax.ParamExp) {
	switch {
	case p.Excl && p.Names != 0:
		f.at(p, "SC3056", "${!prefix*}", false)
	case p.Excl:
		f.at(p, "SC3053", "${!name}", false)
	case p.Index != nil:
		f.at(p, "SC3054", "an array", false)
	case p.Slice != nil:
		f.at(p, "SC3057", "${name:from:length}", true)
	case p.Repl != nil:
		f.at(p, "SC3060", "${name/pattern/text}", true)
	case p.Exp != nil && (p.Exp.Op == syntax.UpperFirst || p.Exp.Op == syntax.UpperAll || p.Exp.Op == syntax.LowerFirst || p.Exp.Op == syntax.LowerAll):
		f.at(p, "SC3059", "${name^}", false)
	case p.Exp != nil && p.Exp.Op == syntax.OtherParamOps:
		f.at(p, "SC3058", "${name@…}", false)
	case p.Param != nil && bashVariable(p.Param.Value):
		f.at(p, "SC3028", "$"+p.Param.Value, p.Param.Value == "RANDOM")
	}
}

// bashVariable reports whether bash sets a variable of that name by itself.
func bashVariable(name string) bool {
	switch name {
	case "RANDOM", "SECONDS", "DIRSTACK", "EUID", "UID", "OSTYPE", "MACHTYPE", "HOSTTYPE", "GROUPS",
		"BASH_VERSION", "BASH_SOURCE", "BASH_REMATCH", "BASHPID", "FUNCNAME", "PIPESTATUS", "EPOCHSECONDS", "SRANDOM":
		return true
	}
	return false
}

// braces looks for {a,b} and {1..9} outside of quotes.
func (f *featureReader) braces(words []*syntax.Word) {
	for _, w := range words {
		// The split changes its argument, and says yes to {a} too.
		split := &syntax.Word{Parts: w.Parts}
		if syntax.SplitBraces(split) && slices.ContainsFunc(split.Parts, isBraceExp) {
			f.at(w, "SC3009", "{a,b}", false)
		}
	}
}

func isBraceExp(p syntax.WordPart) bool {
	_, ok := p.(*syntax.BraceExp)
	return ok
}

// call looks at commands that a plain shell does not have, or that do
// something else in it.
func (f *featureReader) call(c *syntax.CallExpr) {
	if len(c.Args) == 0 {
		return
	}
	name := c.Args[0].Lit()
	switch name {
	case "source":
		f.at(c.Args[0], "SC3046", "source", true)
	case "pushd", "popd", "dirs", "shopt", "disown", "mapfile", "readarray", "complete", "compgen", "bind", "enable", "caller":
		f.at(c.Args[0], "SC3044", name, false)
	case "echo":
		if len(c.Args) > 1 && echoFlag(c.Args[1].Lit()) {
			f.at(c.Args[1], "SC3037", "echo "+c.Args[1].Lit(), true)
		}
	case "[", "test":
		for _, a := range c.Args[1:] {
			if a.Lit() == "==" {
				f.at(a, "SC3014", "== in [ … ]", true)
			}
		}
	case "set":
		f.set(c)
	case "trap":
		for _, a := range c.Args[1:] {
			if lit := a.Lit(); lit == "ERR" || lit == "DEBUG" || lit == "RETURN" {
				f.at(a, "SC3047", "trap … "+lit, false)
			}
		}
	}
}

// echoFlag reports whether echo takes a word for flags, of which -n alone is
// known to all shells.
func echoFlag(word string) bool {
	return len(word) > 1 && word[0] == '-' && strings.Trim(word[1:], "neE") == "" && word != "-n"
}

// set looks at the options of set that only bash and ash know.
func (f *featureReader) set(c *syntax.CallExpr) {
	for k, a := range c.Args[1:] {
		before := c.Args[k].Lit()
		if a.Lit() == "pipefail" && strings.HasPrefix(before, "-") && strings.HasSuffix(before, "o") {
			f.at(a, "SC3040", "set -o pipefail", true)
		}
	}
}
