package image

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// fullScan has something in every field that a scan can have.
func fullScan() *scanned {
	digest := inventory.DigestOf("content")
	entries := []inventory.Entry{
		{Path: "/", Kind: inventory.KindDir, Mode: 0o755},
		{Path: "/usr/bin/env", Kind: inventory.KindFile, Size: 7, Mode: 0o4755, UID: 1000, GID: -1, Digest: digest, ModTime: -5, Pull: 99, ELF: &inventory.ELF{
			Class: "64", Machine: "x86_64", Interp: "/lib/ld.so", Soname: "env.so", Needed: []string{"a", "b"}, RPath: []string{"/r"}, RunPath: []string{"$ORIGIN"}, Debug: true, Executable: true,
		}},
		{Path: "/usr/bin/empty", Kind: inventory.KindFile, Digest: digest, Xattrs: map[string]string{"security.capability": "\x00\xff", "user.a": ""}},
		{Path: "/usr/bin/link", Kind: inventory.KindSymlink, Link: "../\xff\xfe"},
		{Path: "/gone", Kind: inventory.KindWhiteout},
	}
	s := &scanned{
		compression: gzipped,
		bodies:      map[string][]byte{"/var/lib/dpkg/status": []byte("Package: x"), "/empty": {}},
		records:     map[string]map[string][]byte{"go": {"/a": []byte("1"), "/b": []byte("2")}, "java": {}},
		unknowns:    []inventory.Unknown{{Layer: 3, Path: "/odd", Reason: "odd"}},
	}
	s.packed = packedOf(entries...)
	return s
}

// packedOf are entries as a scan keeps them.
func packedOf(entries ...inventory.Entry) packedEntries {
	var p packer
	for i := range entries {
		p.add(&entries[i])
	}
	return p.entries()
}

