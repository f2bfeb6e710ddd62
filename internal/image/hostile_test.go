package image

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// headers writes an archive of headers without bodies.
func headers(t testing.TB, hs ...*tar.Header) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, h := range hs {
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
	}
	return append(buf.Bytes(), make([]byte, 1024)...) // the end, bodies or not
}

// retyped makes an archive of one entry whose type is changed afterwards to
// one that no writer would write.
func retyped(t testing.TB, it item, typ byte) []byte {
	t.Helper()
	data := archive(t, []item{it})
	const typeAt, sumAt = 156, 148 // POSIX.1 ustar
	sum := int64(typ) - int64(data[typeAt])
	data[typeAt] = typ
	old, err := strconv.ParseInt(string(data[sumAt:sumAt+6]), 8, 64)
	if err != nil {
		t.Fatal(err)
	}
	copy(data[sumAt:], fmt.Sprintf("%06o", old+sum))
	return data
}

// sparse makes an archive of a file that is one hole, in GNU tar's old format
// (tar(5), "struct header_gnu_tar").
func sparse(t testing.TB, size uint64) []byte {
	t.Helper()
	data := headers(t, &tar.Header{Name: "s", Typeflag: tar.TypeReg, Format: tar.FormatGNU})
	number := func(at int, n uint64) {
		data[at] = 0x80 // big endian, not octal
		binary.BigEndian.PutUint64(data[at+4:], n)
	}
	data[156] = tar.TypeGNUSparse
	number(386, size) // the end of the hole, where no bytes follow
	number(398, 0)
	number(483, size)
	copy(data[148:], "        ")
	sum := 0
	for _, b := range data[:512] {
		sum += int(b)
	}
	copy(data[148:], fmt.Sprintf("%06o\x00 ", sum))
	return data
}

func TestHostileHeaders(t *testing.T) {
	pax := func(key, value string) *tar.Header {
		return &tar.Header{Name: "a", Typeflag: tar.TypeReg, Format: tar.FormatPAX, PAXRecords: map[string]string{key: value}}
	}
	tests := []struct {
		name     string
		layer    []byte
		want     []string // the tree
		unknowns []string
		err      string
	}{
		{
			name:     "long link",
			layer:    headers(t, &tar.Header{Name: "l", Typeflag: tar.TypeSymlink, Linkname: strings.Repeat("x/", 3000)}),
			want:     []string{"d / implied"},
			unknowns: []string{"0 /l: longer than 4096"},
		},
		{
			name:     "empty link",
			layer:    headers(t, &tar.Header{Name: "l", Typeflag: tar.TypeSymlink}),
			want:     []string{"d / implied"},
			unknowns: []string{"0 /l: empty"},
		},
		{
			name:  "gigantic PAX header",
			layer: retyped(t, file("a", strings.Repeat("x", 2<<20)), tar.TypeXHeader),
			err:   "field too long",
		},
		{
			name:     "gigantic extended attribute",
			layer:    headers(t, pax(xattrPrefix+"user.big", strings.Repeat("x", 100_000))),
			want:     []string{"d / implied", "f /a 0 @0"},
			unknowns: []string{"0 /a: extended attribute"},
		},
		{
			name:     "name of half a megabyte",
			layer:    headers(t, &tar.Header{Name: strings.Repeat("x", 1<<19), Typeflag: tar.TypeReg, Format: tar.FormatGNU}),
			want:     []string{"d / implied"},
			unknowns: []string{"0 xxx: longer than 4096"},
		},
		{
			name:  "size beyond everything",
			layer: headers(t, &tar.Header{Name: "a", Typeflag: tar.TypeDir}, &tar.Header{Name: "b", Typeflag: tar.TypeReg, Size: 1 << 60, Format: tar.FormatGNU}),
			err:   "larger than the limit",
		},
		{
			name:  "holes",
			layer: sparse(t, 1<<20),
			want:  []string{"d / implied", "f /s 1048576 @0"},
		},
		{
			name:  "a terabyte of holes",
			layer: sparse(t, 1<<40),
			err:   "larger than the limit",
		},
		{
			name:  "not UTF-8",
			layer: headers(t, &tar.Header{Name: "\xff\xfe", Typeflag: tar.TypeSymlink, Linkname: "\xc0\x80"}),
			want:  []string{"d / implied", "l /\xff\xfe -> \xc0\x80"},
		},
		{
			name: "devices, and what is none of the known kinds",
			layer: headers(t, &tar.Header{Name: "c", Typeflag: tar.TypeChar}, &tar.Header{Name: "b", Typeflag: tar.TypeBlock},
				&tar.Header{Name: "s", Typeflag: 's'}, &tar.Header{Name: ".", Typeflag: tar.TypeReg}),
			want:     []string{"d / implied", "c /b", "c /c"},
			unknowns: []string{`0 /s: unknown type 's'`, "0 /: root"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := scan(feedOf(t, bytes.NewReader(tt.layer)), 0, defaultLimits(), nil)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || len(err.Error()) > 1000 {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			u := newUnpacker()
			if _, more, err := u.add(0, unpackedEntries(t, s)); err != nil || len(more) > 0 {
				t.Error(err, more)
			}
			tree, _ := u.tree()
			if diff := cmp.Diff(tt.want, listing(tree)); diff != "" {
				t.Errorf("tree (-want +got):\n%s", diff)
			}
			checkUnknowns(t, s.unknowns, tt.unknowns)
			for _, u := range s.unknowns {
				if len(u.Path)+len(u.Reason) > 500 {
					t.Errorf("unknown of %d bytes", len(u.Path)+len(u.Reason))
				}
			}
		})
	}
}

func TestXattrs(t *testing.T) {
	const cap = "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	layer := headers(t,
		&tar.Header{Name: "ping", Typeflag: tar.TypeReg, PAXRecords: map[string]string{xattrPrefix + "security.capability": cap}},
		&tar.Header{Name: "ping6", Typeflag: tar.TypeLink, Linkname: "ping"})
	img := inventoryOf(t, sourceOf(t, imageFrom(t, layer)))
	for _, p := range []string{"/ping", "/ping6"} {
		if got := img.Tree.Find(p).Capabilities(); got != "cap_net_raw" {
			t.Errorf("%s: capabilities %q", p, got)
		}
	}
}

