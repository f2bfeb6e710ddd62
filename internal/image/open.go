package image

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
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
	// DockerHost is the address of the Docker engine as DOCKER_HOST has it
	// (unix://, tcp://, ssh://), "" for the one that Docker's own client
	// would use: DOCKER_HOST, the current context, /var/run/docker.sock.
	DockerHost string
	// PodmanHost is the address of a Podman service, "" for CONTAINER_HOST
	// or the usual sockets of the user and of root.
	PodmanHost string
	// ContainerdAddress is the path of containerd's socket, "" for
	// CONTAINERD_ADDRESS or the usual ones.
	ContainerdAddress string
	// TempDir is where archives from daemons and layers from registries are
	// kept until Source.Close, "" for TMPDIR or a directory of the system
	// that is on disk.
	TempDir string
	// CacheDir is where what was read of layers is kept for the next time,
	// usually DefaultCacheDir(); "" for nowhere. A layer whose digests the
	// manifest and the config give is not read again then, nor fetched:
	// that the stored bytes still are what their digest says is not checked
	// until a file is read from them.
	CacheDir string
	// Unverified leaves out what makes it necessary to read all of an
	// uncompressed layer that lies on this machine: the digests of its files,
	// and the check of its own. Several times faster, for images of which
	// one knows where they are from. It makes no difference to other layers.
	Unverified bool
	// Progress is told how the reading of the layers goes, unless nil: one
	// call at a time, from any goroutine, a few thousand for a gigabyte.
	Progress func(Progress)

	// retryPause is the time before a failed request is sent again, 0 for a
	// second.
	retryPause time.Duration
}

// ErrNotFound says that a place that was asked does not have the image.
var ErrNotFound = errors.New("no such image")

// Open finds an image by what users call it. A prefix says where to look:
//
//	oci:PATH[:NAME|@DIGEST]    an OCI layout, a directory or an archive of one
//	archive:PATH[:NAME]        what `docker save` or an OCI exporter wrote,
//	                           compressed or not, or unpacked to a directory
//	docker:NAME                the Docker engine
//	podman:NAME                a Podman service
//	containerd:NAME            containerd, in the namespace that
//	                           CONTAINERD_NAMESPACE names, or in any
//	registry:REFERENCE         a registry
//	dir:DIR                    a root file system, as an image of one layer
//
// Without one, a path that exists is an archive, a layout or, if it looks so,
// a root file system. Anything else is a reference: it is looked for in
// opts.Stores, in the Docker engine, Podman and containerd as far as they run
// here, and in its registry, in this order.
func Open(ctx context.Context, ref string, opts Options) (*Source, error) {
	if _, err := parsePlatform(opts.Platform); err != nil {
		return nil, err
	}
	s, err := open(ctx, ref, opts)
	if err != nil {
		return nil, err
	}
	s.Name = ref
	s.use(opts)
	if err := s.checkPlatform(opts.Platform); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", ref, err), s.Close())
	}
	return s, nil
}

// prefixes are those that Open knows.
var prefixes = []string{"oci", "archive", "docker", "podman", "containerd", "registry", "dir"}

// Prefixed reports whether a reference says itself where the image is. A
// registry host of such a name needs "registry:" before it.
func Prefixed(ref string) bool {
	kind, _, ok := strings.Cut(ref, ":")
	return ok && slices.Contains(prefixes, kind)
}

