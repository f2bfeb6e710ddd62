package shellcmd

import "schlank/source"

// Cache remembers scripts, so that a file that is read again after a small
// change need not be read anew as a whole. It is for one goroutine. A nil
// cache remembers nothing.
type Cache struct{ scripts map[cacheKey][]*Script }

type cacheKey struct{ shell, text string }

// Parse is as the function Parse.
func (c *Cache) Parse(text source.Mapped, shell string) *Script {
	if c == nil {
		return Parse(text, shell)
	}
	key := cacheKey{shell, text.Text()}
	for _, s := range c.scripts[key] {
		if n, ok := s.Text.Distance(text); ok {
			return s.shift(n)
		}
	}
	s := Parse(text, shell)
	if c.scripts == nil {
		c.scripts = map[cacheKey][]*Script{}
	}
	c.scripts[key] = append(c.scripts[key], s)
	return s
}

// shift is the script n bytes further on in the file. What speaks of the text
// of the script stays as it is.
func (s *Script) shift(n int) *Script {
	if s == nil || n == 0 {
		return s
	}
	out := *s
	out.Text = s.Text.Shift(n)
	out.Commands = make([]Command, len(s.Commands))
	for k, c := range s.Commands {
		out.Commands[k] = c.shift(n)
	}
	out.Steps = make([]Step, len(s.Steps))
	for k, step := range s.Steps {
		step.OrigRemoval = shiftAll(step.OrigRemoval, n)
		out.Steps[k] = step
	}
	out.Problems = nil
	for _, p := range s.Problems {
		p.Orig = p.Orig.Shift(n)
		out.Problems = append(out.Problems, p)
	}
	return &out
}

func (c Command) shift(n int) Command {
	c.Orig = c.Orig.Shift(n)
	c.OrigRemoval = shiftAll(c.OrigRemoval, n)
	words := make([]Word, len(c.Words))
	for k, w := range c.Words {
		words[k] = w.shift(n)
	}
	var assigns []Assign
	for _, a := range c.Assigns {
		a.Value, a.Orig = a.Value.shift(n), a.Orig.Shift(n)
		assigns = append(assigns, a)
	}
	var redirs []Redir
	for _, r := range c.Redirs {
		r.Target, r.Orig = r.Target.shift(n), r.Orig.Shift(n)
		redirs = append(redirs, r)
	}
	c.Words, c.Assigns, c.Redirs, c.inner = words, assigns, redirs, c.inner.shift(n)
	return c
}

func (w Word) shift(n int) Word {
	w.Orig = w.Orig.Shift(n)
	if w.Static {
		w.value = w.value.Shift(n)
	}
	return w
}

func shiftAll(spans []source.Span, n int) []source.Span {
	var out []source.Span
	for _, s := range spans {
		out = append(out, s.Shift(n))
	}
	return out
}
