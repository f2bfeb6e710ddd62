package sl0023

import (
	"schlank/dockerfile"
	"schlank/dockerfile/expand"
	"schlank/dockerfile/syntax"
)

// values are the words of an instruction in which variables count and are not
// for the shell.
func (l *look) values(i *dockerfile.Instruction) []dockerfile.Value {
	switch c := i.Command.(type) {
	case *dockerfile.Arg:
		return l.File.Defaults(i)
	case *dockerfile.EnvVars:
		return append(l.names(i), vars(c.Vars)...)
	case *dockerfile.Label:
		return append(l.names(i), vars(c.Labels)...)
	case *dockerfile.Workdir:
		return []dockerfile.Value{c.Path}
	case *dockerfile.User:
		return []dockerfile.Value{c.User}
	case *dockerfile.StopSignal:
		return []dockerfile.Value{c.Signal}
	case *dockerfile.Volume:
		return c.Paths
	case *dockerfile.Copy:
		out := append([]dockerfile.Value{c.Chown, c.Chmod, c.Checksum}, c.Sources...)
		return append(append(out, c.Dest), l.inline(i, c)...)
	case *dockerfile.Run:
		var out []dockerfile.Value
		for _, m := range c.Mounts {
			for _, o := range m.Options {
				out = append(out, o.Value)
			}
		}
		return out
	}
	return nil
}

func vars(vars []dockerfile.Var) []dockerfile.Value {
	var out []dockerfile.Value
	for _, v := range vars {
		out = append(out, v.Value)
	}
	return out
}

// names are the names that an ENV or a LABEL sets, in which variables count too.
func (l *look) names(i *dockerfile.Instruction) []dockerfile.Value {
	var out []dockerfile.Value
	lexer := expand.Lexer{Escape: l.File.Syntax.Escape}
	for _, pair := range i.Pairs {
		if result, err := lexer.Expand(pair.Name.Text(), i.Before.Env.Get); err == nil {
			v := dockerfile.ValueOf(pair.Name)
			v.Missing = result.Missing
			out = append(out, v)
		}
	}
	return out
}

// inline are the heredocs of a COPY in which variables count.
func (l *look) inline(i *dockerfile.Instruction, c *dockerfile.Copy) []dockerfile.Value {
	var out []dockerfile.Value
	for _, h := range c.Inline {
		if !h.Expand {
			continue
		}
		content := h.Content(l.File.Syntax)
		lexer := expand.Lexer{PlainQuotes: true}
		if result, err := lexer.Expand(content.Text(), i.Before.Env.Get); err == nil {
			v := dockerfile.ValueOf(syntax.Word{Mapped: content, Span: h.Body})
			v.Missing = result.Missing
			out = append(out, v)
		}
	}
	return out
}
