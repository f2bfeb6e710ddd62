package cli

import "runtime/debug"

// release is set by the linker: -X schlank/internal/cli.release=v1.2.3.
var release = ""

func version() string {
	if release != "" {
		return release
	}
	bi, ok := debug.ReadBuildInfo()
	if !ok || bi.Main.Version == "" {
		return "(development)"
	}
	return bi.Main.Version
}
