package embedded

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const mountinfo = `27 1 254:0 / / rw,discard - ext4 /dev/vda rw
81 27 254:0 /srv/state/engine/snapshots/1/fs /tmp/buildkit-mount1 ro,relatime shared:1 - ext4 /dev/vda rw
30 27 254:1 / /data rw - xfs /dev/vdb rw
31 30 254:1 /deep /data/my\040files rw - xfs /dev/vdb rw
82 27 0:50 / /tmp/buildkit-mount2 rw - overlay overlay rw,lowerdir=/data/state/engine/2/fs:/data/state/engine/1/fs
short line
`

func TestMounts(t *testing.T) {
	name := filepath.Join(t.TempDir(), "mountinfo")
	if err := os.WriteFile(name, []byte(mountinfo), 0o644); err != nil {
		t.Fatal(err)
	}
	mounts, err := readMounts(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ dir, dev, inner string }{
		{"/", "254:0", "/"},
		{"/srv/state/engine", "254:0", "/srv/state/engine"},
		{"/data/state", "254:1", "/state"},
		{"/data/my files/state", "254:1", "/deep/state"},
		{"/database", "254:0", "/database"},
	} {
		dev, inner := locate(mounts, tt.dir)
		if d := cmp.Diff([]string{tt.dev, tt.inner}, []string{dev, inner}); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.dir, d)
		}
	}
	for _, tt := range []struct {
		dir  string
		want int
	}{{"/data/state/engine", 1}, {"/data/state/engine/1", 1}, {"/data/state/eng", 0}, {"/srv/state/engine", 0}} {
		n := 0
		for _, m := range mounts {
			if m.shows(tt.dir) {
				n++
			}
		}
		if n != tt.want {
			t.Errorf("%d overlays show %s, want %d", n, tt.dir, tt.want)
		}
	}
}
