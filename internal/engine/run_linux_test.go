package engine_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"schlank/engine"
	"schlank/internal/engine/enginetest"
)

func TestRun(t *testing.T) {
	e := enginetest.Engine(t)
	req := enginetest.Project(t, `FROM busybox
RUN mkdir /w && echo someone:x:1234:1234::/:/bin/sh >> /etc/passwd
ENV A=image B=image
WORKDIR /w
USER someone
ENTRYPOINT ["sh", "-c"]
CMD ["echo default; exit 3"]
`, nil)
	img := enginetest.Build(t, e, req).Image
	mounted := t.TempDir()
	if err := os.WriteFile(filepath.Join(mounted, "f"), []byte("from the host\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	sh := func(script string) engine.Process { return engine.Process{Args: []string{"sh", "-c", script}} }
	tests := []struct {
		name           string
		init           engine.Process
		stdout, stderr string
		code           int
	}{
		{name: "defaults of the image", stdout: "default\n", code: 3},
		{name: "streams", init: sh("echo out; echo err >&2"), stdout: "out\n", stderr: "err\n"},
		{name: "exit code 255", init: sh("exit 255"), code: 255},
		{name: "killed", init: sh("sh -c 'kill -9 $$'; exit $?"), stderr: "Killed\n", code: 137},
		{name: "image's settings", init: sh("echo $A $B $PWD $(id -u)"), stdout: "image image /w 1234\n"},
		{
			name:   "own settings",
			init:   engine.Process{Args: []string{"sh", "-c", "echo $A $B $C $PWD $(id -u)"}, Env: []string{"B=run", "C=run"}, Dir: "/tmp", User: "0"},
			stdout: "image run run /tmp 0\n",
		},
		{name: "input", init: engine.Process{Args: []string{"tr", "a-z", "A-Z"}, Stdin: strings.NewReader("quiet")}, stdout: "QUIET"},
		{name: "mount", init: sh("cat /host/f; echo x > /host/f"), stdout: "from the host\n", stderr: "sh: can't create /host/f: Read-only file system\n", code: 1},
		{name: "file system can be written", init: engine.Process{Args: []string{"sh", "-c", "echo x > /new && cat /new"}, User: "root"}, stdout: "x\n"},
		{name: "missing program", init: engine.Process{Args: []string{"/no/such"}}, code: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			stdout, stderr, code := enginetest.Output(t, e, engine.RunRequest{
				Image: img, Mounts: map[string]string{"/host": mounted}, Init: tt.init,
			})
			if tt.name == "missing program" {
				if !strings.Contains(stderr, "no such file") {
					t.Errorf("stderr is %q", stderr)
				}
				stderr = ""
			}
			if stdout != tt.stdout || stderr != tt.stderr || code != tt.code {
				t.Errorf("got stdout %q, stderr %q, code %d; want %q, %q, %d", stdout, stderr, code, tt.stdout, tt.stderr, tt.code)
			}
		})
	}
}

func TestRunLeavesTheImageAlone(t *testing.T) {
	e := enginetest.Engine(t)
	img := enginetest.Build(t, e, enginetest.Project(t, "FROM busybox\n", nil)).Image
	for range 2 {
		_, stderr, code := enginetest.Output(t, e, engine.RunRequest{Image: img, Init: engine.Process{Args: []string{"mkdir", "/once"}}})
		if code != 0 {
			t.Errorf("a second container sees what the first one wrote: %s", stderr)
		}
	}
}

func TestRunErrors(t *testing.T) {
	e := enginetest.Engine(t)
	bare := enginetest.Build(t, e, enginetest.Project(t, "FROM scratch\nCOPY in /\n", map[string]string{"in": ""})).Image
	ctx := enginetest.Context(t)
	tests := []struct {
		name string
		req  engine.RunRequest
		want string
	}{
		{"nothing to start", engine.RunRequest{Image: bare}, "neither ENTRYPOINT nor CMD"},
		{"image that is not there", engine.RunRequest{Image: engine.ImageRef{Layout: bare.Layout, Digest: "sha256:" + strings.Repeat("0", 64)}}, "not found"},
		{"digest that is none", engine.RunRequest{Image: engine.ImageRef{Layout: bare.Layout, Digest: "../../etc/passwd"}}, "invalid"},
		{"mount that is not there", engine.RunRequest{Image: bare, Mounts: map[string]string{"/m": "/no/such/dir"}}, "mounting at /m"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := e.Run(ctx, tt.req)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want %q in it", err, tt.want)
			}
		})
	}
}

