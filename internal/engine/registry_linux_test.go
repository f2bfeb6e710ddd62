package engine_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"schlank/engine"
	intengine "schlank/internal/engine"
	"schlank/internal/engine/embedded"
	"schlank/internal/engine/enginetest"
)

const registryUser, registryPassword = "builder", "letmein"

// startRegistry serves the base image as REPO:1 over plain HTTP to those who
// have the password.
func startRegistry(t *testing.T, repo string) (host string) {
	t.Helper()
	inner := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); u != registryUser || p != registryPassword {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			http.Error(w, `{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}`, http.StatusUnauthorized)
			return
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	host = strings.TrimPrefix(s.URL, "http://")
	idx, err := layout.ImageIndexFromPath(enginetest.Bases(t))
	if err != nil {
		t.Fatal(err)
	}
	m, err := idx.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	img, err := idx.Image(m.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := name.ParseReference(host+"/"+repo+":1", name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	auth := &authn.Basic{Username: registryUser, Password: registryPassword}
	if err := remote.Write(ref, img, remote.WithAuth(auth)); err != nil {
		t.Fatal(err)
	}
	return host
}

// logIn writes a Docker config with the password for a host.
func logIn(t *testing.T, host string) {
	t.Helper()
	dir := t.TempDir()
	auth := base64.StdEncoding.EncodeToString([]byte(registryUser + ":" + registryPassword))
	config := fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, host, auth)
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DOCKER_CONFIG", dir)
}

func TestRegistryWithPassword(t *testing.T) {
	enginetest.Engine(t)
	host := startRegistry(t, "team/base")
	e := enginetest.Open(t, intengine.Options{Registries: map[string]embedded.Registry{host: {PlainHTTP: true}}})
	req := enginetest.Project(t, "FROM "+host+"/team/base:1\nRUN echo pulled > /l2\n", nil)

	t.Setenv("DOCKER_CONFIG", t.TempDir())
	_, err := e.Build(enginetest.Context(t), req)
	var be *engine.BuildError
	if !errors.As(err, &be) || be.FirstLine != 1 || !strings.Contains(be.Error(), host+"/team/base:1") || be.Hint == "" {
		t.Errorf("without a password the error is %v", err)
	}

	logIn(t, host)
	res := enginetest.Build(t, e, req)
	if got := enginetest.ReadFile(t, res.Image, "l2"); got != "pulled\n" {
		t.Errorf("/l2 is %q", got)
	}
	if res.BaseLayers != enginetest.BaseLayers || len(res.Bases) != 1 || res.Bases[0].Ref != host+"/team/base:1" ||
		res.Bases[0].FromStore || !strings.HasPrefix(res.Bases[0].Digest, "sha256:") {
		t.Errorf("%d base layers, bases %+v", res.BaseLayers, res.Bases)
	}
}

// TestMirror builds from a registry that does not exist but has a mirror.
func TestMirror(t *testing.T) {
	enginetest.Engine(t)
	mirror := startRegistry(t, "team/base")
	logIn(t, mirror)
	e := enginetest.Open(t, intengine.Options{Registries: map[string]embedded.Registry{
		"registry.example": {Mirrors: []string{mirror}},
		mirror:             {PlainHTTP: true},
	}})
	res := enginetest.Build(t, e, enginetest.Project(t, "FROM registry.example/team/base:1\nRUN echo mirrored > /l2\n", nil))
	if res.Bases[0].Ref != "registry.example/team/base:1" {
		t.Errorf("bases are %+v", res.Bases)
	}
	checkMapped(t, res)
}

// checkMapped is checkMapping for a base that did not come from the store.
func checkMapped(t *testing.T, res *engine.BuildResult) {
	t.Helper()
	for _, s := range res.Steps {
		if s.FirstLine == 2 && s.Layer != enginetest.BaseLayers {
			t.Errorf("the RUN made layer %d, want %d", s.Layer, enginetest.BaseLayers)
		}
	}
}
