package agent

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// dialAgent starts an agent in this process and returns its client.
func dialAgent(t *testing.T) *Client {
	t.Helper()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- Serve(context.Background(), inR, outW)
		outW.Close()
	}()
	c := NewClient(inW, outR)
	t.Cleanup(func() {
		inW.Close()
		if err := <-served; err != nil {
			t.Errorf("the agent ended with %v", err)
		}
		c.Close()
	})
	return c
}

func ask(t *testing.T, c *Client, req Request) Response {
	t.Helper()
	if req.Timeout == 0 {
		req.Timeout = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	res, err := c.Do(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// ignored are the fields that change from run to run.
func ignored() cmp.Option { return cmpopts.IgnoreFields(Response{}, "ID", "Duration") }

func httpServer(t *testing.T) (port int) {
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		w.Header().Set("B", "2")
		w.Header().Add("A", "1")
		w.Header().Add("A", "0")
		fmt.Fprintf(w, "%s %s host=%s x=%s", r.Method, r.URL, r.Host, r.Header.Get("X-Test"))
	})
	mux.HandleFunc("/go", func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		w.Header()["Content-Type"] = nil
		w.Header().Set("Location", "/echo")
		w.WriteHeader(http.StatusFound)
	})
	mux.HandleFunc("/big", func(w http.ResponseWriter, _ *http.Request) {
		w.Write(make([]byte, MaxBody+1)) //nolint:errcheck // the test sees what is missing
	})
	mux.HandleFunc("/broken", func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Date"] = nil
		w.Header().Set("Content-Type", "x")
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, "half")             //nolint:errcheck // the connection is aborted anyway
		http.NewResponseController(w).Flush() //nolint:errcheck // as above
		panic(http.ErrAbortHandler)
	})
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return portOf(s.Listener)
}

func portOf(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

// rawServer answers every connection with some bytes and closes it.
func rawServer(t *testing.T, answer string) int {
	l := listen(t, "127.0.0.1:0")
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, answer)           //nolint:errcheck // the client may be gone
			bufio.NewReader(conn).ReadString('\n') //nolint:errcheck // as above
			conn.Close()
		}
	}()
	return portOf(l)
}

