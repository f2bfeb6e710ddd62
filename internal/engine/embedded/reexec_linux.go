package embedded

import (
	"context"
	"os"

	"schlank/internal/engine/attend"
	"schlank/internal/engine/ociruntime"
)

// RuntimeMain acts as the built-in OCI runtime, or as the attendant of a
// process in a container, when the program was called by one of their names.
// ok is false otherwise.
func RuntimeMain(ctx context.Context, args []string) (code int, ok bool) {
	switch {
	case len(args) == 0:
		return 0, false
	case ociruntime.Is(args[0]):
		return ociruntime.Main(ctx, args, os.Stdin, os.Stdout, os.Stderr), true
	case attend.Is(args[0]):
		return attend.Main(args), true
	}
	return 0, false
}
