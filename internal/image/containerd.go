package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	contentapi "github.com/containerd/containerd/api/services/content/v1"
	imagesapi "github.com/containerd/containerd/api/services/images/v1"
	namespacesapi "github.com/containerd/containerd/api/services/namespaces/v1"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"schlank/internal/bounded"
)

// containerdSockets are the sockets that exist, of containerd itself and of
// the Kubernetes distributions that bring their own.
func containerdSockets(opts Options) []string {
	at := opts.ContainerdAddress
	if at == "" {
		at = os.Getenv("CONTAINERD_ADDRESS")
	}
	if at != "" {
		return []string{strings.TrimPrefix(at, "unix://")}
	}
	usual := []string{
		"/run/containerd/containerd.sock",
		"/run/k3s/containerd/containerd.sock",
		"/var/snap/microk8s/common/run/containerd.sock",
	}
	for _, dir := range runtimeDirs() {
		usual = append(usual, filepath.Join(dir, "containerd", "containerd.sock"))
	}
	return slices.DeleteFunc(usual, func(p string) bool { return !isSocket(p) })
}

// openContainerd opens an image in containerd's content store, read through
// its API as it is: nothing is exported or copied.
func openContainerd(ctx context.Context, ref string, opts Options) (*Source, error) {
	sockets := containerdSockets(opts)
	if len(sockets) == 0 {
		return nil, errors.New("no containerd runs here (CONTAINERD_ADDRESS says where it listens)")
	}
	var tried []error
	for _, socket := range sockets {
		s, err := containerdSource(ctx, socket, ref, opts)
		if err == nil {
			s.Name, s.Kind = ref, KindContainerd
			return s, nil
		}
		if status.Code(err) == codes.Unavailable && strings.Contains(err.Error(), "permission denied") {
			err = fmt.Errorf("%w (its socket belongs to root: use sudo)", err)
		}
		tried = append(tried, fmt.Errorf("opening %s in containerd at %s: %w", ref, socket, err))
	}
	return nil, errors.Join(tried...)
}

// maxContentMessage bounds one message of the API; containerd sends contents
// in pieces of a megabyte.
const maxContentMessage = 16 << 20

func containerdSource(ctx context.Context, socket, ref string, opts Options) (*Source, error) {
	conn, err := grpc.NewClient("unix:"+filepath.ToSlash(socket),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxContentMessage)))
	if err != nil {
		return nil, err
	}
	s, err := containerdImage(ctx, conn, ref, opts)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	s.closer = conn.Close
	return s, nil
}

func containerdImage(ctx context.Context, conn *grpc.ClientConn, ref string, opts Options) (*Source, error) {
	namespace, top, err := findInContainerd(ctx, conn, ref)
	if err != nil {
		return nil, err
	}
	store := contentStore{contentapi.NewContentClient(conn), namespace}
	read := func(h v1.Hash) ([]byte, error) { return store.document(ctx, h) }
	manifest, err := manifestFor(read, top, opts.Platform)
	if err != nil {
		return nil, fmt.Errorf("namespace %s: %w", namespace, err)
	}
	return newSource(manifest, read, func(d v1.Descriptor) opener {
		return func(ctx context.Context) (io.ReadCloser, error) {
			r, err := store.open(ctx, d.Digest)
			if errors.Is(err, fs.ErrNotExist) {
				err = fmt.Errorf("%w: containerd kept only what it unpacked from it (discard_unpacked_layers); pull the image again or read it from its registry", err)
			}
			return r, err
		}
	})
}

// inNamespace addresses a request.
func inNamespace(ctx context.Context, namespace string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "containerd-namespace", namespace)
}

// maxNamespaces bounds the namespaces that are asked.
const maxNamespaces = 100

