// Package shellcheck asks the program shellcheck, if it is installed, about the
// scripts in a Dockerfile's RUNs, and gives its findings their exact places.
// All scripts of a file are asked about in one call.
package shellcheck

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rules/script"
)

// ID is the rule under which findings are reported; their own IDs are their
// aliases.
const ID = "SL5090"

// Checker is an installed shellcheck.
type Checker struct {
	program string
}

// Find looks for shellcheck on PATH; nil where it is not installed.
func Find() *Checker {
	p, err := exec.LookPath("shellcheck")
	if err != nil {
		return nil
	}
	return &Checker{p}
}

// The bounds of one call.
const (
	timeout    = 30 * time.Second
	maxScripts = 500
	maxOutput  = 16 << 20
)

// Check asks about all scripts of a file. What shellcheck can't be asked
// about, such as PowerShell, is left out.
func (c *Checker) Check(ctx context.Context, f *dockerfile.File) ([]finding.Finding, error) {
	scripts := collect(f)
	if len(scripts) == 0 {
		return nil, nil
	}
	dir, err := os.MkdirTemp("", "schlank-shellcheck-")
	if err != nil {
		return nil, fmt.Errorf("asking shellcheck: %w", err)
	}
	defer os.RemoveAll(dir)
	var out []finding.Finding
	for _, dialect := range []string{"sh", "dash", "bash", "ksh"} {
		comments, err := c.ask(ctx, dir, dialect, scripts)
		if err != nil {
			return nil, err
		}
		for _, m := range comments {
			if x, ok := m.finding(scripts); ok {
				out = append(out, x)
			}
		}
	}
	finding.Sort(out)
	return out, nil
}

// asked is a script that shellcheck is asked about.
type asked struct {
	script.Script
	dialect string
	// prefix declares what the Dockerfile sets; it is one line.
	prefix string
}

// collect lists the scripts of a file.
func collect(f *dockerfile.File) []asked {
	var out []asked
	for _, s := range f.Stages {
		for _, i := range s.Instructions {
			if o, ok := i.Command.(*dockerfile.Onbuild); ok && o.Trigger != nil {
				i = o.Trigger
			}
			for _, sc := range script.Of(i) {
				if d := dialect(sc); d != "" && sc.Outer == nil && len(out) < maxScripts {
					out = append(out, asked{sc, d, prefix(i)})
				}
			}
		}
	}
	return out
}

// dialect is what shellcheck calls the shell of a script, "" for one it does
// not know. What sh is depends on the image; dash is nearest to busybox's ash.
func dialect(s script.Script) string {
	switch s.Kind() {
	case script.Plain:
		return "sh"
	case script.Dash, script.Ash:
		return "dash"
	case script.Bash:
		return "bash"
	}
	if s.Shell == "ksh" {
		return "ksh"
	}
	return ""
}

// understood reports whether a comment is about something that dash lacks and
// busybox's ash, which runs the script, has.
func understood(c comment, s script.Script) bool {
	if s.Kind() != script.Ash || c.Code < 3000 || c.Code >= 4000 {
		return false
	}
	id := fmt.Sprintf("SC%d", c.Code)
	return slices.ContainsFunc(s.Features(), func(f shellcmd.Feature) bool { return f.ID == id && f.Ash })
}

// prefix is a line that sets the variables which ENV and ARG set, and those
// that BuildKit and most images have, to values that nobody knows.
func prefix(i *dockerfile.Instruction) string {
	names := append(script.Env(i), "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy", "HOME", "HOSTNAME", "PATH", "PWD")
	slices.Sort(names)
	var b strings.Builder
	b.WriteString("export")
	for _, n := range slices.Compact(names) {
		if isName(n) {
			b.WriteString(" " + n + `="$1"`)
		}
	}
	return b.String() + "\n"
}

// isName reports whether a shell can have a variable of that name.
func isName(s string) bool {
	for k := range len(s) {
		c := s[k]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (k == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// excluded are checks that make no sense for a part of a Dockerfile: files
// that are sourced are not here, and neither is a #! line.
const excluded = "SC1090,SC1091,SC2148,SC2187,SC2239,SC1017"

// ask asks about the scripts of one dialect.
func (c *Checker) ask(ctx context.Context, dir, dialect string, scripts []asked) ([]comment, error) {
	var files []string
	for k, s := range scripts {
		if s.dialect != dialect {
			continue
		}
		name := filepath.Join(dir, fmt.Sprintf("%d.sh", k))
		if err := os.WriteFile(name, []byte(s.prefix+s.Text.Text()), 0o600); err != nil {
			return nil, fmt.Errorf("asking shellcheck: %w", err)
		}
		files = append(files, name)
	}
	if len(files) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	args := append([]string{"--norc", "--format=json1", "--shell=" + dialect, "--exclude=" + excluded}, files...)
	cmd := exec.CommandContext(ctx, c.program, args...)
	stdout, stderr := limited{limit: maxOutput}, limited{limit: 4 << 10}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &stdout, &stderr, time.Second
	err := cmd.Run()
	var exit *exec.ExitError
	// 1 is that there are findings.
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, fmt.Errorf("asking shellcheck: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	var doc struct {
		Comments []comment `json:"comments"`
	}
	if err := json.Unmarshal(stdout.Bytes(), &doc); err != nil {
		return nil, fmt.Errorf("reading shellcheck's answer: %w", err)
	}
	return doc.Comments, nil
}

// limited keeps the start of what is written to it.
type limited struct {
	bytes.Buffer
	limit int
}

func (l *limited) Write(p []byte) (int, error) {
	if room := l.limit - l.Len(); room > 0 {
		l.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
