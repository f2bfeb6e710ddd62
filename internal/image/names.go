package image

import (
	"fmt"
	"path"
	"strings"
)

// Linux's limits (limits.h): no image can hold more.
const (
	maxPath = 4096
	maxName = 255
)

// cleanName turns the name of an archive entry into an absolute, clean path.
// It returns a reason instead where the name has no place in a tree.
func cleanName(name string) (p, reason string) {
	switch {
	case name == "":
		return "", "entry without a name"
	case strings.IndexByte(name, 0) >= 0:
		return "", "name with a NUL byte"
	case len(name) > maxPath:
		return "", "path longer than 4096 bytes"
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return "", "path with a .. component"
		}
		if len(part) > maxName {
			return "", "name longer than 255 bytes"
		}
	}
	return path.Clean("/" + name), ""
}

// The names that mean deletions in a layer (OCI image specification, "Image
// Layer Filesystem Changeset").
const (
	whiteoutPrefix = ".wh."
	opaqueName     = ".wh..wh..opq"
	aufsPrefix     = ".wh..wh."
)

// whiteout says what an entry's path deletes. ok is false for a path that is
// no whiteout; reason is set for one that makes no sense.
func whiteout(p string) (target string, opaque, ok bool, reason string) {
	dir, base := path.Split(p)
	switch {
	case base == opaqueName:
		return path.Clean(dir), true, true, ""
	case strings.HasPrefix(base, aufsPrefix):
		return "", false, true, "bookkeeping file of AUFS, no part of the tree"
	case !strings.HasPrefix(base, whiteoutPrefix):
		return "", false, false, ""
	}
	name := strings.TrimPrefix(base, whiteoutPrefix)
	if name == "" || name == "." || name == ".." {
		return "", false, true, "whiteout of nothing"
	}
	return path.Join(dir, name), false, true, ""
}

// shorten cuts what an image says so that a message can hold it.
func shorten(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}

// several lists names for a message.
func several(names []string) string {
	const most = 20
	switch n := len(names); {
	case n == 0:
		return "none"
	case n > most:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), n-most)
	}
	return strings.Join(names, ", ")
}
