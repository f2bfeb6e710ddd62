package image

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"schlank/internal/bounded"
)

// address is where an engine listens.
type address struct {
	// url is unix:///PATH, tcp://HOST:PORT or ssh://[USER@]HOST[:PORT].
	url *url.URL
	// tls is set for tcp:// with TLS.
	tls *tls.Config
	// relay is the command that speaks for the engine on the far side of
	// ssh: "docker" or "podman".
	relay string
}

func (a *address) String() string { return a.url.Redacted() }

// parseAddress reads an address as DOCKER_HOST has it.
func parseAddress(s, relay string) (*address, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", s, err)
	}
	switch {
	case u.Scheme == "unix" && u.Path != "", u.Scheme == "tcp" && u.Host != "", u.Scheme == "ssh" && u.Host != "":
		return &address{url: u, relay: relay}, nil
	case u.Scheme == "http" && u.Host != "":
		u.Scheme = "tcp"
		return &address{url: u, relay: relay}, nil
	}
	return nil, fmt.Errorf("address %q is none of unix:///PATH, tcp://HOST:PORT and ssh://[USER@]HOST", s)
}

// absent reports whether nobody can listen there: a socket that does not
// exist.
func (a *address) absent() bool {
	if a.url.Scheme != "unix" {
		return false
	}
	_, err := os.Stat(a.url.Path)
	return errors.Is(err, fs.ErrNotExist)
}

func (a *address) dial(ctx context.Context) (net.Conn, error) {
	switch {
	case a.url.Scheme == "unix":
		return new(net.Dialer).DialContext(ctx, "unix", a.url.Path)
	case a.url.Scheme == "ssh":
		return dialSSH(a.url, a.relay)
	case a.tls != nil:
		return (&tls.Dialer{Config: a.tls}).DialContext(ctx, "tcp", a.url.Host)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", a.url.Host)
}

// client is an HTTP client whose every connection goes to the address.
func (a *address) client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return a.dial(ctx) },
	}}
}

// dockerAddress finds the Docker engine as Docker's own client does: by
// DOCKER_HOST with DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, by the context that
// DOCKER_CONTEXT or the configuration names, or at the usual socket.
func dockerAddress(opts Options) (*address, error) {
	if opts.DockerHost != "" {
		return parseAddress(opts.DockerHost, "docker")
	}
	config, err := dockerConfigDir()
	if err != nil {
		return nil, err
	}
	if host := os.Getenv("DOCKER_HOST"); host != "" {
		a, err := parseAddress(host, "docker")
		if err != nil {
			return nil, fmt.Errorf("DOCKER_HOST: %w", err)
		}
		if verify := os.Getenv("DOCKER_TLS_VERIFY") != ""; verify || os.Getenv("DOCKER_TLS") != "" {
			dir := os.Getenv("DOCKER_CERT_PATH")
			if dir == "" {
				dir = config
			}
			a.tls, err = clientTLS(dir, !verify)
		}
		return a, err
	}
	name := os.Getenv("DOCKER_CONTEXT")
	if name == "" {
		name = currentContext(config)
	}
	if name != "" && name != "default" {
		a, err := contextAddress(config, name)
		if err != nil {
			return nil, fmt.Errorf("docker context %q: %w", name, err)
		}
		return a, nil
	}
	return parseAddress("unix:///var/run/docker.sock", "docker")
}

func dockerConfigDir() (string, error) {
	if dir := os.Getenv("DOCKER_CONFIG"); dir != "" {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("looking for Docker's configuration: %w", err)
	}
	return filepath.Join(home, ".docker"), nil
}

// currentContext is the context that `docker context use` chose. A
// configuration that can't be read chooses none.
func currentContext(config string) string {
	data, err := bounded.ReadFile(filepath.Join(config, "config.json"), maxDocument)
	if err != nil {
		return ""
	}
	var c struct {
		CurrentContext string `json:"currentContext"`
	}
	if json.Unmarshal(data, &c) != nil {
		return ""
	}
	return c.CurrentContext
}

// contextAddress reads the endpoint of a Docker context, which lies in a
// directory named by the digest of the context's name.
func contextAddress(config, name string) (*address, error) {
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	data, err := bounded.ReadFile(filepath.Join(config, "contexts", "meta", id, "meta.json"), maxDocument)
	if err != nil {
		return nil, err
	}
	var meta struct {
		Endpoints map[string]struct {
			Host          string
			SkipTLSVerify bool
		}
	}
	if err := json.Unmarshal(data, &meta); err != nil {
		return nil, err
	}
	docker := meta.Endpoints["docker"]
	a, err := parseAddress(docker.Host, "docker")
	if err != nil {
		return nil, err
	}
	certs := filepath.Join(config, "contexts", "tls", id, "docker")
	if isDir(certs) || docker.SkipTLSVerify {
		a.tls, err = clientTLS(certs, docker.SkipTLSVerify)
	}
	return a, err
}

// clientTLS reads the authority and the client's certificate of a directory;
// each may be missing.
func clientTLS(dir string, anyServer bool) (*tls.Config, error) {
	conf := &tls.Config{InsecureSkipVerify: anyServer}
	ca, err := bounded.ReadFile(filepath.Join(dir, "ca.pem"), maxPEM)
	switch {
	case err == nil:
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(ca) {
			return nil, fmt.Errorf("%s holds no certificate", filepath.Join(dir, "ca.pem"))
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	cert, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	switch {
	case err == nil:
		conf.Certificates = []tls.Certificate{cert}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return conf, nil
}

// podmanAddresses are where Podman's service may listen: where CONTAINER_HOST
// says, else the user's own service and that of root.
func podmanAddresses(opts Options) ([]*address, error) {
	host := opts.PodmanHost
	if host == "" {
		host = os.Getenv("CONTAINER_HOST")
	}
	if host != "" {
		a, err := parseAddress(host, "podman")
		if err != nil {
			return nil, fmt.Errorf("CONTAINER_HOST: %w", err)
		}
		return []*address{a}, nil
	}
	var list []*address
	for _, dir := range append(runtimeDirs(), "/run") {
		u := &url.URL{Scheme: "unix", Path: filepath.ToSlash(filepath.Join(dir, "podman", "podman.sock"))}
		list = append(list, &address{url: u, relay: "podman"})
	}
	return list, nil
}

// runtimeDirs is the directory for an ordinary user's sockets.
func runtimeDirs() []string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return []string{dir}
	}
	if uid := os.Getuid(); uid > 0 {
		return []string{"/run/user/" + strconv.Itoa(uid)}
	}
	return nil
}
