package embedded

import (
	"context"
	"os"

	"schlank/internal/engine/ociruntime"
)

// RuntimeMain acts as the built-in OCI runtime when the program was called
// by that name. ok is false otherwise.
func RuntimeMain(ctx context.Context, args []string) (code int, ok bool) {
	if len(args) == 0 || !ociruntime.Is(args[0]) {
		return 0, false
	}
	return ociruntime.Main(ctx, args, os.Stdin, os.Stdout, os.Stderr), true
}
