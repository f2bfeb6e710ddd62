// Package trace follows the paths that instructions make and delete, as far as
// the text tells: COPY and ADD, the downloads, copies, clones and archives of
// RUNs, the caches and packages of package managers, and rm. It is what the
// rules about layers share.
package trace

import (
	"slices"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/rule"
	"schlank/source"
)

// Kind says what an event does to its path.
type Kind string

// The kinds.
const (
	Made     Kind = "made"
	Deleted  Kind = "deleted"
	Unpacked Kind = "unpacked" // an archive is read
)

// Event is something that an instruction does to a path.
type Event struct {
	Kind Kind
	// In is the instruction, Copy its meaning if it is a COPY or an ADD.
	In   *dockerfile.Instruction
	Copy *dockerfile.Copy
	// Shell is the command of a RUN. Step is the step of the outermost list
	// that it is in, -1 when it stands in an inner script.
	Shell rule.Shell
	Step  int
	// Path is absolute; it begins with "?" in a working directory that only
	// the base image knows, and with "package:" for a package. That of what is
	// deleted may have wildcards.
	Path string
	// Tree is set for a directory with all that is in it.
	Tree bool
	// Cache is set for the cache of a package manager.
	Cache bool
	// Span is the word that names the path.
	Span source.Span
	// Source is what a file is made of: the word of a COPY.
	Source dockerfile.Value
}

// eventsKey is the key of what Events knows.
type eventsKey struct{}

// Events are the events of each stage, by its index, in order.
func Events(p *rule.Pass) [][]Event {
	return rule.Memo(p, eventsKey{}, func() [][]Event {
		out := make([][]Event, len(p.File.Stages))
		for in := range p.Instructions() {
			if in.Stage == nil {
				continue
			}
			k := in.Stage.Index
			switch c := in.Command.(type) {
			case *dockerfile.Copy:
				out[k] = append(out[k], copied(p.Context, in, c)...)
			case *dockerfile.Run:
				out[k] = append(out[k], ran(in, c)...)
			}
		}
		return out
	})
}

// Chain are the events of a stage after those of the stages that it starts
// from.
func Chain(p *rule.Pass, s *dockerfile.Stage) []Event {
	var out []Event
	if s.Parent != nil {
		out = Chain(p, s.Parent)
	}
	return append(slices.Clip(out), Events(p)[s.Index]...)
}

// ran are the events of a RUN.
func ran(in *dockerfile.Instruction, r *dockerfile.Run) []Event {
	if r.Script == nil || r.Script.Opaque {
		return nil
	}
	w := &walker{in: in, run: r}
	w.script(r.Script, start(in.Before.Workdir), maxNesting)
	return slices.DeleteFunc(w.out, func(e Event) bool { return w.mounted(e.Path) })
}

// maxNesting bounds sh -c in sh -c.
const maxNesting = 4

// walker goes through the commands of a RUN.
type walker struct {
	in  *dockerfile.Instruction
	run *dockerfile.Run
	out []Event
}

// mounted reports whether a mount covers a path, so that it is no part of the
// layer.
func (w *walker) mounted(name string) bool {
	for _, m := range w.run.Mounts {
		if target := Clean(w.in.Before.Workdir, m.Target.Text); target != "/" && Inside(name, target) {
			return true
		}
	}
	return false
}

// script goes through one script. The directory changes with cd, in a
// subshell only up to its end.
func (w *walker) script(s *shellcmd.Script, dir string, depth int) {
	step := 0
	inner := dir
	for k := range s.Commands {
		for step < len(s.Steps) && k >= s.Steps[step].Last {
			step++
			inner = dir
		}
		c := &s.Commands[k]
		at := &dir
		if slices.ContainsFunc(c.Within, func(x shellcmd.Scope) bool { return x != shellcmd.Group && x != shellcmd.Branch }) {
			at = &inner
		}
		cmd := command{
			walker: w, dir: *at, step: -1,
			Shell: rule.Shell{In: w.in, Run: w.run, Script: s, Index: k, Effective: c.Effective()},
		}
		if s == w.run.Script {
			cmd.step = step
		}
		if cmd.Name == "cd" {
			*at = cmd.changed()
			if at == &dir {
				inner = dir
			}
			continue
		}
		cmd.events()
		if cmd.Effective.Script != nil && depth > 0 {
			w.script(cmd.Effective.Script, *at, depth-1)
		}
	}
}

// command is a command with the directory it runs in.
type command struct {
	rule.Shell
	*walker
	dir  string
	step int
}

// add notes an event.
func (c command) add(e Event) {
	e.In, e.Shell, e.Step = c.walker.in, c.Shell, c.step
	c.walker.out = append(c.walker.out, e)
}