func listen(t *testing.T, addr string) net.Listener {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// freePort is a port nobody listens on.
func freePort(t *testing.T) int {
	l := listen(t, "127.0.0.1:0")
	l.Close()
	return portOf(l)
}

func TestHTTP(t *testing.T) {
	port := httpServer(t)
	c := dialAgent(t)
	host := fmt.Sprintf("localhost:%d", port)
	plain := func(body string) *HTTPResponse {
		return &HTTPResponse{Status: 200, Body: []byte(body), Header: []Field{
			{"A", "1"}, {"A", "0"}, {"B", "2"}, {"Content-Length", fmt.Sprint(len(body))}, {"Content-Type", "text/plain; charset=utf-8"},
		}}
	}
	tests := []struct {
		name string
		req  Request
		want Response
	}{
		{"get", Request{Port: port, HTTP: &HTTPRequest{Method: "GET", Path: "/echo?q=1"}}, Response{HTTP: plain("GET /echo?q=1 host=" + host + " x=")}},
		{"header", Request{Port: port, HTTP: &HTTPRequest{Method: "POST", Path: "/echo", Header: []Field{{"host", "shop.example"}, {"X-Test", "7"}}}},
			Response{HTTP: plain("POST /echo host=shop.example x=7")}},
		{"redirect", Request{Port: port, HTTP: &HTTPRequest{Method: "GET", Path: "/go"}},
			Response{HTTP: &HTTPResponse{Status: 302, Header: []Field{{"Content-Length", "0"}, {"Location", "/echo"}}, Body: []byte{}}}},
		{"broken", Request{Port: port, HTTP: &HTTPRequest{Method: "GET", Path: "/broken"}},
			Response{HTTP: &HTTPResponse{Status: 200, Header: []Field{{"Content-Length", "10"}, {"Content-Type", "x"}}, Body: []byte("half"), Broken: true}}},
		{"timeout", Request{Port: port, Timeout: 100 * time.Millisecond, HTTP: &HTTPRequest{Method: "GET", Path: "/slow"}},
			Response{Failure: &Failure{Timeout, "no answer in time"}}},
		{"refused", Request{Port: freePort(t), HTTP: &HTTPRequest{Method: "GET", Path: "/"}}, Response{Failure: &Failure{Refused, "connection refused"}}},
		{"not http", Request{Port: rawServer(t, "220 smtp ready\r\n"), HTTP: &HTTPRequest{Method: "GET", Path: "/"}},
			Response{Failure: &Failure{NotHTTP, "the answer is not HTTP"}}},
		{"closed", Request{Port: rawServer(t, ""), HTTP: &HTTPRequest{Method: "GET", Path: "/"}},
			Response{Failure: &Failure{Closed, "connection closed without an answer"}}},
		{"bad path", Request{Port: port, HTTP: &HTTPRequest{Method: "GET", Path: "x"}}, Response{Failure: &Failure{Malformed, "the path of a request starts with a slash"}}},
		{"bad method", Request{Port: port, HTTP: &HTTPRequest{Method: "G E", Path: "/"}}, Response{Failure: &Failure{Malformed, `net/http: invalid method "G E"`}}},
		{"no request", Request{Port: port}, Response{Failure: &Failure{Malformed, "an http request lacks its http part"}}},
		{"bad port", Request{Port: 70000}, Response{Failure: &Failure{Malformed, "port 70000 is out of range"}}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			tc.req.Kind = KindHTTP
			got := ask(t, c, tc.req)
			if diff := cmp.Diff(tc.want, got, ignored(), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	t.Run("big", func(t *testing.T) {
		got := ask(t, c, Request{Kind: KindHTTP, Port: port, HTTP: &HTTPRequest{Method: "GET", Path: "/big"}})
		if got.HTTP == nil || len(got.HTTP.Body) != MaxBody || !got.HTTP.Truncated {
			t.Errorf("got %d bytes, %v", len(got.HTTP.Body), got.Failure)
		}
	})
}

func TestTCPAndWait(t *testing.T) {
	c := dialAgent(t)
	port := freePort(t)
	if res := ask(t, c, Request{Kind: KindTCP, Port: port}); res.Failure == nil || res.Failure.Reason != Refused {
		t.Errorf("nobody listens: %+v", res)
	}
	if res := ask(t, c, Request{Kind: KindWait, Port: port, Wait: 200 * time.Millisecond}); res.Failure == nil || res.Failure.Reason != Refused {
		t.Errorf("nobody comes to listen: %+v", res)
	}
	go func() {
		time.Sleep(200 * time.Millisecond)
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			http.Serve(l, http.NotFoundHandler()) //nolint:errcheck // ends with the test binary
		}
	}()
	if res := ask(t, c, Request{Kind: KindWait, Port: port, Wait: 10 * time.Second}); res.Failure != nil {
		t.Errorf("somebody listens after a while: %+v", res.Failure)
	}
	res := ask(t, c, Request{Kind: KindWait, Port: port, Wait: time.Second, HTTP: &HTTPRequest{Method: "GET", Path: "/"}})
	if res.HTTP == nil || res.HTTP.Status != 404 {
		t.Errorf("waiting for HTTP: %+v", res)
	}
	if res := ask(t, c, Request{Kind: KindWait, Port: rawServer(t, ""), Wait: 300 * time.Millisecond, HTTP: &HTTPRequest{Method: "GET", Path: "/"}}); res.Failure == nil || res.Failure.Reason != Closed {
		t.Errorf("waiting for HTTP where there is none: %+v", res)
	}
}

func TestExec(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("there is no /bin/sh")
	}
	c := dialAgent(t)
	sh := func(s string) []string { return []string{"/bin/sh", "-c", s} }
	tests := []struct {
		name    string
		args    []string
		timeout time.Duration
		want    Response
	}{
		{"output", sh("echo out; echo err >&2; exit 3"), 0, Response{Exec: &ExecResult{Code: 3, Stdout: []byte("out\n"), Stderr: []byte("err\n")}}},
		{"signal", sh("kill -TERM $$"), 0, Response{Exec: &ExecResult{Code: 143}}},
		{"no input", sh("cat"), 0, Response{Exec: &ExecResult{}}},
		{"timeout with children", sh("echo a; sleep 100 & sleep 100"), 200 * time.Millisecond, Response{Exec: &ExecResult{Code: 137, Stdout: []byte("a\n"), TimedOut: true}}},
		{"not on path", []string{"schlank-no-such-command"}, 0, Response{Failure: &Failure{NotFound, "schlank-no-such-command: not found on PATH"}}},
		{"no such file", []string{"/no/such"}, 0, Response{Failure: &Failure{NotFound, "/no/such: no such file or directory"}}},
		{"not executable", []string{"/etc/passwd"}, 0, Response{Failure: &Failure{NotFound, "/etc/passwd: permission denied"}}},
		{"nothing", nil, 0, Response{Failure: &Failure{Malformed, "an exec request lacks its command"}}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			start := time.Now()
			got := ask(t, c, Request{Kind: KindExec, Args: tc.args, Timeout: tc.timeout})
			if diff := cmp.Diff(tc.want, got, ignored(), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if time.Since(start) > 5*time.Second {
				t.Error("it took too long")
			}
		})
	}
	got := ask(t, c, Request{Kind: KindExec, Args: sh(fmt.Sprintf("head -c %d /dev/zero", MaxOutput+1))})
	if len(got.Exec.Stdout) != MaxOutput || !got.Exec.Truncated {
		t.Errorf("kept %d bytes, truncated %v", len(got.Exec.Stdout), got.Exec.Truncated)
	}
}

// TestServeLines feeds the agent what a client of ours would not send.
func TestServeLines(t *testing.T) {
	tests := []struct{ in, want string }{
		{`nonsense`, `invalid character 'o' in literal null (expecting 'u')`},
		{`{"id":1,"kind":"dance"}`, `unknown kind of request "dance"`},
		{`{"id":1,"kind":"tcp","pot":1}`, `json: unknown field "pot"`},
		{`{}`, `unknown kind of request ""`},
	}
	for _, tc := range tests {
		in, out := io.Pipe()
		resR, resW := io.Pipe()
		go Serve(t.Context(), in, resW) //nolint:errcheck // its end is tested elsewhere
		fmt.Fprintln(out, tc.in)
		var res Response
		if err := json.NewDecoder(resR).Decode(&res); err != nil {
			t.Fatal(err)
		}
		if res.Failure == nil || res.Failure.Reason != Malformed || res.Failure.Text != tc.want {
			t.Errorf("%s: %+v", tc.in, res.Failure)
		}
		out.Close()
	}
	err := Serve(t.Context(), strings.NewReader(strings.Repeat("x", maxRequest+1)), io.Discard)
	if !errors.Is(err, bufio.ErrTooLong) {
		t.Errorf("an endless line: %v", err)
	}
}

func TestClientEnds(t *testing.T) {
	t.Run("agent gone", func(t *testing.T) {
		inR, inW := io.Pipe()
		outR, outW := io.Pipe()
		c := NewClient(inW, outR)
		defer c.Close()
		inR.Close()
		outW.Close()
		if _, err := c.Do(t.Context(), Request{Kind: KindTCP, Port: 1}); !errors.Is(err, ErrEnded) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("agent silent", func(t *testing.T) {
		_, inW := io.Pipe()
		outR, _ := io.Pipe()
		c := NewClient(inW, outR)
		defer c.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := c.Do(ctx, Request{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("endless answer", func(t *testing.T) {
		c := NewClient(io.Discard, endless{})
		defer c.Close()
		if _, err := c.Do(t.Context(), Request{}); err == nil || !strings.Contains(err.Error(), "an answer exceeds") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("late answer", func(t *testing.T) {
		c := NewClient(io.Discard, strings.NewReader("{\"id\":7}\n{\"id\":1,\"duration\":5}\n"))
		defer c.Close()
		if res, err := c.Do(t.Context(), Request{}); err != nil || res.Duration != 5 {
			t.Errorf("got %+v, %v", res, err)
		}
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestStage(t *testing.T) {
	exe := filepath.Join(t.TempDir(), "program")
	cache := filepath.Join(t.TempDir(), "a", "b")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	check := func(dir, text string) {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(dir, Name))
		if err != nil || string(b) != text {
			t.Errorf("staged %q, %v", b, err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("%s holds %v, %v", dir, entries, err)
		}
		for _, p := range []string{dir, filepath.Join(dir, Name)} {
			if st, err := os.Stat(p); err != nil || st.Mode().Perm() != 0o755 {
				t.Errorf("%s: %v, %v", p, st.Mode(), err)
			}
		}
	}
	write(exe, "one")
	dir, err := Stage(exe, cache)
	if err != nil {
		t.Fatal(err)
	}
	check(dir, "one")
	again, err := Stage(exe, cache)
	if err != nil || again != dir {
		t.Errorf("the same program is staged in %s and %s: %v", dir, again, err)
	}
	write(filepath.Join(dir, Name), "damaged")
	if _, err := Stage(exe, cache); err != nil {
		t.Fatal(err)
	}
	check(dir, "one")
	for i := range 2 * keepStaged {
		write(exe, fmt.Sprint("build ", i))
		if dir, err = Stage(exe, cache); err != nil {
			t.Fatal(err)
		}
	}
	check(dir, fmt.Sprint("build ", 2*keepStaged-1))
	if entries, _ := os.ReadDir(cache); len(entries) != keepStaged {
		t.Errorf("%d builds stay", len(entries))
	}
	if _, err := Stage(filepath.Join(cache, "gone"), cache); err == nil || !strings.Contains(err.Error(), "reading the agent") {
		t.Errorf("got %v", err)
	}
}

func TestLocate(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ helper, arch, err string }{
		{"", "riscv64", "build one with GOOS=linux GOARCH=riscv64 CGO_ENABLED=0 and put it beside the program as schlank-linux-riscv64, or name it in SCHLANK_HELPER"},
		{text, "", "not a Linux executable"},
		{"/no/such", "", "no such file"},
	}
	for _, tc := range tests {
		t.Setenv(HelperEnv, tc.helper)
		if _, err := Locate(tc.arch); err == nil || !strings.Contains(err.Error(), tc.err) {
			t.Errorf("%+v: %v", tc, err)
		}
	}
}

// FuzzServe checks that any line gets one answer, or ends the agent with an
// error. Commands are left out: a fuzzer should not run what it makes up.
func FuzzServe(f *testing.F) {
	f.Add([]byte(`{"id":1,"kind":"tcp","port":1,"timeout":1000}`))
	f.Add([]byte(`{"id":1,"kind":"http","port":1,"timeout":1000,"http":{"method":"GET","path":"/"}}`))
	f.Add([]byte("\n\n{"))
	f.Fuzz(func(t *testing.T, line []byte) {
		var req Request
		if json.Unmarshal(line, &req) == nil && (req.Kind == KindExec || req.Timeout > time.Millisecond || req.Timeout <= 0 || req.Wait > 0) {
			return
		}
		res := handle(t.Context(), line)
		if b, err := json.Marshal(res); err != nil || len(b) > maxResponse {
			t.Errorf("%d bytes, %v", len(b), err)
		}
	})
}

func TestOwn(t *testing.T) {
	dir := t.TempDir()
	exe := filepath.Join(dir, "schlank")
	if got, err := own(exe, "linux", runtime.GOARCH); err != nil || got != exe {
		t.Errorf("on Linux: %q, %v", got, err)
	}
	if got, err := own(exe, "darwin", "arm64"); err == nil {
		t.Errorf("without a helper: %q", got)
	}
	helper := filepath.Join(dir, HelperName("arm64"))
	if err := os.WriteFile(helper, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := own(exe, "darwin", "arm64"); err != nil || got != helper {
		t.Errorf("with a helper: %q, %v", got, err)
	}
	if got, err := own(exe, "windows", "amd64"); err == nil {
		t.Errorf("with a helper for another machine: %q", got)
	}
}
