package restage

import (
	"path"
	"slices"
	"sort"
	"strings"

	"schlank/dockerfile"
	"schlank/source"
	"schlank/stack/python"
)

// findDevelopment finds the requirements of development: those the
// Dockerfile installs, else what the project has for the purpose.
func (r *pyRewrite) findDevelopment() {
	r.devFiles = r.plan.devManifests
	file := r.in.Project.DevManifest()
	if len(r.plan.dev) > 0 || file == "" || slices.Contains(r.plan.manifests, file) {
		return
	}
	var files []string
	if addManifest(r.in, r.in.Stage.From, file, &files) != nil {
		return
	}
	at := path.Join("/tmp", file)
	if where := imagePaths(r.in, file); len(where) > 0 {
		at = where[0]
	}
	r.devFiles = files
	r.plan.place(file, at, files)
}

func (r *pyRewrite) hasDev() bool { return len(r.plan.dev) > 0 || len(r.devFiles) > 0 }

// base is the FROM of a stage that starts where the original does.
func (r *pyRewrite) base() string { return from(r.in.Stage.Platform.Raw, r.in.Stage.Base.Raw) }

// copyInstalled puts what a stage installed to where pip would have.
func (r *pyRewrite) copyInstalled(stage, dir string) error {
	return r.w.copy("COPY --from="+stage, []string{dir}, "/usr/local")
}

// writeDeps writes the stage that installs system packages and requirements.
func (r *pyRewrite) writeDeps() error {
	w := r.w
	w.stage("deps: installs what production needs, with compilers at hand. Only "+installDir+" leaves this stage.", r.base(), r.deps)
	copied := false
	for n := 0; n < len(r.plan.early); {
		list := r.plan.early[n:]
		if group := aptGroup(list); len(group) > 0 {
			w.gap()
			r.moves = append(r.moves, w.build(group)...)
			w.gap()
			n += len(group)
			continue
		}
		i := list[0]
		n++
		if !slices.Contains(r.plan.installs, i) {
			w.original(i)
			continue
		}
		if !copied {
			w.gap()
			if err := r.manifests(i, r.plan.manifests); err != nil {
				return err
			}
			copied, w.tight = true, true
		}
		r.install(i, installDir, r.earlier(i))
	}
	if r.plan.moved {
		r.moves = append(r.moves, Move{
			Name: "requirements before sources", Reason: "a change of the sources no longer installs all packages again",
			Evidence: slices.Concat(r.plan.manifests, r.plan.names),
		})
	}
	return nil
}

// earlier is where an install finds what those before it have installed, ""
// for the first one that does.
func (r *pyRewrite) earlier(i *dockerfile.Instruction) string {
	for _, before := range r.plan.installs {
		if before == i {
			return ""
		}
		for _, c := range before.Command.(*dockerfile.Run).Script.Commands {
			if in, ok, _ := python.ReadInstall(c); ok && in.Purpose == python.Production && len(r.dists.sites) > 0 {
				return installDir + strings.TrimPrefix(r.dists.sites[0], r.dists.prefix)
			}
		}
	}
	return ""
}

// install writes a pip RUN with a cache mount and a prefix.
func (r *pyRewrite) install(i *dockerfile.Instruction, prefix, earlier string) {
	run := i.Command.(*dockerfile.Run)
	var edits []source.Edit
	if cachesPip(i, run) {
		edits = append(edits, r.w.mountEdit(i, run))
		r.moves = append(r.moves, pipCacheMove(r.in, i))
	}
	r.w.edited(i, append(edits, prefixEdits(run, prefix, earlier)...))
}

// manifests copies requirement files to where the original has them. before
// is the instruction that they are for.
func (r *pyRewrite) manifests(before *dockerfile.Instruction, files []string) error {
	w := r.w
	for _, i := range w.in.Stage.Instructions {
		if c, ok := i.Command.(*dockerfile.Copy); ok && len(files) > 0 && len(copiedBy(i, c, files[0])) > 0 && !broad(w.in, c) {
			w.replaced(i)
		}
	}
	byDir := map[string][]string{}
	for _, f := range files {
		at := r.plan.places[f]
		if path.Base(at) == path.Base(f) {
			byDir[path.Dir(at)] = append(byDir[path.Dir(at)], f)
		} else if err := w.copy("COPY", []string{f}, at); err != nil {
			return err
		}
	}
	dirs := make([]string, 0, len(byDir))
	for d := range byDir {
		dirs = append(dirs, d)
	}
	sort.Strings(dirs)
	for _, d := range dirs {
		if err := w.copy("COPY", byDir[d], strings.TrimSuffix(relative(before.Before.Workdir, d), "/")+"/"); err != nil {
			return err
		}
	}
	return nil
}

// relative writes a directory of the image relative to the working directory
// where that is shorter.
func relative(wd, dir string) string {
	if wd == dir {
		return "."
	}
	if rest, ok := strings.CutPrefix(dir, wd+"/"); ok && path.IsAbs(wd) {
		return rest
	}
	return dir
}

// writeDevDeps writes the stage that installs the tools for development on
// top of what production has, and keeps them apart.
func (r *pyRewrite) writeDevDeps() error {
	w := r.w
	w.stage("dev-deps: adds the tools for test and development. Only "+installDevDir+" leaves this stage.", r.deps, r.devDeps)
	if err := r.copyInstalled(r.deps, installDir); err != nil {
		return err
	}
	var own []string
	for _, m := range r.devFiles {
		if !slices.Contains(r.plan.manifests, m) {
			own = append(own, m)
		}
	}
	before := r.in.Stage.From
	if n := len(r.plan.dev); n > 0 {
		before = r.plan.dev[0]
	} else if n := len(r.plan.installs); n > 0 {
		before = r.plan.installs[n-1]
	}
	if err := r.manifests(before, own); err != nil {
		return err
	}
	w.tight = true
	if len(r.plan.dev) == 0 {
		file := relative(before.Before.Workdir, r.plan.places[r.devFiles[0]])
		w.line(w.run([]string{pipMount}, []string{"pip install --prefix=" + installDevDir + " -r " + shellQuote(file)}))
		return nil
	}
	for _, i := range r.plan.dev {
		r.install(i, installDevDir, "")
	}
	return nil
}

// writeBuild writes the stage that works on the sources.
func (r *pyRewrite) writeBuild() error {
	w := r.w
	w.stage("build: the application, with everything production needs to prepare it.", r.deps, r.build)
	if err := r.copyInstalled(r.deps, installDir); err != nil {
		return err
	}
	r.moves = append(r.moves, w.build(trimState(r.plan.late))...)
	return nil
}
