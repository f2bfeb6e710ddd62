package restage

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/evidence"
	"schlank/inventory"
)

// kind sorts instructions by what becomes of them.
type kind int

const (
	// kindBuild does work: it stays in the build stages.
	kindBuild kind = iota
	// kindState is needed to build and to run: ENV, ARG, WORKDIR, USER, SHELL.
	kindState
	// kindConfig says how the image is run and moves to the run-time stage.
	kindConfig
)

func kindOf(i *dockerfile.Instruction) kind {
	switch i.Command.(type) {
	case *dockerfile.EnvVars, *dockerfile.Arg, *dockerfile.Workdir, *dockerfile.User, *dockerfile.Shell:
		return kindState
	case *dockerfile.Expose, *dockerfile.Healthcheck, *dockerfile.Entrypoint, *dockerfile.Cmd, *dockerfile.StopSignal,
		*dockerfile.Volume, *dockerfile.Label, *dockerfile.Maintainer, *dockerfile.Onbuild:
		return kindConfig
	}
	return kindBuild
}

// runtime is what the run-time stage is made of.
type runtime struct {
	name, from string
	ev         *evidence.Result
	// before are COPY lines that go before the application's own files.
	before []string
	copies copySet
	// user is the account made for --non-root, "" without.
	user string
}

// nonRootUser is the account that --non-root makes. Its id is above the
// range of ordinary accounts of Debian (adduser.conf(5)) and below the
// dynamic ones.
const (
	nonRootUser = "app"
	nonRootID   = 10001
)

// prod writes the run-time stage.
func (w *writer) prod(rt runtime) error {
	in := w.in
	w.stage("prod: what runs, and nothing else.", in.Sibling.Ref, rt.name)
	w.inheritedEnv()
	for _, i := range chain(in) {
		switch i.Command.(type) {
		case *dockerfile.EnvVars, *dockerfile.Arg, *dockerfile.Shell:
			w.original(i)
		}
	}
	if len(rt.ev.Packages) > 0 {
		names := make([]string, 0, len(rt.ev.Packages))
		for _, p := range rt.ev.Packages {
			names = append(names, p.Name)
		}
		w.line(w.run(aptMounts, []string{"apt-get update", "apt-get install -y --no-install-recommends " + strings.Join(names, " ")}))
	}
	cmds, err := userCommands(in, rt.ev.Artefacts)
	if err != nil {
		return err
	}
	if rt.user != "" {
		cmds = append(cmds, fmt.Sprintf("useradd --system --uid %d --user-group --no-log-init %s", nonRootID, rt.user))
	}
	if len(cmds) > 0 {
		w.line(w.run(nil, cmds))
	}
	if wd := in.Image.Config.WorkingDir; wd != "" && wd != in.Slim.Config.WorkingDir {
		w.line("WORKDIR " + wd)
	}
	for _, l := range rt.before {
		w.line(l)
	}
	owner := ""
	if rt.user != "" {
		owner = rt.user + ":" + rt.user
	}
	w.writeCopies(rt.copies, rt.from, owner)
	if rt.ev.Libraries {
		w.line("RUN ldconfig")
	}
	w.config(rt.user)
	return nil
}

// chain is the instructions of the stage and of the stages it starts from,
// in the order in which they take effect.
func chain(in Input) []*dockerfile.Instruction {
	var list []*dockerfile.Instruction
	for s := in.Stage; s != nil; s = s.Parent {
		list = append(slices.Clone(s.Instructions), list...)
	}
	return list
}

// inheritedEnv sets the variables that the original base sets and the slim
// one does not. Siblings with the same software set the same, so this is for
// bases of other software.
func (w *writer) inheritedEnv() {
	own := map[string]bool{}
	for _, i := range chain(w.in) {
		if e, ok := i.Command.(*dockerfile.EnvVars); ok {
			for _, v := range e.Vars {
				own[v.Name] = true
			}
		}
	}
	for _, kv := range w.in.Image.Config.Env {
		name, value, _ := strings.Cut(kv, "=")
		if own[name] || slices.Contains(w.in.Slim.Config.Env, kv) {
			continue
		}
		w.line("ENV " + name + "=" + envQuote(value))
	}
}

