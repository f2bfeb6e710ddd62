// Package dockerstore moves images between an OCI layout and the image store
// of a Docker engine, by its HTTP API. It is for Docker engines whose BuildKit
// neither exports nor reads OCI layouts: those without the containerd image
// store.
package dockerstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/opencontainers/go-digest"
)

// maxJSON bounds what is read as JSON, in bytes.
const maxJSON = 4 << 20

// Store is a Docker engine's image store.
type Store struct {
	http *http.Client
}

// New makes a store behind a client whose transport reaches the engine.
func New(c *http.Client) *Store { return &Store{c} }

// Has reports whether an image of this name is there.
func (s *Store) Has(ctx context.Context, name string) (bool, error) {
	resp, err := s.call(ctx, http.MethodGet, "/images/"+name+"/json", nil, nil)
	var status *statusError
	if errors.As(err, &status) && status.code == http.StatusNotFound {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking for image %s in Docker: %w", name, err)
	}
	return true, resp.Close()
}

// Load brings the image with a manifest into Docker under a name.
func (s *Store) Load(ctx context.Context, from content.Provider, manifest digest.Digest, name string) error {
	r, w := io.Pipe()
	go func() { w.CloseWithError(writeArchive(ctx, w, from, manifest, name)) }()
	resp, err := s.call(ctx, http.MethodPost, "/images/load", url.Values{"quiet": {"1"}}, r)
	r.Close()
	if err == nil {
		err = errors.Join(loadError(resp), resp.Close())
	}
	if err != nil {
		return fmt.Errorf("loading %s into Docker: %w", name, err)
	}
	return nil
}

// loadError finds the failure that Docker reports in the body of a load.
func loadError(r io.Reader) error {
	for d := json.NewDecoder(io.LimitReader(r, maxJSON)); ; {
		var msg struct {
			Error string `json:"error"`
		}
		switch err := d.Decode(&msg); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("reading Docker's answer: %w", err)
		case msg.Error != "":
			return errors.New(msg.Error)
		}
	}
}

// Tag gives an image another name.
func (s *Store) Tag(ctx context.Context, image, repo, tag string) error {
	resp, err := s.call(ctx, http.MethodPost, "/images/"+image+"/tag", url.Values{"repo": {repo}, "tag": {tag}}, nil)
	if err != nil {
		return fmt.Errorf("tagging an image in Docker: %w", err)
	}
	return resp.Close()
}

// Remove takes a name away, and the image with its last name.
func (s *Store) Remove(ctx context.Context, name string) error {
	resp, err := s.call(ctx, http.MethodDelete, "/images/"+name, nil, nil)
	if err != nil {
		return fmt.Errorf("removing image %s from Docker: %w", name, err)
	}
	return resp.Close()
}

// statusError is an answer that is not a success.
type statusError struct {
	code int
	msg  string
}

func (e *statusError) Error() string { return e.msg }

// call returns the body of a successful answer.
func (s *Store) call(ctx context.Context, method, path string, query url.Values, body io.Reader) (io.ReadCloser, error) {
	u := url.URL{Scheme: "http", Host: "docker", Path: path, RawQuery: query.Encode()}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-tar")
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 == 2 {
		return resp.Body, nil
	}
	defer resp.Body.Close()
	var msg struct {
		Message string `json:"message"`
	}
	if json.NewDecoder(io.LimitReader(resp.Body, maxJSON)).Decode(&msg) != nil || msg.Message == "" {
		msg.Message = resp.Status
	}
	return nil, &statusError{resp.StatusCode, msg.Message}
}
