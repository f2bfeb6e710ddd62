package embedded

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"schlank/internal/engine/ociruntime"
)

// runtime is the OCI runtime that starts containers.
type runtime struct {
	path string
	// describe names it for people: "runc 1.1.5".
	describe string
}

// findRuntime takes runc from PATH, or the built-in stand-in with a notice.
// crun is not looked for: it lacks `run --keep`, which BuildKit calls.
func findRuntime(opt Options) (runtime, error) {
	if !opt.ForceBuiltinRuntime {
		for _, name := range []string{"buildkit-runc", "runc"} {
			if p, err := exec.LookPath(name); err == nil {
				return runtime{path: p, describe: runcVersion(p)}, nil
			}
		}
		if opt.Notice != nil {
			fmt.Fprintln(opt.Notice, "runc is not installed: using the built-in runtime, which is no security boundary (no seccomp, no cgroups); `apt-get install runc` or your system's equivalent brings the real one")
		}
	}
	p, err := ociruntime.Install(opt.Root)
	if err != nil {
		return runtime{}, &UnavailableError{
			Missing: "runc is not on PATH and the built-in runtime cannot be set up",
			Hint:    "install runc, " + alternatives,
			Err:     err,
		}
	}
	return runtime{path: p, describe: "built-in runtime"}, nil
}

func runcVersion(path string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	first, _, _ := strings.Cut(string(out), "\n")
	if err != nil || first == "" {
		return "runc"
	}
	return strings.Replace(first, " version ", " ", 1)
}
