package inventory

import (
	"slices"
	"strings"
	"testing"
)

func TestLocateAndUnder(t *testing.T) {
	tree := treeOf(
		ln("/lib", "usr/lib"), ln("/usr/lib/l", "x"), so("/usr/lib/x", ELF{}),
		ln("/loop", "loop"), so("/usr/lib-x", ELF{}),
	)
	for p, want := range map[string]string{
		"/usr/lib/x": "/usr/lib/x", "/lib/x": "/usr/lib/x", "/lib/l": "/usr/lib/l", "/lib": "/lib",
		"/lib/../lib/x": "/usr/lib/x", "/loop/x": "", "/nowhere/x": "", "/": "/", "": "/",
	} {
		got := ""
		if f := tree.Locate(p); f != nil {
			got = f.Path
		}
		if got != want {
			t.Errorf("Locate(%q) = %q, want %q", p, got, want)
		}
	}
	var got []string
	for _, f := range tree.Under("/usr/lib") {
		got = append(got, f.Path)
	}
	if want := []string{"/usr/lib", "/usr/lib/l", "/usr/lib/x"}; !slices.Equal(got, want) {
		t.Errorf("Under = %v, want %v", got, want)
	}
}

func TestResolve(t *testing.T) {
	tree := treeOf(
		File{Entry: &Entry{Path: "/usr/lib/a.so", Kind: KindFile}}, ln("/lib", "usr/lib"), ln("/usr/lib/b.so", "a.so"),
		ln("/up", "lib/../share"), File{Entry: &Entry{Path: "/usr/share/x", Kind: KindFile}},
		ln("/out", "../../../usr"), ln("/loop", "loop2"), ln("/loop2", "/loop"), ln("/far", strings.Repeat("lib/../", 3000)+"share/x"),
	)
	for p, want := range map[string]string{
		"/lib/b.so": "/usr/lib/a.so", "lib//./b.so": "/usr/lib/a.so", "/": "/", "/out/lib/a.so": "/usr/lib/a.so",
		// ".." goes up from /usr/lib, not from /lib.
		"/up/x": "/usr/share/x",
		"/loop": "", "/nowhere": "", "/lib/nowhere": "", "/far": "",
	} {
		got := ""
		if f, links := tree.Resolve(p); f != nil {
			got = f.Path
		} else if len(links) > maxLinks+1 {
			t.Errorf("%s: %d links", p, len(links))
		}
		if got != want {
			t.Errorf("%s is %q, want %q", p, got, want)
		}
	}
}
