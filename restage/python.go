package restage

import (
	"path"
	"slices"
	"sort"
	"strings"

	"schlank/dockerfile"
	"schlank/inventory"
	"schlank/source"
	"schlank/stack/python"
)

// Where installs go in the build stages. They are copied over /usr/local, so
// that files lie where pip would have put them in the original.
const (
	installDir    = "/install"
	installDevDir = "/install-dev"
)

// pyRewrite is a Python rewriting in progress.
type pyRewrite struct {
	in    Input
	plan  *pyPlan
	w     *writer
	dists pyDists
	// tests are the paths of the context that are tests.
	tests []string
	// names of the stages
	deps, devDeps, build, prod, test, dev string
	devManifest                           string
	moves                                 []Move
}

// rewritePython writes what an expert would for a project that installs its
// packages with plain pip: requirements before sources, packages in a prefix,
// and targets for development, test and production.
func rewritePython(in Input) (*Candidate, error) {
	if !in.Sibling.Same {
		return nil, noRewrite("%s holds no Python", in.Sibling.Ref)
	}
	plan, err := planPython(in)
	if err != nil {
		return nil, err
	}
	r := &pyRewrite{in: in, plan: plan, w: newWriter(in), tests: in.Project.TestPaths(), dists: productionDists(in, plan)}
	if r.dists.prefix != "/usr/local" {
		return nil, noRewrite("pip installs to %s here, not to /usr/local", firstNonEmpty(r.dists.prefix, "an unknown place"))
	}
	name := stageNames(in)
	r.deps, r.devDeps, r.build = name("deps"), name("dev-deps"), name("build")
	r.prod, r.test, r.dev = name("prod"), name("test"), name("dev")
	if r.devManifest = in.Project.DevManifest(); len(plan.devManifests) > 0 {
		r.devManifest = plan.devManifests[0]
	}
	return r.write()
}

func (r *pyRewrite) write() (*Candidate, error) {
	in := r.in
	skip := r.skip()
	ev, err := collect(in, skip)
	if err != nil {
		return nil, err
	}
	r.moves = append([]Move{splitMove(in, ev), baseMove(in)}, r.moves...)
	r.moves = append(r.moves, needMoves(in, ev)...)
	r.w.preamble()
	r.w.comments(in.Stage.From)
	r.writeDeps()
	if r.hasDev() {
		r.writeDevDeps()
	}
	r.writeBuild()
	var app []*inventory.File
	for _, f := range ev.Artefacts {
		if !r.dists.owns(in.Image, f) {
			app = append(app, f)
		}
	}
	rt := runtime{name: r.prod, from: r.build, ev: ev, copies: planCopies(app, in.Image.Tree, in.Slim.Tree),
		before: []string{copyWords("COPY --from="+r.deps, installDir, "/usr/local")}}
	if in.NonRoot && runsAsRoot(in.Image.Config.User) {
		rt.user = nonRootUser
		r.moves = append(r.moves, nonRootMove(in))
	}
	if err := r.w.prod(rt); err != nil {
		return nil, err
	}
	targets := []string{r.prod}
	if r.writeTest(rt) {
		targets = append(targets, r.test)
	}
	if r.writeDev() {
		targets = append(targets, r.dev)
	}
	r.w.gap()
	r.w.line("# The default target is production.")
	r.w.line("FROM " + r.prod)
	return r.candidate(targets), nil
}

func (r *pyRewrite) candidate(targets []string) *Candidate {
	if len(targets) > 1 {
		r.moves = append(r.moves, Move{Name: "targets " + strings.Join(targets, ", "), Reason: "one file serves development, test and production; test builds on the very layers of production"})
	}
	c := &Candidate{Name: "python", Text: r.w.text(), Moves: r.moves, Targets: targets}
	if check := python.ImportCheck(r.dists.production); check != "" {
		c.Checks = append(c.Checks, check)
	}
	return c
}

// skip leaves out what production does without: packages for development,
// tests, and compiled files that lie beside the application's own modules.
func (r *pyRewrite) skip() func(*inventory.File) bool {
	tests := map[string]bool{}
	for _, t := range r.tests {
		for _, p := range imagePaths(r.in, t) {
			tests[p] = true
		}
	}
	isTest := func(p string) bool {
		for d := p; d != "/" && d != "."; d = path.Dir(d) {
			if tests[d] {
				return true
			}
		}
		return false
	}
	dropped := func(f *inventory.File) bool {
		return f.Owner >= 0 && r.dists.development[f.Owner]
	}
	if n, files := sumBytes(r.in.Image.Tree, func(f *inventory.File) bool { return f.Owner < 0 && isTest(f.Path) }); files > 0 {
		r.moves = append(r.moves, Move{Name: "tests leave production", Reason: "they run in the test target, on production's own layers", Evidence: r.tests, Bytes: n})
	}
	if n, files := sumBytes(r.in.Image.Tree, dropped); files > 0 {
		r.moves = append(r.moves, Move{
			Name: "production packages only", Reason: "packages that only development asks for leave production",
			Evidence: r.dists.developmentNames(r.in.Image), Bytes: n,
		})
	}
	return func(f *inventory.File) bool { return dropped(f) || f.Owner < 0 && isTest(f.Path) }
}

