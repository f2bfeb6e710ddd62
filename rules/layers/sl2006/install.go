package sl2006

import (
	"path"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/dockerfile/shellcmd"
	"schlank/rule"
	"schlank/rules/layers/trace"
)

// install is a call that installs what a manifest lists.
type install struct {
	in   *dockerfile.Instruction
	cmd  rule.Shell
	call pkgmgr.Action
	// dir is the directory it runs in.
	dir string
	// files are the manifests that the command names, relative to dir; none
	// for those with fixed names.
	files []string
}

// installIn finds the first call in a RUN that installs from a manifest.
func installIn(p *rule.Pass, in *dockerfile.Instruction) (install, bool) {
	run, ok := in.Command.(*dockerfile.Run)
	if !ok || hasCacheMount(run) {
		return install{}, false
	}
	dir := in.Before.Workdir
	for _, c := range p.CommandsOf(in) {
		if c.Name == "cd" && len(c.Words) == 2 && c.Words[1].Static && len(c.Command().Within) == 0 {
			dir = trace.Clean(dir, c.Words[1].Value)
		}
		a, ok := pkgmgr.Parse(c.Effective)
		if !ok || a.Dynamic || a.Has(pkgmgr.Dry) || !fromManifest(a) {
			continue
		}
		i := install{in: in, cmd: c, call: a, dir: trace.Clean(dir, ".")}
		for _, s := range a.Settings {
			if s.Option != pkgmgr.Manifest && s.Option != pkgmgr.Constraint {
				continue
			}
			if !s.Static || strings.Contains(s.Value, "://") {
				return install{}, false
			}
			i.files = append(i.files, s.Value)
		}
		return i.fromRoot(), true
	}
	return install{}, false
}

// fromRoot is i with files that are named from the root on as seen from the
// directory that they are in.
func (i install) fromRoot() install {
	if !slices.ContainsFunc(i.files, path.IsAbs) {
		return i
	}
	dir := path.Dir(path.Clean(i.files[0]))
	files := slices.Clone(i.files)
	for k, f := range files {
		if path.Dir(path.Clean(f)) != dir {
			return i
		}
		files[k] = path.Base(f)
	}
	i.dir, i.files = dir, files
	return i
}

// hasCacheMount reports whether a RUN keeps downloads between builds, so that
// running it again costs little.
func hasCacheMount(r *dockerfile.Run) bool {
	return slices.ContainsFunc(r.Mounts, func(m dockerfile.Mount) bool { return m.Type == "cache" })
}

// fromManifest reports whether a call installs or downloads what a manifest
// lists, and needs nothing else of the sources.
func fromManifest(a pkgmgr.Action) bool {
	if len(a.Packages) > 0 || a.Has(pkgmgr.Editable) || a.Has(pkgmgr.Global) {
		return false
	}
	switch a.Manager.Name {
	case "pip":
		return a.Verb == pkgmgr.Install && a.Has(pkgmgr.Manifest)
	case "uv":
		return a.Verb == pkgmgr.Install && (a.Has(pkgmgr.Manifest) || a.VerbText == "sync" && a.Args.Has("--no-install-project", "--no-install-workspace"))
	case "poetry":
		return a.Verb == pkgmgr.Install && a.Args.Has("--no-root", "--no-directory")
	case "pnpm":
		return a.Verb == pkgmgr.Install && a.VerbText != "deploy"
	case "pipenv", "npm", "yarn", "bun", "bundler":
		return a.Verb == pkgmgr.Install
	case "composer":
		return a.Verb == pkgmgr.Install && a.VerbText != "create-project"
	case "go":
		return a.VerbText == "mod download"
	case "maven", "cargo":
		return a.Verb == pkgmgr.Download
	}
	return false
}

// sources is a COPY that brings all sources.
type sources struct {
	in   *dockerfile.Instruction
	copy *dockerfile.Copy
	// from is the directory of the context that is copied, to the one in the
	// image.
	from, to string
}

// sourcesBefore finds the first COPY before an install that brings the sources
// it runs in, if nothing of that kind was installed before that COPY.
func sourcesBefore(p *rule.Pass, i install) (sources, bool) {
	for _, in := range i.in.Stage.Instructions {
		if in == i.in {
			break
		}
		if before, ok := installIn(p, in); ok && before.call.Manager == i.call.Manager {
			return sources{}, false
		}
		c, ok := in.Command.(*dockerfile.Copy)
		if !ok || c.From.Text != "" || len(c.Sources) != 1 || !trace.IsDir(p.Context, c, c.Sources[0].Text) {
			continue
		}
		to := trace.Clean(in.Before.Workdir, c.Dest.Text)
		if trace.Inside(i.dir, to) && whole(p, c, i, to) {
			return sources{in: in, copy: c, from: trace.InContext(c.Sources[0].Text), to: to}, true
		}
	}
	return sources{}, false
}

