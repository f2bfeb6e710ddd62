package image

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// hub is a registry with the sample image as team/app:1, behind a handler
// that may interfere.
type hub struct {
	store http.Handler
	// before answers a request itself if it returns true.
	before func(w http.ResponseWriter, r *http.Request) bool
	asked  atomic.Int64
}

func newHub(t testing.TB) *hub {
	t.Helper()
	h := &hub{store: registry.New(registry.Logger(log.New(io.Discard, "", 0)))}
	srv := httptest.NewServer(h.store)
	defer srv.Close()
	h.push(t, srv, "team/app:1", sample(t))
	h.push(t, srv, "library/app:1", sample(t))
	return h
}

func (h *hub) push(t testing.TB, srv *httptest.Server, at string, img v1.Image) {
	t.Helper()
	tag, err := name.NewTag(hostOf(srv) + "/" + at)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(tag, img); err != nil {
		t.Fatal(err)
	}
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.asked.Add(1)
	if h.before == nil || !h.before(w, r) {
		h.store.ServeHTTP(w, r)
	}
}

func hostOf(srv *httptest.Server) string {
	_, host, _ := strings.Cut(srv.URL, "://")
	return host
}

// pulled opens and reads a reference and wants the sample.
func pulled(t *testing.T, ref string, opts Options) error {
	t.Helper()
	opts.retryPause = time.Millisecond
	opts.TempDir = t.TempDir()
	s, err := Open(context.Background(), "registry:"+ref, opts)
	if err != nil {
		return err
	}
	defer s.Close()
	inv, err := s.Inventory(context.Background())
	if err != nil {
		return err
	}
	if diff := cmp.Diff(sampleTree, listing(inv.Tree)); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
	return nil
}

func TestRegistryTransientFailures(t *testing.T) {
	h := newHub(t)
	srv := httptest.NewServer(h)
	defer srv.Close()
	seen := map[string]int{}
	h.before = func(w http.ResponseWriter, r *http.Request) bool {
		key := r.URL.Path
		seen[key]++
		if seen[key] <= 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
		return false
	}
	if err := pulled(t, hostOf(srv)+"/team/app:1", Options{}); err != nil {
		t.Error(err)
	}
}

// TestRegistryBrokenDownloads has each connection deliver 20 bytes of a blob.
func TestRegistryBrokenDownloads(t *testing.T) {
	for _, ranges := range []bool{true, false} {
		h := newHub(t)
		srv := httptest.NewServer(h)
		defer srv.Close()
		h.before = func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/blobs/") {
				return false
			}
			answer := httptest.NewRecorder()
			plain := r.Clone(r.Context())
			plain.Header.Del("Range")
			h.store.ServeHTTP(answer, plain)
			body := answer.Body.Bytes()
			if len(body) < 100 || len(body) > 200 { // the config is read in one go
				return false
			}
			from := 0
			if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil && ranges {
				w.Header().Set("Content-Length", fmt.Sprint(len(body)-from))
				w.WriteHeader(http.StatusPartialContent)
				body = body[from:]
			} else {
				w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			}
			most := 20
			if !ranges {
				most += from
			}
			if len(body) > most {
				w.Write(body[:most])
				http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			}
			w.Write(body)
			return true
		}
		if err := pulled(t, hostOf(srv)+"/team/app:1", Options{}); err != nil {
			t.Errorf("ranges %v: %v", ranges, err)
		}
	}
}

func TestRegistryMirrors(t *testing.T) {
	h := newHub(t)
	good := httptest.NewServer(h)
	defer good.Close()
	empty := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer empty.Close()
	dead := httptest.NewServer(nil)
	dead.Close()
	prefixed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = strings.Replace(r.URL.Path, "/v2/hub/library/", "/v2/team/", 1)
		h.store.ServeHTTP(w, r)
	}))
	defer prefixed.Close()
	hub := func(mirrors ...string) Options {
		return Options{Registries: map[string]Registry{"docker.io": {Mirrors: mirrors}, "own.invalid": {Mirrors: mirrors}}}
	}
	for _, tt := range []struct {
		ref     string
		mirrors []string
	}{
		{"app:1", []string{hostOf(good)}},
		{"docker.io/library/app:1", []string{hostOf(dead), hostOf(empty), hostOf(good)}},
		{"own.invalid/team/app:1", []string{hostOf(good) + "/"}},
		{"app:1", []string{hostOf(prefixed) + "/hub"}},
	} {
		if err := pulled(t, tt.ref, hub(tt.mirrors...)); err != nil {
			t.Errorf("%s by %s: %v", tt.ref, tt.mirrors, err)
		}
	}
	// Blobs that a mirror lost come from the next place.
	lost := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/blobs/") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		h.store.ServeHTTP(w, r)
	}))
	defer lost.Close()
	if err := pulled(t, "app:1", hub(hostOf(lost), hostOf(good))); err != nil {
		t.Error(err)
	}
	err := pulled(t, hostOf(good)+"/nowhere:1", Options{Registries: map[string]Registry{hostOf(good): {Mirrors: []string{hostOf(empty)}}}})
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), hostOf(empty)+": ") || !strings.Contains(err.Error(), hostOf(good)+": ") {
		t.Errorf("both places should be named: %v", err)
	}
}

