package dockerfile

import (
	"slices"

	"schlank/dockerfile/expand"
	"schlank/dockerfile/syntax"
)

// copy reads a COPY or an ADD.
func (f *File) copy(i *Instruction) *Copy {
	c := &Copy{Add: i.Name() == "ADD"}
	if c.Add {
		f.checkFlags(i, flagSpec{
			strings: []string{"chown", "chmod", "checksum"},
			lists:   []string{"exclude"},
			bools:   []string{"link", "keep-git-dir", "unpack"},
		})
	} else {
		f.checkFlags(i, flagSpec{
			strings: []string{"chown", "from", "chmod"},
			lists:   []string{"exclude"},
			bools:   []string{"link", "parents"},
		})
	}
	c.Chown = f.flagValue(i, "chown")
	c.Chmod = f.flagValue(i, "chmod")
	c.Checksum = f.flagValue(i, "checksum")
	c.Link = flagSet(i, "link")
	c.Parents = flagSet(i, "parents")
	c.KeepGitDir = flagSet(i, "keep-git-dir")
	c.Unpack = flagSet(i, "unpack")
	for _, flag := range i.Flags {
		if flag.Name == "exclude" {
			c.Excludes = append(c.Excludes, raw(flag.Value))
		}
	}
	f.copyFrom(i, c)
	f.copyPaths(i, c)
	return c
}

// copyFrom reads --from, in which variables are not allowed.
func (f *File) copyFrom(i *Instruction, c *Copy) {
	flag := i.Flag("from")
	if flag == nil || c.Add {
		return
	}
	c.From = raw(flag.Value)
	result, err := f.lexer().Expand(c.From.Raw, expand.Unset)
	if err != nil {
		f.badVariable(c.From, err)
	} else if result.Text != c.From.Raw {
		f.errorf(BadStageReference, c.From.Span, "name a stage, FROM ${…} AS name, and refer to that",
			"variables don't count in --from")
	}
}

// copyPaths reads the sources and the destination.
func (f *File) copyPaths(i *Instruction, c *Copy) {
	if len(i.Words) < 2 {
		f.errorf(BadArguments, argsSpan(i.Instruction), usage(i.Name()),
			"%s needs a source and a destination", i.Name())
	}
	if len(i.Words) == 0 {
		return
	}
	last := i.Words[len(i.Words)-1]
	if marker(last) != nil {
		f.errorf(BadHeredoc, last.Span, usage(i.Name()), "a heredoc can't be the destination of %s", i.Name())
	}
	for _, w := range i.Words[:len(i.Words)-1] {
		m := marker(w)
		if m == nil {
			c.Sources = append(c.Sources, f.expand(plainValue(w), i.Before.Env))
			continue
		}
		k := slices.IndexFunc(i.Heredocs, func(h syntax.Heredoc) bool { return h.Name == m.Name })
		if k >= 0 {
			c.Inline = append(c.Inline, i.Heredocs[k])
		}
	}
	c.Dest = f.expand(plainValue(last), i.Before.Env)
}

// marker is the heredoc that a word announces, or nil.
func marker(w syntax.Word) *syntax.Heredoc {
	h, err := syntax.ParseMarker(w.Text())
	if err != nil {
		return nil
	}
	return h
}