// TestPrivateNetworks runs two servers on one port at the same time and asks
// each of them from inside.
func TestPrivateNetworks(t *testing.T) {
	e := enginetest.Engine(t)
	img := enginetest.Build(t, e, enginetest.Project(t, "FROM busybox\n", nil)).Image
	ctx := enginetest.Context(t)
	var running []engine.Container
	for _, word := range []string{"one", "two"} {
		serve := "mkdir /w && echo " + word + " > /w/index.html && exec httpd -f -p 8000 -h /w"
		c, err := e.Run(ctx, engine.RunRequest{Image: img, Init: engine.Process{Args: []string{"sh", "-c", serve}}})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Stop(ctx, 0)
		running = append(running, c)
	}
	for i, want := range []string{"one\n", "two\n"} {
		ask := "for i in 1 2 3 4 5 6 7 8 9 10; do wget -q -O - http://127.0.0.1:8000/ && exit; sleep 0.2; done; exit 1"
		if out, code := execIn(t, running[i], ask); out != want || code != 0 {
			t.Errorf("server %d answers %q, code %d; want %q", i, out, code, want)
		}
	}
	if out, _ := execIn(t, running[0], "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '"); out != "lo\n" {
		t.Errorf("interfaces are %q, want the loopback alone", out)
	}
}

func TestHostNetwork(t *testing.T) {
	e := enginetest.Engine(t)
	img := enginetest.Build(t, e, enginetest.Project(t, "FROM busybox\n", nil)).Image
	here, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	out, _, _ := enginetest.Output(t, e, engine.RunRequest{Image: img, Net: engine.NetHost, Init: engine.Process{Args: []string{"readlink", "/proc/self/ns/net"}}})
	if out != here+"\n" {
		t.Errorf("network namespace is %q, the host's is %q", out, here)
	}
}

func TestExec(t *testing.T) {
	enginetest.Static(t)
	e := enginetest.Engine(t)
	img := enginetest.Build(t, e, enginetest.Project(t, "FROM busybox\nENV A=image\n", nil)).Image
	ctx := enginetest.Context(t)
	c, err := e.Run(ctx, engine.RunRequest{Image: img, Init: engine.Process{Args: []string{"sh", "-c", "echo shared > /shared; exec sleep 1000"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Stop(ctx, 0)
	script := "until test -e /shared; do sleep 0.1; done; cat /shared; echo $A; tr '\\0' ' ' < /proc/1/cmdline"
	if out, code := execIn(t, c, script); out != "shared\nimage\nsleep 1000 " || code != 0 {
		t.Errorf("the second process sees %q, code %d", out, code)
	}
	if _, code := execIn(t, c, "exit 9"); code != 9 {
		t.Errorf("exit code is %d, want 9", code)
	}
	if _, err := c.Exec(ctx, engine.Process{}); err == nil {
		t.Error("a process without a command was started")
	}
	p, err := c.Exec(ctx, engine.Process{Args: []string{"sleep", "1000"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Signal(ctx, engine.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if st, err := p.Wait(ctx); err != nil || st.Code != 137 {
		t.Errorf("a killed process ended with %v, %v; want 137", st, err)
	}
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if _, err := c.Init().Wait(short); err == nil {
		t.Error("waiting with an expired context succeeded")
	}
}

// execIn runs a script in a container.
func execIn(t *testing.T, c engine.Container, script string) (stdout string, code int) {
	t.Helper()
	ctx := enginetest.Context(t)
	var out enginetest.Log
	p, err := c.Exec(ctx, engine.Process{Args: []string{"sh", "-c", script}, Stdout: &out})
	if err != nil {
		t.Fatal(err)
	}
	st, err := p.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), st.Code
}
