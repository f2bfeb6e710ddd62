package restage

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/stack/python"
)

// pyPlan is a stage's instructions sorted for a Python project: what comes
// before the sources, which installs are for what, and what works on the
// sources.
type pyPlan struct {
	// early needs no sources: state, system packages, manifests, installs
	// for production.
	early []*dockerfile.Instruction
	// dev installs tools for development.
	dev []*dockerfile.Instruction
	// late copies and works on sources.
	late []*dockerfile.Instruction
	// manifests are the requirement files of production and development as
	// paths of the context, with those they include.
	manifests, devManifests []string
	// places are where the installs look for the manifests in the image.
	places map[string]string
	// names are requirements named on a command line, by purpose.
	names, devNames []string
	// installs are those of early that install for production.
	installs []*dockerfile.Instruction
	// moved says that an install was moved before the sources.
	moved bool
}

// planPython sorts the instructions. It refuses where an order of its own
// could change what they do.
func planPython(in Input) (*pyPlan, error) {
	p := &pyPlan{places: map[string]string{}}
	for _, i := range in.Stage.Instructions {
		var err error
		switch c := i.Command.(type) {
		case *dockerfile.Run:
			err = p.run(in, i, c)
		case *dockerfile.Copy:
			p.late = append(p.late, i)
		case *dockerfile.User:
			p.late = append(p.late, i)
		case *dockerfile.Onbuild:
			// The stages that start from the run-time stage would run it.
			err = noRewrite("%s is for images that build on this one", place(in, i))
		default:
			switch {
			case kindOf(i) != kindState:
			case len(p.late) == 0:
				p.early = append(p.early, i)
			default:
				p.late = append(p.late, i)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if len(p.manifests) == 0 && len(p.names) == 0 {
		return nil, noRewrite("no `pip install` of requirements in the last stage")
	}
	p.moved = p.passed(in)
	p.late = slices.DeleteFunc(p.late, func(i *dockerfile.Instruction) bool { return p.copiesManifests(in, i) })
	return p, nil
}

// passed reports whether an install stands after sources in the original.
func (p *pyPlan) passed(in Input) bool {
	sources := false
	for _, i := range in.Stage.Instructions {
		if _, ok := i.Command.(*dockerfile.Copy); ok && !p.copiesManifests(in, i) {
			sources = true
		}
		if sources && slices.Contains(p.installs, i) {
			return true
		}
	}
	return false
}

// hoist moves the settings that an install runs under before the sources
// with it. What ran under other settings must not have run yet.
func (p *pyPlan) hoist(in Input, install *dockerfile.Instruction) error {
	var stay []*dockerfile.Instruction
	for _, i := range p.late {
		switch i.Command.(type) {
		case *dockerfile.EnvVars, *dockerfile.Arg, *dockerfile.Shell, *dockerfile.Workdir:
			for _, before := range stay {
				if !indifferent(before) {
					return noRewrite("%s sets what %s needs, between steps", place(in, i), place(in, install))
				}
			}
			p.early = append(p.early, i)
		default:
			stay = append(stay, i)
		}
	}
	p.late = stay
	return nil
}

// indifferent reports a step that settings made before it do not change: a
// COPY to an absolute path without variables.
func indifferent(i *dockerfile.Instruction) bool {
	c, ok := i.Command.(*dockerfile.Copy)
	return ok && path.IsAbs(c.Dest.Raw) && !strings.Contains(i.Logical().Text(), "$")
}

// run places a RUN: installs by purpose, system packages early, the rest
// where it can see the sources and the installed packages if there are any
// yet.
func (p *pyPlan) run(in Input, i *dockerfile.Instruction, run *dockerfile.Run) error {
	purposes, err := pipPurposes(in, i, run)
	if err != nil {
		return err
	}
	switch {
	case len(purposes) == 0 && len(p.late)+len(p.installs) == 0:
		p.early = append(p.early, i)
	case len(purposes) == 0 && mergeable(run) && rootState(i):
		if strings.Contains(run.Text.Text(), "$") {
			if err := p.hoist(in, i); err != nil {
				return err
			}
		}
		p.early = append(p.early, i)
	case len(purposes) == 0:
		p.late = append(p.late, i)
	case allAre(purposes, python.Development):
		p.dev = append(p.dev, i)
		if err := p.hoist(in, i); err != nil {
			return err
		}
		return p.note(in, i, run, &p.devManifests, &p.devNames)
	case slices.Contains(purposes, python.Development):
		return noRewrite("%s installs for production and development at once", place(in, i))
	default:
		if len(p.late) > 0 {
			if err := p.hoist(in, i); err != nil {
				return err
			}
		}
		p.early = append(p.early, i)
		p.installs = append(p.installs, i)
		return p.note(in, i, run, &p.manifests, &p.names)
	}
	return nil
}

// pipPurposes lists the purposes of a RUN's installs, none when it has none.
// A RUN that installs must do nothing else, so that it can be moved.
func pipPurposes(in Input, i *dockerfile.Instruction, run *dockerfile.Run) ([]python.Purpose, error) {
	if run.Script == nil {
		return nil, nil
	}
	var list []python.Purpose
	other := false
	for _, c := range run.Script.Commands {
		install, ok, err := python.ReadInstall(c)
		switch {
		case err != nil:
			return nil, noRewrite("%s: %v", place(in, i), err)
		case ok:
			list = append(list, install.Purpose)
		case !harmless(c.Effective()):
			other = true
		}
	}
	switch {
	case len(list) == 0:
		return nil, nil
	case other:
		return nil, noRewrite("%s mixes pip with other commands", place(in, i))
	case len(run.Mounts) > 0 && !cacheOnly(run) || run.Heredoc || run.JSON || !rootState(i):
		return nil, noRewrite("%s runs pip in a form that cannot be moved", place(in, i))
	}
	return list, nil
}

// harmless are commands beside pip that only clean up or set shell options.
func harmless(e shellcmd.Effective) bool {
	switch e.Name {
	case "set", "true":
		return true
	case "pip", "pip3":
		return len(e.Words) > 1 && e.Words[1].Value == "cache"
	case "rm":
		args := e.Args(shellcmd.Options{})
		for _, k := range args.Operands {
			if !strings.Contains(e.Words[k].Text, ".cache") && !strings.HasPrefix(e.Words[k].Text, "/tmp/") {
				return false
			}
		}
		return true
	}
	return false
}

func cacheOnly(run *dockerfile.Run) bool {
	for _, m := range run.Mounts {
		if m.Type != "cache" {
			return false
		}
	}
	return true
}

func allAre(list []python.Purpose, want python.Purpose) bool {
	return !slices.ContainsFunc(list, func(p python.Purpose) bool { return p != want })
}

// note records where the installs of a RUN take their requirements from.
func (p *pyPlan) note(in Input, i *dockerfile.Instruction, run *dockerfile.Run, manifests, names *[]string) error {
	for _, c := range run.Script.Commands {
		install, ok, err := python.ReadInstall(c)
		if !ok || err != nil || install.Purpose == python.Toolchain {
			continue
		}
		*names = append(*names, install.Names...)
		for _, m := range install.Manifests {
			file := contextFile(in, absolute(i, m))
			if file == "" {
				return noRewrite("%s: %s is not a file that the stage copies from the context", place(in, i), m)
			}
			before := len(*manifests)
			if err := addManifest(in, i, file, manifests); err != nil {
				return err
			}
			p.place(file, absolute(i, m), (*manifests)[before:])
		}
	}
	return nil
}

// place notes where files lie when file lies at an image path: included ones
// are looked for relative to it.
func (p *pyPlan) place(file, at string, files []string) {
	for _, f := range files {
		if rel, err := filepath.Rel(path.Dir(file), f); err == nil && p.places[f] == "" {
			p.places[f] = path.Join(path.Dir(at), filepath.ToSlash(rel))
		}
	}
	p.places[file] = at
}

// addManifest notes a requirements file and those it includes.
func addManifest(in Input, i *dockerfile.Instruction, file string, manifests *[]string) error {
	files, missing := python.Includes(file, in.Project.Read)
	if len(missing) > 0 {
		return noRewrite("%s: %s includes %s, which is not in the context", place(in, i), file, missing[0])
	}
	for _, f := range files {
		b, _ := in.Project.Read(f)
		if local := python.LocalRequirement(b); local != "" {
			return noRewrite("%s: %s installs %s, which needs the sources", place(in, i), f, local)
		}
		if !slices.Contains(*manifests, f) {
			*manifests = append(*manifests, f)
		}
	}
	return nil
}

// absolute is a path as the instruction's commands see it.
func absolute(i *dockerfile.Instruction, p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join("/", i.Before.Workdir, p)
}
