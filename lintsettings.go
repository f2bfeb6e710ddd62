package schlank

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/internal/buildcontext"
	"schlank/internal/config"
	"schlank/internal/discover"
	"schlank/internal/shellcheck"
	"schlank/lint"
	"schlank/rule"
)

// settings are how the files of one directory are linted.
type settings struct {
	linter     *lint.Linter
	failOn     finding.Severity
	exclude    []string
	shellcheck bool
}

// settingsFor reads the settings for a path, once for each directory.
func (j *linting) settingsFor(path string) (*settings, error) {
	dir := path
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		dir = filepath.Dir(path)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if s, ok := j.settings[dir]; ok {
		return s, nil
	}
	p, err := j.project(dir)
	if err != nil {
		return nil, &UsageError{Msg: err.Error()}
	}
	s, err := j.newSettings(p)
	var unknown *lint.UnknownRuleError
	if errors.As(err, &unknown) {
		msg := err.Error()
		if _, ok := p.Lint.Rules[unknown.Name]; ok {
			msg = strings.Join(p.Files, ", ") + ": " + msg
		}
		return nil, &UsageError{Msg: msg}
	}
	j.settings[dir] = s
	return s, err
}

func (j *linting) project(dir string) (config.Project, error) {
	switch {
	case j.opt.Config != "":
		return config.LoadProject(j.opt.Config)
	case j.opt.NoConfig:
		return config.Project{}, nil
	}
	return config.FindProject(dir)
}

// newSettings joins the settings of a project with the options of the call.
func (j *linting) newSettings(p config.Project) (*settings, error) {
	l := p.Lint
	o := lint.Options{
		All:           j.opt.All || l.AllRules,
		Enable:        slices.Clone(j.opt.Enable),
		Only:          j.opt.Only,
		Skip:          slices.Clone(j.opt.Skip),
		Categories:    j.opt.Categories,
		RequireReason: j.opt.RequireReason || l.RequireReason,
		NoComments:    l.NoInlineIgnores,
		Severity:      map[string]finding.Severity{},
		Settings: rule.Settings{
			TrustedRegistries: l.TrustedRegistries,
			StrictLabels:      l.StrictLabels,
			Secrets:           l.Secrets,
		},
		Now: time.Now(),
	}
	for _, id := range slices.Sorted(maps.Keys(l.Rules)) {
		if l.Rules[id] == "off" {
			o.Skip = append(o.Skip, id)
			continue
		}
		o.Enable = append(o.Enable, id)
		o.Severity[id] = severity(l.Rules[id])
	}
	if len(l.Labels) > 0 {
		o.Settings.Labels = map[string]rule.LabelForm{}
		for label, form := range l.Labels {
			o.Settings.Labels[label] = rule.LabelForm(form)
		}
	}
	linter, err := lint.New(o)
	if err != nil {
		return nil, err
	}
	s := &settings{linter: linter, failOn: finding.Warning, exclude: l.Exclude, shellcheck: !j.opt.NoShellcheck && l.Shellcheck != "off"}
	if l.FailOn != "" {
		s.failOn = severity(l.FailOn)
	}
	return s, nil
}

// severity is a level of the settings; 0 for never.
func severity(l config.Level) finding.Severity {
	switch l {
	case "info":
		return finding.Info
	case "warning":
		return finding.Warning
	case "error":
		return finding.Error
	}
	return 0
}

// context is the build context of a file, nil when there is none; one that
// several files have is opened once.
func (j *linting) context(f discover.Found) rule.Context {
	if f.Context == "" {
		return nil
	}
	own := f.File + buildcontext.IgnoreName
	if _, err := os.Stat(own); err != nil {
		own = ""
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	key := [2]string{filepath.Clean(f.Context), own}
	if c, ok := j.contexts[key]; ok {
		return c
	}
	var c rule.Context
	if d, err := buildcontext.OpenDir(f.Context, own); err == nil {
		c = contextDir{d}
		j.closers = append(j.closers, d.Close)
	}
	j.contexts[key] = c
	return c
}

// contextDir answers what rules ask about a build context.
type contextDir struct{ *buildcontext.Dir }

func (c contextDir) Stat(path string) (rule.Info, bool) {
	dir, size, ok := c.Dir.Stat(path)
	return rule.Info{Dir: dir, Size: size}, ok
}

// extra is what others than rules find: shellcheck, if it is installed and
// not switched off. That it fails is told once, by problem.
func (s *settings) extra(ctx context.Context, problem func(error)) func(*dockerfile.File) []finding.Finding {
	if !s.shellcheck {
		return nil
	}
	c := shellcheck.Find()
	if c == nil {
		return nil
	}
	return func(f *dockerfile.File) []finding.Finding {
		found, err := c.Check(ctx, f)
		if err != nil && ctx.Err() == nil {
			problem(err)
		}
		return found
	}
}
