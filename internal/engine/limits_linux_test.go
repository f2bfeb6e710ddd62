package engine_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"schlank/engine"
	intengine "schlank/internal/engine"
	"schlank/internal/engine/driver"
	"schlank/internal/engine/enginetest"
)

// TestDiskFull builds on a file system of 24 MB.
func TestDiskFull(t *testing.T) {
	bases := enginetest.Bases(t)
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small file system")
	}
	tests := []struct{ name, dockerfile string }{
		{"in a command", "FROM busybox\nRUN dd if=/dev/urandom of=/big bs=1M count=64\n"},
		{"in a copy", "FROM busybox\nCOPY big /\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			state := t.TempDir()
			if err := unix.Mount("tmpfs", state, "tmpfs", 0, "size=24m"); err != nil {
				t.Skipf("mounting a small file system: %v", err)
			}
			t.Cleanup(func() {
				if err := unix.Unmount(state, unix.MNT_DETACH); err != nil {
					t.Error(err)
				}
			})
			e := enginetest.Open(t, intengine.Options{State: state, Bases: bases})
			req := enginetest.Project(t, tt.dockerfile, nil)
			if err := os.Truncate(touch(t, req.Context+"/big"), 64<<20); err != nil {
				t.Fatal(err)
			}
			_, err := e.Build(enginetest.Context(t), req)
			var be *engine.BuildError
			if !errors.As(err, &be) || !strings.Contains(be.Hint, "disk is full") {
				t.Fatalf("error is %v, want one whose hint says that the disk is full", err)
			}
			if strings.Contains(tt.dockerfile, "RUN") && be.FirstLine != 2 {
				t.Errorf("place is line %d, want 2", be.FirstLine)
			}
			t.Logf("%v\n%s", be, be.Details())
		})
	}
}

func touch(t *testing.T, name string) string {
	t.Helper()
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestCacheLimit builds 8 MB with a limit of 3 MB and looks at what is kept.
func TestCacheLimit(t *testing.T) {
	enginetest.Engine(t)
	state := t.TempDir()
	const limit = 3e6
	build := func() (before, after int64) {
		e, err := intengine.Open(enginetest.Context(t), intengine.Options{State: state, Bases: enginetest.Bases(t), MaxBytes: limit})
		if err != nil {
			t.Fatal(err)
		}
		enginetest.Build(t, e, enginetest.Project(t, "FROM busybox\nRUN head -c 8000000 /dev/urandom > /big\n", nil))
		before = usage(t, e)
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		e = enginetest.Open(t, intengine.Options{State: state, MaxBytes: limit})
		return before, usage(t, e)
	}
	before, after := build()
	if before < 8e6 || after > limit {
		t.Errorf("the cache had %d bytes after the build and %d after the engine's end, want at most %d", before, after, int64(limit))
	}
}

func usage(t *testing.T, e *driver.Driver) int64 {
	t.Helper()
	u, err := e.Usage(enginetest.Context(t))
	if err != nil {
		t.Fatal(err)
	}
	return u.Bytes
}

func TestUsageAndPrune(t *testing.T) {
	e := enginetest.Open(t, intengine.Options{})
	enginetest.Build(t, e, enginetest.Project(t, "FROM busybox\nRUN head -c 5000000 /dev/urandom > /big\n", nil))
	before := usage(t, e)
	freed, err := e.Prune(enginetest.Context(t), 0)
	if err != nil {
		t.Fatal(err)
	}
	if after := usage(t, e); before < 5e6 || freed < 5e6 || after > 100e3 {
		t.Errorf("%d bytes, %d freed, %d left", before, freed, after)
	}
	if n, size, err := e.Images().Size(); n != 1 || size < 5e6 || err != nil {
		t.Errorf("%d images of %d bytes, %v; want the one built", n, size, err)
	}
	if freed, err := e.Images().Keep(0); freed < 5e6 || err != nil {
		t.Errorf("removing images freed %d bytes, %v", freed, err)
	}
	if n, size, err := e.Images().Size(); n != 0 || size != 0 || err != nil {
		t.Errorf("%d images of %d bytes, %v; want none", n, size, err)
	}
	// The cache and the images are gone, so it is built anew.
	enginetest.Build(t, e, enginetest.Project(t, "FROM busybox\nRUN echo again\n", nil))
}