// whole reports whether a COPY brings sources, not a directory of manifests
// only: all of the context, or what the context is known to have the manifests
// and more in.
func whole(p *rule.Pass, c *dockerfile.Copy, i install, to string) bool {
	from := trace.InContext(c.Sources[0].Text)
	if from == "." {
		return true
	}
	if p.Context == nil {
		return false
	}
	wanted := i.names(p.Context, path.Join(from, relative(i.dir, to)))
	for _, w := range wanted {
		if _, ok := p.Context.Stat(path.Join(from, relative(i.dir, to), w)); !ok {
			return false
		}
	}
	return len(p.Context.List(from)) > len(wanted)+1
}

// relative is a path below a directory.
func relative(name, dir string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, dir), "/")
}

// names are the manifests that the install needs, relative to its directory:
// those that the command names, else those of the manager that are in dir of
// the context. Where nothing is known a lock file may be missing, and so it
// gets a wildcard.
func (i install) names(c rule.Context, dir string) []string {
	if len(i.files) > 0 {
		return i.named(c, dir)
	}
	m := i.call.Manager
	if c == nil {
		out := slices.Clone(m.Manifests[:min(1, len(m.Manifests))])
		if len(m.Lockfiles) > 0 {
			out = append(out, m.Lockfiles[0]+"*")
		}
		return out
	}
	var out []string
	for _, name := range slices.Concat(m.Manifests, m.Lockfiles, extras(m.Name)) {
		if info, ok := c.Stat(path.Join(dir, name)); ok && !info.Dir && !c.Ignored(path.Join(dir, name)) {
			out = append(out, name)
		}
	}
	return out
}

// extras are files besides manifests that an install reads if they are there.
func extras(manager string) []string {
	switch manager {
	case "npm":
		return []string{".npmrc"}
	case "yarn":
		return []string{".yarnrc.yml", ".yarnrc", ".npmrc"}
	case "pnpm":
		return []string{"pnpm-workspace.yaml", ".npmrc"}
	case "bundler":
		return []string{".ruby-version"}
	}
	return nil
}

// maxFollowed bounds how many files requirements name in a chain.
const maxFollowed = 32

// named are the files that the command names, and those that these name.
func (i install) named(c rule.Context, dir string) []string {
	out := slices.Clone(i.files)
	if c == nil {
		return out
	}
	for k := 0; k < len(out) && len(out) < maxFollowed; k++ {
		text, ok := c.Read(path.Join(dir, out[k]))
		if !ok {
			continue
		}
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line)
			if len(fields) != 2 || !slices.Contains([]string{"-r", "-c", "--requirement", "--constraint"}, fields[0]) || strings.Contains(fields[1], "://") {
				continue
			}
			if next := path.Join(path.Dir(out[k]), fields[1]); !slices.Contains(out, next) {
				out = append(out, next)
			}
		}
	}
	return out
}

// hint names the files to copy first.
func hint(i install) string {
	if len(i.files) > 0 {
		return strings.Join(i.files, " and ")
	}
	m := i.call.Manager
	return strings.Join(slices.Concat(m.Manifests[:1], m.Lockfiles[:min(1, len(m.Lockfiles))]), " and ")
}

// movable reports whether a step can run before the sources are there: it
// calls package managers, or sets up the shell.
func movable(s *shellcmd.Script, st shellcmd.Step) bool {
	for _, c := range s.Commands[st.First:st.Last] {
		e := c.Effective()
		a, ok := pkgmgr.Parse(e)
		if !ok {
			if e.Name != "set" {
				return false
			}
			continue
		}
		local := slices.ContainsFunc(a.Packages, func(p pkgmgr.Package) bool { return p.Kind == pkgmgr.Local })
		switch a.Verb {
		case pkgmgr.Update, pkgmgr.Install, pkgmgr.Upgrade, pkgmgr.Clean, pkgmgr.Download:
			if local || a.Has(pkgmgr.Editable) {
				return false
			}
		default:
			return false
		}
	}
	return true
}