// findInContainerd looks for an image by its name, short or full, or by its
// digest, in the namespaces one after the other.
func findInContainerd(ctx context.Context, conn *grpc.ClientConn, ref string) (namespace string, target v1.Hash, err error) {
	names := []string{ref}
	if full := fullName(ref); full != "" && full != ref {
		names = append(names, full)
	}
	namespaces, err := containerdNamespaces(ctx, conn)
	if err != nil {
		return "", v1.Hash{}, err
	}
	images := imagesapi.NewImagesClient(conn)
	for _, namespace := range namespaces {
		var filters []string
		for _, n := range names {
			filters = append(filters, fmt.Sprintf("name==%q", n))
		}
		if strings.HasPrefix(ref, "sha256:") {
			filters = append(filters, fmt.Sprintf("target.digest==%q", ref))
		}
		list, err := images.List(inNamespace(ctx, namespace), &imagesapi.ListImagesRequest{Filters: filters})
		if err != nil {
			return "", v1.Hash{}, fmt.Errorf("namespace %s: %w", namespace, err)
		}
		if len(list.GetImages()) > 0 {
			h, err := v1.NewHash(list.GetImages()[0].GetTarget().GetDigest())
			return namespace, h, err
		}
	}
	return "", v1.Hash{}, fmt.Errorf("%w: %s in the namespaces %s", ErrNotFound, strings.Join(names, " or "), strings.Join(namespaces, ", "))
}

// fullName is a reference as containerd's clients store it, "" for what is
// none.
func fullName(ref string) string {
	r, err := name.ParseReference(ref)
	if err != nil {
		return ""
	}
	full := r.Name()
	if rest, hub := strings.CutPrefix(full, name.DefaultRegistry+"/"); hub {
		full = "docker.io/" + rest
	}
	return full
}

// containerdNamespaces are the one that CONTAINERD_NAMESPACE names, or all:
// first those of containerd's, Docker's and Kubernetes' clients.
func containerdNamespaces(ctx context.Context, conn *grpc.ClientConn) ([]string, error) {
	if only := os.Getenv("CONTAINERD_NAMESPACE"); only != "" {
		return []string{only}, nil
	}
	list, err := namespacesapi.NewNamespacesClient(conn).List(ctx, &namespacesapi.ListNamespacesRequest{})
	if err != nil {
		return nil, err
	}
	var all []string
	for _, n := range list.GetNamespaces() {
		all = append(all, n.GetName())
	}
	slices.Sort(all)
	first := []string{"default", "moby", "k8s.io"}
	namespaces := slices.Clone(first)
	for _, n := range all {
		if !slices.Contains(first, n) {
			namespaces = append(namespaces, n)
		}
	}
	return namespaces[:min(len(namespaces), maxNamespaces)], nil
}

// contentStore is containerd's store of blobs.
type contentStore struct {
	client    contentapi.ContentClient
	namespace string
}

// open streams a blob. The error is fs.ErrNotExist for one that is not there.
func (s contentStore) open(ctx context.Context, h v1.Hash) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancel(inNamespace(ctx, s.namespace))
	stream, err := s.client.Read(ctx, &contentapi.ReadContentRequest{Digest: h.String()})
	if err != nil {
		cancel()
		return nil, err
	}
	r := &contentReader{stream: stream, cancel: cancel}
	// An error of the call comes with the first message.
	if err := r.next(); err != nil && err != io.EOF {
		cancel()
		if status.Code(err) == codes.NotFound {
			return nil, fmt.Errorf("%s: %w", h, fs.ErrNotExist)
		}
		return nil, err
	}
	return r, nil
}

// document reads a small blob and checks its digest.
func (s contentStore) document(ctx context.Context, h v1.Hash) ([]byte, error) {
	r, err := s.open(ctx, h)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := bounded.Read(r, h.String(), maxDocument)
	if err != nil {
		return nil, err
	}
	return data, checkDigest(data, h)
}

// contentReader reads a stream of messages as one of bytes.
type contentReader struct {
	stream interface {
		Recv() (*contentapi.ReadContentResponse, error)
	}
	cancel context.CancelFunc
	left   []byte
	err    error
	off    int64
}

func (r *contentReader) next() error {
	for len(r.left) == 0 && r.err == nil {
		m, err := r.stream.Recv()
		switch {
		case err != nil:
			r.err = err
		case m.GetOffset() != r.off || r.off > math.MaxInt64-int64(len(m.GetData())):
			r.err = fmt.Errorf("containerd sent byte %d of a blob after %d", m.GetOffset(), r.off)
		default:
			r.left = m.GetData()
			r.off += int64(len(r.left))
		}
	}
	if len(r.left) > 0 {
		return nil
	}
	return r.err
}

func (r *contentReader) Read(p []byte) (int, error) {
	if err := r.next(); err != nil {
		return 0, err
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

func (r *contentReader) Close() error {
	r.cancel()
	return nil
}
