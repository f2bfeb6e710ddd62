package dial

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
)

// docker reaches the BuildKit inside a Docker engine: its API hands the
// connection over at /grpc and /session (Docker Engine API, "hijacking").
type docker struct {
	dial func(ctx context.Context) (net.Conn, error)
}

const defaultDockerSocket = "unix:///var/run/docker.sock"

// newDocker reads DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, as
// Docker's own client does.
func newDocker() (*docker, error) {
	host := os.Getenv("DOCKER_HOST")
	if host == "" {
		host = defaultDockerSocket
	}
	u, err := url.Parse(host)
	if err != nil {
		return nil, fmt.Errorf("DOCKER_HOST: %w", err)
	}
	switch u.Scheme {
	case "unix":
		return &docker{func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", u.Path)
		}}, nil
	case "tcp":
		conf, err := dockerTLS(u.Hostname())
		if err != nil {
			return nil, err
		}
		return &docker{func(ctx context.Context) (net.Conn, error) {
			if conf == nil {
				return new(net.Dialer).DialContext(ctx, "tcp", u.Host)
			}
			return (&tls.Dialer{Config: conf}).DialContext(ctx, "tcp", u.Host)
		}}, nil
	}
	return nil, fmt.Errorf("DOCKER_HOST=%s: only unix:// and tcp:// are supported; for ssh, run buildkitd there and use --engine ssh://", host)
}

// dockerTLS is nil when DOCKER_TLS_VERIFY is not set.
func dockerTLS(server string) (*tls.Config, error) {
	if os.Getenv("DOCKER_TLS_VERIFY") == "" {
		return nil, nil
	}
	dir := os.Getenv("DOCKER_CERT_PATH")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, err
		}
		dir = filepath.Join(home, ".docker")
	}
	ca, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		return nil, fmt.Errorf("reading Docker's CA: %w", err)
	}
	cert, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	if err != nil {
		return nil, fmt.Errorf("reading Docker's client certificate: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{cert}, ServerName: server, MinVersion: tls.VersionTLS12}, nil
}

// DockerHTTP is a client of the API of the Docker engine that DOCKER_HOST
// names. The host part of its URLs does not matter.
func DockerHTTP() (*http.Client, error) {
	d, err := newDocker()
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return d.dial(ctx) },
	}}, nil
}

func (d *docker) dialGRPC(ctx context.Context, _ string) (net.Conn, error) {
	return d.hijack(ctx, "/grpc", "h2c", nil)
}

func (d *docker) dialSession(ctx context.Context, proto string, meta map[string][]string) (net.Conn, error) {
	return d.hijack(ctx, "/session", proto, meta)
}

// hijack asks the API to become a raw connection.
func (d *docker) hijack(ctx context.Context, path, proto string, meta map[string][]string) (net.Conn, error) {
	conn, err := d.dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("connecting to Docker: %w (is it running? DOCKER_HOST says where)", err)
	}
	// Reading the answer by hand, only closing the connection ends a wait.
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://docker"+path, http.NoBody)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	for k, v := range meta {
		req.Header[http.CanonicalHeaderKey(k)] = v
	}
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", proto)
	if err := req.Write(conn); err != nil {
		return nil, errors.Join(fmt.Errorf("asking Docker for %s: %w", path, err), conn.Close())
	}
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, req)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("asking Docker for %s: %w", path, err), conn.Close())
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return nil, errors.Join(fmt.Errorf("asking Docker for %s: %s (BuildKit needs Docker 18.09 or later)", path, resp.Status), conn.Close())
	}
	return &bufferedConn{Conn: conn, r: r}, nil
}

// bufferedConn gives back what came with the response's header.
type bufferedConn struct {
	net.Conn
	r *bufio.Reader
}

func (c *bufferedConn) Read(p []byte) (int, error) { return c.r.Read(p) }
