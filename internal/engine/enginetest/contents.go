package enginetest

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"schlank/engine"
)

// Contents is an image as tests compare it.
type Contents struct {
	Manifest ocispecs.Manifest
	Config   ocispecs.Image
	// Layers describes the entries of each layer by path: type, mode, owner
	// and link target or content.
	Layers []map[string]string
}

// ReadImage reads an image from its layout and checks every digest on the way.
func ReadImage(t testing.TB, ref engine.ImageRef) Contents {
	t.Helper()
	var c Contents
	blobJSON(t, ref.Layout, digest.Digest(ref.Digest), &c.Manifest)
	blobJSON(t, ref.Layout, c.Manifest.Config.Digest, &c.Config)
	if len(c.Config.RootFS.DiffIDs) != len(c.Manifest.Layers) {
		t.Fatalf("%d diff ids for %d layers", len(c.Config.RootFS.DiffIDs), len(c.Manifest.Layers))
	}
	for i, l := range c.Manifest.Layers {
		entries, diffID, err := readLayer(blobPath(ref.Layout, l.Digest))
		if err != nil {
			t.Fatalf("layer %d: %v", i, err)
		}
		if diffID != c.Config.RootFS.DiffIDs[i] {
			t.Errorf("layer %d: diff id is %s, the config says %s", i, diffID, c.Config.RootFS.DiffIDs[i])
		}
		c.Layers = append(c.Layers, entries)
	}
	return c
}

// ReadFile reads a file from the uppermost layer of an image that has it.
func ReadFile(t testing.TB, ref engine.ImageRef, name string) string {
	t.Helper()
	var m ocispecs.Manifest
	blobJSON(t, ref.Layout, digest.Digest(ref.Digest), &m)
	for i := len(m.Layers) - 1; i >= 0; i-- {
		var body []byte
		found := false
		_, err := walkLayer(blobPath(ref.Layout, m.Layers[i].Digest), func(h *tar.Header, r io.Reader) (err error) {
			if cleanName(h) == name {
				body, err = io.ReadAll(r)
				found = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if found {
			return string(body)
		}
	}
	t.Fatalf("%s is not in the image", name)
	return ""
}

// Files is the merged file system: path to description, whiteouts applied.
func (c Contents) Files() map[string]string {
	files := map[string]string{}
	for _, l := range c.Layers {
		for p := range l {
			dir, base := path.Split(p)
			gone, ok := strings.CutPrefix(base, ".wh.")
			if !ok {
				continue
			}
			for old := range files {
				if gone == ".wh..opq" && strings.HasPrefix(old, dir) || old == dir+gone || strings.HasPrefix(old, dir+gone+"/") {
					delete(files, old)
				}
			}
		}
		for p, d := range l {
			if !strings.HasPrefix(path.Base(p), ".wh.") {
				files[p] = d
			}
		}
	}
	return files
}

func blobPath(layout string, d digest.Digest) string {
	return filepath.Join(layout, ocispecs.ImageBlobsDir, d.Algorithm().String(), d.Encoded())
}

func blobJSON(t testing.TB, layout string, d digest.Digest, into any) {
	t.Helper()
	b, err := os.ReadFile(blobPath(layout, d))
	if err != nil {
		t.Fatal(err)
	}
	if got := digest.FromBytes(b); got != d {
		t.Fatalf("blob %s has digest %s", d, got)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

func cleanName(h *tar.Header) string { return strings.Trim(path.Clean("/"+h.Name), "/") }

func readLayer(name string) (map[string]string, digest.Digest, error) {
	entries := map[string]string{}
	diffID, err := walkLayer(name, func(h *tar.Header, r io.Reader) error {
		body, err := digest.FromReader(r)
		if strings.HasPrefix(path.Base(h.Name), ".wh.") {
			// The mode and the owner of a whiteout mean nothing.
			entries[cleanName(h)] = "whiteout"
			return err
		}
		desc := fmt.Sprintf("%c %04o %d:%d", h.Typeflag, h.Mode&0o7777, h.Uid, h.Gid)
		switch h.Typeflag {
		case tar.TypeReg:
			desc += " " + body.Encoded()[:12]
		case tar.TypeSymlink, tar.TypeLink:
			desc += " -> " + h.Linkname
		}
		entries[cleanName(h)] = desc
		return err
	})
	return entries, diffID, err
}

// walkLayer calls f for each entry and returns the digest of the whole
// uncompressed layer.
func walkLayer(name string, f func(*tar.Header, io.Reader) error) (digest.Digest, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		return "", err
	}
	hash := digest.Canonical.Digester()
	stream := io.TeeReader(z, hash.Hash())
	for r := tar.NewReader(stream); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = f(h, r)
		}
		if err != nil {
			return "", err
		}
	}
	_, err = io.Copy(io.Discard, stream)
	return hash.Digest(), err
}

// Diff compares what ReadImage found.
func Diff(want, got any) string { return cmp.Diff(want, got, cmpopts.EquateEmpty()) }
