//go:build unix

package cli_test

import (
	"net/http/httptest"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/rogpeppe/go-internal/testscript"
	"io"
	"log"
	"schlank/internal/engine/enginetest"
)

// images LAYOUT ARCHIVE writes the same small image as an OCI layout and as
// an archive of docker save: two layers, the second of which overwrites a
// file of 1,000,000 bytes with one of 250,000.
func images(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: images LAYOUT ARCHIVE")
	}
	big := enginetest.File{Name: "data", Mode: 0o644, Body: strings.Repeat("0123456789", 100_000)}
	small := enginetest.File{Name: "data", Mode: 0o644, Body: strings.Repeat("0123456789", 25_000)}
	other := enginetest.File{Name: "other", Mode: 0o644, Body: strings.Repeat("x", 500_000)}
	dir := ts.MkAbs(args[0])
	ts.Check(enginetest.WriteLayout(dir, map[string]enginetest.Image{
		"two-layers": {Layers: [][]byte{enginetest.Layer(big, other), enginetest.Layer(small)}, Config: ocispecs.ImageConfig{Cmd: []string{"/other"}}},
	}))
	p, err := layout.FromPath(dir)
	ts.Check(err)
	idx, err := p.ImageIndex()
	ts.Check(err)
	m, err := idx.IndexManifest()
	ts.Check(err)
	img, err := p.Image(m.Manifests[0].Digest)
	ts.Check(err)
	ref, err := name.NewTag("two-layers:latest")
	ts.Check(err)
	ts.Check(tarball.WriteToFile(ts.MkAbs(args[1]), ref, img))
}

// registry LAYOUT VARIABLE REPOSITORY serves the first image of a layout at
// REPOSITORY:latest of a registry, whose host it puts into VARIABLE.
func serveRegistry(ts *testscript.TestScript, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: registry LAYOUT VARIABLE REPOSITORY")
	}
	srv := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	ts.Defer(srv.Close)
	host := strings.TrimPrefix(srv.URL, "http://")
	idx, err := layout.ImageIndexFromPath(ts.MkAbs(args[0]))
	ts.Check(err)
	m, err := idx.IndexManifest()
	ts.Check(err)
	img, err := idx.Image(m.Manifests[0].Digest)
	ts.Check(err)
	ref, err := name.ParseReference(host + "/" + args[2] + ":latest")
	ts.Check(err)
	ts.Check(remote.Write(ref, img))
	ts.Setenv(args[1], host)
}
