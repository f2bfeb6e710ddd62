package inventory

import (
	"slices"
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
