// Package lsp is a language server for Dockerfiles: what lint finds as
// diagnostics while a file is being edited, its fixes as quick fixes, and what
// rules are about, with what they cost, as hovers. It speaks the Language
// Server Protocol 3.17 over a pair of streams
// (https://microsoft.github.io/language-server-protocol/).
//
// It imports lint and below, and knows nothing of settings and contexts: a
// Linter is handed to it.
package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"schlank/finding"
	"schlank/fix"
	"schlank/lint"
	"schlank/rule"
)

// Linter looks at files. path is that of the file, "" for one that has none
// yet. Its methods are called by several goroutines.
type Linter interface {
	// Lint looks at a text. thorough allows for checks that take longer than
	// a keystroke.
	Lint(ctx context.Context, path string, text []byte, thorough bool) (lint.Result, error)
	// Fix applies the fixes of at least that safety.
	Fix(ctx context.Context, path string, text []byte, least finding.Safety) (fix.Result, error)
	// Rule is the rule of an ID, nil if there is none.
	Rule(id string) *rule.Rule
	// Reset forgets settings and contexts: they may have changed.
	Reset()
}

// Server is a language server for one client.
type Server struct {
	linter  Linter
	version string
	out     *writer

	mu        sync.Mutex
	docs      map[string]*document // by URI
	utf8      bool                 // the client counts columns in bytes
	shutdown  bool
	reported  map[string]bool // problems that the user has been told of
	thorough  sync.WaitGroup
	cancelAll context.CancelFunc
}

// New makes a server. version is that of the program.
func New(l Linter, version string) *Server {
	return &Server{linter: l, version: version, docs: map[string]*document{}, reported: map[string]bool{}}
}

// ErrNoShutdown says that the client ended without saying goodbye.
var ErrNoShutdown = errors.New("the client ended the session without a shutdown request")

// Serve answers a client until it says exit or its stream ends.
func (s *Server) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, s.cancelAll = context.WithCancel(ctx)
	defer s.thorough.Wait()
	defer s.cancelAll()
	s.out = &writer{w: out}
	r := newReader(in)
	for {
		body, err := r.next()
		switch {
		case errors.Is(err, io.EOF) && s.shutdown:
			return nil
		case errors.Is(err, io.EOF):
			return ErrNoShutdown
		case err != nil:
			return fmt.Errorf("reading from the client: %w", err)
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			s.out.fail(nil, codeParse, "no JSON-RPC message: "+err.Error())
			continue
		}
		if m.Method == "exit" {
			if !s.shutdown {
				return ErrNoShutdown
			}
			return nil
		}
		s.handle(ctx, m)
		if err := s.out.err(); err != nil {
			return fmt.Errorf("writing to the client: %w", err)
		}
	}
}

// handle answers one message.
func (s *Server) handle(ctx context.Context, m message) {
	if m.Method == "" {
		return // an answer to a request of ours: there are none that matter
	}
	h, ok := s.handlers()[m.Method]
	switch {
	case m.ID == nil && ok:
		// What a notification has wrong can't be told.
		_, _ = h(ctx, m.Params)
	case m.ID == nil:
	case s.shutdown:
		s.out.fail(m.ID, codeInvalidRequest, "the server is shut down")
	case !ok:
		s.out.fail(m.ID, codeNoMethod, "there is no method "+m.Method)
	default:
		result, err := h(ctx, m.Params)
		if err != nil {
			s.out.fail(m.ID, codeInvalidParams, err.Error())
			return
		}
		s.out.answer(m.ID, result)
	}
}

type handler func(context.Context, json.RawMessage) (any, error)

func (s *Server) handlers() map[string]handler {
	return map[string]handler{
		"initialize":                      with(s.initialize),
		"shutdown":                        func(context.Context, json.RawMessage) (any, error) { s.shutdown = true; return nil, nil },
		"textDocument/didOpen":            with(s.didOpen),
		"textDocument/didChange":          with(s.didChange),
		"textDocument/didSave":            with(s.didSave),
		"textDocument/didClose":           with(s.didClose),
		"textDocument/codeAction":         with(s.codeAction),
		"textDocument/hover":              with(s.hover),
		"workspace/didChangeWatchedFiles": func(ctx context.Context, _ json.RawMessage) (any, error) { s.refresh(ctx); return nil, nil },
		"workspace/didChangeConfiguration": func(ctx context.Context, _ json.RawMessage) (any, error) {
			s.refresh(ctx)
			return nil, nil
		},
	}
}

// with makes a handler of a function that takes its parameters in their type.
func with[P any](f func(context.Context, P) (any, error)) handler {
	return func(ctx context.Context, raw json.RawMessage) (any, error) {
		var p P
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, fmt.Errorf("parameters: %w", err)
		}
		return f(ctx, p)
	}
}

// initialize tells what the server can do.
func (s *Server) initialize(_ context.Context, p initializeParams) (any, error) {
	encoding := "utf-16"
	for _, e := range p.Capabilities.General.PositionEncodings {
		if e == "utf-8" {
			encoding, s.utf8 = e, true
		}
	}
	return map[string]any{
		"serverInfo": map[string]string{"name": "schlank", "version": s.version},
		"capabilities": map[string]any{
			"positionEncoding":   encoding,
			"textDocumentSync":   map[string]any{"openClose": true, "change": 2, "save": map[string]any{}},
			"codeActionProvider": map[string]any{"codeActionKinds": []string{kindQuickFix, kindFixAll}},
			"hoverProvider":      true,
		},
	}, nil
}
