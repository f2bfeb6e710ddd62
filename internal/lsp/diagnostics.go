package lsp

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"schlank/finding"
	"schlank/lint"
	"schlank/report"
)

// look looks at a document as it is and tells the client what it finds.
func (s *Server) look(ctx context.Context, d *document) {
	s.mu.Lock()
	if d.cancel != nil {
		d.cancel() // it looks at a text that is gone
		d.cancel = nil
	}
	text, version := d.text, d.version
	s.mu.Unlock()
	res, err := s.linter.Lint(ctx, filePath(d.uri), text, false)
	s.found(d, version, res, err)
}

// lookThoroughly looks at a document once more, in the background, with the
// checks that take their time.
func (s *Server) lookThoroughly(ctx context.Context, d *document) {
	ctx, cancel := context.WithCancel(ctx)
	s.mu.Lock()
	if d.cancel != nil {
		d.cancel()
	}
	d.cancel = cancel
	text, version := d.text, d.version
	s.mu.Unlock()
	s.thorough.Go(func() {
		defer cancel()
		res, err := s.linter.Lint(ctx, filePath(d.uri), text, true)
		if ctx.Err() == nil {
			s.found(d, version, res, err)
		}
	})
}

// found keeps and publishes what was found, unless the text has changed.
func (s *Server) found(d *document, version int, res lint.Result, err error) {
	if err != nil {
		s.complain(err)
		return
	}
	s.mu.Lock()
	current := s.docs[d.uri] == d && d.version == version
	if current {
		d.result = res
	}
	list := make([]diagnostic, 0, len(res.Findings))
	for _, f := range res.Findings {
		list = append(list, s.diagnostic(res, f))
	}
	s.mu.Unlock()
	if current {
		s.out.notify("textDocument/publishDiagnostics", map[string]any{"uri": d.uri, "version": version, "diagnostics": list})
	}
}

// complain shows the user a problem, once.
func (s *Server) complain(err error) {
	s.mu.Lock()
	told := s.reported[err.Error()]
	s.reported[err.Error()] = true
	s.mu.Unlock()
	if !told {
		s.out.notify("window/showMessage", map[string]any{"type": severityError, "message": "schlank: " + err.Error()})
	}
}

// diagnostic is a finding as the client shows it.
func (s *Server) diagnostic(res lint.Result, f finding.Finding) diagnostic {
	d := diagnostic{
		Range:    rangeOf(res.File.Source.Bytes, f.Span, s.utf8),
		Severity: severityInfo,
		Code:     f.ID,
		Source:   "schlank",
		Message:  f.Message,
	}
	switch f.Severity {
	case finding.Error:
		d.Severity = severityError
	case finding.Warning:
		d.Severity = severityWarning
	}
	if cost := report.Cost(f.Cost); cost != "" {
		d.Message += " [" + cost + "]"
	}
	if f.Hint != "" {
		d.Message += "\n" + f.Hint
	}
	return d
}

// refresh looks at all documents again: settings or contexts have changed.
func (s *Server) refresh(ctx context.Context) {
	s.linter.Reset()
	s.mu.Lock()
	s.reported = map[string]bool{}
	docs := slices.SortedFunc(maps.Values(s.docs), func(a, b *document) int { return cmp.Compare(a.uri, b.uri) })
	s.mu.Unlock()
	for _, d := range docs {
		s.look(ctx, d)
		s.lookThoroughly(ctx, d)
	}
}

// matches reports whether a kind of action is among those that are asked for.
func matches(only []string, kind string) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(o string) bool { return kind == o || strings.HasPrefix(kind, o+".") })
}
