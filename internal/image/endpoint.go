package image

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"schlank/internal/bounded"
)

// endpoint is one place where a repository is: its registry or a mirror.
type endpoint struct {
	repo      name.Repository
	transport http.RoundTripper
	// pause is the time before the first retry.
	pause time.Duration

	mu     sync.Mutex
	client *http.Client // set by connect
}

// endpoints are the mirrors of a repository and then its registry.
func endpoints(repo name.Repository, opts *Options) ([]*endpoint, error) {
	var list []*endpoint
	for _, mirror := range opts.registryFor(repo.RegistryStr()).Mirrors {
		host, prefix, _ := strings.Cut(strings.Trim(mirror, "/"), "/")
		e, err := newEndpoint(host, path.Join(prefix, repo.RepositoryStr()), opts)
		if err != nil {
			return nil, fmt.Errorf("mirror %s: %w", mirror, err)
		}
		list = append(list, e)
	}
	e, err := newEndpoint(repo.RegistryStr(), repo.RepositoryStr(), opts)
	return append(list, e), err
}

func newEndpoint(host, repo string, opts *Options) (*endpoint, error) {
	settings := opts.registryFor(host)
	var how []name.Option
	if settings.PlainHTTP || settings.Insecure {
		how = append(how, name.Insecure)
	}
	r, err := name.NewRepository(host+"/"+repo, how...)
	if err != nil {
		return nil, err
	}
	t, err := settings.transport()
	if err != nil {
		return nil, err
	}
	pause := opts.retryPause
	if pause == 0 {
		pause = time.Second
	}
	t = transport.NewRetry(&boundedTransport{t}, transport.WithRetryBackoff(transport.Backoff{Duration: pause, Factor: 3, Jitter: 0.1, Steps: 3}),
		transport.WithRetryStatusCodes(transientStatus...))
	return &endpoint{repo: r, transport: t, pause: pause}, nil
}

// transientStatus are the answers after which asking again may help.
var transientStatus = []int{
	http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
	http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
}

func (e *endpoint) host() string { return e.repo.RegistryStr() }

// connect finds out how the registry wants to be spoken to and gets a token,
// once.
func (e *endpoint) connect(ctx context.Context) (*http.Client, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.client != nil {
		return e.client, nil
	}
	auth, err := authn.Resolve(ctx, authn.DefaultKeychain, e.repo)
	if err != nil {
		return nil, fmt.Errorf("looking for credentials of %s: %w", e.host(), err)
	}
	t, err := transport.NewWithContext(ctx, e.repo.Registry, auth, e.transport, []string{e.repo.Scope(transport.PullScope)})
	if err != nil {
		return nil, registryHint(statusError(err, e.host()), e.host())
	}
	e.client = &http.Client{Transport: t, CheckRedirect: checkRedirect}
	return e.client, nil
}

// get asks for a resource of the repository: "manifests" or "blobs". From is
// the byte to begin with.
func (e *endpoint) get(ctx context.Context, kind, at string, from int64) (*http.Response, error) {
	client, err := e.connect(ctx)
	if err != nil {
		return nil, err
	}
	// The transport replaces the scheme by what the registry speaks.
	url := fmt.Sprintf("%s://%s/v2/%s/%s/%s", e.repo.Scheme(), e.host(), e.repo.RepositoryStr(), kind, at)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if kind == "manifests" {
		req.Header.Set("Accept", strings.Join(manifestTypes, ", "))
	}
	if from > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, registryHint(statusError(err, e.host()), e.host())
	}
	if err := transport.CheckError(resp, http.StatusOK, http.StatusPartialContent); err != nil {
		resp.Body.Close()
		return nil, statusError(err, e.host())
	}
	return resp, nil
}

// manifest fetches a manifest or index by tag or digest. That of a digest is
// checked.
func (e *endpoint) manifest(ctx context.Context, at string) ([]byte, error) {
	resp, err := e.get(ctx, "manifests", at, 0)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := bounded.Read(resp.Body, "the manifest", maxDocument)
	if err != nil {
		return nil, err
	}
	if h, err := v1.NewHash(at); err == nil {
		if h.Algorithm != "sha256" {
			return nil, fmt.Errorf("digest %s: only sha256 is known", h)
		}
		return data, checkDigest(data, h)
	}
	if said := resp.Header.Get("Docker-Content-Digest"); strings.HasPrefix(said, "sha256:") && said != fmt.Sprintf("sha256:%x", sha256.Sum256(data)) {
		return nil, fmt.Errorf("the registry says that the manifest has digest %s, which it has not", said)
	}
	return data, nil
}

// statusError makes the registry's refusals recognisable, with what to do.
func statusError(err error, host string) error {
	var te *transport.Error
	if !errors.As(err, &te) {
		return err
	}
	switch te.StatusCode {
	case http.StatusNotFound:
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%w: %w (the image does not exist, or `docker login %s` helps)", errDenied, err, host)
	}
	return err
}

// errDenied says that a registry wants other credentials.
var errDenied = errors.New("access denied")

// boundedTransport limits the length of answers: tokens, errors and manifests
// are small. Layers are limited where they are read.
type boundedTransport struct{ inner http.RoundTripper }

func (t *boundedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.inner.RoundTrip(req)
	if err == nil && !(isBlob(req) && resp.StatusCode < 300) {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxDocument+1), resp.Body}
	}
	return resp, err
}

// blobKey marks the context of a request for a blob, redirects included.
type blobKey struct{}

func isBlob(req *http.Request) bool { return req.Context().Value(blobKey{}) != nil }
