package restage

import (
	"bytes"
	"fmt"
	"regexp"
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
	// before writes COPY lines that go before the application's own files;
	// it may be nil.
	before func() error
	copies copySet
	// user is the account made for --non-root, "" without.
	user string
}

// nonRootID is the id of the account that --non-root makes, above the range
// of ordinary accounts of Debian (adduser.conf(5)) and below the dynamic ones.
const nonRootID = 10001

// prod writes the run-time stage.
func (w *writer) prod(rt runtime) error {
	in := w.in
	acc, err := readAccounts(in)
	if err != nil {
		return err
	}
	w.stage("prod: what runs, and nothing else.", from(root(in).Platform.Raw, siblingRef(in)), rt.name)
	if err := w.environment(); err != nil {
		return err
	}
	w.gap()
	cmds, err := acc.commands(in, rt.ev)
	if err != nil {
		return err
	}
	if rt.user != "" {
		cmds = append(cmds, fmt.Sprintf("useradd --system --uid %d --user-group --no-log-init %s", nonRootID, rt.user))
	}
	dirs, err := directories(in, rt, acc)
	if err != nil {
		return err
	}
	if cmds = append(cmds, dirs...); len(cmds) > 0 {
		w.line(w.run(nil, cmds))
		w.gap()
	}
	if err := w.packages(rt); err != nil {
		return err
	}
	if err := w.files(rt); err != nil {
		return err
	}
	w.gap()
	return w.config(rt.user)
}

// packages installs what evidence names, from the archives that the original
// uses.
func (w *writer) packages(rt runtime) error {
	if len(rt.ev.Packages) == 0 {
		return nil
	}
	if srcs := rt.ev.AptSources; len(srcs) > 0 {
		set := copySet{}
		for _, f := range srcs {
			set.listed = append(set.listed, f.Path)
		}
		secure, err := overTLS(w.in, set.listed)
		if err != nil {
			return err
		}
		if secure {
			w.line(w.run(aptMounts, []string{"apt-get update", "apt-get install -y --no-install-recommends ca-certificates"}))
		}
		if err := w.writeCopies(set, copyFlags{from: rt.from}); err != nil {
			return err
		}
	}
	words := []string{"apt-get install -y --no-install-recommends"}
	for _, p := range rt.ev.Packages {
		if !debianName.MatchString(p.Name) {
			return noRewrite("the image has a package named %q", p.Name)
		}
		words = append(words, p.Name)
	}
	cmds := []string{"apt-get update"}
	if verb := upgradeVerb(w.in); verb != "" {
		cmds = append(cmds, "apt-get "+verb+" -y")
	}
	w.line(w.run(aptMounts, append(cmds, w.words(words))))
	w.gap()
	return nil
}

// overTLS reports whether an archive is reached by https and the slim base
// has no certificate authorities to verify it with.
func overTLS(in Input, sources []string) (bool, error) {
	for _, p := range in.Slim.Packages {
		if p.Name == "ca-certificates" {
			return false, nil
		}
	}
	bodies, err := in.Read(sources, maxSources)
	if err != nil {
		return false, fmt.Errorf("reading the package sources of the image: %w", err)
	}
	for _, b := range bodies {
		if bytes.Contains(b, []byte("https:")) {
			return true, nil
		}
	}
	return false, nil
}

// maxSources bounds a list of package sources, in bytes.
const maxSources = 1 << 20

// debianName is the form of package names (debian-policy 5.6.1).
var debianName = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]*$`)

// words is wrap for a command inside a RUN, one step further in.
func (w *writer) words(words []string) string {
	if one := strings.Join(words, " "); len(one) <= maxLine {
		return one
	}
	return strings.Join(words, w.continuation+"    ")
}

// directories makes what COPY would give another owner or mode: it carries
// neither for the directory it fills. With a user of its own the working
// directory belongs to that user, as the files in it do.
func directories(in Input, rt runtime, acc *userDatabase) ([]string, error) {
	if rt.user == "" {
		dirs := append(append([]*inventory.File{}, rt.ev.Changed...), rt.copies.made...)
		return makeDirs(dirs, acc.userNames(), acc.groupNames(), "")
	}
	cmds, err := makeDirs(rt.ev.Changed, acc.userNames(), acc.groupNames(), "")
	if err != nil {
		return nil, err
	}
	wd := in.Image.Config.WorkingDir
	if f := in.Image.Tree.Find(wd); f != nil && wd != "/" && f.Layer >= in.BaseLayers {
		own, err := makeDirs([]*inventory.File{f}, nil, nil, rt.user)
		return append(cmds, own...), err
	}
	return cmds, nil
}

// files copies what the build stages produced.
func (w *writer) files(rt runtime) error {
	flags := copyFlags{from: rt.from}
	if rt.user != "" {
		flags.chown = rt.user + ":" + rt.user
	}
	if err := w.workdir(); err != nil {
		return err
	}
	if rt.before != nil {
		if err := rt.before(); err != nil {
			return err
		}
	}
	if err := w.writeCopies(rt.copies, flags); err != nil {
		return err
	}
	var after []string
	if rt.ev.Certificates {
		after = append(after, "update-ca-certificates")
	}
	if rt.ev.Libraries {
		after = append(after, "ldconfig")
	}
	if len(after) > 0 {
		w.line(w.run(nil, after))
	}
	return nil
}

// workdir sets the working directory.
func (w *writer) workdir() error {
	wd := w.in.Image.Config.WorkingDir
	if i := last[*dockerfile.Workdir](w.in.Stage); i != nil {
		w.comments(i)
	}
	if wd == "" || wd == w.in.Slim.Config.WorkingDir {
		return nil
	}
	if !writable(wd) || strings.TrimSpace(wd) != wd {
		return noRewrite("the working directory %q cannot be written in a Dockerfile", wd)
	}
	w.line("WORKDIR " + literal(wd, w.in.File.Syntax.Escape))
	return nil
}

// last is the last instruction of a kind in a stage, or nil.
func last[C dockerfile.Command](s *dockerfile.Stage) *dockerfile.Instruction {
	var found *dockerfile.Instruction
	for _, i := range s.Instructions {
		if _, ok := i.Command.(C); ok {
			found = i
		}
	}
	return found
}

// chain is the instructions of the stage and of the stages it starts from,
// in the order in which they take effect.
func chain(in Input) []*dockerfile.Instruction {
	var list []*dockerfile.Instruction
	for s := in.Stage; s != nil; s = s.Parent {
		list = append(append([]*dockerfile.Instruction{}, s.Instructions...), list...)
	}
	return list
}

// runsAsRoot reports whether a USER value means root.
func runsAsRoot(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	return name == "" || name == "root" || name == "0"
}

// under reports whether p is dir or below it.
func under(p, dir string) bool {
	return p == dir || strings.HasPrefix(p, strings.TrimSuffix(dir, "/")+"/")
}
