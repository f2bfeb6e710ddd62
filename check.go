package schlank

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	intengine "schlank/internal/engine"
	"schlank/internal/engine/basestore"
	"schlank/internal/engine/dial"
	"schlank/optimize"
	"schlank/source"
)

// FindingsError says what is wrong with a Dockerfile, and where.
type FindingsError = optimize.FindingsError

// Check finds mistakes in the call and the project. It needs no engine, so
// that a user learns of them before one starts. Whether the scripts of RUN are
// right is for the shell of the image to say.
func (opt BuildOptions) Check() error {
	_, err := opt.open(dockerfile.BadShell)
	return err
}

// open opens the project and checks what the build is given. Findings of the
// kinds in except do not count.
func (opt BuildOptions) open(except ...string) (*Project, error) {
	p, err := OpenProject(opt.Path, opt.File)
	if err != nil {
		return nil, err
	}
	for _, check := range []func() error{
		opt.checkPlatform,
		opt.checkSecrets,
		opt.checkContexts,
		func() error { return opt.checkDockerfile(p, except) },
	} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// platformForm is os/arch[/variant], as the OCI image specification spells
// the parts.
var platformForm = regexp.MustCompile(`^[a-z0-9]+/[a-z0-9_]+(/[a-z0-9.]+)?$`)

func (opt BuildOptions) checkPlatform() error {
	if opt.Platform == "" || platformForm.MatchString(opt.Platform) {
		return nil
	}
	return &UsageError{Msg: fmt.Sprintf("platform %q is not of the form os/arch[/variant]", opt.Platform), Hint: "for example linux/arm64"}
}

func (opt BuildOptions) checkSecrets() error {
	for _, id := range slices.Sorted(maps.Keys(opt.Secrets)) {
		f, err := os.Open(opt.Secrets[id])
		if err != nil {
			return &UsageError{Msg: fmt.Sprintf("secret %s: %s: %s", id, opt.Secrets[id], reason(err)), Hint: "src= names a file that holds the secret"}
		}
		f.Close()
	}
	return nil
}

// checkContexts looks at named contexts that are directories or layouts; the
// others only the engine can judge.
func (opt BuildOptions) checkContexts() error {
	for _, name := range slices.Sorted(maps.Keys(opt.Contexts)) {
		dir := opt.Contexts[name]
		if strings.Contains(dir, "://") {
			continue
		}
		st, err := os.Stat(dir)
		if err == nil && !st.IsDir() {
			err = errors.New("not a directory")
		}
		if err != nil {
			return &UsageError{
				Msg:  fmt.Sprintf("build context %s: %s: %s", name, dir, reason(err)),
				Hint: "give a directory, docker-image://REF or oci-layout://DIR",
			}
		}
	}
	return nil
}

// checkDockerfile refuses what no engine builds.
func (opt BuildOptions) checkDockerfile(p *Project, except []string) error {
	src := source.File{Name: p.Name, Bytes: p.Dockerfile}
	f := dockerfile.ParseWith(src, dockerfile.Options{BuildArgs: opt.Args, TargetPlatform: opt.Platform, Target: opt.Target})
	var errs []finding.Finding
	for _, found := range f.Findings {
		if found.Severity == finding.Error && !slices.Contains(except, found.ID) {
			errs = append(errs, found)
		}
	}
	if len(errs) > 0 {
		return &FindingsError{File: src, Findings: errs}
	}
	if f.Target(opt.Target) == nil {
		return &UsageError{Msg: fmt.Sprintf("%s has no stage %q", p.Name, opt.Target), Hint: stageHint(f)}
	}
	return nil
}

func stageHint(f *dockerfile.File) string {
	var names []string
	for _, s := range f.Stages {
		if s.Name != "" {
			names = append(names, s.Name)
		}
	}
	if len(names) == 0 {
		return fmt.Sprintf("its stages have no names; give a number from 0 to %d", len(f.Stages)-1)
	}
	return "it has " + strings.Join(names, ", ")
}

// EngineAddresses are the forms of EngineOptions.Address.
func EngineAddresses() []string {
	return append([]string{intengine.Embedded}, dial.Schemes...)
}

// Check finds mistakes in how the engine is configured, before it starts.
func (opt EngineOptions) Check() error {
	if a := opt.Address; a != "" && a != intengine.Embedded && !dial.Valid(a) {
		return &UsageError{Msg: fmt.Sprintf("unknown engine %q", a), Hint: "use " + strings.Join(EngineAddresses(), ", ")}
	}
	if _, err := basestore.Open(opt.Bases); err != nil {
		return &UsageError{Msg: err.Error()}
	}
	return nil
}

// reason is an error without the path, which the message has said already.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}
