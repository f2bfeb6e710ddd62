package restage

import (
	"path"
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
	// names are requirements named on a command line, by purpose.
	names, devNames []string
	// moved says that an install was moved before the sources.
	moved bool
}

// planPython sorts the instructions. It refuses where an order of its own
// could change what they do.
func planPython(in Input) (*pyPlan, error) {
	p := &pyPlan{}
	workdir := ""
	for _, i := range in.Stage.Instructions {
		var err error
		switch c := i.Command.(type) {
		case *dockerfile.Run:
			err = p.run(in, i, c)
		case *dockerfile.Copy:
			p.copy(in, i, c)
		case *dockerfile.Workdir:
			if workdir != "" && len(p.late) > 0 {
				return nil, noRewrite("%s changes the working directory between steps", place(in, i))
			}
			workdir = c.Path.Text
			p.early = append(p.early, i)
		case *dockerfile.User:
			p.late = append(p.late, i)
		default:
			if kindOf(i) == kindState {
				p.early = append(p.early, i)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if len(p.manifests) == 0 && len(p.names) == 0 {
		return nil, noRewrite("no `pip install` of requirements in the last stage")
	}
	return p, nil
}

// run places a RUN: installs by purpose, system packages early, the rest
// where it can see the sources if there are any yet.
func (p *pyPlan) run(in Input, i *dockerfile.Instruction, run *dockerfile.Run) error {
	purposes, err := pipPurposes(in, i, run)
	if err != nil {
		return err
	}
	switch {
	case len(purposes) == 0 && (aptOnly(run) || len(p.late) == 0):
		p.early = append(p.early, i)
	case len(purposes) == 0:
		p.late = append(p.late, i)
	case allAre(purposes, python.Development):
		p.dev = append(p.dev, i)
		return p.note(in, i, run, &p.devManifests, &p.devNames)
	case slices.Contains(purposes, python.Development):
		return noRewrite("%s installs for production and development at once", place(in, i))
	default:
		if len(p.late) > 0 {
			p.moved = true
		}
		p.early = append(p.early, i)
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
			for _, f := range python.Includes(file, in.Project.Read) {
				if !slices.Contains(*manifests, f) {
					*manifests = append(*manifests, f)
				}
			}
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

// copy places a COPY. One that takes nothing but manifests is written anew
// before the installs, so it is not kept.
func (p *pyPlan) copy(in Input, i *dockerfile.Instruction, c *dockerfile.Copy) {
	if c.From.Raw == "" && len(c.Sources) > 0 && !broad(in, c) && allManifests(in, c) {
		return
	}
	p.late = append(p.late, i)
}

// allManifests reports whether all sources look like requirement files. They
// are copied again with the sources if a broad COPY follows.
func allManifests(in Input, c *dockerfile.Copy) bool {
	for _, s := range c.Sources {
		base := path.Base(s.Text)
		if !strings.Contains(base, "requirements") && !strings.Contains(base, "constraints") {
			return false
		}
	}
	return slices.ContainsFunc(fromContext(in), func(i *dockerfile.Instruction) bool {
		return broad(in, i.Command.(*dockerfile.Copy))
	})
}