func open(ctx context.Context, ref string, opts Options) (*Source, error) {
	if kind, rest, ok := strings.Cut(ref, ":"); ok {
		switch kind {
		case "oci", "archive":
			return openPath(rest, opts)
		case "docker":
			return openDocker(ctx, rest, opts)
		case "podman":
			return openPodman(ctx, rest, opts)
		case "containerd":
			return openContainerd(ctx, rest, opts)
		case "registry":
			return openRegistry(ctx, rest, opts)
		case "dir":
			return openRoot(rest, opts)
		}
	}
	if p, _ := splitName(ref, isImagePath); isImagePath(p) {
		return openPath(ref, opts)
	}
	if isDir(ref) && strings.ContainsAny(ref, `/\`) {
		if looksLikeRoot(ref) {
			return openRoot(ref, opts)
		}
		return nil, fmt.Errorf("%s holds neither an index.json (OCI layout) nor a manifest.json (docker save); if it is a root file system, call it dir:%s", ref, ref)
	}
	return openReference(ctx, ref, opts)
}

// openPath opens an image that lies in the file system: "path",
// "path:name" or "path@digest".
func openPath(ref string, opts Options) (*Source, error) {
	p, at := splitName(ref, exists)
	switch {
	case !isDir(p):
		return openArchive(p, at, opts)
	case isFile(filepath.Join(p, "index.json")):
		return OpenLayout(p, at, opts)
	case isFile(filepath.Join(p, "manifest.json")):
		return openSavedDir(p, at)
	}
	return nil, fmt.Errorf("%s holds neither an index.json (OCI layout) nor a manifest.json (docker save)", p)
}

// openReference looks for a reference wherever images may be. Where it is not
// found, the error tells what every place said.
func openReference(ctx context.Context, ref string, opts Options) (*Source, error) {
	if _, err := name.ParseReference(ref); err != nil {
		return nil, fmt.Errorf("neither a file nor an image reference: %w", err)
	}
	for _, dir := range opts.Stores {
		s, err := OpenLayout(dir, ref, opts)
		if err == nil || !errors.Is(err, ErrNotFound) {
			return s, err
		}
	}
	var tried []string
	for _, engine := range engines(opts) {
		if engine.absent {
			tried = append(tried, engine.name+" does not run here")
			continue
		}
		s, err := engine.open(ctx, ref, opts)
		switch {
		case err != nil && errors.Is(err, ErrNotFound):
			tried = append(tried, engine.name+" does not have it")
		case err != nil && unreachable(err) && ctx.Err() == nil:
			tried = append(tried, err.Error())
		default: // found, or found and broken: not to be replaced by another
			return s, err
		}
	}
	s, err := openRegistry(ctx, ref, opts)
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w\n(before that: %s)", err, strings.Join(tried, "; "))
	}
	return s, err
}

// unreachable reports whether an engine could not be asked at all.
func unreachable(err error) bool {
	var dial *net.OpError
	code := status.Code(err)
	return errors.As(err, &dial) || errors.Is(err, fs.ErrPermission) || code == codes.Unavailable || code == codes.PermissionDenied
}

// localEngine is a program that may run on this machine and have images.
type localEngine struct {
	name   string
	absent bool
	open   func(context.Context, string, Options) (*Source, error)
}

// engines are what is asked for a reference before its registry is.
func engines(opts Options) []localEngine {
	docker, err := dockerAddress(opts)
	list := []localEngine{{"Docker", err == nil && docker.absent(), openDocker}}
	podman, err := podmanAddresses(opts)
	absent := !slices.ContainsFunc(podman, func(a *address) bool { return !a.absent() })
	list = append(list, localEngine{"Podman", err == nil && absent, openPodman})
	return append(list, localEngine{"containerd", len(containerdSockets(opts)) == 0, openContainerd})
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

func exists(p string) bool {
	_, err := os.Stat(p)
	return err == nil
}

func isFile(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.Mode().IsRegular()
}

func isDir(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}

// HoldsImage reports whether a directory is an image: an OCI layout, what
// `docker save` wrote unpacked, or a root file system.
func HoldsImage(dir string) bool {
	return isDir(dir) && (isImagePath(dir) || isFile(filepath.Join(dir, "oci-layout")) || looksLikeRoot(dir))
}

// isImagePath says whether p is a file, or a directory with the index of an
// image.
func isImagePath(p string) bool {
	return isFile(p) || isDir(p) && (isFile(filepath.Join(p, "index.json")) || isFile(filepath.Join(p, "manifest.json")))
}

func isSocket(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.Mode()&fs.ModeSocket != 0
}
