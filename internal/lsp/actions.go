package lsp

import (
	"context"
	"fmt"
	"strings"

	"schlank/finding"
	"schlank/lint"
	"schlank/report"
	"schlank/source"
)

// codeAction offers the fixes of the findings in a range, a comment that
// leaves each be, and all safe fixes of the file at once.
func (s *Server) codeAction(ctx context.Context, p codeActionParams) (any, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	res, text := d.result, d.text
	s.mu.Unlock()
	actions := []codeAction{}
	if res.File == nil || string(res.File.Source.Bytes) != string(text) {
		return actions, nil
	}
	asked := source.Span{Start: offset(text, p.Range.Start, s.utf8), End: offset(text, p.Range.End, s.utf8)}
	if matches(p.Context.Only, kindQuickFix) {
		for _, f := range res.Findings {
			if touches(f.Span, asked) {
				actions = append(actions, s.quickFixes(d.uri, res, f)...)
			}
		}
	}
	if matches(p.Context.Only, kindFixAll) {
		all, err := s.fixAll(ctx, d.uri, text)
		if err != nil {
			return nil, err
		}
		actions = append(actions, all...)
	}
	return actions, nil
}

// touches reports whether two spans have a byte or an end in common.
func touches(a, b source.Span) bool { return a.Start <= b.End && b.Start <= a.End }

func (s *Server) quickFixes(uri string, res lint.Result, f finding.Finding) []codeAction {
	var out []codeAction
	text := res.File.Source.Bytes
	for k, x := range f.Fixes {
		title := x.Title
		if x.Safety == finding.Suggestion {
			title += " (needs a build to prove it)"
		}
		out = append(out, s.action(uri, text, title, kindQuickFix, x.Edits, k == 0 && x.Safety >= finding.Equivalent))
	}
	if edit, ok := ignoreEdit(res, f); ok {
		out = append(out, s.action(uri, text, "leave "+f.ID+" be here", kindQuickFix, []source.Edit{edit}, false))
	}
	for k := range out {
		out[k].Diagnostics = []diagnostic{s.diagnostic(res, f)}
	}
	return out
}

func (s *Server) action(uri string, text []byte, title, kind string, edits []source.Edit, preferred bool) codeAction {
	a := codeAction{Title: title, Kind: kind, Preferred: preferred}
	list := make([]textEdit, 0, len(edits))
	for _, e := range edits {
		list = append(list, textEdit{rangeOf(text, e.Span, s.utf8), e.New})
	}
	a.Edit.Changes = map[string][]textEdit{uri: list}
	return a
}

// ignoreEdit puts a comment that leaves a finding be above its instruction.
func ignoreEdit(res lint.Result, f finding.Finding) (source.Edit, bool) {
	for _, i := range res.File.Syntax.Instructions {
		if f.Span.Start < i.Span.Start || f.Span.Start >= i.Span.End {
			continue
		}
		eol := "\n"
		if strings.Contains(res.File.Source.LineText(i.Span.Start), "\r") || strings.Contains(string(res.File.Source.Bytes), "\r\n") {
			eol = "\r\n"
		}
		return source.Insert(i.Span.Start, "# schlank: ignore="+f.ID+" reason="+eol), true
	}
	return source.Edit{}, false
}

// fixAll is the action that applies all safe fixes, if there are any.
func (s *Server) fixAll(ctx context.Context, uri string, text []byte) ([]codeAction, error) {
	fixed, err := s.linter.Fix(ctx, filePath(uri), text, finding.Equivalent)
	if err != nil {
		return nil, err
	}
	if len(fixed.Applied) == 0 {
		return nil, nil
	}
	title := fmt.Sprintf("apply all %d safe fixes", len(fixed.Applied))
	if len(fixed.Applied) == 1 {
		title = "apply the safe fix: " + fixed.Applied[0].Title
	}
	return []codeAction{s.action(uri, text, title, kindFixAll, []source.Edit{difference(text, fixed.Text)}, false)}, nil
}

// difference is the edit that turns one text into another: what lies between
// their common start and end.
func difference(from, to []byte) source.Edit {
	start := 0
	for start < len(from) && start < len(to) && from[start] == to[start] {
		start++
	}
	// Whole lines, so that no character is taken apart.
	for start > 0 && from[start-1] != '\n' {
		start--
	}
	end := 0
	for end < len(from)-start && end < len(to)-start && from[len(from)-1-end] == to[len(to)-1-end] {
		end++
	}
	for end > 0 && end < len(from) && from[len(from)-end-1] != '\n' {
		end--
	}
	return source.Edit{Span: source.Span{Start: start, End: len(from) - end}, New: string(to[start : len(to)-end])}
}

// hover says what the findings at a place are about.
func (s *Server) hover(_ context.Context, p hoverParams) (any, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.result.File == nil || string(d.result.File.Source.Bytes) != string(d.text) {
		return nil, nil
	}
	at := offset(d.text, p.Position, s.utf8)
	var parts []string
	var span source.Span
	for _, f := range d.result.Findings {
		if at < f.Span.Start || at > f.Span.End {
			continue
		}
		if len(parts) == 0 {
			span = f.Span
		}
		parts = append(parts, s.explain(f))
	}
	if len(parts) == 0 {
		return nil, nil
	}
	return map[string]any{
		"contents": map[string]string{"kind": "markdown", "value": strings.Join(parts, "\n\n---\n\n")},
		"range":    rangeOf(d.text, span, s.utf8),
	}, nil
}

// explain is a finding with what its rule is about, in Markdown.
func (s *Server) explain(f finding.Finding) string {
	var b strings.Builder
	r := s.linter.Rule(f.ID)
	name := f.ID
	if r != nil {
		name += " " + r.Name
	}
	fmt.Fprintf(&b, "**%s**: %s", name, f.Message)
	if cost := report.Cost(f.Cost); cost != "" {
		fmt.Fprintf(&b, ", **%s**", cost)
	}
	if r != nil {
		fmt.Fprintf(&b, "\n\n%s", r.Doc.Why)
	}
	if f.Hint != "" {
		fmt.Fprintf(&b, "\n\n%s", f.Hint)
	}
	if len(f.Aliases) > 0 {
		fmt.Fprintf(&b, "\n\nelsewhere: %s", strings.Join(f.Aliases, ", "))
	}
	return b.String()
}
