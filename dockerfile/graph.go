package dockerfile

import (
	"slices"
	"strconv"
	"strings"

	"schlank/dockerfile/syntax"
)

// Target is the stage that name means: a name in any case, else a number from
// 0 on; "" is the last stage. It is nil when there is none.
func (f *File) Target(name string) *Stage {
	if name == "" {
		if len(f.Stages) == 0 {
			return nil
		}
		return f.Stages[len(f.Stages)-1]
	}
	if s := f.lastNamed(strings.ToLower(name)); s != nil {
		return s
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 0 && n < len(f.Stages) {
		return f.Stages[n]
	}
	return nil
}

// Needed are the stages that building target needs, itself among them, in the
// order of the file.
func (f *File) Needed(target *Stage) []*Stage {
	seen := map[*Stage]bool{}
	var visit func(s *Stage)
	visit = func(s *Stage) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		for _, d := range s.Deps {
			visit(d.Stage)
		}
	}
	visit(target)
	var out []*Stage
	for _, s := range f.Stages {
		if seen[s] {
			out = append(out, s)
		}
	}
	return out
}

// link resolves the references between stages. It runs when all stages are
// known, because a name means the last stage that has it.
func (f *File) link() {
	for _, s := range f.Stages {
		if s.Parent != nil {
			s.depend(s.Parent, s.From, s.Base)
		}
		for _, i := range s.triggers() {
			f.linkInstruction(s, i, false)
		}
		for _, i := range s.Instructions {
			f.linkInstruction(s, i, true)
		}
	}
}

// linkInstruction resolves the references of one instruction in stage s.
func (f *File) linkInstruction(s *Stage, i *Instruction, report bool) {
	switch c := i.Command.(type) {
	case *Copy:
		if c.From.Raw == "" {
			return
		}
		to, index := f.copySource(c.From.Raw)
		f.checkReference(s, to, c.From, index, report)
		if report {
			c.FromStage = to
		}
		s.depend(to, i, c.From)
	case *Run:
		for k := range c.Mounts {
			m := &c.Mounts[k]
			if m.From.Raw == "" {
				continue
			}
			to := f.lastNamed(strings.ToLower(m.From.Raw))
			f.checkReference(s, to, m.From, false, report)
			if report {
				m.FromStage = to
			}
			s.depend(to, i, m.From)
		}
	}
}

// copySource is the stage that --from means, and whether it is a number.
func (f *File) copySource(name string) (*Stage, bool) {
	n, err := strconv.Atoi(name)
	if err != nil {
		return f.lastNamed(strings.ToLower(name)), false
	}
	if n < 0 || n >= len(f.Stages) {
		return nil, true
	}
	return f.Stages[n], true
}

// checkReference notes a reference to a stage that is not built before s.
func (f *File) checkReference(s, to *Stage, from Value, index, report bool) {
	if !report {
		return
	}
	switch {
	case to == nil && index:
		f.errorf(BadStageReference, from.Span, "stages count from 0", "there is no stage %s", from.Raw)
		f.alias("DL3022")
	case to == s:
		f.errorf(BadStageReference, from.Span, "leave the reference out to use the build context", "the stage refers to itself")
		f.alias("DL3023", "DS-0006")
	case to != nil && to.Index > s.Index:
		f.errorf(BadStageReference, from.Span, "move that stage up", "stage %s comes later", from.Raw)
		f.alias("DL3022")
	case to == nil:
		f.checkSlip(s, from)
	}
}

// checkSlip notes a name that is no stage but almost is: it means an image.
func (f *File) checkSlip(s *Stage, from Value) {
	var names []string
	for _, other := range f.Stages[:s.Index] {
		if other.Name != "" {
			names = append(names, other.Name)
		}
	}
	if strings.ContainsAny(from.Raw, ":/@") {
		return
	}
	if near := syntax.Nearest(strings.ToLower(from.Raw), names); near != "" {
		f.warnf(BadStageReference, from.Span, "did you mean "+near+"?", "there is no stage %s, so it means an image", from.Raw)
		f.alias("DL3022")
	}
}

// depend notes that s needs to.
func (s *Stage) depend(to *Stage, by *Instruction, at Value) {
	if to == nil || to == s {
		return
	}
	if !slices.ContainsFunc(s.Deps, func(d Dep) bool { return d.Stage == to }) {
		s.Deps = append(s.Deps, Dep{Stage: to, By: by, Span: at.Span})
	}
}