// unpackedEntries are the entries of a scan.
func unpackedEntries(t testing.TB, s *scanned) []inventory.Entry {
	t.Helper()
	entries, err := s.packed.unpack()
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

var wholeScan = cmp.AllowUnexported(scanned{}, packedEntries{})

func TestCodec(t *testing.T) {
	want := fullScan()
	got, err := decodeScan(encodeScan(want), 3)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, wholeScan); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCodecIsWhole holds that no field is forgotten that entries or ELF facts
// come to have.
func TestCodecIsWhole(t *testing.T) {
	for i := range reflect.TypeFor[inventory.ELF]().NumField() {
		facts := &inventory.ELF{}
		setField(t, reflect.ValueOf(facts).Elem().Field(i))
		roundTrip(t, inventory.Entry{Path: "/a", Kind: inventory.KindFile, ELF: facts})
	}
	for i := range reflect.TypeFor[inventory.Entry]().NumField() {
		e := inventory.Entry{Path: "/a", Kind: inventory.KindFile}
		switch name := reflect.TypeFor[inventory.Entry]().Field(i).Name; name {
		case "Path", "ELF": // set in any case, and above
		case "Digest":
			e.Digest = inventory.Digest{1}
		default:
			setField(t, reflect.ValueOf(&e).Elem().Field(i))
		}
		roundTrip(t, e)
	}
}

// setField sets a field to something else than zero.
func setField(t *testing.T, v reflect.Value) {
	t.Helper()
	switch {
	case v.CanInt():
		v.SetInt(3)
	case v.CanUint():
		v.SetUint(3)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.String:
		v.SetString("text")
	case v.Type() == reflect.TypeFor[[]string]():
		v.Set(reflect.ValueOf([]string{"one", "two"}))
	case v.Type() == reflect.TypeFor[map[string]string]():
		v.Set(reflect.ValueOf(map[string]string{"name": "value"}))
	default:
		t.Fatalf("a field of type %v: the codec and this test must learn it", v.Type())
	}
}

func roundTrip(t *testing.T, e inventory.Entry) {
	t.Helper()
	got := unpackedEntries(t, &scanned{packed: packedOf(e)})
	if diff := cmp.Diff([]inventory.Entry{e}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzCodec holds that no bytes are a panic or more memory than they are
// worth, and that what can be decoded is encoded as itself again.
func FuzzCodec(f *testing.F) {
	f.Add(encodeScan(fullScan()))
	f.Add(encodeScan(&scanned{}))
	f.Fuzz(func(t *testing.T, data []byte) {
		once, err := decodeScan(data, 0)
		if err != nil {
			return
		}
		entries, err := once.packed.unpack()
		if err != nil {
			return
		}
		for _, e := range entries {
			if _, reason := cleanName(e.Path); reason != "" {
				t.Errorf("path %q: %s", e.Path, reason)
			}
		}
		copied := *once
		copied.packed = packedOf(entries...)
		twice, err := decodeScan(encodeScan(&copied), 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(entries, unpackedEntries(t, twice)); diff != "" {
			t.Errorf("entries (-once +twice):\n%s", diff)
		}
		once.packed, twice.packed = packedEntries{}, packedEntries{}
		if diff := cmp.Diff(once, twice, wholeScan); diff != "" {
			t.Errorf("(-once +twice):\n%s", diff)
		}
	})
}

// cachedSource opens an image whose layers can't be read again once closed is
// set.
func cachedSource(t *testing.T, dir, cache string, closed bool) *Source {
	t.Helper()
	s, err := OpenLayout(dir, "", Options{CacheDir: cache})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if closed {
		for i := range s.blobs {
			s.blobs[i].open = func(context.Context) (io.ReadCloser, error) { return nil, errors.New("layer was opened") }
		}
	}
	return s
}

func TestCache(t *testing.T) {
	dir := layoutOf(t, sample(t))
	cache := filepath.Join(t.TempDir(), "cache")
	want := inventoryOf(t, cachedSource(t, dir, cache, false))
	cached := cachedSource(t, dir, cache, true)
	if diff := cmp.Diff(want, inventoryOf(t, cached)); diff != "" {
		t.Errorf("from the cache (-want +got):\n%s", diff)
	}
	files, err := filepath.Glob(filepath.Join(cache, "*"))
	if err != nil || len(files) != len(want.Layers) {
		t.Fatalf("%d files, %v; want one for each of %d layers", len(files), err, len(want.Layers))
	}

	damage := map[string]func([]byte) []byte{
		"empty":     func([]byte) []byte { return nil },
		"truncated": func(b []byte) []byte { return b[:len(b)/2] },
		"flipped":   func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"foreign":   func([]byte) []byte { return []byte("something else altogether") },
		"true sum of nonsense": func([]byte) []byte {
			sum := sha256.Sum256([]byte("nonsense"))
			return slices.Concat([]byte(cacheMagic), []byte("nonsense"), sum[:])
		},
	}
	for name, f := range damage {
		data, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(files[0], f(bytes.Clone(data)), 0o600); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, inventoryOf(t, cachedSource(t, dir, cache, false))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		// What was read again is in the cache again.
		inventoryOf(t, cachedSource(t, dir, cache, true))
	}
}

// TestCacheReadFiles holds that contents can be read of an image whose
// inventory is from the cache.
func TestCacheReadFiles(t *testing.T) {
	dir := layoutOf(t, imageOf(t, []item{file("etc/motd", "hello")}))
	cache := t.TempDir()
	inventoryOf(t, cachedSource(t, dir, cache, false))
	got, err := cachedSource(t, dir, cache, false).ReadFiles(t.Context(), []string{"/etc/motd"}, 100)
	if err != nil || string(got["/etc/motd"]) != "hello" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestCacheKey holds that a layer that is stored differently is another one.
func TestCacheKey(t *testing.T) {
	c := layerCache{}
	seen := map[string]bool{}
	for _, b := range []blob{{diffID: "a", digest: "b"}, {diffID: "a"}, {diffID: "a", digest: "c"}, {diffID: "ab"}} {
		seen[c.key(&b)] = true
	}
	if len(seen) != 4 {
		t.Errorf("%d keys of 4 blobs", len(seen))
	}
}

func TestCacheEviction(t *testing.T) {
	dir := t.TempDir()
	c := layerCache{dir: dir, max: 250}
	now := time.Now()
	for i, name := range []string{"old", "middle", "new", "part-left"} {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, make([]byte, 100), 0o600); err != nil {
			t.Fatal(err)
		}
		used := now.Add(time.Duration(i-4) * 24 * time.Hour)
		if err := os.Chtimes(p, used, used); err != nil {
			t.Fatal(err)
		}
	}
	c.evict()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range list {
		left = append(left, e.Name())
	}
	if diff := cmp.Diff([]string{"middle", "new"}, left); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

func TestDefaultCacheDir(t *testing.T) {
	t.Setenv(CacheEnv, "off")
	if got := DefaultCacheDir(); got != "" {
		t.Errorf("off: %q", got)
	}
	t.Setenv(CacheEnv, "/elsewhere")
	if got := DefaultCacheDir(); got != "/elsewhere" {
		t.Errorf("moved: %q", got)
	}
}

func TestProgress(t *testing.T) {
	dir := layoutOf(t, sample(t))
	cache := t.TempDir()
	for _, how := range []string{"read", "cached"} {
		var last Progress
		s, err := OpenLayout(dir, "", Options{CacheDir: cache, Progress: func(p Progress) {
			if p.Done < last.Done || p.Layers < last.Layers || p.Done > p.Total || p.Layers > p.All {
				t.Errorf("%s: %+v after %+v", how, p, last)
			}
			last = p
		}})
		if err != nil {
			t.Fatal(err)
		}
		img := inventoryOf(t, s)
		s.Close()
		total := int64(0)
		for _, l := range img.Layers {
			total += l.CompressedBytes
		}
		if want := (Progress{Done: total, Total: total, Layers: len(img.Layers), All: len(img.Layers)}); last != want {
			t.Errorf("%s: %+v in the end, want %+v", how, last, want)
		}
	}
}
