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

// fix sets owner or mode on the way, and takes the change out of its RUN. It
// is equivalent when the copies are all there is in the paths; a directory
// that was there before keeps its own owner then, so that is a suggestion.
func fix(p *rule.Pass, c change, copies []trace.Event) (finding.Fix, bool) {
	value, ok := onTheWay(p, c, copies)
	if !ok || len(c.paths) != 1 || !covered(p, c, copies) || c.recursive && !whole(c, copies) {
		return finding.Fix{}, false
	}
	removal, ok := takeOut(c)
	if !ok {
		return finding.Fix{}, false
	}
	edits := removal
	var seen []*dockerfile.Instruction
	for _, e := range copies {
		if slices.Contains(seen, e.In) {
			continue
		}
		seen = append(seen, e.In)
		if e.Copy.Link && strings.Trim(value, "0123456789:") != "" {
			return finding.Fix{}, false // BuildKit could not look the name up
		}
		if e.In.Stage != c.In.Stage || c.name == "chown" && e.Copy.Chown.Text != "" || c.name == "chmod" && e.Copy.Chmod.Text != "" {
			return finding.Fix{}, false
		}
		edits = append(edits, source.Insert(e.In.AfterFlags(), " --"+c.name+"="+value))
	}
	safety := finding.Equivalent
	if c.name == "chmod" && strings.Trim(c.value, "01234567") != "" || existed(p, c, copies) {
		safety = finding.Suggestion
	}
	return finding.Fix{Title: "set it with COPY --" + c.name, Safety: safety, Edits: edits}, true
}

// onTheWay is the value of the flag, and false where there is none that does
// the same.
func onTheWay(p *rule.Pass, c change, copies []trace.Event) (string, bool) {
	if strings.ContainsAny(c.value, "`(\"' ") {
		return "", false
	}
	if c.name == "chown" {
		name, _, _ := strings.Cut(c.value, ":")
		return c.value, name != "" && c.recursive && !strings.HasPrefix(c.value, "$") && !made(p, c, name, copies)
	}
	if c.value != "" && strings.Trim(c.value, "01234567") == "" {
		// A mode for all would make files of directories' modes, as it does.
		return c.value, len(c.value) <= 4
	}
	files := !slices.ContainsFunc(copies, func(e trace.Event) bool {
		return e.Tree && path.Ext(e.Source.Text) == "" && strings.HasSuffix(e.Source.Text, "/")
	})
	return "755", !c.recursive && (c.value == "+x" || c.value == "a+x") && files
}

// made reports whether a user is only made after the first of the copies: a
// COPY needs to know who that is.
func made(p *rule.Pass, c change, name string, copies []trace.Event) bool {
	if strings.Trim(name, "0123456789") == "" {
		return false
	}
	for _, in := range c.In.Stage.Instructions {
		if in.Span.Start < copies[0].In.Span.Start || in.Span.Start > c.In.Span.Start {
			continue
		}
		for _, s := range p.CommandsOf(in) {
			if (s.Name == "useradd" || s.Name == "adduser" || s.Name == "groupadd" || s.Name == "addgroup") &&
				slices.ContainsFunc(s.Words, func(w shellcmd.Word) bool { return w.Value == name }) {
				return true
			}
		}
	}
	return false
}

// covered reports whether the copies are all that the change is about: nothing
// else between them and the change can have put files into the paths.
func covered(p *rule.Pass, c change, copies []trace.Event) bool {
	first, name := copies[0].In, c.paths[0]
	for _, e := range copies {
		if !c.recursive && len(e.Copy.Sources) > 1 {
			return false
		}
		if !trace.Inside(e.Path, name) && !(path.Dir(name) == e.Path && !c.recursive) {
			return false
		}
	}
	for _, in := range c.In.Stage.Instructions {
		if _, ok := in.Command.(*dockerfile.Run); !ok || in.Span.Start <= first.Span.Start || in == c.In {
			continue
		}
		if in.Span.Start < c.In.Span.Start && c.recursive {
			return false
		}
	}
	for _, before := range c.Script.Commands[:c.Index] {
		if before.Name != "set" && c.recursive {
			return false
		}
	}
	return true
}

// whole reports whether the copies are all that can be in the path: one of
// them fills it, or nothing has run before that could have.
func whole(c change, copies []trace.Event) bool {
	if slices.ContainsFunc(copies, func(e trace.Event) bool { return e.Path == c.paths[0] }) {
		return true
	}
	return !slices.ContainsFunc(c.In.Stage.Instructions, func(in *dockerfile.Instruction) bool {
		_, runs := in.Command.(*dockerfile.Run)
		return runs && in.Span.Start < copies[0].In.Span.Start
	})
}

// existed reports whether the path was there before the copies, as a WORKDIR
// makes it, and is itself changed.
func existed(p *rule.Pass, c change, copies []trace.Event) bool {
	if !c.recursive {
		return false
	}
	name := c.paths[0]
	if system(name) || !slices.ContainsFunc(copies, func(e trace.Event) bool { return e.Path == name }) {
		return true
	}
	for _, in := range c.In.Stage.Instructions {
		if in.Span.Start >= copies[0].In.Span.Start {
			break
		}
		switch in.Command.(type) {
		case *dockerfile.Workdir:
			if trace.Inside(trace.Clean(in.Before.Workdir, in.Command.(*dockerfile.Workdir).Path.Text), name) {
				return true
			}
		case *dockerfile.Run:
			if strings.Contains(in.Logical().Text(), name) {
				return true
			}
		}
	}
	return false
}

// system reports whether base images are likely to hold a path with files.
func system(name string) bool {
	return slices.ContainsFunc([]string{"/etc", "/usr", "/var"}, func(dir string) bool { return trace.Inside(name, dir) })
}

// takeOut is the edits that take the change out of its RUN, or the RUN when it
// does nothing else.
func takeOut(c change) ([]source.Edit, bool) {
	steps := c.Script.Steps
	if c.Run.JSON || len(c.In.Heredocs) > 0 {
		return nil, false
	}
	k := slices.IndexFunc(steps, func(st shellcmd.Step) bool { return st.First == c.Index && st.Last == c.Index+1 })
	if k < 0 || steps[k].Next == shellcmd.Or || k > 0 && steps[k-1].Next == shellcmd.Or {
		return nil, false
	}
	if len(steps) == 1 {
		return []source.Edit{source.Delete(c.In.Span)}, true
	}
	if len(steps[k].OrigRemoval) == 0 {
		return nil, false
	}
	var edits []source.Edit
	for _, s := range steps[k].OrigRemoval {
		edits = append(edits, source.Delete(s))
	}
	return edits, true
}
