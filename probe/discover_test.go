package probe

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"schlank/engine"
	"schlank/internal/agent"
	"schlank/inventory"
)

func TestScanLinks(t *testing.T) {
	tests := []struct {
		name, html string
		want       []string
	}{
		{"nothing", "just text", nil},
		{"quotes", `<a href="/a"><A HREF='/b'><a href=/c><a href = "/d" >`, []string{"/a", "/b", "/c", "/d"}},
		{"entities", `<a href="/a?x=1&amp;y=2">`, []string{"/a?x=1&y=2"}},
		{"sources", `<img src=/i.png /><script src="/s.js"></script><link href=/l.css rel=x>`, []string{"/i.png", "/s.js", "/l.css"}},
		{"forms", `<form action=/q><form method=GET action=/r><form method=post action=/p><a action=/x>`, []string{"/q", "/r"}},
		{"base", `<base href="/other/"><a href=x>`, []string{"x"}},
		{"comment", `<!-- <a href=/no> --><a href=/yes>`, []string{"/yes"}},
		{"script", `<script>"<a href=/no>"</ script></SCRIPT x><a href=/yes>`, []string{"/yes"}},
		{"style", `<style>a > b {}</style><a href=/yes>`, []string{"/yes"}},
		{"twice", `<a href=/a href=/b>`, []string{"/a"}},
		{"closing tags and such", `</a href=/no><!doctype html><a b c=d href=/yes/>`, []string{"/yes/"}},
		{"greater sign in a value", `<a title="a > b" href=/yes>`, []string{"/yes"}},
		{"unfinished", `<a href="/a`, []string{"/a"}},
		{"unfinished tag", `<a href`, nil},
		{"unfinished comment", `<!-- <a href=/a>`, nil},
		{"unfinished script", `<script><a href=/a>`, nil},
		{"odd", `<a =x href==/y><<a href=/z>`, []string{"=/y", "/z"}},
	}
	for _, tc := range tests {
		if diff := cmp.Diff(tc.want, scanLinks(tc.html)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

// FuzzLinks checks that whatever a page says, what is asked because of it
// stays on its port and is a path.
func FuzzLinks(f *testing.F) {
	f.Add("/a/b?c", `<a href="../x"><img src=//localhost:80/y><form action='?z'>`, "/l")
	f.Add("/", `<a href="http://example.org/">`, "http://[::1]:80/\x00")
	f.Fuzz(func(t *testing.T, path, body, location string) {
		p := page{probe: HTTP{Port: 80, Path: path}, res: &agent.HTTPResponse{
			Header: []Field{{Name: "Content-Type", Value: "text/html"}, {Name: "Location", Value: location}}, Body: []byte(body),
		}}
		for _, l := range p.links() {
			if !strings.HasPrefix(l, "/") || strings.ContainsAny(l, " \r\n\x00") {
				t.Errorf("link %q", l)
			}
		}
	})
}

func TestLinks(t *testing.T) {
	p := page{probe: HTTP{Port: 8000, Path: "/dir/page?q"}, res: &agent.HTTPResponse{
		Header: []Field{{Name: "Content-Type", Value: "text/HTML; charset=utf-8"}, {Name: "Location", Value: "../up"}},
		Body: []byte(`<a href=z><a href=a#top><a href="?x=1"><a href="#here"><a href="/b c">` +
			`<a href="http://localhost:8000/abs"><a href="//127.0.0.1:8000/rel"><a href="http://localhost/"><a href="https://localhost:8000/">` +
			`<a href="mailto:a@b"><a href="javascript:x()"><a href="data:,x"><a href="http://u@localhost:8000/"><a href="//example.org/"><a href="http://%">`),
	}}
	want := []string{"/abs", "/b%20c", "/dir/a", "/dir/page?q", "/dir/page?x=1", "/dir/z", "/rel", "/up"}
	if diff := cmp.Diff(want, p.links()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	p.res.Header[0].Value = "text/plain"
	if diff := cmp.Diff([]string{"/up"}, p.links()); diff != "" {
		t.Errorf("plain text (-want +got):\n%s", diff)
	}
}

// loopback is a Runner whose containers are this machine: their agents ask
// what listens on it.
type loopback struct{}

func (loopback) Run(context.Context, engine.RunRequest) (engine.Container, error) {
	return &localContainer{ended: make(chan struct{})}, nil
}

type localContainer struct{ ended chan struct{} }

func (c *localContainer) Exec(ctx context.Context, p engine.Process) (engine.Proc, error) {
	go agent.Serve(ctx, p.Stdin, p.Stdout) //nolint:errcheck // the client's question fails
	return localProc(*c), nil
}

func (c *localContainer) Init() engine.Proc { return localProc(*c) }

func (c *localContainer) Stop(context.Context, time.Duration) error {
	close(c.ended)
	return nil
}

type localProc localContainer

func (p localProc) Wait(ctx context.Context) (engine.ExitStatus, error) {
	select {
	case <-p.ended:
		return engine.ExitStatus{Code: 137}, nil
	case <-ctx.Done():
		return engine.ExitStatus{}, context.Cause(ctx)
	}
}

func (localProc) Signal(context.Context, engine.Signal) error { return nil }

func TestDiscover(t *testing.T) {
	mux := http.NewServeMux()
	for path, links := range map[string]string{
		"/{$}": "/b /a /a", "/a": "/a1 /", "/b": "/b1 /b2", "/a1": "/deep", "/b1": "", "/b2": "", "/deep": "",
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			for _, l := range strings.Fields(links) {
				fmt.Fprintf(w, "<a href=%q>x</a>\n", l)
			}
		})
	}
	s := httptest.NewServer(mux)
	defer s.Close()
	port := s.Listener.Addr().(*net.TCPAddr).Port
	tests := []struct {
		limit int
		want  string
	}{
		{0, "start /"},
		{1, "start / /a /schlank-no-such-page"},
		{3, "start / /a /b /a1 /schlank-no-such-page"},
		{DefaultDiscover, "start / /a /b /a1 /b1 /b2 /schlank-no-such-page"},
	}
	for _, tc := range tests {
		cfg := inventory.Config{Cmd: []string{"x"}}
		rec, err := Record(t.Context(), loopback{}, engine.ImageRef{}, cfg, []Probe{Start{}, HTTP{Port: port, Path: "/"}}, Options{Discover: tc.limit, AgentDir: "x"})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i, p := range rec.Probes {
			got = append(got, strings.TrimPrefix(p.Name(), fmt.Sprintf("GET :%d", port)))
			if rec.Answers[i].Short == "" {
				t.Errorf("%s has no answer", p.Name())
			}
		}
		if diff := cmp.Diff(tc.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("limit %d (-want +got):\n%s", tc.limit, diff)
		}
	}
}
