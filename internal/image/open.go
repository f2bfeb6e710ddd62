package image

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Options say how images are found. The zero value is fine.
type Options struct {
	// Platform is "os/arch[/variant]", "" for Linux on the machine's own
	// architecture. It is used where there is a choice.
	Platform string
	// Stores are OCI layouts whose indexes name references. They are asked
	// before any daemon or registry.
	Stores []string
	// Registries says how hosts of references ("docker.io",
	// "registry.lan:5000") are reached. Loopback and private addresses may
	// be spoken to without TLS in any case.
	Registries map[string]Registry
	// DockerSocket is the path of the Docker daemon's unix socket, "" for
	// the one DOCKER_HOST names or /var/run/docker.sock.
	DockerSocket string
	// TempDir is where archives from daemons and layers from registries are
	// kept until Source.Close, "" for the system's default.
	TempDir string

	// retryPause is the time before a failed request is sent again, 0 for a
	// second.
	retryPause time.Duration
}

// ErrNotFound says that a place that was asked does not have the image.
var ErrNotFound = errors.New("no such image")

// Open finds an image by what users call it. A prefix says where to look:
//
//	oci:DIR[:NAME|@DIGEST]     an OCI layout
//	archive:FILE[:NAME]        what `docker save` or an OCI exporter wrote,
//	                           compressed or not
//	docker:NAME                a Docker daemon, or one that speaks as it does
//	registry:REFERENCE         a registry
//
// Without one, a path that exists is a layout or an archive; anything else is
// a reference, looked for in opts.Stores, the daemon if there is one, and its
// registry, in this order.
func Open(ctx context.Context, ref string, opts Options) (*Source, error) {
	if _, err := parsePlatform(opts.Platform); err != nil {
		return nil, err
	}
	s, err := open(ctx, ref, opts)
	if err != nil {
		return nil, err
	}
	s.Name = ref
	return s, nil
}

func open(ctx context.Context, ref string, opts Options) (*Source, error) {
	if kind, rest, ok := strings.Cut(ref, ":"); ok {
		switch kind {
		case "oci":
			dir, at := splitName(rest, isDir)
			return OpenLayout(dir, at, opts)
		case "archive":
			file, at := splitName(rest, isFile)
			return openArchive(file, at, opts)
		case "docker":
			return openDaemon(ctx, rest, opts)
		case "registry":
			return openRegistry(ctx, rest, opts)
		}
	}
	if isFile(ref) {
		return openArchive(ref, "", opts)
	}
	if dir, at := splitName(ref, isLayout); isLayout(dir) {
		return OpenLayout(dir, at, opts)
	}
	if isDir(ref) && strings.ContainsAny(ref, `/\`) {
		return nil, fmt.Errorf("%s is a directory without an index.json, so no OCI layout", ref)
	}
	return openReference(ctx, ref, opts)
}

// openReference looks for a reference wherever images may be.
func openReference(ctx context.Context, ref string, opts Options) (*Source, error) {
	for _, dir := range opts.Stores {
		s, err := OpenLayout(dir, ref, opts)
		if err == nil || !errors.Is(err, ErrNotFound) {
			return s, err
		}
	}
	if socket := dockerSocket(opts); isSocket(socket) {
		s, err := openDaemon(ctx, ref, opts)
		if err == nil || !errors.Is(err, ErrNotFound) && !errors.Is(err, fs.ErrPermission) {
			return s, err
		}
	}
	return openRegistry(ctx, ref, opts)
}

// splitName parts "path:name" or "path@digest" at the first place where what
// is before it exists; a path that exists as a whole has no name.
func splitName(s string, exists func(string) bool) (file, at string) {
	if exists(s) {
		return s, ""
	}
	for i, c := range s {
		if (c == ':' || c == '@') && exists(s[:i]) {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

func isFile(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.Mode().IsRegular()
}

func isDir(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}

func isLayout(p string) bool { return isDir(p) && isFile(filepath.Join(p, "index.json")) }

func isSocket(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.Mode()&fs.ModeSocket != 0
}
