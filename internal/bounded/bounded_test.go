package bounded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := ReadFile(name, 5); err != nil || string(b) != "12345" {
		t.Errorf("within the limit: %q, %v", b, err)
	}
	if b, err := ReadFile(name, 4); err == nil || !strings.Contains(err.Error(), name) || b != nil {
		t.Errorf("above the limit: %q, %v", b, err)
	}
	if _, err := ReadFile(name+"x", 5); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

func TestReadFails(t *testing.T) {
	want := errors.New("broken")
	if _, err := Read(iotest.ErrReader(want), "x", 5); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}
