package image

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"testing"

	"schlank/inventory"
)

// FuzzScan reads any bytes as a layer: it may fail, but what it yields is
// clean, and the whole way to the tree holds its invariants.
func FuzzScan(f *testing.F) {
	f.Add(archive(f, []item{dir("a"), file("a/b", "x"), symlink("l", "a"), hard("h", "a/b"), wh("a", "c"), opaque("a")}))
	f.Add(archive(f, []item{file("../x", "x"), symlink("a", "../.."), file("a/y", ""), hard("h", "h")}))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Add([]byte("\x28\xb5\x2f\xfd"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l := limits{entries: 1000, nameBytes: 1 << 16, layerBytes: 1 << 20, captureBytes: 1 << 20, elfBytes: 1 << 20}
		b := blob{open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
		var s *scanned
		if _, err := b.read(t.Context(), l.layerBytes, func(r *feed) (err error) {
			s, err = scan(r, 0, l, nil)
			return err
		}); err != nil {
			return
		}
		u := newUnpacker()
		entries, _, err := u.add(0, unpackedEntries(t, s))
		if err != nil {
			return
		}
		img := &inventory.Image{Layers: []inventory.Layer{{Entries: entries}}}
		for _, e := range entries {
			img.Layers[0].ContentBytes += e.Size
		}
		img.Tree, _ = u.tree()
		for _, f := range img.Tree {
			if _, reason := cleanName(f.Path); reason != "" {
				t.Errorf("path %q: %s", f.Path, reason)
			}
		}
		checkInvariants(t, img)
	})
}

func FuzzDecompress(f *testing.F) {
	for _, c := range []string{gzipped, zstded} {
		f.Add(packBytes(f, []byte("some text, some text"), c))
	}
	f.Add([]byte("BZh"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, compression, err := decompress(bufio.NewReader(bytes.NewReader(data)))
		if err != nil {
			return
		}
		defer r.Close()
		n, err := io.Copy(io.Discard, &limitReader{r, 1 << 20})
		if compression == plainTar && (n != int64(len(data)) || err != nil) && !errors.Is(err, errTooLarge) {
			t.Errorf("plain bytes: %d of %d, %v", n, len(data), err)
		}
	})
}

// FuzzELF holds that no file is a panic and strings are bounded.
func FuzzELF(f *testing.F) {
	for _, p := range []string{"/bin/true", "/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"} {
		if data, err := os.ReadFile(p); err == nil && len(data) < 1<<20 {
			f.Add(data)
		}
	}
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		facts, err := readELF(bytes.NewReader(data))
		if err != nil || facts == nil {
			return
		}
		if len(facts.Interp) > maxString || len(facts.Soname) > maxString || len(facts.Needed) > maxNeeded {
			t.Errorf("facts without bounds: %+v", facts)
		}
	})
}