// config writes how the image is run: the original instructions where the
// Dockerfile has them, else what the original base sets and the slim one
// does not.
func (w *writer) config(user string) {
	in := w.in
	have, want := in.Slim.Config, in.Image.Config
	set := map[string]bool{}
	var last = map[string]*dockerfile.Instruction{}
	for _, i := range chain(in) {
		set[i.Name()] = true
		last[i.Name()] = i
	}
	for _, i := range chain(in) {
		switch i.Command.(type) {
		case *dockerfile.Label, *dockerfile.Maintainer, *dockerfile.Volume, *dockerfile.Expose, *dockerfile.Onbuild:
			w.original(i)
		}
	}
	w.inheritedConfig(set)
	switch {
	case user != "" && runsAsRoot(want.User):
		w.line("USER " + user)
	case want.User != have.User:
		w.line("USER " + firstNonEmpty(want.User, "root"))
	}
	for _, name := range []string{"STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"} {
		if i := last[name]; i != nil {
			w.original(i)
		}
	}
	if !set["ENTRYPOINT"] && !slices.Equal(want.Entrypoint, have.Entrypoint) {
		w.line("ENTRYPOINT " + jsonWords(want.Entrypoint))
	}
	if !set["CMD"] && !slices.Equal(want.Cmd, have.Cmd) {
		w.line("CMD " + jsonWords(want.Cmd))
	}
}

// inheritedConfig writes ports, volumes and the stop signal of a base with
// other software.
func (w *writer) inheritedConfig(set map[string]bool) {
	have, want := w.in.Slim.Config, w.in.Image.Config
	if !set["EXPOSE"] {
		for _, p := range want.ExposedPorts {
			if !slices.Contains(have.ExposedPorts, p) {
				w.line("EXPOSE " + p)
			}
		}
	}
	if !set["VOLUME"] {
		for _, v := range want.Volumes {
			if !slices.Contains(have.Volumes, v) {
				w.line("VOLUME " + jsonWords([]string{v}))
			}
		}
	}
	if !set["STOPSIGNAL"] && want.StopSignal != have.StopSignal && want.StopSignal != "" {
		w.line("STOPSIGNAL " + want.StopSignal)
	}
}

// runsAsRoot reports whether a USER value means root.
func runsAsRoot(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	return name == "" || name == "root" || name == "0"
}

func firstNonEmpty(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// needMoves describe the evidence's packages.
func needMoves(in Input, ev *evidence.Result) []Move {
	var moves []Move
	for _, p := range ev.Packages {
		moves = append(moves, Move{
			Name:     "install " + p.Name,
			Reason:   "the application needs it at run time and the slim base lacks it",
			Evidence: p.Reasons,
			Bytes:    -p.Bytes,
		})
	}
	for _, d := range ev.Dropped {
		moves = append(moves, Move{
			Name:     "leave out " + d.Name,
			Reason:   "it is for building only",
			Evidence: []string{d.Where + " asks for it", d.Reason},
			Bytes:    d.Bytes,
		})
	}
	return moves
}

// baseMove describes the change of base.
func baseMove(in Input) Move {
	var baseBytes int64
	for _, l := range in.Image.Layers[:min(in.BaseLayers, len(in.Image.Layers))] {
		baseBytes += l.ContentBytes
	}
	slim := in.Slim.Sizes().Disk
	what := "the same distribution release without the other software"
	if in.Sibling.Same {
		what = "the same software with less around it"
	}
	return Move{
		Name:   "slim base",
		Reason: fmt.Sprintf("%s has %s", in.Sibling.Ref, what),
		Evidence: []string{
			fmt.Sprintf("the base image holds %s, its sibling %s", mb(baseBytes), mb(slim)),
		},
		Bytes: baseBytes - slim,
	}
}

// mb prints bytes in units of 10^6.
func mb(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// sumBytes adds up files that fulfil a condition.
func sumBytes(t inventory.Tree, cond func(*inventory.File) bool) (bytes int64, n int) {
	for i := range t {
		if cond(&t[i]) {
			bytes += t[i].Size
			n++
		}
	}
	return bytes, n
}

// under reports whether p is dir or below it.
func under(p, dir string) bool { return p == dir || strings.HasPrefix(p, path.Clean(dir)+"/") }