// generated is an archive that is made while it is read.
func generated(t testing.TB, write func(*tar.Writer) error) io.Reader {
	t.Helper()
	r, w := io.Pipe()
	t.Cleanup(func() { r.Close() })
	go func() {
		tw := tar.NewWriter(w)
		err := write(tw)
		if err == nil {
			err = tw.Close()
		}
		w.CloseWithError(err)
	}()
	return r
}

// TestHostileAmounts reads layers that are small when compressed and ask for
// much: they are read, or refused, in bounded time and memory.
func TestHostileAmounts(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a gigabyte of headers")
	}
	tests := []struct {
		name  string
		write func(*tar.Writer) error
		err   string
	}{
		{"a million files", func(w *tar.Writer) error {
			for i := range 1_000_000 {
				if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("d%d/f%d", i%1000, i), Typeflag: tar.TypeReg}); err != nil {
					return err
				}
			}
			return nil
		}, ""},
		{"bad names", func(w *tar.Writer) error {
			for range 100_000 {
				if err := w.WriteHeader(&tar.Header{Name: "../x", Typeflag: tar.TypeReg}); err != nil {
					return err
				}
			}
			return nil
		}, ""},
		{"directories that nobody listed", func(w *tar.Writer) error {
			for i := range 2000 {
				if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("%d/", i) + strings.Repeat("d/", 1000) + "f", Typeflag: tar.TypeReg}); err != nil {
					return err
				}
			}
			return nil
		}, "directories without an entry"},
		{"long ways through links", func(w *tar.Writer) error {
			deep := strings.Repeat("d/", 1000)
			if err := w.WriteHeader(&tar.Header{Name: deep, Typeflag: tar.TypeDir}); err != nil {
				return err
			}
			for i := range 40 {
				to := deep + strings.Repeat("../", 1000)
				if i > 0 {
					to = fmt.Sprintf("l%d/", i-1) + to
				}
				if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("l%d", i), Typeflag: tar.TypeSymlink, Linkname: to[:min(len(to), 4096)]}); err != nil {
					return err
				}
			}
			for i := range 200_000 {
				if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("l%d/f", i%38), Typeflag: tar.TypeReg}); err != nil {
					return err
				}
			}
			return nil
		}, "symlinks lead through"},
		{"whiteouts of what stays", func(w *tar.Writer) error {
			for i := range 100_000 {
				if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("a/%d", i), Typeflag: tar.TypeReg}); err != nil {
					return err
				}
			}
			for range 100_000 {
				if err := w.WriteHeader(&tar.Header{Name: ".wh.a", Typeflag: tar.TypeReg}); err != nil {
					return err
				}
			}
			return nil
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			s, err := scan(feedOf(t, generated(t, tt.write)), 0, defaultLimits(), nil)
			if err != nil {
				t.Fatal(err)
			}
			u := newUnpacker()
			_, _, err = u.add(0, unpackedEntries(t, s))
			if fmt.Sprint(err) != "<nil>" != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if m.Sys > 1500<<20 {
				t.Errorf("%d MB of memory", m.Sys>>20)
			}
			t.Logf("%v, %d MB", time.Since(start), m.Sys>>20)
		})
	}
}

// TestBomb unpacks a layer of zeros that is a thousand times its blob.
func TestBomb(t *testing.T) {
	l := defaultLimits()
	for _, tt := range []struct{ stored, want int64 }{
		{0, l.layerBytes}, {1 << 10, bombBytes}, {1 << 30, l.layerBytes}, {100 << 20, 100 << 20 * bombRatio},
	} {
		if got := l.unpacked(tt.stored); got != tt.want {
			t.Errorf("%d bytes may unpack to %d, want %d", tt.stored, got, tt.want)
		}
	}
	zeros := packBytes(t, archive(t, []item{file("zeros", strings.Repeat("\x00", 8<<20))}), zstded)
	b := blob{open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(zeros)), nil }}
	_, err := b.read(t.Context(), 1<<20, func(r *feed) error {
		_, err := scan(r, 0, l, nil)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), errTooLarge.Error()) {
		t.Errorf("error %v", err)
	}
}
