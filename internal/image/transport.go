package image

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"schlank/internal/bounded"
)

// Registry says how a registry host is reached, as the engine's configuration
// does.
type Registry struct {
	// Mirrors are asked first, in order: a host, or a host and a path that
	// comes before the repository ("mirror.example:5000/hub").
	Mirrors []string
	// PlainHTTP allows HTTP where the host does not speak HTTPS.
	PlainHTTP bool
	// Insecure accepts any certificate, and plain HTTP.
	Insecure bool
	// RootCAs are PEM files trusted for this host besides the system's.
	RootCAs []string
}

// registryFor returns the settings of a host. Docker Hub goes by the name it
// has in references.
func (o *Options) registryFor(host string) Registry {
	if host == name.DefaultRegistry {
		if r, ok := o.Registries["docker.io"]; ok {
			return r
		}
	}
	return o.Registries[host]
}

// maxPEM bounds a file of certificates; the bundle of all public authorities
// is below 1 MiB.
const maxPEM = 8 << 20

// transport is the HTTP transport to a registry host.
func (r Registry) transport() (http.RoundTripper, error) {
	base, ok := remote.DefaultTransport.(*http.Transport)
	if !ok || !r.Insecure && len(r.RootCAs) == 0 {
		return remote.DefaultTransport, nil
	}
	t := base.Clone()
	t.TLSClientConfig = &tls.Config{InsecureSkipVerify: r.Insecure}
	if len(r.RootCAs) == 0 {
		return t, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without any
	}
	for _, file := range r.RootCAs {
		pem, err := bounded.ReadFile(file, maxPEM)
		if err != nil {
			return nil, fmt.Errorf("reading certificate authorities: %w", err)
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("reading certificate authorities: %s holds no certificate in PEM form", file)
		}
	}
	t.TLSClientConfig.RootCAs = pool
	return t, nil
}

// checkRedirect refuses redirects from a registry to a link-local address:
// that is where clouds serve the machine's credentials.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) >= 10 {
		return errors.New("more than 10 redirects")
	}
	to := req.URL.Hostname()
	addr, err := netip.ParseAddr(to)
	if err == nil && addr.Unmap().IsLinkLocalUnicast() && to != via[0].URL.Hostname() {
		return fmt.Errorf("%s redirects to the link-local address %s", via[0].URL.Host, to)
	}
	return nil
}

// registryHint adds what a user can do about an error of a registry.
func registryHint(err error, host string) error {
	var unknown x509.UnknownAuthorityError
	var certificate *tls.CertificateVerificationError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unknown), errors.As(err, &certificate):
		return fmt.Errorf("%w (to trust it, set `ca` or `insecure` for %s under `registries` in the configuration)", err, host)
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return fmt.Errorf("%w (to use plain HTTP, set `http: true` for %s under `registries` in the configuration)", err, host)
	}
	return err
}
