package ownertest

import (
	"fmt"
	"strings"
	"testing"

	"schlank/inventory"
)

// checkApk compares the owners of all paths with what `apk info -W` says. Of a
// link that nobody owns apk tells whose its target is: that is no owner.
func (s *subject) checkApk(t *testing.T) {
	var ask strings.Builder
	for i := range s.img.Tree {
		if f := &s.img.Tree[i]; f.Kind != inventory.KindDir {
			ask.WriteString(f.Path + "\n")
		}
	}
	said := map[string]string{}
	for _, line := range lines(s.program(t, "each", ask.String(), "/sbin/apk", "info", "--who-owns")) {
		if p, pkg, ok := strings.Cut(line, " is owned by "); ok {
			said[p] = pkg
		}
	}
	var diffs []string
	owned := 0
	for i := range s.img.Tree {
		f := &s.img.Tree[i]
		if f.Kind == inventory.KindDir {
			continue
		}
		got := ""
		if f.Owner >= 0 && s.img.Packages[f.Owner].Type == inventory.Apk {
			p := &s.img.Packages[f.Owner]
			got = p.Name + "-" + p.Version
			owned++
		}
		if got != said[f.Path] {
			diffs = append(diffs, fmt.Sprintf("%s: owner %q, apk says %q", f.Path, got, said[f.Path]))
		}
	}
	t.Logf("%d paths owned", owned)
	if owned < 50 {
		t.Errorf("only %d paths have owners", owned)
	}
	differences(t, "differences to apk info -W", diffs)
}
