package enginetest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Buildkitd is a running buildkitd.
type Buildkitd struct {
	// Socket is the path of its unix socket, TCP its host and port.
	Socket, TCP string
}

// buildkit is the module that buildkitd is built from, in the version that
// this module uses.
const buildkit = "github.com/moby/buildkit"

// StartBuildkitd builds buildkitd from the Go module and starts it until the
// tests end. The program is kept in the user's cache directory.
func StartBuildkitd(t testing.TB) Buildkitd {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a buildkitd without root is not set up here")
	}
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.buildkitd.Socket != "" {
		return shared.buildkitd
	}
	program, err := buildkitdProgram()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(shared.dir, "buildkitd")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	d := Buildkitd{Socket: filepath.Join(dir, "sock"), TCP: freePort(t)}
	cmd := exec.Command(program, "--root", filepath.Join(dir, "root"), "--oci-worker-net", "host",
		"--addr", "unix://"+d.Socket, "--addr", "tcp://"+d.TCP)
	if err := startDaemon(cmd, filepath.Join(dir, "log")); err != nil {
		t.Fatal(err)
	}
	if err := awaitSocket(d.Socket); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		t.Fatalf("%v\n%s", err, log)
	}
	shared.buildkitd = d
	return d
}

// buildkitdProgram builds buildkitd once for each version.
func buildkitdProgram() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	version, err := goTool(root, "list", "-m", "-f", "{{.Version}}", buildkit)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "schlank", "tools")
	path := filepath.Join(dir, "buildkitd-"+version)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	// A copy of go.mod takes the modules that only buildkitd needs.
	tmp, err := os.MkdirTemp("", "buildkitd-build-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	for _, name := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(tmp, name), b, 0o644); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	built := filepath.Join(tmp, "buildkitd")
	_, err = goTool(root, "build", "-modfile="+filepath.Join(tmp, "go.mod"), "-mod=mod", "-o", built, buildkit+"/cmd/buildkitd")
	if err != nil {
		return "", err
	}
	return path, copyProgram(built, path)
}

// copyProgram puts a program in its place in one step.
func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(to), "new-")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	if _, err = io.Copy(out, in); err == nil {
		err = out.Chmod(0o755)
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(out.Name(), to)
}

func goTool(dir string, args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, &stderr)
	}
	return strings.TrimSpace(string(out)), nil
}

// startDaemon starts a program that ends when all tests are done, or with
// this process.
func startDaemon(cmd *exec.Cmd, logName string) error {
	log, err := os.Create(logName)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := startTied(cmd); err != nil {
		return err
	}
	atEnd(func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		done := make(chan struct{})
		go func() {
			_ = cmd.Wait() // ended by a signal
			close(done)
		}()
		select {
		case <-done:
			return nil
		case <-time.After(20 * time.Second):
			return fmt.Errorf("%s does not end; killing it: %w", cmd.Path, cmd.Process.Kill())
		}
	})
	return nil
}

func awaitSocket(path string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("nobody listens: %w", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
