package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// dockerSocket is the daemon's socket, "" where DOCKER_HOST names something
// that is none.
func dockerSocket(opts Options) string {
	if opts.DockerSocket != "" {
		return opts.DockerSocket
	}
	if host := os.Getenv("DOCKER_HOST"); host != "" {
		p, ok := strings.CutPrefix(host, "unix://")
		if !ok {
			return ""
		}
		return p
	}
	return "/var/run/docker.sock"
}

// openDaemon exports an image from a daemon (Docker Engine API, ImageGet) to
// a temporary file and opens that. The daemon makes the archive as it goes, so
// it can't be read in place.
func openDaemon(ctx context.Context, name string, opts Options) (*Source, error) {
	socket := dockerSocket(opts)
	if socket == "" {
		return nil, errors.New("DOCKER_HOST is no unix:// address: use `docker save` and archive:FILE instead")
	}
	f, err := export(ctx, socket, name, opts)
	if err != nil {
		return nil, fmt.Errorf("exporting %s from the Docker daemon at %s: %w", name, socket, err)
	}
	s, err := archiveSource(f, "", opts)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reading %s as the Docker daemon exported it: %w", name, err), os.Remove(f.Name()))
	}
	closeArchive := s.closer
	s.closer = func() error { return errors.Join(closeArchive(), os.Remove(f.Name())) }
	s.Name, s.Kind = name, KindDaemon
	return s, nil
}

// export streams the archive to a temporary file.
func export(ctx context.Context, socket, name string, opts Options) (*os.File, error) {
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}}
	defer transport.CloseIdleConnections()
	segments := strings.Split(name, "/")
	for i := range segments {
		segments[i] = url.PathEscape(segments[i])
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://docker/images/"+strings.Join(segments, "/")+"/get", nil)
	if err != nil {
		return nil, err
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, daemonError(resp)
	}
	f, err := os.CreateTemp(opts.TempDir, "schlank-docker-*.tar")
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(f, &limitReader{resp.Body, maxArchiveBytes}); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	_, err = f.Seek(0, io.SeekStart)
	return f, err
}

// daemonError reads the daemon's own words.
func daemonError(resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return err
	}
	var said struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &said) != nil || said.Message == "" {
		said.Message = resp.Status
	}
	if resp.StatusCode == http.StatusNotFound || strings.Contains(said.Message, "No such image") {
		return fmt.Errorf("%w (%s)", ErrNotFound, said.Message)
	}
	return errors.New(said.Message)
}
