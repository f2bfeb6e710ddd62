package zipfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type content struct{ Name, Body string }

// write makes an archive with the standard library.
func write(t testing.TB, method uint16, comment string, files ...content) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		out, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(out, f.Body)
	}
	w.SetComment(comment)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func list(data []byte, limit int64) ([]content, error) {
	var got []content
	err := Walk(bytes.NewReader(data), int64(len(data)), func(m *Member) error {
		body, err := m.Read(limit)
		if err != nil {
			return err
		}
		got = append(got, content{m.Name, string(body)})
		return nil
	})
	return got, err
}

func TestWalk(t *testing.T) {
	files := []content{{"a.txt", strings.Repeat("text ", 100)}, {"dir/", ""}, {"dir/../../b", "b"}, {"empty", ""}}
	many := make([]content, 70_000) // more than the 32-bit records can count
	for i := range many {
		many[i] = content{"x", ""}
	}
	tests := []struct {
		name string
		data []byte
		want []content
	}{
		{"compressed", write(t, zip.Deflate, "", files...), files},
		{"stored", write(t, zip.Store, "", files...), files},
		{"with a comment", write(t, zip.Deflate, "PK\x05\x06 not the end", files...), files},
		{"behind a script", append([]byte("#!/bin/sh\nexec java -jar $0\n"), write(t, zip.Deflate, "", files...)...), files},
		{"64-bit", write(t, zip.Store, "", many...), many},
		{"64-bit behind a script", append([]byte("#!\n"), write(t, zip.Store, "", many...)...), many},
		{"empty", write(t, zip.Store, ""), nil},
	}
	for _, tt := range tests {
		got, err := list(tt.data, 1<<20)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%.500s", tt.name, err, diff)
		}
	}
}

func TestBroken(t *testing.T) {
	good := write(t, zip.Deflate, "", content{"a", strings.Repeat("a", 1000)})
	for name, data := range map[string][]byte{
		"nothing": nil, "text": []byte("text"), "cut off": good[:len(good)-1], "no directory": append(make([]byte, 10), good[len(good)-22:]...),
	} {
		if _, err := list(data, 10_000); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := list(good, 999); err == nil || !strings.Contains(err.Error(), "more than 999 bytes") {
		t.Errorf("over the limit: %v", err)
	}
	encrypted := bytes.Clone(good)
	encrypted[bytes.Index(good, []byte("PK\x01\x02"))+8] |= 1
	if _, err := list(encrypted, 10_000); err == nil || err.Error() != "encrypted" {
		t.Errorf("encrypted: %v", err)
	}
}

// TestAgainstStandardLibrary reads archives that Maven's tools wrote.
func TestAgainstStandardLibrary(t *testing.T) {
	names, err := filepath.Glob("../java/testdata/*.?ar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		var want []content
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, content{f.Name, string(body)})
		}
		got, err := list(data, 1<<20)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%.500s", name, err, diff)
		}
	}
}

func FuzzWalk(f *testing.F) {
	f.Add(write(f, zip.Deflate, "", content{"a", "text text text"}, content{"b/", ""}))
	f.Add(write(f, zip.Store, "comment", content{"a", "text"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 100
		members := 0
		_ = Walk(bytes.NewReader(data), int64(len(data)), func(m *Member) error {
			members++
			if body, err := m.Read(limit); len(body) > limit || err != nil && body != nil {
				t.Errorf("%d bytes, %v", len(body), err)
			}
			if r, size, err := m.ReaderAt(limit); err == nil {
				io.Copy(io.Discard, io.NewSectionReader(r, 0, min(size, 1<<16)))
			}
			return nil
		})
		if members > len(data)/46 {
			t.Errorf("%d members in %d bytes", members, len(data))
		}
	})
}
