package reference_test

import (
	_ "crypto/sha512" // so that the oracle knows this digest, as BuildKit does
	"strings"
	"testing"

	distribution "github.com/distribution/reference"
	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile/reference"
)

var digest = "sha256:" + strings.Repeat("0a", 32)

// references are texts for the corners of the grammar.
func references() []string {
	return []string{
		"", "alpine", "alpine:3.19", "alpine:", "alpine:@" + digest, "Alpine", "alpine:Latest", "library/alpine", "docker.io/alpine",
		"index.docker.io/a", "docker.io/library/a/b", "a/b/c", "ghcr.io/a/b:v1", "localhost/a", "localhost:5000/a:1@" + digest,
		"a.b", "a..b", "a__b", "a___b", "a--b", "-a", "a-", "a/", "/a", "a//b", "A/b", "[::1]:80/a", "[::1/a", "host:port/a",
		"a@" + digest, "a@sha256:00", "a@sha512:" + strings.Repeat("0", 128), "a@md5:" + strings.Repeat("0", 32), "a@" + strings.ToUpper(digest),
		strings.Repeat("a", 64), strings.Repeat("b", 300), "a:" + strings.Repeat("b", 129), "a b", "a\n", "busybox:a/b", "a@b@c", "é",
	}
}

// TestOracle compares with the library that Docker uses.
func TestOracle(t *testing.T) {
	for _, text := range references() {
		if diff := compare(text); diff != "" {
			t.Errorf("%q (-want +got)\n%s", text, diff)
		}
	}
}

// FuzzOracle looks for references on which the two disagree.
func FuzzOracle(f *testing.F) {
	for _, text := range references() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if diff := compare(text); diff != "" {
			t.Errorf("%q (-want +got)\n%s", text, diff)
		}
	})
}

func compare(text string) string {
	var want, got *reference.Reference
	if named, err := distribution.ParseNormalizedNamed(text); err == nil {
		want = &reference.Reference{Registry: distribution.Domain(named), Repository: distribution.Path(named)}
		if tagged, ok := named.(distribution.Tagged); ok {
			want.Tag = tagged.Tag()
		}
		if digested, ok := named.(distribution.Digested); ok {
			want.Digest = digested.Digest().String()
		}
	}
	if r, ok := reference.Parse(text); ok {
		got = &r
	}
	return cmp.Diff(want, got)
}

func TestOfficial(t *testing.T) {
	tests := []struct{ in, official, name string }{
		{"python:3", "python", "python"},
		{"docker.io/library/python", "python", "python"},
		{"grafana/loki", "", "grafana/loki"},
		{"mirror.example/hub/library/node:22", "node", "mirror.example/hub/library/node"},
		{"quay.io/keycloak/keycloak", "", "quay.io/keycloak/keycloak"},
		{"x/library/node", "", "x/library/node"},
	}
	for _, tt := range tests {
		r, ok := reference.Parse(tt.in)
		if got := []string{r.Official(), r.Name()}; !ok || got[0] != tt.official || got[1] != tt.name {
			t.Errorf("%s is %v", tt.in, got)
		}
	}
}
