package enginetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// StartDocker starts a Docker engine apart from the machine's own until the
// tests end, and has DOCKER_HOST name it for this test. Where none can be
// started the test is skipped, whatever SCHLANK_REQUIRE_ENGINE says.
func StartDocker(t *testing.T) {
	t.Helper()
	dockerd, err := exec.LookPath("dockerd")
	if err != nil {
		t.Skip("dockerd is not installed (docker.io)")
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can start a Docker engine")
	}
	shared.mu.Lock()
	defer shared.mu.Unlock()
	dir := filepath.Join(shared.dir, "docker")
	socket := filepath.Join(dir, "sock")
	if _, err := os.Stat(dir); err != nil {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		// In a network namespace of its own, its bridge does not show up on
		// the machine.
		cmd := exec.Command("unshare", "--net", dockerd, "--iptables=false", "--ip6tables=false", "--storage-driver=overlay2",
			"--data-root", filepath.Join(dir, "data"), "--exec-root", filepath.Join(dir, "exec"),
			"--pidfile", filepath.Join(dir, "pid"), "--host", "unix://"+socket)
		shared.docker = startDaemon(cmd, filepath.Join(dir, "log"))
		if shared.docker == nil {
			shared.docker = awaitSocket(socket)
		}
	}
	if shared.docker != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		t.Skipf("no Docker engine can be started here: %v\n%s", shared.docker, log)
	}
	t.Setenv("DOCKER_HOST", "unix://"+socket)
}
