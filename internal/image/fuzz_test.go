package image

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// tight are limits for images made of fuzzed bytes.
var tight = limits{entries: 1000, nameBytes: 1 << 16, layerBytes: 1 << 20, imageBytes: 4 << 20, captureBytes: 1 << 20, elfBytes: 1 << 20}

// readWhole reads an opened image: it may fail, but what it yields holds.
func readWhole(t *testing.T, s *Source) {
	t.Helper()
	s.limits = tight
	img, err := s.Inventory(t.Context())
	if err != nil {
		return
	}
	checkInvariants(t, img)
	if len(img.Layers) != len(s.DiffIDs()) {
		t.Errorf("%d layers of %d", len(img.Layers), len(s.DiffIDs()))
	}
}

// FuzzArchive takes any bytes for what `docker save`, an OCI exporter or an
// engine's export wrote.
func FuzzArchive(f *testing.F) {
	for _, data := range savedSeeds(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p := filepath.Join(t.TempDir(), "a.tar")
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := openArchive(p, "", Options{TempDir: t.TempDir()})
		if err != nil {
			return
		}
		readWhole(t, s)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// savedSeeds are good and bad archives of images.
func savedSeeds(f *testing.F) [][]byte {
	img := sample(f)
	dir := layoutOf(f, img)
	good := savedItems(f, img)
	config := good[0].name
	seeds := [][]byte{
		archive(f, good),
		archive(f, layoutItems(f, dir)),
		packBytes(f, archive(f, good), gzipped),
		packBytes(f, archive(f, good), zstded),
		archive(f, good)[:3000],
		archive(f, []item{symlink("manifest.json", "x"), symlink("x", "manifest.json")}),
		archive(f, []item{hard("manifest.json", "../../../etc/passwd")}),
		archive(f, []item{file("manifest.json", `[{"Config":"../../../etc/passwd","Layers":["/etc/shadow"]}]`)}),
		archive(f, []item{file("manifest.json", "["+strings.Repeat(`{"RepoTags":["a"]},`, 50)+`{}]`)}),
		archive(f, []item{file("index.json", `{"manifests":[{"digest":"sha256:`+strings.Repeat("0", 64)+`","size":-1}]}`)}),
		[]byte("\x1f\x8b"), []byte("\x28\xb5\x2f\xfd"), nil,
	}
	// Each file of a good archive twice, or missing.
	for i := range good {
		seeds = append(seeds, archive(f, append(good[:i:i], good[i+1:]...)))
	}
	return append(seeds, archive(f, append(good, file(config, "{}"))))
}

// FuzzDocuments takes any bytes for indexes, manifests and configs. They
// follow each other, separated by NUL, in the order in which they are asked
// for; their digests are not looked at.
func FuzzDocuments(f *testing.F) {
	img := typed{sample(f), func(*v1.Manifest) {}}
	manifest, err := img.RawManifest()
	if err != nil {
		f.Fatal(err)
	}
	config, err := img.RawConfigFile()
	if err != nil {
		f.Fatal(err)
	}
	zero := v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("0", 64)}
	deep, err := json.Marshal(index(v1.Descriptor{MediaType: types.OCIImageIndex, Digest: zero}, v1.Descriptor{MediaType: types.OCIImageIndex, Digest: zero}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(bytes.Join([][]byte{manifest, config}, []byte{0}), "")
	f.Add(bytes.Join([][]byte{deep, manifest, manifest, config}, []byte{0}), "linux/amd64")
	f.Add(bytes.Repeat(append(deep, 0), 40), "linux/arm/v7")
	f.Add([]byte(`{"layers":[{"urls":["http://169.254.169.254/"],"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"}]}`), "")
	f.Add([]byte(`{"schemaVersion":1,"fsLayers":[]}`), "")
	f.Add([]byte("{\"layers\":[]}\x00{\"rootfs\":{\"diff_ids\":[]},\"history\":[{\"empty_layer\":true}],\"config\":{\"Healthcheck\":{}}}"), "")
	f.Fuzz(func(t *testing.T, data []byte, platform string) {
		docs := bytes.Split(data, []byte{0})
		reads := 0
		read := func(v1.Hash) ([]byte, error) {
			if reads++; reads > len(docs) {
				return nil, os.ErrNotExist
			}
			return docs[reads-1], nil
		}
		manifest, err := manifestFor(read, zero, platform)
		if reads > 200 {
			t.Errorf("%d reads", reads)
		}
		if err != nil {
			return
		}
		s, err := newSource(manifest, read, func(v1.Descriptor) opener { return opener(nil) })
		if err != nil {
			if len(err.Error()) > 5*len(data)+1000 { // quoted bytes grow
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
			return
		}
		_ = s.checkPlatform(platform)
		if got := layerHistory(s.config, len(s.blobs)); len(got) != len(s.blobs) || len(s.blobs) > maxLayers {
			t.Errorf("%d layers, history of %d", len(s.blobs), len(got))
		}
	})
}

// answers is a registry that gives fuzzed answers, one after the other.
type answers struct {
	left []byte
	n    int
}

// RoundTrip takes the next answer: a byte for the status, the text up to the
// next NUL for a header and body.
func (a *answers) RoundTrip(req *http.Request) (*http.Response, error) {
	if a.n++; a.n > 100 || len(a.left) == 0 {
		return nil, errors.New("no more answers")
	}
	status := []int{200, 206, 302, 401, 404, 429, 500}[int(a.left[0])%7]
	text, rest, _ := bytes.Cut(a.left[1:], []byte{0})
	a.left = rest
	h, body, _ := strings.Cut(string(text), "\n")
	header := http.Header{}
	switch status {
	case 401:
		header.Set("WWW-Authenticate", h)
	case 302:
		header.Set("Location", h)
	default:
		header.Set("Docker-Content-Digest", h)
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: req, ProtoMajor: 1, ProtoMinor: 1}, nil
}

func FuzzRegistry(f *testing.F) {
	img := sample(f)
	manifest, err := img.RawManifest()
	if err != nil {
		f.Fatal(err)
	}
	config, err := img.RawConfigFile()
	if err != nil {
		f.Fatal(err)
	}
	layers, err := img.Layers()
	if err != nil {
		f.Fatal(err)
	}
	good := fmt.Sprintf("\x00\x00\x00\n%s\x00\x00\n%s\x00", manifest, config)
	for _, l := range layers {
		r, err := l.Compressed()
		if err != nil {
			f.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			f.Fatal(err)
		}
		// NUL ends an answer: each layer arrives broken off, and is resumed.
		good += "\x00\n" + string(data)
	}
	f.Add([]byte(good))
	f.Add([]byte("\x03Bearer realm=\"http://registry.invalid/token\",service=\"x\"\n\x00\x00\n{\"token\":\"t\"}\x00\x00\n{}"))
	f.Add([]byte("\x03Basic realm=\"\"\n\x00\x03Basic\n\x00"))
	f.Add([]byte("\x00\n\x00\x02http://169.254.169.254/\n\x00\x02/v2/\n\x00"))
	f.Add([]byte("\x06\n\x00\x05\n\x00\x06\n\x00\x00\n"))
	repo, err := name.NewRepository("registry.invalid/app")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e := &endpoint{repo: repo, transport: &boundedTransport{&answers{left: data}}, pause: time.Nanosecond}
		places := []*endpoint{e}
		manifest, places, err := firstManifest(t.Context(), places, "latest", "")
		if err != nil {
			return
		}
		s, err := newSource(manifest, func(h v1.Hash) ([]byte, error) { return smallBlob(t.Context(), h, places) }, func(d v1.Descriptor) opener {
			return func(ctx context.Context) (io.ReadCloser, error) { return fetchBlob(ctx, d.Digest, d.Size, places) }
		})
		if err != nil {
			return
		}
		readWhole(t, s)
	})
}

// FuzzDaemonError takes any bytes for what an engine says.
func FuzzDaemonError(f *testing.F) {
	f.Add([]byte(`{"message":"No such image: x"}`), 404)
	f.Add([]byte(`{"cause":"x","message":"image not known","response":500}`), 500)
	f.Add([]byte(`[`), 200)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		err := daemonError(&http.Response{StatusCode: status, Status: fmt.Sprint(status), Body: io.NopCloser(bytes.NewReader(body))})
		if err == nil || errors.Is(err, ErrNotFound) != (status == 404 || strings.Contains(strings.ToLower(err.Error()), "no such image") || strings.Contains(strings.ToLower(err.Error()), "image not known")) {
			t.Errorf("error %v", err)
		}
	})
}
