package engine_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"schlank/engine"
	intengine "schlank/internal/engine"
	"schlank/internal/engine/embedded"
	"schlank/internal/engine/enginetest"
)

const rootlessUID = 54321

// rootless is a program: as an ordinary user it builds an image with files of
// other owners and runs it.
func rootless() int {
	if err := embedded.EnterUserNamespace(); err != nil {
		fmt.Println("failed:", err)
		return 1
	}
	state, bases := os.Args[1], os.Args[2]
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := func() error {
		e, err := intengine.Open(ctx, intengine.Options{State: state, Bases: bases, BuiltinRuntime: os.Args[3] == "builtin", Notice: os.Stderr})
		if err != nil {
			return err
		}
		defer e.Close()
		res, err := e.Build(ctx, engine.BuildRequest{
			Context: filepath.Join(state, "empty"), Name: "Dockerfile",
			Dockerfile: []byte("FROM busybox\nRUN touch /f /g && chown 0:42 /f && chown 1000:65534 /g && stat -c '%n %u:%g' /f /g > /owners\n"),
			Progress:   engine.Progress{Mode: engine.ProgressPlain, Out: os.Stderr},
		})
		if err != nil {
			return err
		}
		c, err := e.Run(ctx, engine.RunRequest{Image: res.Image, Init: engine.Process{Args: []string{"cat", "/owners"}, User: "nobody", Stdout: os.Stdout}})
		if err != nil {
			return err
		}
		_, err = c.Init().Wait(ctx)
		return err
	}()
	if err != nil {
		fmt.Println("failed:", err)
		return 1
	}
	return 0
}

// TestRootless runs the engine as a user that exists in a mount namespace of
// the test alone: /etc/passwd, /etc/subuid and /etc/subgid are covered there,
// so nothing of the machine changes.
func TestRootless(t *testing.T) {
	bases := enginetest.Bases(t)
	if os.Geteuid() != 0 {
		t.Skip("only root can become another user")
	}
	for _, tool := range []string{"newuidmap", "newgidmap", "unshare", "setpriv"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed (uidmap, util-linux)", tool)
		}
	}
	for _, file := range []string{"/etc/subuid", "/etc/subgid"} {
		if _, err := os.Stat(file); err != nil {
			t.Skip(err)
		}
	}
	dir, err := os.MkdirTemp("", "schlank-rootless-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	passwd, err := os.ReadFile("/etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(dir, "home")
	for name, text := range map[string]string{
		"passwd": fmt.Sprintf("%sschlanktest:x:%d:%d::%s:/bin/sh\n", passwd, rootlessUID, rootlessUID, home),
		"subuid": "schlanktest:200000:65536\n",
		"subgid": "schlanktest:200000:65536\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	program := enginetest.Install(t, dir, "program")
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, runtime := range []string{"runc", "builtin"} {
		t.Run(runtime, func(t *testing.T) {
			state := filepath.Join(home, runtime)
			if err := os.MkdirAll(filepath.Join(state, "empty"), 0o755); err != nil {
				t.Fatal(err)
			}
			for _, p := range []string{home, state, filepath.Join(state, "empty")} {
				if err := os.Chown(p, rootlessUID, rootlessUID); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.CommandContext(enginetest.Context(t), "unshare", "--mount", "sh", "-ec", `
cd "$1"
for f in passwd subuid subgid; do mount --bind $f /etc/$f; done
shift
exec setpriv --reuid 54321 --regid 54321 --clear-groups "$@"`,
				"sh", dir, program, state, bases, runtime)
			cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "SCHLANK_TEST_PROGRAM=rootless"}
			cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
			var stderr strings.Builder
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if want := "/f 0:42\n/g 1000:65534\n"; err != nil || string(out) != want {
				t.Errorf("output is %q, %v; want %q\n%s", out, err, want, &stderr)
			}
		})
	}
}