func (r *pyRewrite) hasDev() bool {
	return len(r.plan.dev) > 0 || r.devManifest != ""
}

// writeDeps writes the stage that installs system packages and requirements.
func (r *pyRewrite) writeDeps() {
	w := r.w
	w.stage("deps: installs what production needs, with compilers at hand. Only "+installDir+" leaves this stage.", r.in.Stage.Base.Raw, r.deps)
	copied := false
	for n := 0; n < len(r.plan.early); {
		list := r.plan.early[n:]
		if group := aptGroup(list); len(group) > 0 {
			r.moves = append(r.moves, w.build(group)...)
			n += len(group)
			continue
		}
		i := list[0]
		run, ok := i.Command.(*dockerfile.Run)
		if ok && slices.ContainsFunc(run.Script.Commands, isPip) {
			if !copied {
				w.manifests(r.plan.manifests)
				copied = true
			}
			r.install(i, run, installDir)
		} else {
			w.original(i)
		}
		n++
	}
	if r.plan.moved {
		r.moves = append(r.moves, Move{
			Name: "requirements before sources", Reason: "a change of the sources no longer installs all packages again",
			Evidence: r.plan.manifests,
		})
	}
}

// install writes a pip RUN with a cache mount and a prefix.
func (r *pyRewrite) install(i *dockerfile.Instruction, run *dockerfile.Run, prefix string) {
	edits := prefixEdits(run.Script.Commands, prefix)
	if len(run.Mounts) == 0 {
		edits = append(edits, source.Insert(i.AfterKeyword(), " "+pipMount))
	}
	r.w.edited(i, edits)
	r.moves = append(r.moves, pipCacheMove(r.in, i))
}

// manifests copies requirement files to where the original has them.
func (w *writer) manifests(files []string) {
	byDir := map[string][]string{}
	for _, f := range files {
		if at := imagePaths(w.in, f); len(at) > 0 {
			byDir[path.Dir(at[0])] = append(byDir[path.Dir(at[0])], f)
		}
	}
	dirs := make([]string, 0, len(byDir))
	for d := range byDir {
		dirs = append(dirs, d)
	}
	sort.Strings(dirs)
	for _, d := range dirs {
		w.line(copyWords("COPY", append(byDir[d], w.relative(d)+"/")...))
	}
}

// relative writes a directory of the image relative to the working directory
// where that is shorter.
func (w *writer) relative(dir string) string {
	wd := w.in.Image.Config.WorkingDir
	if wd == dir {
		return "."
	}
	if rest, ok := strings.CutPrefix(dir, wd+"/"); ok && wd != "" {
		return rest
	}
	return strings.TrimSuffix(dir, "/")
}

// writeDevDeps writes the stage that installs the tools for development on
// top of what production has, and keeps them apart.
func (r *pyRewrite) writeDevDeps() {
	w := r.w
	w.stage("dev-deps: adds the tools for test and development. Only "+installDevDir+" leaves this stage.", r.deps, r.devDeps)
	w.line(copyWords("COPY --from="+r.deps, installDir, "/usr/local"))
	manifests := r.plan.devManifests
	if len(manifests) == 0 && r.devManifest != "" {
		manifests = python.Includes(r.devManifest, r.in.Project.Read)
	}
	var own []string
	for _, m := range manifests {
		if !slices.Contains(r.plan.manifests, m) {
			own = append(own, m)
		}
	}
	w.manifests(own)
	if len(r.plan.dev) == 0 {
		w.line(w.run([]string{pipMount}, []string{"pip install --prefix=" + installDevDir + " -r " + shellQuote(imagePaths(r.in, r.devManifest)[0])}))
		return
	}
	for _, i := range r.plan.dev {
		r.install(i, i.Command.(*dockerfile.Run), installDevDir)
	}
}

// writeBuild writes the stage that works on the sources.
func (r *pyRewrite) writeBuild() {
	w := r.w
	w.stage("build: the application, with everything production needs to prepare it.", r.deps, r.build)
	w.line(copyWords("COPY --from="+r.deps, installDir, "/usr/local"))
	r.moves = append(r.moves, w.build(r.plan.late)...)
}
