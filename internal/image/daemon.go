package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
)

// openDocker opens an image of the Docker engine.
func openDocker(ctx context.Context, name string, opts Options) (*Source, error) {
	a, err := dockerAddress(opts)
	if err != nil {
		return nil, fmt.Errorf("looking for the Docker engine: %w", err)
	}
	s, err := openDaemon(ctx, a, name, "Docker", KindDocker, opts)
	if err != nil && unreachable(err) {
		err = fmt.Errorf("%w (does Docker run there, and may you use it? DOCKER_HOST and `docker context` say where it is)", err)
	}
	return s, err
}

// openPodman opens an image of a Podman service, which speaks Docker's API.
func openPodman(ctx context.Context, name string, opts Options) (*Source, error) {
	places, err := podmanAddresses(opts)
	if err != nil {
		return nil, fmt.Errorf("looking for Podman: %w", err)
	}
	var tried []error
	for _, a := range places {
		s, err := openDaemon(ctx, a, name, "Podman", KindPodman, opts)
		if err == nil || ctx.Err() != nil {
			return s, err
		}
		if a.absent() {
			err = fmt.Errorf("nobody listens at %s", a)
		}
		tried = append(tried, err)
	}
	err = errors.Join(tried...)
	if !errors.Is(err, ErrNotFound) {
		err = fmt.Errorf("%w (`systemctl start podman.socket`, with --user for your own images, starts the service)", err)
	}
	return nil, err
}

// openDaemon exports an image from an engine (Docker Engine API, ImageGet) to
// a temporary file and opens that. The engine makes the archive as it goes, so
// it can't be read in place.
func openDaemon(ctx context.Context, a *address, name, who string, kind Kind, opts Options) (*Source, error) {
	f, err := export(ctx, a, name, opts)
	if err != nil {
		return nil, fmt.Errorf("exporting %s from %s at %s: %w", name, who, a, err)
	}
	s, err := archiveSource(f, "", opts)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reading %s as %s exported it: %w", name, who, err), os.Remove(f.Name()))
	}
	closeArchive := s.closer
	s.closer = func() error { return errors.Join(closeArchive(), os.Remove(f.Name())) }
	s.Name, s.Kind = name, kind
	return s, nil
}

// export streams the archive to a temporary file.
func export(ctx context.Context, a *address, name string, opts Options) (*os.File, error) {
	if name == "" {
		return nil, errors.New("no name given")
	}
	segments := strings.Split(name, "/")
	for i := range segments {
		segments[i] = url.PathEscape(segments[i])
	}
	at := "http://engine/images/" + strings.Join(segments, "/") + "/get"
	if opts.Platform != "" {
		p, err := parsePlatform(opts.Platform)
		if err != nil {
			return nil, err
		}
		// Engines that keep one platform of an image do not know this.
		query, err := json.Marshal(map[string]string{"os": p.OS, "architecture": p.Architecture, "variant": p.Variant})
		if err != nil {
			return nil, err
		}
		at += "?platform=" + url.QueryEscape(string(query))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, err
	}
	resp, err := a.client().Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, daemonError(resp)
	}
	f, err := os.CreateTemp(opts.tempDir(), "schlank-export-*.tar")
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(f, &limitReader{resp.Body, maxArchiveBytes}); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	_, err = f.Seek(0, io.SeekStart)
	return f, err
}

// tempDir is where large files go for a while: not to /tmp, which is kept in
// memory on many systems, unless the user says so.
func (o *Options) tempDir() string {
	if o.TempDir == "" && runtime.GOOS == "linux" && os.Getenv("TMPDIR") == "" && isDir("/var/tmp") {
		return "/var/tmp"
	}
	return o.TempDir
}

// daemonError reads the engine's own words: "message" is Docker's, "cause"
// what Podman says in addition.
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
	text := strings.ToLower(said.Message)
	if resp.StatusCode == http.StatusNotFound || strings.Contains(text, "no such image") || strings.Contains(text, "image not known") {
		return fmt.Errorf("%w (%s)", ErrNotFound, said.Message)
	}
	return errors.New(said.Message)
}
