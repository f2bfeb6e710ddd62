//go:build unix

package buildcontext

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestProblems(t *testing.T) {
	tests := []struct {
		name, ignore, problem string
		make                  func(path string) error
		// rootReads says that root is not stopped by it.
		rootReads bool
	}{
		{name: "named pipe", problem: "is a named pipe, which no image can hold", make: func(p string) error { return syscall.Mkfifo(p, 0o644) }},
		{name: "ignored pipe", ignore: "sub\n", make: func(p string) error { return syscall.Mkfifo(p, 0o644) }},
		{name: "file", problem: "cannot be read: permission denied", make: func(p string) error { return os.WriteFile(p, nil, 0) }, rootReads: true},
		{name: "directory", problem: "cannot be read: permission denied", make: func(p string) error { return os.Mkdir(p, 0) }, rootReads: true},
		{name: "ignored directory", ignore: "sub/x\n", make: func(p string) error { return os.Mkdir(p, 0) }},
		{name: "ignored file among what is taken back", ignore: "*\n!other\n", make: func(p string) error { return os.WriteFile(p, nil, 0) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.rootReads && os.Geteuid() == 0 {
				t.Skip("root reads everything; the script optimize-bad-context tests it without that right")
			}
			dir := write(t, map[string]string{"sub/": ""})
			path := filepath.Join(dir, "sub", "x")
			if err := tt.make(path); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.Chmod(path, 0o755) })
			_, err := Open(dir, []byte(tt.ignore))
			if tt.problem == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var bad *ProblemError
			if !errors.As(err, &bad) || bad.Path != path || bad.Problem != tt.problem || bad.Hint == "" {
				t.Errorf("error is %v, want %q for %s", err, tt.problem, path)
			}
		})
	}
}
