package restage

import (
	"cmp"
	"path"
	"strings"

	"schlank/inventory"
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
	// devFiles are the requirements of development: of the installs of the
	// Dockerfile, or what the project has for the purpose.
	devFiles []string
	moves    []Move
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
		return nil, noRewrite("pip installs to %s here, not to /usr/local", cmp.Or(r.dists.prefix, "an unknown place"))
	}
	// Debian's own Python has another layout below a prefix (sysconfig's
	// posix_local): what pip puts there is not found in /usr/local.
	for _, site := range r.dists.sites {
		if path.Base(site) == "dist-packages" {
			return nil, noRewrite("the distribution's own Python finds packages in %s, and not where a prefix has them", site)
		}
	}
	if err := r.dists.check(in, plan); err != nil {
		return nil, err
	}
	name := stageNames(in)
	r.prod = prodName(in, name)
	r.deps, r.devDeps, r.build = name("deps"), name("dev-deps"), name("build")
	r.test, r.dev = name("test"), name("dev")
	r.findDevelopment()
	return r.write()
}

func (r *pyRewrite) write() (*Candidate, error) {
	in := r.in
	skip := r.skip()
	ev, err := collect(in, skip)
	if err != nil {
		return nil, err
	}
	if i := foreignPackages(in); i != nil && len(ev.Packages) > 0 {
		return nil, noRewrite("%s installs a package file, which no archive has", place(in, i))
	}
	if len(ev.Missing) > 0 {
		return nil, noRewrite("%s", ev.Missing[0])
	}
	r.moves = append([]Move{splitMove(in, ev), baseMove(in)}, r.moves...)
	r.moves = append(r.moves, needMoves(in, ev)...)
	r.w.preamble()
	if err := r.writeBuildStages(); err != nil {
		return nil, err
	}
	var app []*inventory.File
	for _, f := range ev.Artefacts {
		if !r.dists.owns(in.Image, f) {
			app = append(app, f)
		}
	}
	rt := runtime{name: r.prod, from: r.build, ev: ev, copies: planCopies(app, in.Image.Tree, in.Slim.Tree),
		before: func() error { return r.copyInstalled(r.deps, installDir) }}
	if in.NonRoot && runsAsRoot(in.Image.Config.User) {
		acc, err := readAccounts(in)
		if err != nil {
			return nil, err
		}
		rt.user = acc.nonRoot()
		r.moves = append(r.moves, nonRootMove(in, rt.user))
	}
	if err := r.w.prod(rt); err != nil {
		return nil, err
	}
	return r.writeTargets(rt)
}

// writeBuildStages writes everything before the run-time stage.
func (r *pyRewrite) writeBuildStages() error {
	if err := r.writeDeps(); err != nil {
		return err
	}
	if r.hasDev() {
		if err := r.writeDevDeps(); err != nil {
			return err
		}
	}
	return r.writeBuild()
}

// writeTargets writes the stages after the run-time stage, which is the
// default still.
func (r *pyRewrite) writeTargets(rt runtime) (*Candidate, error) {
	targets := []string{r.prod}
	tested, err := r.writeTest(rt)
	if err != nil {
		return nil, err
	}
	if tested {
		targets = append(targets, r.test)
	}
	developed, err := r.writeDev()
	if err != nil {
		return nil, err
	}
	if developed {
		targets = append(targets, r.dev)
	}
	if len(targets) > 1 {
		r.w.gap()
		r.w.line("# The default target is production.")
		r.w.line("FROM " + r.prod)
	}
	return r.candidate(targets), nil
}

func (r *pyRewrite) candidate(targets []string) *Candidate {
	if len(targets) > 1 {
		r.moves = append(r.moves, Move{Name: "targets " + strings.Join(targets, ", "), Reason: "one file serves all of them, and test builds on the very layers of production"})
	}
	c := &Candidate{Name: "python", Text: r.w.text(), Moves: tidy(r.moves), Targets: targets}
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
	return func(f *inventory.File) bool {
		return dropped(f) || f.Owner >= 0 && r.dists.toolchain[f.Owner] || f.Owner < 0 && isTest(f.Path)
	}
}
