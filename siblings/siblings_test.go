package siblings

import (
	"strings"
	"testing"
)

// siblingCases say which slim image a base becomes; an empty want is an error.
var siblingCases = []struct {
	ref, release, want string
	same, slim         bool
}{
	{"python:3.11", "bookworm", "python:3.11-slim", true, false},
	{"python", "bookworm", "python:slim", true, false},
	{"python:latest", "bookworm", "python:slim", true, false},
	{"python:3.11-bookworm", "bookworm", "python:3.11-slim-bookworm", true, false},
	{"python:bookworm", "bookworm", "python:bookworm-slim", true, false},
	{"python:3.11@sha256:00", "bookworm", "python:3.11-slim", true, false},
	{"python@sha256:00", "bookworm", "", false, false},
	{"docker.io/library/python:3.11", "bookworm", "docker.io/library/python:3.11-slim", true, false},
	{"mirror.example:5000/hub/library/python:3.11", "bookworm", "mirror.example:5000/hub/library/python:3.11-slim", true, false},
	{"mirror.example/hub/library/golang:1.26", "bookworm", "mirror.example/hub/library/debian:bookworm-slim", false, false},
	{"docker.io/library/golang:1.26", "bookworm", "debian:bookworm-slim", false, false},
	{"node:22", "bookworm", "node:22-slim", true, false},
	{"node:22-bookworm", "bookworm", "node:22-bookworm-slim", true, false},
	{"node", "bookworm", "node:slim", true, false},
	{"debian:bookworm", "bookworm", "debian:bookworm-slim", true, false},
	{"debian:12", "bookworm", "debian:12-slim", true, false},
	{"debian:bookworm-20250101", "bookworm", "debian:bookworm-20250101-slim", true, false},
	{"golang:1.26", "bookworm", "debian:bookworm-slim", false, false},
	{"ghcr.io/acme/python:3.11", "bookworm", "debian:bookworm-slim", false, false},
	{"ghcr.io/acme/base", "", "", false, false},
	{"ghcr.io/acme/base", "x y\nRUN z", "", false, false},
	{"python:3.11-slim-bookworm", "bookworm", "python:3.11-slim-bookworm", true, true},
}

func TestFind(t *testing.T) {
	for _, c := range siblingCases {
		got, err := Find(c.ref, c.release)
		if c.want == "" {
			if err == nil {
				t.Errorf("%s becomes %s, want an error", c.ref, got.Ref)
			}
			continue
		}
		got.Saves = 0
		if want := (Sibling{Ref: c.want, Same: c.same, Slim: c.slim}); err != nil || got != want {
			t.Errorf("%s becomes %+v, %v; want %+v", c.ref, got, err, want)
		}
	}
}

func TestSaves(t *testing.T) {
	for ref, want := range map[string]int64{"python:3.11": 876 * mb, "golang:1.26": 781 * mb, "python:3.11-slim": 0, "rust:1": 0} {
		if got, err := Find(ref, "bookworm"); err != nil || got.Saves != want {
			t.Errorf("%s saves %d, %v; want %d", ref, got.Saves, err, want)
		}
	}
}

// FuzzSibling holds that a sibling is one word that says slim, or an error.
func FuzzSibling(f *testing.F) {
	for _, c := range siblingCases {
		f.Add(c.ref, c.release)
	}
	f.Fuzz(func(t *testing.T, ref, release string) {
		s, err := Find(ref, release)
		if err != nil || s.Slim {
			return
		}
		if !strings.Contains(s.Ref, "slim") || strings.ContainsAny(s.Ref, " \n@") && !strings.ContainsAny(ref, " \n@") {
			t.Errorf("the sibling of %q is %q", ref, s.Ref)
		}
	})
}
