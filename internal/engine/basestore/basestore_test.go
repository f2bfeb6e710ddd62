package basestore

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

func writeIndex(t testing.TB, b []byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ocispecs.ImageIndexFile), b, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func named(annotation, name string) ocispecs.Descriptor {
	return ocispecs.Descriptor{Digest: digest.FromString(name), Annotations: map[string]string{annotation: name}}
}

func TestLookup(t *testing.T) {
	b, err := json.Marshal(ocispecs.Index{Manifests: []ocispecs.Descriptor{
		named(ocispecs.AnnotationRefName, "python:3.11"),
		named(annotationImageName, "docker.io/library/alpine:latest"),
		named(ocispecs.AnnotationRefName, "registry.example:5000/team/app:1"),
		named(ocispecs.AnnotationRefName, "Not A Reference"),
		{Digest: digest.FromString("nameless")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(writeIndex(t, b))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"alpine", "python:3.11", "registry.example:5000/team/app:1"}, s.Names()); d != "" {
		t.Errorf("names (-want +got):\n%s", d)
	}
	for ref, want := range map[string]string{
		"python:3.11":                      "python:3.11",
		"library/python:3.11":              "python:3.11",
		"docker.io/library/python:3.11":    "python:3.11",
		"index.docker.io/python:3.11":      "python:3.11",
		"alpine":                           "docker.io/library/alpine:latest",
		"alpine:latest":                    "docker.io/library/alpine:latest",
		"registry.example:5000/team/app:1": "registry.example:5000/team/app:1",
		"python":                           "",
		"python:3.12":                      "",
		"team/app:1":                       "",
		"":                                 "",
		"UPPER":                            "",
	} {
		d, ok := s.Lookup(ref)
		if ok != (want != "") || ok && d.Digest != digest.FromString(want) {
			t.Errorf("%q is %v, %v; want that of %q", ref, d.Digest, ok, want)
		}
	}
}

func TestOpen(t *testing.T) {
	if s, err := Open(""); err != nil || s.Content() != nil || len(s.Names()) != 0 {
		t.Errorf("no directory gives %v, %v; want an empty store", s, err)
	}
	for name, dir := range map[string]string{
		"no index.json":  t.TempDir(),
		"unexpected end": writeIndex(t, []byte("{")),
		"larger than":    writeIndex(t, make([]byte, maxIndex+1)),
	} {
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error is %v, want %q in it", err, name)
		}
	}
}

// FuzzFamiliar holds that a shortened reference names the same image.
func FuzzFamiliar(f *testing.F) {
	for _, s := range []string{"python:3.11", "docker.io/library/alpine:latest", "r:5000/a/b@sha256:" + strings.Repeat("0", 64), "UPPER", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		short, ok := Familiar(ref)
		if !ok {
			return
		}
		if again, ok := Familiar(short); !ok || again != short {
			t.Errorf("%q is %q, and that is %q, %v", ref, short, again, ok)
		}
	})
}

// FuzzOpen holds that every name of a store is found in it.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(`{"manifests":[{"annotations":{"org.opencontainers.image.ref.name":"a:b"}}]}`))
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Open(writeIndex(t, b))
		if err != nil {
			return
		}
		for _, n := range s.Names() {
			if _, ok := s.Lookup(n); !ok {
				t.Errorf("%q is not found", n)
			}
		}
	})
}
