package enginetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// programEnv names the program that the test binary is to act as.
const programEnv = "SCHLANK_TEST_PROGRAM"

// Command runs this test binary as one of the programs given to Main, in a
// process of its own.
func Command(t testing.TB, program string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(Context(t), self, args...)
	cmd.Env = append(os.Environ(), programEnv+"="+program)
	return cmd
}

// Static skips a test whose engine needs to start this binary in a container.
func Static(t testing.TB) {
	t.Helper()
	if self, err := os.Executable(); err != nil || !static(self) {
		Skip(t, "the test binary is linked dynamically: run the tests with CGO_ENABLED=0")
	}
}

// Install puts the test binary under other names into a directory that any
// user can reach, as stand-ins for those commands: each acts as the program of
// the same name when its environment says so.
func Install(t testing.TB, dir, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