func TestRegistryCredentials(t *testing.T) {
	h := newHub(t)
	srv := httptest.NewServer(h)
	defer srv.Close()
	bearer := false
	h.before = func(w http.ResponseWriter, r *http.Request) bool {
		user, password, _ := r.BasicAuth()
		switch {
		case r.URL.Path == "/token":
			if user != "me" || password != "secret" || !strings.Contains(r.URL.RawQuery, "team%2Fapp%3Apull") {
				w.WriteHeader(http.StatusUnauthorized)
				return true
			}
			fmt.Fprint(w, `{"token":"t0"}`)
		case bearer && r.Header.Get("Authorization") != "Bearer t0":
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+srv.URL+`/token",service="s"`)
			w.WriteHeader(http.StatusUnauthorized)
		case !bearer && (user != "me" || password != "secret"):
			w.Header().Set("WWW-Authenticate", `Basic realm="r"`)
			w.WriteHeader(http.StatusUnauthorized)
		default:
			return false
		}
		return true
	}
	config := t.TempDir()
	t.Setenv("DOCKER_CONFIG", config)
	for _, bearer = range []bool{false, true} {
		os.Remove(filepath.Join(config, "config.json"))
		err := pulled(t, hostOf(srv)+"/team/app:1", Options{})
		if !errors.Is(err, errDenied) || !strings.Contains(err.Error(), "docker login "+hostOf(srv)) {
			t.Errorf("bearer %v, without credentials: %v", bearer, err)
		}
		auth := `{"auths":{"` + hostOf(srv) + `":{"auth":"bWU6c2VjcmV0"}}}` // me:secret
		if err := os.WriteFile(filepath.Join(config, "config.json"), []byte(auth), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := pulled(t, hostOf(srv)+"/team/app:1", Options{}); err != nil {
			t.Errorf("bearer %v: %v", bearer, err)
		}
	}
}

func TestRegistryTLS(t *testing.T) {
	srv := httptest.NewUnstartedServer(newHub(t))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	ref := hostOf(srv) + "/team/app:1"
	for _, tt := range []struct {
		settings Registry
		want     string
	}{
		{Registry{}, "`ca` or `insecure`"},
		{Registry{RootCAs: []string{ca}}, ""},
		{Registry{Insecure: true}, ""},
		{Registry{RootCAs: []string{ca + "x"}}, "no such file"},
		{Registry{RootCAs: []string{os.Args[0]}}, "certificate authorities"},
	} {
		err := pulled(t, ref, Options{Registries: map[string]Registry{hostOf(srv): tt.settings}})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%+v: %v, want %q", tt.settings, err, tt.want)
		}
	}
}

