package restage

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"schlank/dockerfile"
)

// config writes how the image is run: the original instructions where the
// Dockerfile has them, else what the original base sets and the slim one
// does not.
func (w *writer) config(user string) error {
	in := w.in
	have, want := in.Slim.Config, in.Image.Config
	set := map[string]bool{}
	final := map[string]*dockerfile.Instruction{}
	for _, i := range chain(in) {
		set[i.Name()] = true
		final[i.Name()] = i
	}
	if err := w.user(user); err != nil {
		return err
	}
	if err := w.inheritedConfig(set); err != nil {
		return err
	}
	for _, i := range chain(in) {
		switch i.Command.(type) {
		case *dockerfile.Label, *dockerfile.Maintainer, *dockerfile.Volume, *dockerfile.Expose, *dockerfile.Shell:
			w.original(i)
		case *dockerfile.Onbuild:
			// Those of the stages below have run already.
			if i.Stage == in.Stage {
				w.original(i)
			}
		case *dockerfile.StopSignal, *dockerfile.Healthcheck, *dockerfile.Entrypoint:
			if final[i.Name()] == i {
				w.original(i)
			}
		case *dockerfile.Cmd:
			// An ENTRYPOINT discards the CMD of the stages below.
			if final[i.Name()] == i && (len(want.Cmd) > 0 || i.Stage == in.Stage) {
				w.original(i)
			}
		}
	}
	if !set["ENTRYPOINT"] && !slices.Equal(want.Entrypoint, have.Entrypoint) {
		w.line("ENTRYPOINT " + jsonWords(want.Entrypoint))
	}
	if !set["CMD"] && !slices.Equal(want.Cmd, have.Cmd) {
		w.line("CMD " + jsonWords(want.Cmd))
	}
	w.leftOver()
	return nil
}

// userValue is a USER: names or ids.
var userValue = regexp.MustCompile(`^[A-Za-z0-9_.][A-Za-z0-9_.-]*(:[A-Za-z0-9_.][A-Za-z0-9_.-]*)?$`)

// user switches to whom the image runs as.
func (w *writer) user(made string) error {
	have, want := w.in.Slim.Config.User, w.in.Image.Config.User
	if i := last[*dockerfile.User](w.in.Stage); i != nil {
		w.comments(i)
	}
	switch {
	case made != "" && runsAsRoot(want):
		w.line("USER " + made)
	case want == have || runsAsRoot(want) && runsAsRoot(have):
	case want == "":
		w.line("USER root")
	case !userValue.MatchString(want):
		return noRewrite("the image runs as user %q, which cannot be written in a Dockerfile", want)
	default:
		w.line("USER " + want)
	}
	return nil
}

// configWord is a port, or a signal.
var configWord = regexp.MustCompile(`^[A-Za-z0-9/+-]+$`)

// inheritedConfig writes ports, volumes, the stop signal and the health check
// of a base with other software.
func (w *writer) inheritedConfig(set map[string]bool) error {
	have, want := w.in.Slim.Config, w.in.Image.Config
	// EXPOSE and VOLUME add to what the base has.
	own := map[string]bool{}
	for _, i := range chain(w.in) {
		switch c := i.Command.(type) {
		case *dockerfile.Expose:
			for _, p := range c.Ports {
				for n := p.First; n <= p.Last; n++ {
					own[fmt.Sprintf("%d/%s", n, p.Proto)] = true
				}
			}
		case *dockerfile.Volume:
			for _, p := range c.Paths {
				own[p.Text] = true
			}
		}
	}
	for _, p := range want.ExposedPorts {
		if slices.Contains(have.ExposedPorts, p) || own[p] || set["EXPOSE"] && w.in.Sibling.Same {
			continue
		}
		if !configWord.MatchString(p) {
			return noRewrite("the base image exposes %q, which is no port", p)
		}
		w.line("EXPOSE " + p)
	}
	for _, v := range want.Volumes {
		if slices.Contains(have.Volumes, v) || own[v] || set["VOLUME"] && w.in.Sibling.Same {
			continue
		}
		if !writable(v) {
			return noRewrite("the volume %q cannot be written in a Dockerfile", v)
		}
		w.line("VOLUME " + jsonWords([]string{literal(v, w.in.File.Syntax.Escape)}))
	}
	if s := want.StopSignal; !set["STOPSIGNAL"] && s != have.StopSignal && s != "" {
		if !configWord.MatchString(s) {
			return noRewrite("the base image sets the stop signal %q", s)
		}
		w.line("STOPSIGNAL " + s)
	}
	if want.Healthcheck != nil && have.Healthcheck == nil && !set["HEALTHCHECK"] {
		w.healthcheck()
	}
	return nil
}

// healthcheck writes the health check of the original base.
func (w *writer) healthcheck() {
	h := w.in.Image.Config.Healthcheck
	line := "HEALTHCHECK"
	for _, f := range []struct {
		name  string
		value int64
	}{{"interval", h.Interval}, {"timeout", h.Timeout}, {"start-period", h.StartPeriod}} {
		if f.value > 0 {
			line += fmt.Sprintf(" --%s=%s", f.name, time.Duration(f.value))
		}
	}
	if h.Retries > 0 {
		line += fmt.Sprintf(" --retries=%d", h.Retries)
	}
	switch {
	case len(h.Test) > 1 && h.Test[0] == "CMD":
		w.line(line + " CMD " + jsonWords(h.Test[1:]))
	case len(h.Test) > 1 && h.Test[0] == "CMD-SHELL":
		w.line(line + " CMD " + jsonWords([]string{"/bin/sh", "-c", h.Test[1]}))
	}
}
