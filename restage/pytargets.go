package restage

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/stack/python"
)

// maxTestCopies is how many test paths are named one by one.
const maxTestCopies = 8

// writeTest writes the test target: production's layers, the test tools and
// the tests. Building it runs the tests.
func (r *pyRewrite) writeTest(rt runtime) bool {
	var paths []string
	for _, t := range r.tests {
		paths = append(paths, imagePaths(r.in, t)...)
	}
	if len(paths) == 0 {
		return false
	}
	w := r.w
	w.stage("test: production with the test tools and the tests. Building this target runs them.", r.prod, r.test)
	if rt.user != "" || !runsAsRoot(r.in.Image.Config.User) {
		w.line("USER root")
	}
	r.copyDevTools()
	if len(paths) > maxTestCopies {
		for _, d := range rt.copies.dirs {
			w.line(copyWords("COPY --from="+r.build, d.path, d.path))
		}
	} else {
		for _, p := range paths {
			w.line(copyWords("COPY --from="+r.build, p, p))
		}
	}
	cmd := r.in.Project.TestCommand(r.devNames())
	w.line("RUN " + jsonWords(cmd))
	w.line("ENTRYPOINT []")
	w.line("CMD " + jsonWords(cmd))
	return true
}

// writeDev writes the development target: the build stage with the tools,
// started with live reload and, where debugpy is there, under the debugger.
func (r *pyRewrite) writeDev() bool {
	port := "8000"
	if ports := r.in.Image.Config.ExposedPorts; len(ports) > 0 {
		port, _, _ = strings.Cut(ports[0], "/")
	}
	names := r.devNames()
	cmd, ok := r.in.Project.DevCommand(r.in.Image.Config.Cmd, names, port)
	if !ok {
		return false
	}
	w := r.w
	why := "dev: compilers and tools at hand, live reload"
	if slices.Contains(names, "debugpy") {
		why += ", remote debugger on port " + python.DebugPort
	}
	w.stage(why+". Mount your sources over "+firstNonEmpty(r.in.Image.Config.WorkingDir, "/")+".", r.build, r.dev)
	r.copyDevTools()
	for _, i := range r.in.Stage.Instructions {
		if _, ok := i.Command.(*dockerfile.Expose); ok {
			w.original(i)
		}
	}
	if slices.Contains(names, "debugpy") {
		w.line("EXPOSE " + python.DebugPort)
	}
	for _, i := range r.in.Stage.Instructions {
		if _, ok := i.Command.(*dockerfile.Entrypoint); ok {
			w.original(i)
		}
	}
	w.line("CMD " + jsonWords(cmd))
	return true
}

func (r *pyRewrite) copyDevTools() {
	if r.hasDev() {
		r.w.line(copyWords("COPY --from="+r.devDeps, installDevDir, "/usr/local"))
	}
}

// devNames are the normalised names of what development installs.
func (r *pyRewrite) devNames() []string {
	var names []string
	for _, n := range r.plan.devNames {
		names = append(names, python.Requirements([]byte(n))...)
	}
	files := r.plan.devManifests
	if len(files) == 0 && r.devManifest != "" {
		files = python.Includes(r.devManifest, r.in.Project.Read)
	}
	for _, f := range files {
		if b, ok := r.in.Project.Read(f); ok {
			names = append(names, python.Requirements(b)...)
		}
	}
	return names
}
