package sl2003

import (
	"path"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/layers/trace"
	"schlank/source"
)

// change is a chown or a chmod of paths.
type change struct {
	rule.Shell
	name      string // chown or chmod
	value     string // the owner or the mode
	recursive bool
	paths     []string
	span      source.Span
}

// changes are the changes in shipped stages, in order.
func changes(p *rule.Pass) []change {
	var out []change
	for c := range p.Commands() {
		if c.Name != "chown" && c.Name != "chmod" && c.Name != "chgrp" || c.In.Stage == nil || !p.Shipped(c.In.Stage) || c.Script != c.Run.Script {
			continue
		}
		args := c.Args(shellcmd.Options{Values: []string{"--reference"}})
		if args.Has("--reference") || len(args.Operands) < 2 {
			continue
		}
		x := change{
			Shell: c, name: c.Name, value: c.Words[args.Operands[0]].Text,
			recursive: args.Has("-R", "--recursive"),
			span:      c.Words[0].Orig.Hull(c.Words[args.Operands[0]].Orig),
		}
		if c.Name == "chgrp" {
			x.name, x.value = "chown", ":"+x.value
		}
		dir := workdir(c)
		for _, k := range args.Operands[1:] {
			if w := c.Words[k]; w.Static {
				x.paths = append(x.paths, trace.Clean(dir, w.Value))
			}
		}
		out = append(out, x)
	}
	return out
}

// workdir is the directory a command runs in.
func workdir(c rule.Shell) string {
	dir := c.In.Before.Workdir
	for _, before := range c.Script.Commands[:c.Index] {
		if before.Name == "cd" && len(before.Words) == 2 && len(before.Within) == 0 {
			dir = trace.Clean(dir, before.Words[1].Value)
		}
	}
	return dir
}

// brought are the copies of earlier layers that a change is about, those into
// a path that is changed, and those whose own path holds it if it is one file.
func brought(p *rule.Pass, c change) []trace.Event {
	var out []trace.Event
	for _, e := range trace.Chain(p, c.In.Stage) {
		if e.Kind != trace.Made || e.Copy == nil || e.In.Stage == c.In.Stage && e.In.Span.Start > c.In.Span.Start || done(c, e.Copy) {
			continue
		}
		for _, name := range c.paths {
			switch {
			case name == "/" || strings.HasPrefix(name, "/") != strings.HasPrefix(e.Path, "/"):
			case c.recursive && trace.Inside(e.Path, name), e.Path == name && !e.Tree:
				out = append(out, e)
			case c.recursive && e.Tree && trace.Inside(name, e.Path):
				out = append(out, e)
			case !c.recursive && path.Dir(name) == e.Path && e.Tree && len(e.Copy.Sources) == 1 && path.Base(e.Source.Text) == path.Base(name):
				out = append(out, e)
			case !c.recursive && matches(name, e):
				out = append(out, e)
			}
		}
	}
	return out
}

// part reports whether the change is only about a part of what was copied.
func (c change) part(copies []trace.Event) bool {
	return !slices.ContainsFunc(copies, func(e trace.Event) bool {
		return !e.Tree || slices.ContainsFunc(c.paths, func(name string) bool { return trace.Inside(e.Path, name) })
	})
}

// matches reports whether a path with a wildcard takes a copied file.
func matches(name string, e trace.Event) bool {
	ok, err := path.Match(name, e.Path)
	return err == nil && ok && !e.Tree
}

// done reports whether a copy sets what the change would set.
func done(c change, from *dockerfile.Copy) bool {
	if c.name == "chown" {
		return from.Chown.Text == c.value
	}
	return from.Chmod.Text != "" && strings.TrimLeft(from.Chmod.Text, "0") == strings.TrimLeft(c.value, "0")
}

// cost is the size of what is stored again, where the context tells.
func cost(p *rule.Pass, copies []trace.Event) finding.Cost {
	if p.Context == nil {
		return finding.Cost{}
	}
	total := int64(0)
	var seen []*dockerfile.Instruction
	for _, e := range copies {
		if e.Copy.From.Text != "" || slices.Contains(seen, e.In) && trace.IsDir(p.Context, e.Copy, e.Source.Text) {
			continue
		}
		seen = append(seen, e.In)
		if info, ok := p.Context.Stat(trace.InContext(e.Source.Text)); ok {
			total += info.Size
		}
	}
	if total == 0 {
		return finding.Cost{}
	}
	return finding.Cost{Bytes: total, Basis: finding.Measured}
}

// line is the line of an instruction.
func line(p *rule.Pass, in *dockerfile.Instruction) int {
	n, _ := p.File.Source.Position(in.KeywordSpan.Start)
	return n
}
