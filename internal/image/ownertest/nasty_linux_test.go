package ownertest

import (
	"archive/tar"
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"schlank/engine"
	eng "schlank/internal/engine"
	"schlank/internal/engine/enginetest"
	"schlank/internal/image"
)

// entry is an entry of a hand-made layer, with a mode of its own unless it is
// 0: 0644, or 0755 for directories.
type entry struct {
	typ        byte
	name, more string // content, or target of a link
	mode       int64
	uid        int
}

func file(name, body string) entry      { return entry{typ: tar.TypeReg, name: name, more: body} }
func dir(name string) entry             { return entry{typ: tar.TypeDir, name: name} }
func symlink(name, to string) entry     { return entry{typ: tar.TypeSymlink, name: name, more: to} }
func hard(name, to string) entry        { return entry{typ: tar.TypeLink, name: name, more: to} }
func (e entry) as(m int64, u int) entry { e.mode, e.uid = m, u; return e }

func layer(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Typeflag: e.typ, Name: e.name, Mode: e.mode, Uid: e.uid, Gid: e.uid, Devmajor: 1, Devminor: 3}
		h.ModTime = time.Unix(1_000_000_000, 0)
		switch e.typ {
		case tar.TypeReg:
			h.Size = int64(len(e.more))
		case tar.TypeSymlink, tar.TypeLink:
			h.Linkname = e.more
		}
		if h.Mode == 0 {
			h.Mode = 0o644
			if e.typ == tar.TypeDir {
				h.Mode = 0o755
			}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := io.WriteString(w, e.more); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// nasty are layers in which everything happens that the specification knows.
func nasty(t *testing.T) map[string]enginetest.Image {
	long := strings.Repeat("a-rather-long-name-of-a-directory/", 12)
	const wh, opq = ".wh.", ".wh..wh..opq"
	kinds := enginetest.Image{Layers: [][]byte{
		layer(t,
			dir("etc"), dir("d").as(0o1777, 0), dir("d/sub").as(0o2750, 1000), file("d/suid", "s").as(0o4711, 65534), file("d/none", "").as(0o400, 4_000_000),
			file("d/first", "shared"), hard("d/second", "d/first"), hard("other/third", "d/first"), entry{typ: tar.TypeFifo, name: "d/fifo"},
			entry{typ: tar.TypeChar, name: "d/null", mode: 0o666}, symlink("d/loop", "loop"), symlink("d/up", "../../../../../d"), symlink("d/dangling", "/no/where"),
			file(long+"file", "deep"), file("d/ümläut ☃", "u"), file("d/with\nline", "n"), file("implied/by/this", "i"), file("d/twice", "first"), file("d/twice", "second"),
		),
	}}
	gone := enginetest.Image{Layers: [][]byte{
		layer(t,
			dir("etc"), dir("a"), file("a/1", "1"), file("a/2", "22"), dir("a/b"), file("a/b/3", "333"), dir("o"), file("o/low", "l"), dir("o/deep"), file("o/deep/low", "l"),
			file("first", "shared content"), hard("second", "first"), hard("third", "first"), file("tofile/x", "x"), file("todir", "f"), dir("tolink"), file("tolink/x", "x"),
			symlink("linkdir", "a"), file("chmod", "content that is copied"), dir("chmoddir"), file("chmoddir/kept", "k"), file("back/old", "o"), file("a-b", "beside a"),
		),
		layer(t,
			file("a/"+wh+"1", ""), file("a/b/"+wh+"3", ""), file("a/"+wh+"missing", ""), file(wh+"first", ""), dir("o"), file("o/new", "n"), file("o/"+opq, ""), file("o/after", "a"),
			file("tofile", "now a file"), dir("todir"), file("todir/in", "i"), symlink("tolink", "a"), file("chmod", "content that is copied").as(0o600, 7),
			dir("chmoddir").as(0o700, 7), file(wh+"back", ""), file(wh+"never", ""),
		),
		layer(t,
			dir("back"), file("back/new", "n"), file("a/1", "again"), file("o/"+wh+"new", ""), file("o/low", "returned"), file(wh+"second", ""),
			file("todir/in", "changed"), dir("deleted"), file("a/"+opq, ""), file("a/b/new", "n"),
		),
	}}
	return map[string]enginetest.Image{"kinds": kinds, "gone": gone}
}

// TestNasty compares hand-made layers with what the engine makes of them.
func TestNasty(t *testing.T) {
	enginetest.Static(t)
	e := enginetest.Open(t, eng.Options{})
	for name, img := range nasty(t) {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "layout")
			if err := enginetest.WriteLayout(dir, map[string]enginetest.Image{name: img}); err != nil {
				t.Fatal(err)
			}
			src, err := image.OpenLayout(dir, name, image.Options{})
			if err != nil {
				t.Fatal(err)
			}
			digest := src.Digest()
			if err := src.Close(); err != nil {
				t.Fatal(err)
			}
			s := open(t, e, engine.ImageRef{Layout: dir, Digest: digest})
			for _, u := range s.img.Unknowns {
				t.Errorf("unknown: %+v", u)
			}
			s.checkTree(t)
		})
	}
}
