package estimate_test

import (
	"testing"

	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule/estimate"
)

// mega is a cost in millions of bytes, -1 if it is unknown.
func mega(c finding.Cost) int64 {
	if c.Basis == finding.Unknown {
		return -1
	}
	return c.Bytes / 1_000_000
}

func TestPackages(t *testing.T) {
	tests := []struct {
		names                  []string
		installed, recommended int64
	}{
		{[]string{"gcc"}, 180, 88},
		{[]string{"gcc", "libpq-dev"}, 180, 88},
		{[]string{"build-base"}, 322, -1},
		{[]string{"no-such-package", "wget"}, 3, 9},
		{[]string{"no-such-package"}, -1, -1},
		{[]string{"tmux"}, 1, -1},
		{nil, -1, -1},
	}
	for _, tt := range tests {
		if got := mega(estimate.Packages(tt.names)); got != tt.installed {
			t.Errorf("%v takes %d MB, want %d", tt.names, got, tt.installed)
		}
		if got := mega(estimate.Recommended(tt.names)); got != tt.recommended {
			t.Errorf("%v recommends %d MB, want %d", tt.names, got, tt.recommended)
		}
	}
}

// TestCache: each figure belongs to a store that there is.
func TestCache(t *testing.T) {
	known := 0
	for _, m := range pkgmgr.Managers() {
		for k := range m.Stores {
			if c := estimate.Cache(pkgmgr.Cache{Store: &m.Stores[k], Manager: m}); c.Basis == finding.Estimated {
				known++
			}
		}
	}
	if known != 7 {
		t.Errorf("%d stores have figures", known)
	}
}
