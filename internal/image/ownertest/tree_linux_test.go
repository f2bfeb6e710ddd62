package ownertest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"schlank/inventory"
)

// byEngine are paths that the engine makes or changes for its containers:
// mount points and what they lie in. What images have in /dev is covered.
var byEngine = map[string]bool{
	"/": true, "/proc": true, "/sys": true, "/dev": true, "/etc": true,
	"/etc/hosts": true, "/etc/resolv.conf": true, mountPoint: true, input: true,
}

// checkTree compares the inventory's tree with what a container shows.
func (s *subject) checkTree(t *testing.T) {
	shown := map[string]seen{}
	for _, line := range lines(s.program(t, "list", "")) {
		var f seen
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		shown[f.Path] = f
	}
	var diffs []string
	compared := 0
	for i := range s.img.Tree {
		f := &s.img.Tree[i]
		got, ok := shown[f.Path]
		delete(shown, f.Path)
		if byEngine[f.Path] || strings.HasPrefix(f.Path, "/dev/") {
			continue
		}
		compared++
		want := s.expect(f)
		if f.Implied {
			// No layer says anything of it but that it is there.
			got.Mode, got.UID, got.GID = want.Mode, want.UID, want.GID
		}
		if f.Kind == inventory.KindDir || f.Implied {
			got.ModTime = want.ModTime // changes with what lies in it
		}
		if f.Kind == inventory.KindSymlink {
			got.Mode = want.Mode // Linux knows none
		}
		if !ok {
			diffs = append(diffs, f.Path+" is not there")
		} else if got != want {
			diffs = append(diffs, fmt.Sprintf("%s is %+v, want %+v", f.Path, got, want))
		}
	}
	for p := range shown {
		if !byEngine[p] {
			diffs = append(diffs, p+" is not in the inventory")
		}
	}
	t.Logf("%d paths compared", compared)
	differences(t, "differences between the container and the inventory", diffs)
}

// expect is what a container should show of a path.
func (s *subject) expect(f *inventory.File) seen {
	out := seen{Path: f.Path, Mode: f.Mode, UID: f.UID, GID: f.GID, ModTime: f.ModTime}
	switch f.Kind {
	case inventory.KindFile:
		out.Type, out.Size, out.Digest = "file", f.Size, f.Digest.String()
	case inventory.KindHardlink:
		first := s.img.Tree.Find(f.Link)
		out.Type, out.Size, out.Digest = "file", first.Size, f.Digest.String()
	case inventory.KindDir:
		out.Type = "dir"
	case inventory.KindSymlink:
		out.Type, out.Link = "symlink", f.Link
	case inventory.KindDevice:
		out.Type = "device"
	case inventory.KindFifo:
		out.Type = "fifo"
	}
	return out
}
