package optimize

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"schlank/internal/image"
)

// osReleaseFiles are where os-release(5) is looked for.
var osReleaseFiles = []string{"/etc/os-release", "/usr/lib/os-release"}

// maxOSRelease bounds the file, in bytes.
const maxOSRelease = 64 << 10

// debianRelease is the code name of the Debian release of an image. Other
// distributions are an error.
func debianRelease(ctx context.Context, src *image.Source) (string, error) {
	files, err := src.ReadFiles(ctx, osReleaseFiles, maxOSRelease)
	if err != nil {
		return "", fmt.Errorf("reading /etc/os-release: %w", err)
	}
	text, ok := files[osReleaseFiles[0]]
	if !ok {
		text, ok = files[osReleaseFiles[1]]
	}
	if !ok {
		return "", fmt.Errorf("%w: the last stage holds no distribution (no /etc/os-release); only Debian-based stages are rewritten so far", ErrNothingToDo)
	}
	vars := osRelease(string(text))
	if vars["ID"] != "debian" {
		return "", fmt.Errorf("%w: the last stage is %s; only Debian-based stages are rewritten so far", ErrNothingToDo, cmp.Or(vars["PRETTY_NAME"], vars["ID"], "of an unknown distribution"))
	}
	return vars["VERSION_CODENAME"], nil
}

// osRelease reads the assignments of os-release(5).
func osRelease(text string) map[string]string {
	vars := map[string]string{}
	for _, line := range strings.Split(text, "\n") {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(k, "#") {
			vars[k] = strings.Trim(v, `"'`)
		}
	}
	return vars
}
