// Package probe asks a running container things and records the answers, so
// that a rewritten image can be held against the original: a candidate is a
// success only if it answers what the original answers.
//
// Record starts a container of an image and asks all probes of a list, Judge
// compares three recordings: two of the baseline, which tell what changes from
// run to run, and one of the candidate. Judge and what it stands on are pure;
// Record talks to an engine.Runner only.
package probe

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"schlank/internal/agent"
	"schlank/inventory"
)

// Probe is one thing asked of a container: Start, Healthcheck, TCP, HTTP or
// Command.
type Probe interface {
	// Name is short, stable, and different for different probes:
	// "GET :8000/healthz".
	Name() string
	// ask records the answer of the container in s.
	ask(s *session) (Answer, error)
}

// Start asks what the image's start command does: keep running, or exit with
// a code and some output.
type Start struct{}

// Name is "start".
func (Start) Name() string { return "start" }

// Healthcheck runs the image's HEALTHCHECK as Docker does.
type Healthcheck struct {
	// Args is the command line, the shell of a CMD-SHELL test included.
	Args []string
}

// Name is "HEALTHCHECK".
func (Healthcheck) Name() string { return "HEALTHCHECK" }

// TCP asks whether a port accepts connections.
type TCP struct{ Port int }

// Name is like "TCP :5432".
func (p TCP) Name() string { return "TCP :" + strconv.Itoa(p.Port) }

// HTTP sends one request; redirects are not followed.
type HTTP struct {
	// Method defaults to GET.
	Method string
	// Port 0 stands for the first exposed port, which Plan fills in.
	Port int
	// Path starts with a slash and may have a query.
	Path string
	// Header are further header fields. Host is "localhost:PORT" unless set
	// here.
	Header []Field
}

// Field is a header field.
type Field = agent.Field

// Name is like "GET :8000/healthz".
func (p HTTP) Name() string {
	var b strings.Builder
	b.WriteString(p.method() + " ")
	if p.Port != 0 {
		b.WriteString(":" + strconv.Itoa(p.Port))
	}
	b.WriteString(p.Path)
	for _, f := range p.Header {
		fmt.Fprintf(&b, " (%s: %s)", f.Name, f.Value)
	}
	return b.String()
}

func (p HTTP) method() string {
	if p.Method == "" {
		return http.MethodGet
	}
	return p.Method
}

// Command runs a command in the container as its user, with its environment
// and in its working directory.
type Command struct {
	// Shell is run by the image's shell; Args is a command line without
	// one. One of them is set.
	Shell string
	Args  []string
}

// Name is like "cmd: python manage.py check".
func (p Command) Name() string {
	if p.Shell != "" {
		return "cmd: " + p.Shell
	}
	return fmt.Sprintf("cmd: %q", p.Args)
}

// Plan lists what an image gives to ask, and the user's probes: the start
// command, the HEALTHCHECK, for each exposed TCP port a connection and GET /,
// and then user in its order, without repetitions.
func Plan(cfg inventory.Config, user []Probe) []Probe {
	list := []Probe{Start{}}
	if args := healthcheckArgs(cfg); args != nil {
		list = append(list, Healthcheck{Args: args})
	}
	ports := tcpPorts(cfg)
	for _, port := range ports {
		list = append(list, TCP{port}, HTTP{Port: port, Path: "/"})
	}
	for _, p := range user {
		if h, ok := p.(HTTP); ok && h.Port == 0 && len(ports) > 0 {
			h.Port = ports[0]
			p = h
		}
		list = append(list, p)
	}
	return unique(list)
}

// unique keeps the first of the probes with one name.
func unique(list []Probe) []Probe {
	seen := map[string]bool{}
	var kept []Probe
	for _, p := range list {
		if !seen[p.Name()] {
			seen[p.Name()] = true
			kept = append(kept, p)
		}
	}
	return kept
}

// tcpPorts are the exposed TCP ports in the order of the config, which is
// sorted as text; port ranges have been expanded by the builder.
func tcpPorts(cfg inventory.Config) []int {
	var ports []int
	for _, e := range cfg.ExposedPorts {
		num, proto, _ := strings.Cut(e, "/")
		port, err := strconv.Atoi(num)
		if err == nil && validPort(port) && (proto == "" || strings.EqualFold(proto, "tcp")) {
			ports = append(ports, port)
		}
	}
	return ports
}

func validPort(port int) bool { return port > 0 && port < 1<<16 }

// healthcheckArgs is the command line of the HEALTHCHECK, nil without one.
func healthcheckArgs(cfg inventory.Config) []string {
	if cfg.Healthcheck == nil || len(cfg.Healthcheck.Test) < 2 {
		return nil
	}
	switch test := cfg.Healthcheck.Test; test[0] {
	case "CMD":
		return test[1:]
	case "CMD-SHELL":
		return append(shell(cfg), test[1])
	}
	return nil
}

// shell is the image's SHELL, or Docker's default.
func shell(cfg inventory.Config) []string {
	if len(cfg.Shell) > 0 {
		return append([]string{}, cfg.Shell...)
	}
	return []string{"/bin/sh", "-c"}
}