// TestRegistryLies has the registry answer with what it should not.
func TestRegistryLies(t *testing.T) {
	h := newHub(t)
	srv := httptest.NewServer(h)
	defer srv.Close()
	endless := func(w http.ResponseWriter) {
		for range 1 << 10 {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	}
	tests := []struct {
		name  string
		lie   func(w http.ResponseWriter, r *http.Request) bool
		wants string
	}{
		{"endless manifest", func(w http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, "/manifests/") {
				endless(w)
				return true
			}
			return false
		}, "larger than"},
		{"endless error", func(w http.ResponseWriter, r *http.Request) bool {
			w.WriteHeader(http.StatusBadRequest)
			endless(w)
			return true
		}, ""},
		{"endless token", func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/token" {
				endless(w)
			} else {
				w.Header().Set("WWW-Authenticate", `Bearer realm="`+srv.URL+`/token"`)
				w.WriteHeader(http.StatusUnauthorized)
			}
			return true
		}, ""},
		{"endless blob", func(w http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, "/blobs/") {
				endless(w)
				return true
			}
			return false
		}, "larger than"},
		{"other blob", func(w http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, "/blobs/") {
				fmt.Fprint(w, "{}")
				return true
			}
			return false
		}, "has digest"},
		{"other digest", func(w http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, "/manifests/") {
				w.Header().Set("Docker-Content-Digest", "sha256:"+strings.Repeat("0", 64))
				fmt.Fprint(w, "{}")
				return true
			}
			return false
		}, "which it has not"},
		{"redirect to the cloud's secrets", func(w http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, "/blobs/") {
				http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
				return true
			}
			return false
		}, "link-local"},
	}
	for _, tt := range tests {
		h.before = tt.lie
		if err := pulled(t, hostOf(srv)+"/team/app:1", Options{}); err == nil || !strings.Contains(err.Error(), tt.wants) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.wants)
		} else if len(err.Error()) > 10_000 {
			t.Errorf("%s: an error of %d bytes", tt.name, len(err.Error()))
		}
	}
}

// typed gives an image's manifest other types.
type typed struct {
	v1.Image
	change func(*v1.Manifest)
}

func (i typed) Manifest() (*v1.Manifest, error) {
	m, err := i.Image.Manifest()
	if err != nil {
		return nil, err
	}
	m = m.DeepCopy()
	i.change(m)
	return m, nil
}

func (i typed) RawManifest() ([]byte, error) {
	m, err := i.Manifest()
	if err != nil {
		return nil, err
	}
	return json.Marshal(m)
}

func (i typed) Digest() (v1.Hash, error) { return partial.Digest(i) }
func (i typed) Size() (int64, error)     { return partial.Size(i) }

func TestArtifacts(t *testing.T) {
	tests := []struct {
		name   string
		change func(*v1.Manifest)
		want   string
	}{
		{"Helm chart", func(m *v1.Manifest) { m.Config.MediaType = "application/vnd.cncf.helm.config.v1+json" }, "no image but an artifact of type application/vnd.cncf.helm.config.v1+json"},
		{"layer of no file system", func(m *v1.Manifest) { m.Layers[1].MediaType = "application/vnd.in-toto+json" }, "its layer 2 is of type application/vnd.in-toto+json"},
		{"encrypted", func(m *v1.Manifest) { m.Layers[0].MediaType += "+encrypted" }, "layer 1 is encrypted"},
		{"unknown digest", func(m *v1.Manifest) { m.Layers[0].Digest = v1.Hash{Algorithm: "sha512", Hex: strings.Repeat("0", 128)} }, "only sha256"},
		{"negative size", func(m *v1.Manifest) { m.Layers[0].Size = -1 }, "-1 bytes"},
		{"too many layers", func(m *v1.Manifest) {
			for len(m.Layers) <= maxLayers {
				m.Layers = append(m.Layers, m.Layers[0])
			}
		}, "more than the limit"},
		{"no layers", func(m *v1.Manifest) { m.Layers = m.Layers[:1] }, "the manifest has 1 layers, the config 2"},
	}
	for _, tt := range tests {
		img := typed{sample(t), tt.change}
		manifest, err := img.RawManifest()
		if err != nil {
			t.Fatal(err)
		}
		_, err = newSource(manifest, func(h v1.Hash) ([]byte, error) { return img.RawConfigFile() }, func(v1.Descriptor) opener { return nil })
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

// TestForeignLayer leaves out a layer that may not be distributed.
func TestForeignLayer(t *testing.T) {
	foreign := static.NewLayer(archive(t, []item{file("windows", "x")}), types.DockerForeignLayer)
	img, err := mutate.AppendLayers(empty.Image, foreign, layerOf(t, archive(t, []item{file("own", "x")})))
	if err != nil {
		t.Fatal(err)
	}
	dir := layoutOf(t, img)
	h, err := foreign.Digest()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "blobs", "sha256", h.Hex)); err != nil {
		t.Fatal(err)
	}
	s, err := OpenLayout(dir, "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	inv := inventoryOf(t, s)
	if diff := cmp.Diff([]string{"d / implied", "f /own 1 @1"}, listing(inv.Tree)); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
	checkUnknowns(t, inv.Unknowns, []string{"0 /: not distributed"})
}
