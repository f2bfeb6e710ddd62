package image

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

func TestPlatformVariants(t *testing.T) {
	tests := []struct {
		want string
		have []string
		best string // "" for none
	}{
		{"linux/arm64", []string{"linux/amd64", "linux/arm64/v8"}, "linux/arm64/v8"},
		{"linux/aarch64", []string{"linux/arm/v7", "linux/arm64"}, "linux/arm64"},
		{"Linux/x86_64", []string{"windows/amd64", "linux/amd64"}, "linux/amd64"},
		{"linux/amd64", []string{"linux/amd64/v3", "linux/amd64"}, "linux/amd64"},
		{"linux/amd64", []string{"linux/amd64/v3"}, ""},
		{"linux/amd64/v3", []string{"linux/amd64", "linux/amd64/v2", "linux/amd64/v4"}, "linux/amd64/v2"},
		{"linux/arm", []string{"linux/arm/v5", "linux/arm/v6", "linux/arm/v8"}, "linux/arm/v6"},
		{"linux/arm/v6", []string{"linux/arm/v7", "linux/arm/v5"}, "linux/arm/v5"},
		{"linux/armhf", []string{"linux/arm/v6", "linux/arm/v7"}, "linux/arm/v7"},
		{"linux/riscv64", []string{"linux/amd64"}, ""},
	}
	for _, tt := range tests {
		var ds []v1.Descriptor
		for _, p := range tt.have {
			parsed, err := v1.ParsePlatform(p)
			if err != nil {
				t.Fatal(err)
			}
			ds = append(ds, v1.Descriptor{Platform: parsed})
		}
		got := ""
		if d, err := choosePlatform(ds, tt.want); err == nil {
			got = d.Platform.String()
		}
		if got != tt.best {
			t.Errorf("%s of %s: %q, want %q", tt.want, tt.have, got, tt.best)
		}
	}
}

// documents are small blobs by their digest.
type documents map[v1.Hash][]byte

func (d documents) add(t testing.TB, doc any) v1.Hash {
	t.Helper()
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	h, _, err := v1.SHA256(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	d[h] = data
	return h
}

func (d documents) read(h v1.Hash) ([]byte, error) {
	data, ok := d[h]
	if !ok {
		return nil, fmt.Errorf("%s: %w", h, fs.ErrNotExist)
	}
	return data, nil
}

func index(ds ...v1.Descriptor) v1.IndexManifest {
	return v1.IndexManifest{SchemaVersion: 2, Manifests: ds}
}

func TestIndexesInIndexes(t *testing.T) {
	d := documents{}
	amd := v1.Descriptor{Digest: d.add(t, v1.Manifest{Layers: []v1.Descriptor{}}), Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}
	arm := v1.Descriptor{Digest: d.add(t, v1.Manifest{Layers: []v1.Descriptor{{}}}), Platform: &v1.Platform{OS: "linux", Architecture: "arm64"}}
	gone := v1.Descriptor{Digest: v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("0", 64)}, Platform: &v1.Platform{OS: "linux", Architecture: "s390x"}}
	attestation := v1.Descriptor{Digest: gone.Digest, Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"}}
	inner := v1.Descriptor{MediaType: types.OCIImageIndex, Digest: d.add(t, index(amd, attestation))}
	outer := d.add(t, index(inner, v1.Descriptor{MediaType: types.OCIImageIndex, Digest: d.add(t, index(arm, gone))}))
	for platform, want := range map[string]string{
		"linux/amd64": amd.Digest.String(), "linux/arm64": arm.Digest.String(),
		"linux/s390x":  "the image for linux/s390x is listed but not there; there are linux/amd64, linux/arm64",
		"linux/mips":   "no image for linux/mips; there are linux/amd64, linux/arm64, linux/s390x",
		"linux/a/b/cd": "is not of the form",
	} {
		data, err := manifestFor(d.read, outer, platform)
		got := fmt.Sprint(err)
		if err == nil {
			h, _, _ := v1.SHA256(strings.NewReader(string(data)))
			got = h.String()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", platform, got, want)
		}
	}
	for name, tt := range map[string]struct {
		doc  any
		want string
	}{
		"attestations only": {index(attestation), "no image in the index"},
		"neither":           {map[string]string{"a": "b"}, "neither a manifest nor an index"},
		"schema 1":          {map[string]int{"schemaVersion": 1}, "schema 1"},
		"array":             {[]int{}, "parsing the manifest"},
	} {
		if _, err := manifestFor(d.read, d.add(t, tt.doc), ""); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

// TestIndexBombs reads indexes that list each other without end: a deep one
// and a broad one. (A digest can't name itself, but a reader may lie.)
func TestIndexBombs(t *testing.T) {
	reads := 0
	self := v1.Descriptor{MediaType: types.OCIImageIndex, Digest: v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("1", 64)}}
	for _, ds := range [][]v1.Descriptor{{self}, {self, self, self, self}} {
		doc, err := json.Marshal(index(ds...))
		if err != nil {
			t.Fatal(err)
		}
		_, err = manifestFor(func(v1.Hash) ([]byte, error) { reads++; return doc, nil }, self.Digest, "")
		if err == nil || !strings.Contains(err.Error(), "indexes in each other") {
			t.Errorf("%d entries: %v", len(ds), err)
		}
	}
	if reads > 100 {
		t.Errorf("%d reads", reads)
	}
}
