package restage

import (
	"cmp"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/stack/python"
)

// maxTestCopies is how many test paths are named one by one.
const maxTestCopies = 8

// writeTest writes the test target: production's layers, the test tools and
// the tests. Building it runs the tests, as the user of production.
func (r *pyRewrite) writeTest(rt runtime) (bool, error) {
	var paths []string
	for _, t := range r.tests {
		paths = append(paths, imagePaths(r.in, t)...)
	}
	cmd := r.in.Project.TestCommand(append(r.devNames(), r.productionNames()...))
	if len(paths) == 0 || cmd == nil {
		return false, nil
	}
	w := r.w
	w.stage("test: production with the test tools and the tests. Building this target runs them.", r.prod, r.test)
	if err := r.copyDevTools(); err != nil {
		return false, err
	}
	flags := copyFlags{from: r.build}
	if rt.user != "" {
		flags.chown = rt.user + ":" + rt.user
	}
	set := copySet{}
	if len(paths) > maxTestCopies {
		for _, d := range rt.copies.dirs {
			set.dirs = append(set.dirs, dirCopy{path: d.path})
		}
	}
	if len(set.dirs) == 0 {
		set.listed = paths
		sortPaths(set.listed)
	}
	if err := w.writeCopies(set, flags); err != nil {
		return false, err
	}
	w.line("RUN " + jsonWords(cmd))
	w.gap()
	w.line("HEALTHCHECK NONE")
	w.line("ENTRYPOINT []")
	w.line("CMD " + jsonWords(cmd))
	return true, nil
}

func (r *pyRewrite) productionNames() []string {
	var names []string
	for _, d := range r.dists.production {
		names = append(names, python.Normalize(d.Name))
	}
	return names
}

// writeDev writes the development target: the build stage with the tools,
// started with live reload and, where debugpy is there, under the debugger.
func (r *pyRewrite) writeDev() (bool, error) {
	cfg := r.in.Image.Config
	port := "8000"
	if len(cfg.ExposedPorts) > 0 {
		port, _, _ = strings.Cut(cfg.ExposedPorts[0], "/")
	}
	names := r.devNames()
	command, wrapped := python.Start(cfg.Entrypoint, cfg.Cmd)
	cmd, ok := r.in.Project.DevCommand(command, names, port)
	if !ok {
		return false, nil
	}
	w := r.w
	why := "dev: compilers and tools at hand, live reload"
	if slices.Contains(names, "debugpy") {
		why += ", remote debugger on port " + python.DebugPort
	}
	if wd := cmp.Or(cfg.WorkingDir, "/"); writable(wd) {
		why += ". Mount your sources over " + wd
	}
	w.stage(why+".", r.build, r.dev)
	if err := r.copyDevTools(); err != nil {
		return false, err
	}
	w.gap()
	for _, i := range chain(r.in) {
		if _, ok := i.Command.(*dockerfile.Expose); ok {
			w.bare(i)
		}
	}
	if slices.Contains(names, "debugpy") {
		w.line("EXPOSE " + python.DebugPort)
	}
	if i := last[*dockerfile.Entrypoint](r.in.Stage); i != nil && wrapped {
		w.bare(i)
	}
	w.line("CMD " + jsonWords(cmd))
	return true, nil
}

func (r *pyRewrite) copyDevTools() error {
	if r.hasDev() {
		return r.copyInstalled(r.devDeps, installDevDir)
	}
	return nil
}

// devNames are the normalised names of what development installs.
func (r *pyRewrite) devNames() []string {
	var names []string
	for _, n := range r.plan.devNames {
		names = append(names, python.Requirements([]byte(n))...)
	}
	for _, f := range r.devFiles {
		if b, ok := r.in.Project.Read(f); ok {
			names = append(names, python.Requirements(b)...)
		}
	}
	return names
}
