package lsp

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"schlank/finding"
	"schlank/fix"
	"schlank/lint"
	"schlank/rule"
	"schlank/rules"
	"schlank/source"
)

// rulesLinter is a linter of some of the rules.
type rulesLinter struct {
	linter *lint.Linter
	resets int
	fail   error
}

func newLinter(t testing.TB, only ...string) *rulesLinter {
	t.Helper()
	l, err := lint.New(lint.Options{Only: only})
	if err != nil {
		t.Fatal(err)
	}
	return &rulesLinter{linter: l}
}

func (l *rulesLinter) input(path string, text []byte) lint.Input {
	return lint.Input{Source: source.File{Name: path, Bytes: text}}
}

func (l *rulesLinter) Lint(_ context.Context, path string, text []byte, _ bool) (lint.Result, error) {
	return l.linter.File(l.input(path, text)), l.fail
}

func (l *rulesLinter) Fix(_ context.Context, path string, text []byte, least finding.Safety) (fix.Result, error) {
	return l.linter.Fix(l.input(path, text), least), l.fail
}

func (l *rulesLinter) Rule(id string) *rule.Rule {
	for _, r := range rules.All() {
		if r.ID == id {
			return r
		}
	}
	return nil
}

func (l *rulesLinter) Reset() { l.resets++ }

// client is an editor: it sends messages and waits for answers.
type client struct {
	t    testing.TB
	in   io.WriteCloser
	msgs chan map[string]any
	done chan error
	id   int
}

func start(t testing.TB, l Linter) *client {
	t.Helper()
	fromClient, in := io.Pipe()
	out, toClient := io.Pipe()
	c := &client{t: t, in: in, msgs: make(chan map[string]any, 1000), done: make(chan error, 1)}
	go func() {
		c.done <- New(l, "1.0").Serve(context.Background(), fromClient, toClient)
		toClient.Close()
	}()
	go func() {
		defer close(c.msgs)
		r := newReader(bufio.NewReader(out))
		for {
			body, err := r.next()
			if err != nil {
				return
			}
			var m map[string]any
			if json.Unmarshal(body, &m) == nil {
				c.msgs <- m
			}
		}
	}()
	return c
}

func (c *client) send(m map[string]any) {
	c.t.Helper()
	m["jsonrpc"] = "2.0"
	b, err := json.Marshal(m)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(c.in, "Content-Length: %d\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n%s", len(b), b); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) notify(method string, params any) {
	c.t.Helper()
	c.send(map[string]any{"method": method, "params": params})
}

// call sends a request and returns the answer to it.
func (c *client) call(method string, params any) map[string]any {
	c.t.Helper()
	c.id++
	c.send(map[string]any{"id": c.id, "method": method, "params": params})
	for {
		m := c.next()
		if id, ok := m["id"].(float64); ok && int(id) == c.id {
			return m
		}
	}
}

func (c *client) next() map[string]any {
	c.t.Helper()
	select {
	case m, ok := <-c.msgs:
		if !ok {
			c.t.Fatal("the server is gone")
		}
		return m
	case <-time.After(20 * time.Second):
		c.t.Fatal("the server is silent")
	}
	return nil
}

// diagnostics waits for those of a version of a document.
func (c *client) diagnostics(version int) []any {
	c.t.Helper()
	for {
		m := c.next()
		p, _ := m["params"].(map[string]any)
		if m["method"] != "textDocument/publishDiagnostics" || p["version"] != float64(version) {
			continue
		}
		return p["diagnostics"].([]any)
	}
}

func (c *client) initialize(encodings ...string) map[string]any {
	c.t.Helper()
	m := c.call("initialize", map[string]any{"capabilities": map[string]any{"general": map[string]any{"positionEncodings": encodings}}})
	c.notify("initialized", map[string]any{})
	return m["result"].(map[string]any)
}

func (c *client) open(uri, text string) {
	c.t.Helper()
	c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "dockerfile", "version": 1, "text": text}})
}

const uri = "file:///p/Dockerfile"

func doc(version int) map[string]any { return map[string]any{"uri": uri, "version": version} }

func pos(line, char int) map[string]any { return map[string]any{"line": line, "character": char} }

func rng(l1, c1, l2, c2 int) map[string]any {
	return map[string]any{"start": pos(l1, c1), "end": pos(l2, c2)}
}

