package engine_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"schlank/engine"
	intengine "schlank/internal/engine"
	"schlank/internal/engine/enginetest"
)

// buildOnce is a program: it opens an engine on a state directory and a base
// store and builds a Dockerfile, without a context.
func buildOnce() int {
	state, bases, dockerfile, runtime := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	ctx := context.Background()
	err := func() error {
		e, err := intengine.Open(ctx, intengine.Options{State: state, Bases: bases, BuiltinRuntime: runtime == "builtin", Notice: os.Stdout})
		if err != nil {
			return err
		}
		defer e.Close()
		fmt.Println("opened", e.Describe())
		res, err := e.Build(ctx, engine.BuildRequest{
			Context: filepath.Dir(bases), Ignore: []byte("*"), Dockerfile: []byte(dockerfile), Name: "Dockerfile",
			Progress: engine.Progress{Mode: engine.ProgressPlain, Out: os.Stderr},
		})
		if err == nil {
			fmt.Println("built", res.Image.Digest)
		}
		return err
	}()
	if err != nil {
		fmt.Println("failed:", err)
		return 1
	}
	return 0
}

// lineWith reads a program's output up to a line with some text.
func lineWith(t *testing.T, r io.Reader, text string) string {
	t.Helper()
	var seen []string
	for sc := bufio.NewScanner(r); sc.Scan(); {
		if strings.Contains(sc.Text(), text) {
			return sc.Text()
		}
		seen = append(seen, sc.Text())
	}
	t.Fatalf("no line with %q in the program's output:\n%s", text, strings.Join(seen, "\n"))
	return ""
}

// TestKilledEngine kills a process in the middle of a build and expects the
// next one to find nothing of it.
func TestKilledEngine(t *testing.T) {
	enginetest.Engine(t) // skips where none can run
	for _, runtime := range []string{"runc", "builtin"} {
		t.Run(runtime, func(t *testing.T) {
			state, bases := t.TempDir(), enginetest.Bases(t)
			sleep := longSleep(t)
			first := enginetest.Command(t, "build", state, bases, "FROM busybox\nRUN "+sleep+"\n", runtime)
			if err := first.Start(); err != nil {
				t.Fatal(err)
			}
			awaitStart(t, sleep)
			if err := first.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = first.Wait() // killed
			bundles := filepath.Join(state, "engine", "*", "executor", "*", "rootfs")
			left, _ := filepath.Glob(bundles)
			if len(left) != 1 {
				t.Fatalf("bundles of the killed engine are %v, want one", left)
			}
			e := enginetest.Open(t, intengine.Options{State: state, BuiltinRuntime: runtime == "builtin"})
			awaitEnd(t, sleep)
			for _, m := range mountsUnder(t, state) {
				t.Errorf("mount %s is left", m)
			}
			if dirs, _ := filepath.Glob(bundles); len(dirs) > 0 {
				t.Errorf("bundles are left: %v", dirs)
			}
			id := filepath.Base(filepath.Dir(left[0]))
			enginetest.Eventually(t, "end of the control groups", func() bool {
				dirs, _ := filepath.Glob("/sys/fs/cgroup/*/buildkit/" + id)
				return len(dirs) == 0
			})
			enginetest.Build(t, e, enginetest.Project(t, "FROM busybox\nRUN true\n", nil))
		})
	}
}

func mountsUnder(t *testing.T, dir string) []string {
	t.Helper()
	b, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, l := range strings.Split(string(b), "\n") {
		if f := strings.Fields(l); len(f) > 1 && strings.HasPrefix(f[1], dir+"/") {
			list = append(list, f[1])
		}
	}
	return list
}

// TestStateHeldByAnother starts a second engine on a state directory: it says
// who holds it, gives up with its context, and goes on when the first ends.
func TestStateHeldByAnother(t *testing.T) {
	enginetest.Engine(t)
	state, bases := t.TempDir(), enginetest.Bases(t)
	sleep := longSleep(t)
	first := enginetest.Command(t, "build", state, bases, "FROM busybox\nRUN "+sleep+"\n", "runc")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	awaitStart(t, sleep)
	holder := fmt.Sprintf("process %d", first.Process.Pid)

	ctx, cancel := context.WithTimeout(enginetest.Context(t), 400*time.Millisecond)
	defer cancel()
	var notice enginetest.Log
	_, err := intengine.Open(ctx, intengine.Options{State: state, Bases: bases, Notice: &notice})
	if err == nil || !strings.Contains(err.Error(), holder) {
		t.Errorf("error is %v, want %q in it", err, holder)
	}
	if !strings.Contains(notice.String(), "waiting") || !strings.Contains(notice.String(), holder) {
		t.Errorf("notice is %q, want who is waited for", &notice)
	}

	second := enginetest.Command(t, "build", state, bases, "FROM busybox\nRUN true\n", "runc")
	out, err := second.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if first, err := lines.ReadString('\n'); err != nil || !strings.Contains(first, holder) {
		t.Errorf("the second process says %q, %v; want who it waits for", first, err)
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // killed
	lineWith(t, lines, "built sha256:")
	if err := second.Wait(); err != nil {
		t.Error(err)
	}
	awaitEnd(t, sleep)
}
