package schlank

import (
	"context"
	"path/filepath"
	"sync"

	"schlank/finding"
	"schlank/fix"
	"schlank/internal/discover"
	"schlank/lint"
	"schlank/rule"
	"schlank/rules"
	"schlank/source"
)

// LintSession looks at texts as they are being edited. Settings and build
// contexts are kept until Reset. It may be used by several goroutines.
type LintSession struct {
	opt   LintOptions
	rules map[string]*rule.Rule

	mu  sync.RWMutex
	job *linting
}

// NewLintSession starts a session. Of the options those count that say what
// to look for.
func NewLintSession(opt LintOptions) *LintSession {
	s := &LintSession{opt: opt, rules: map[string]*rule.Rule{}}
	for _, r := range rules.All() {
		s.rules[r.ID] = r
	}
	s.Reset()
	return s
}

// Reset forgets settings and contexts: they may have changed.
func (s *LintSession) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.job != nil {
		s.job.close()
	}
	s.job = newLinting(s.opt)
}

// Rule is the rule of an ID, nil if there is none.
func (s *LintSession) Rule(id string) *rule.Rule { return s.rules[id] }

// Lint looks at a text. path is that of its file, "" for one that has none.
// shellcheck is asked only in a thorough look.
func (s *LintSession) Lint(ctx context.Context, path string, text []byte, thorough bool) (lint.Result, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	set, in, err := s.input(path, text)
	if err != nil {
		return lint.Result{}, err
	}
	if thorough {
		in.Extra = set.extra(ctx, s.job.problem)
	}
	return set.linter.File(in), nil
}

// Fix applies the fixes of at least that safety to a text.
func (s *LintSession) Fix(_ context.Context, path string, text []byte, least finding.Safety) (fix.Result, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	set, in, err := s.input(path, text)
	if err != nil {
		return fix.Result{}, err
	}
	return set.linter.Fix(in, least), nil
}

func (s *LintSession) input(path string, text []byte) (*settings, lint.Input, error) {
	in := lint.Input{Source: source.File{Name: filepath.ToSlash(path), Bytes: text}}
	set, err := s.job.settingsFor(path)
	if err != nil {
		return nil, in, err
	}
	if path != "" {
		in.Context = s.job.context(discover.Found{File: path, Context: filepath.Dir(path)})
	}
	return set, in, nil
}
