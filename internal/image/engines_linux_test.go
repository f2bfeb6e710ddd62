package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// These tests start engines of their own, apart from those of the machine,
// and skip where an engine is not installed or can't be started.

// needs skips a test that lacks programs, or root.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts an engine")
	}
	if os.Getuid() != 0 {
		t.Skip("only root can start an engine of its own")
	}
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed", p)
		}
	}
}

// startEngine runs a daemon until the test ends and waits for its socket.
func startEngine(t *testing.T, socket string, cmd *exec.Cmd) {
	t.Helper()
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	started, ended := make(chan error), make(chan struct{})
	go func() {
		// The parent whose death is told to the daemon is this thread.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // ended by a signal
		}
		close(ended)
	}()
	if err := <-started; err != nil {
		t.Skipf("%s can't be started: %v", cmd.Path, err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
	})
	deadline := time.After(60 * time.Second)
	for {
		if conn, err := net.Dial("unix", socket); err == nil {
			conn.Close()
			return
		}
		select {
		case <-ended:
			t.Skipf("%s does not run here:\n%s", cmd.Path, said.String())
		case <-deadline:
			t.Skipf("%s does not listen", cmd.Path)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// shortDir is a temporary directory whose sockets have short names.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "eng")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Log(err)
		}
	})
	return dir
}

// opened wants the sample image under each reference.
func opened(t *testing.T, opts Options, kind Kind, refs ...string) {
	t.Helper()
	opts.TempDir = t.TempDir()
	for _, ref := range refs {
		s, err := Open(context.Background(), ref, opts)
		if err != nil {
			t.Errorf("%s: %v", ref, err)
			continue
		}
		inv := inventoryOf(t, s)
		if diff := cmp.Diff(sampleTree, listing(inv.Tree)); diff != "" || s.Kind != kind {
			t.Errorf("%s: kind %s, tree (-want +got):\n%s", ref, s.Kind, diff)
		}
		if inv.Config.Env[0] != "A=b" || inv.Layers[1].CreatedBy != "RUN something" {
			t.Errorf("%s: config %+v", ref, inv.Config)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(opts.TempDir); err != nil || len(left) > 0 {
		t.Errorf("temporary files left: %v %v", left, err)
	}
}

func TestDocker(t *testing.T) {
	needs(t, "dockerd", "unshare")
	dir := shortDir(t)
	socket := filepath.Join(dir, "sock")
	startEngine(t, socket, exec.Command("unshare", "--net", "dockerd", "--iptables=false", "--ip6tables=false", "--storage-driver=vfs",
		"--data-root", filepath.Join(dir, "data"), "--exec-root", filepath.Join(dir, "exec"), "--pidfile", filepath.Join(dir, "pid"), "--host", "unix://"+socket))
	f, err := os.Open(packed(t, savedItems(t, sample(t)), false))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	opts := Options{DockerHost: "unix://" + socket}
	a, err := dockerAddress(opts)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := a.client().Post("http://docker/images/load", "application/x-tar", f)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
	id, err := sample(t).ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	opened(t, opts, KindDocker, "docker:app:1", "docker:docker.io/library/app:1", "docker:"+id.String(), "docker:"+id.Hex[:12], "app:1")
	if _, err := Open(t.Context(), "docker:nowhere", opts); !errors.Is(err, ErrNotFound) {
		t.Errorf("missing image: %v", err)
	}
}

func TestPodman(t *testing.T) {
	needs(t, "podman")
	dir := shortDir(t)
	socket := filepath.Join(dir, "sock")
	storage := []string{"--root", filepath.Join(dir, "root"), "--runroot", filepath.Join(dir, "run"), "--storage-driver", "vfs", "--events-backend", "file", "--cgroup-manager", "cgroupfs"}
	startEngine(t, socket, exec.Command("podman", append(storage, "system", "service", "--time=0", "unix://"+socket)...))
	file := filepath.Join(dir, "app.tar")
	tag, err := name.NewTag("app:1")
	if err != nil {
		t.Fatal(err)
	}
	if err := tarball.WriteToFile(file, tag, sample(t)); err != nil {
		t.Fatal(err)
	}
	command(t, "podman", append(storage, "load", "-q", "-i", file)...)
	opts := Options{PodmanHost: "unix://" + socket, DockerHost: "unix://" + socket + ".none"}
	opened(t, opts, KindPodman, "podman:app:1", "podman:localhost/app:1", "app:1")
	if _, err := Open(t.Context(), "podman:nowhere", opts); !errors.Is(err, ErrNotFound) {
		t.Errorf("missing image: %v", err)
	}
}

func TestContainerd(t *testing.T) {
	needs(t, "containerd", "ctr")
	dir := shortDir(t)
	socket := filepath.Join(dir, "sock")
	config := filepath.Join(dir, "config.toml")
	text := fmt.Sprintf("version = 2\nroot = %q\nstate = %q\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n[grpc]\n  address = %q\n", dir+"/root", dir+"/state", socket)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	startEngine(t, socket, exec.Command("containerd", "--config", config))

	load := func(namespace, name string, index v1.ImageIndex) {
		t.Helper()
		at := t.TempDir()
		p, err := layout.Write(at, empty.Index)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.AppendIndex(index, layout.WithAnnotations(map[string]string{imageNameAnnotation: name})); err != nil {
			t.Fatal(err)
		}
		command(t, "ctr", "--address", socket, "--namespace", namespace, "images", "import", "--no-unpack", "--all-platforms", packed(t, layoutItems(t, at), false))
	}
	index := v1.ImageIndex(empty.Index)
	for arch, img := range map[string]v1.Image{"amd64": sample(t), "s390x": imageOf(t, []item{file("other", "")})} {
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}}})
	}
	load("default", "docker.io/library/app:1", index)
	load("k8s.io", "registry.lan/team/app:2", index)
	load("other", "example.com/app:3", index)
	digest, err := index.Digest()
	if err != nil {
		t.Fatal(err)
	}
	nobody := "unix://" + socket + ".none"
	opts := Options{ContainerdAddress: socket, DockerHost: nobody, PodmanHost: nobody, Platform: "linux/amd64"}
	opened(t, opts, KindContainerd, "containerd:app:1", "containerd:docker.io/library/app:1", "containerd:registry.lan/team/app:2",
		"containerd:example.com/app:3", "containerd:"+digest.String(), "registry.lan/team/app:2")
	t.Setenv("CONTAINERD_NAMESPACE", "k8s.io")
	for ref, want := range map[string]string{"app:1": "no such image", "registry.lan/team/app:2": ""} {
		_, err := Open(t.Context(), "containerd:"+ref, opts)
		if (err == nil) != (want == "") || err != nil && !(errors.Is(err, ErrNotFound) && strings.Contains(err.Error(), "in the namespaces k8s.io")) {
			t.Errorf("in one namespace, %s: %v", ref, err)
		}
	}
	opts.Platform = "linux/arm64"
	if _, err := Open(t.Context(), "containerd:registry.lan/team/app:2", opts); err == nil || !strings.Contains(err.Error(), "there are linux/") {
		t.Errorf("another platform: %v", err)
	}
}