// TestSession is a whole session: open, type, hover, fix, save, close, leave.
func TestSession(t *testing.T) {
	l := newLinter(t, "SL0012", "SL0003")
	c := start(t, l)
	caps := c.initialize("utf-16")["capabilities"].(map[string]any)
	if caps["positionEncoding"] != "utf-16" || caps["hoverProvider"] != true {
		t.Errorf("capabilities are %v", caps)
	}
	text := "FROM scratch\nRUN echo '😀' \\\n\n  b\n"
	c.open(uri, text)
	list := c.diagnostics(1)
	if len(list) != 1 {
		t.Fatalf("diagnostics: %v", list)
	}
	d := list[0].(map[string]any)
	if d["code"] != "SL0012" || d["source"] != "schlank" || d["severity"] != float64(2) {
		t.Errorf("diagnostic is %v", d)
	}

	// Typing: the keyword becomes unknown; characters count in UTF-16.
	c.notify("textDocument/didChange", map[string]any{"textDocument": doc(2), "contentChanges": []any{
		map[string]any{"range": rng(1, 0, 1, 3), "text": "RUNN"},
		map[string]any{"range": rng(1, 11, 1, 13), "text": "é"}, // the emoji
	}})
	if list = c.diagnostics(2); len(list) != 2 {
		t.Fatalf("diagnostics after a change: %v", list)
	}

	hover := c.call("textDocument/hover", map[string]any{"textDocument": doc(2), "position": pos(1, 1)})["result"].(map[string]any)
	value := hover["contents"].(map[string]any)["value"].(string)
	if !strings.Contains(value, "SL0003 unknown-instruction") {
		t.Errorf("hover says %q", value)
	}
	if h := c.call("textDocument/hover", map[string]any{"textDocument": doc(2), "position": pos(0, 1)})["result"]; h != nil {
		t.Errorf("hover where nothing is says %v", h)
	}

	actions := c.call("textDocument/codeAction", map[string]any{"textDocument": doc(2), "range": rng(2, 0, 2, 0), "context": map[string]any{}})["result"].([]any)
	titles := ""
	for _, a := range actions {
		titles += a.(map[string]any)["kind"].(string) + ": " + a.(map[string]any)["title"].(string) + "\n"
	}
	want := "quickfix: remove the blank line\nquickfix: leave SL0012 be here\nsource.fixAll.schlank: apply the safe fix: remove the blank line\n"
	if titles != want {
		t.Errorf("actions are\n%swant\n%s", titles, want)
	}
	only := c.call("textDocument/codeAction", map[string]any{"textDocument": doc(2), "range": rng(0, 0, 9, 0), "context": map[string]any{"only": []string{"source.fixAll"}}})["result"].([]any)
	if len(only) != 1 {
		t.Errorf("asked for fixAll only: %v", only)
	}
	edit := only[0].(map[string]any)["edit"].(map[string]any)["changes"].(map[string]any)[uri].([]any)[0].(map[string]any)
	c.notify("textDocument/didChange", map[string]any{"textDocument": doc(3), "contentChanges": []any{
		map[string]any{"range": edit["range"], "text": edit["newText"]},
		map[string]any{"range": rng(1, 3, 1, 4), "text": ""},
	}})
	if list = c.diagnostics(3); len(list) != 0 {
		t.Errorf("diagnostics after the fix: %v", list)
	}

	c.notify("textDocument/didSave", map[string]any{"textDocument": doc(3)})
	c.diagnostics(3)
	c.notify("workspace/didChangeConfiguration", map[string]any{"settings": nil})
	c.diagnostics(3)
	if l.resets != 1 {
		t.Errorf("settings were read %d times again", l.resets)
	}
	c.notify("textDocument/didClose", map[string]any{"textDocument": doc(3)})
	if m := c.call("nonsense", nil); m["error"] == nil {
		t.Errorf("an unknown method gets %v", m)
	}
	if m := c.call("textDocument/hover", map[string]any{"textDocument": doc(3), "position": pos(0, 0)}); m["error"] == nil {
		t.Errorf("a closed document gets %v", m)
	}
	if m := c.call("shutdown", nil); m["error"] != nil {
		t.Errorf("shutdown gets %v", m)
	}
	if m := c.call("textDocument/hover", map[string]any{}); m["error"] == nil {
		t.Errorf("after shutdown: %v", m)
	}
	c.notify("exit", nil)
	if err := <-c.done; err != nil {
		t.Errorf("the session ends with %v", err)
	}
}

func TestSessionEndsRudely(t *testing.T) {
	c := start(t, newLinter(t, "SL0012"))
	c.initialize("utf-8", "utf-16")
	c.in.Close()
	if err := <-c.done; !errors.Is(err, ErrNoShutdown) {
		t.Errorf("the session ends with %v", err)
	}
}

func TestLinterFails(t *testing.T) {
	l := newLinter(t, "SL0012")
	l.fail = errors.New("schlank.yaml: there is no rule X")
	c := start(t, l)
	c.initialize()
	c.open(uri, "FROM scratch\n")
	m := c.next()
	if m["method"] != "window/showMessage" || !strings.Contains(fmt.Sprint(m["params"]), "there is no rule X") {
		t.Errorf("the user is told %v", m)
	}
}

func BenchmarkChange(b *testing.B) {
	l := newLinter(b)
	c := start(b, l)
	c.initialize()
	var text strings.Builder
	text.WriteString("FROM debian:12\n")
	for range 33 {
		text.WriteString("RUN apt-get update && apt-get install -y curl && \\\n    rm -rf /var/lib/apt/lists/*\nCOPY . /app\n")
	}
	c.open(uri, text.String())
	c.diagnostics(1)
	version := 1
	for b.Loop() {
		version++
		c.notify("textDocument/didChange", map[string]any{"textDocument": doc(version), "contentChanges": []any{
			map[string]any{"range": rng(1, 4, 1, 4), "text": "a"},
		}})
		c.diagnostics(version)
	}
}
