package main

import (
	"archive/tar"
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var testEpoch = time.Unix(1_000_000, 0).UTC()

func entries(t *testing.T, data []byte) []tar.Header {
	t.Helper()
	var list []tar.Header
	r := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := r.Next()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, *h)
	}
}

func TestNormalize(t *testing.T) {
	var in bytes.Buffer
	w := tar.NewWriter(&in)
	early, late := testEpoch.Add(-time.Hour), testEpoch.Add(time.Hour+time.Millisecond)
	add := func(h tar.Header, body string) {
		h.Size, h.Format = int64(len(body)), tar.FormatPAX
		h.Uname, h.AccessTime = "root", late
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, body); err != nil {
			t.Fatal(err)
		}
	}
	add(tar.Header{Typeflag: tar.TypeDir, Name: "./", Mode: 0o755, ModTime: late}, "")
	add(tar.Header{Typeflag: tar.TypeDir, Name: "./dev/", Mode: 0o755, ModTime: late}, "")
	add(tar.Header{Typeflag: tar.TypeChar, Name: "./dev/null", Devmajor: 1, Devminor: 3, ModTime: late}, "")
	add(tar.Header{Typeflag: tar.TypeReg, Name: "./bin/ping", Mode: 0o4755, Uid: 1, Gid: 2, ModTime: early,
		PAXRecords: map[string]string{"SCHILY.xattr.security.capability": "\x01cap", "LIBARCHIVE.creationtime": "9"}}, "ping")
	add(tar.Header{Typeflag: tar.TypeLink, Name: "./bin/ping6", Linkname: "./bin/ping", ModTime: late}, "")
	add(tar.Header{Typeflag: tar.TypeSymlink, Name: "./sh", Linkname: "./bin/dash", ModTime: late}, "")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := normalize(&out, &in, testEpoch); err != nil {
		t.Fatal(err)
	}
	type entry struct {
		Name, Link, Uname, Cap string
		Uid, Gid               int
		Mode                   int64
		Time                   time.Time
	}
	var got []entry
	for _, h := range entries(t, out.Bytes()) {
		got = append(got, entry{h.Name, h.Linkname, h.Uname, h.PAXRecords["SCHILY.xattr.security.capability"], h.Uid, h.Gid, h.Mode, h.ModTime.UTC()})
		if _, ok := h.PAXRecords["LIBARCHIVE.creationtime"]; ok || !h.AccessTime.IsZero() {
			t.Errorf("%s keeps other times: %v", h.Name, h.PAXRecords)
		}
	}
	want := []entry{
		{Name: "dev/", Mode: 0o755, Time: testEpoch},
		{Name: "bin/ping", Mode: 0o4755, Uid: 1, Gid: 2, Cap: "\x01cap", Time: early},
		{Name: "bin/ping6", Link: "bin/ping", Time: testEpoch},
		{Name: "sh", Link: "./bin/dash", Time: testEpoch},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestNormalizeTwiceChangesNothing(t *testing.T) {
	in, err := tarOf(map[string][]byte{"etc/a": []byte("a"), "etc/b/c": []byte("c")}, testEpoch)
	if err != nil {
		t.Fatal(err)
	}
	var once, twice bytes.Buffer
	if err := normalize(&once, bytes.NewReader(in), testEpoch); err != nil {
		t.Fatal(err)
	}
	if err := normalize(&twice, bytes.NewReader(once.Bytes()), testEpoch); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(once.Bytes(), twice.Bytes()) {
		t.Error("the second pass changes bytes")
	}
}

func TestNormalizeOfATruncatedTarIsAnError(t *testing.T) {
	in, err := tarOf(map[string][]byte{"a": bytes.Repeat([]byte("x"), 2000)}, testEpoch)
	if err != nil {
		t.Fatal(err)
	}
	if err := normalize(io.Discard, bytes.NewReader(in[:1500]), testEpoch); err == nil {
		t.Error("no error")
	}
}

func TestMachineLayer(t *testing.T) {
	m := &machine{bundle: []byte("all"), extraCAs: [][]byte{[]byte("one"), []byte("two")}, aptSources: []byte("Types: deb")}
	tests := []struct {
		name string
		m    *machine
		apt  bool
		want []string
	}{
		{"debian", m, true, []string{
			"etc/", "etc/apt/", "etc/apt/sources.list.d/", "etc/apt/sources.list.d/debian.sources",
			"etc/ssl/", "etc/ssl/certs/", "etc/ssl/certs/ca-certificates.crt",
			"usr/", "usr/local/", "usr/local/share/", "usr/local/share/ca-certificates/",
			"usr/local/share/ca-certificates/machine-1.crt", "usr/local/share/ca-certificates/machine-2.crt",
		}},
		{"alpine", &machine{bundle: []byte("all")}, false, []string{"etc/", "etc/ssl/", "etc/ssl/certs/", "etc/ssl/certs/ca-certificates.crt"}},
		{"nothing to carry", &machine{}, false, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data, err := tt.m.layer(tt.apt, testEpoch)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, h := range entries(t, data) {
				got = append(got, h.Name)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}
