package ocistore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(t *testing.T, s *Store, mediaType string, b []byte) ocispecs.Descriptor {
	t.Helper()
	d := ocispecs.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(b), Size: int64(len(b))}
	err := content.WriteBlob(context.Background(), s.Content(), d.Digest.String(), bytes.NewReader(b), d)
	if err != nil && !errdefs.IsAlreadyExists(err) {
		t.Fatal(err)
	}
	return d
}

// addImage adds an image of a layer of its own and one that all share.
func addImage(t *testing.T, s *Store, word string) ocispecs.Descriptor {
	t.Helper()
	b, err := json.Marshal(ocispecs.Manifest{
		Config: put(t, s, ocispecs.MediaTypeImageConfig, []byte(`{"author":"`+word+`"}`)),
		Layers: []ocispecs.Descriptor{
			put(t, s, ocispecs.MediaTypeImageLayer, []byte("shared")),
			put(t, s, ocispecs.MediaTypeImageLayer, []byte("layer of "+word)),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	d := put(t, s, ocispecs.MediaTypeImageManifest, b)
	if err := s.Add(d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestKeep(t *testing.T) {
	s := open(t, t.TempDir())
	first := addImage(t, s, "one")
	addImage(t, s, "two")
	addImage(t, s, "three")
	if err := s.Add(first); err != nil { // now the newest, and once only
		t.Fatal(err)
	}
	if n, _, err := s.Size(); n != 3 || err != nil {
		t.Fatalf("%d images, %v; want 3", n, err)
	}
	_, before, _ := s.Size()
	freed, err := s.Keep(1)
	if err != nil {
		t.Fatal(err)
	}
	n, after, err := s.Size()
	if n != 1 || err != nil || before-after != freed || freed == 0 {
		t.Errorf("%d images left, %d bytes of %d, %d freed, %v", n, after, before, freed, err)
	}
	for _, word := range []string{"shared", "layer of one"} {
		if _, err := s.Content().Info(context.Background(), digest.FromString(word)); err != nil {
			t.Errorf("%q of the kept image is gone: %v", word, err)
		}
	}
	if _, err := s.Content().Info(context.Background(), digest.FromString("layer of two")); err == nil {
		t.Error("a layer of a removed image is left")
	}
}

func TestKeepWhileInUse(t *testing.T) {
	dir := t.TempDir()
	s, other := open(t, dir), open(t, dir)
	addImage(t, s, "one")
	if _, err := s.Keep(0); !errors.Is(err, ErrInUse) {
		t.Errorf("error is %v, want ErrInUse", err)
	}
	addImage(t, other, "two")
	if n, _, err := s.Size(); n != 2 || err != nil {
		t.Errorf("%d images, %v; want those of both", n, err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Keep(0); err != nil {
		t.Error(err)
	}
}

func TestDamagedIndex(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if err := os.WriteFile(filepath.Join(dir, ocispecs.ImageIndexFile), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(ocispecs.Descriptor{Digest: digest.FromString("x")}); err == nil {
		t.Error("a damaged index was taken")
	}
}

func TestBlobs(t *testing.T) {
	dir := t.TempDir()
	d := put(t, open(t, dir), ocispecs.MediaTypeImageLayer, []byte("some text"))
	before, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, b := context.Background(), Blobs(dir)
	got, err := content.ReadBlob(ctx, b, d)
	if string(got) != "some text" || err != nil {
		t.Errorf("blob is %q, %v", got, err)
	}
	if info, err := b.Info(ctx, d.Digest); info.Size != d.Size || err != nil {
		t.Errorf("info is %+v, %v", info, err)
	}
	if _, err := b.Info(ctx, digest.FromString("other")); !errdefs.IsNotFound(err) {
		t.Errorf("error is %v, want not found", err)
	}
	for _, bad := range []digest.Digest{"", "sha256:../../../etc/passwd", "../x:y"} {
		if _, err := b.ReaderAt(ctx, ocispecs.Descriptor{Digest: bad}); err == nil {
			t.Errorf("blob %q was opened", bad)
		}
	}
	if _, err := b.Writer(ctx); err == nil {
		t.Error("a reader of blobs lets write")
	}
	if after, _ := os.ReadDir(dir); len(after) != len(before) {
		t.Errorf("reading changed the layout: %v, before %v", after, before)
	}
}
