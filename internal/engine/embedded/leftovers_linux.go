package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// removeLeftovers ends containers, mounts and cgroups that a killed process
// left behind in root. The lock is held, so nothing in root is in use.
func removeLeftovers(ctx context.Context, root string, rt runtime) error {
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		return err
	}
	dirs := bundles(real)
	for _, dir := range dirs {
		id := filepath.Base(dir)
		// An unknown id is fine: the container ended by itself.
		_ = exec.CommandContext(ctx, rt.path, "delete", "--force", id).Run()
		removeCgroups(id)
	}
	if err := unmount(real); err != nil {
		return err
	}
	for _, dir := range dirs {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	return nil
}

// bundles are the directories the executor keeps for its containers, those
// with a mount point for the root file system; their names are the ids.
func bundles(root string) []string {
	m, _ := filepath.Glob(filepath.Join(root, "runc-*", "executor", "*", "rootfs"))
	dirs := make([]string, 0, len(m))
	for _, p := range m {
		dirs = append(dirs, filepath.Dir(p))
	}
	return dirs
}

// unmount detaches every mount below root, and every mount of something below
// root at another place, innermost first: BuildKit mounts what it reads in the
// directory for temporary files.
func unmount(root string) error {
	mounts, err := readMounts("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	dev, inner := locate(mounts, root)
	for i := len(mounts) - 1; i >= 0; i-- {
		m := mounts[i]
		elsewhere := m.shows(root) || m.dev == dev && strings.HasPrefix(m.root, inner+"/")
		if !elsewhere && !strings.HasPrefix(m.point, root+"/") {
			continue
		}
		if err := unix.Unmount(m.point, unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) {
			return fmt.Errorf("unmounting %s: %w", m.point, err)
		}
		if elsewhere && strings.HasPrefix(filepath.Base(m.point), temporaryMount) {
			// Only an empty directory goes; one in use is somebody's.
			_ = os.Remove(m.point)
		}
	}
	return nil
}

// temporaryMount begins the names of BuildKit's temporary mount points.
const temporaryMount = "buildkit-mount"

// mountPoint is a line of /proc/self/mountinfo (proc_pid_mountinfo(5)).
type mountPoint struct {
	// dev is major:minor of the file system, root the directory in it that
	// is seen at point.
	dev, root, point string
	// options are those of the file system, with the directories that an
	// overlay is made of.
	options string
}

func readMounts(name string) ([]mountPoint, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []mountPoint
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		if f := strings.Fields(sc.Text()); len(f) > 4 {
			list = append(list, mountPoint{dev: f[2], root: unescapeOctal(f[3]), point: unescapeOctal(f[4]), options: unescapeOctal(f[len(f)-1])})
		}
	}
	return list, sc.Err()
}

// shows reports whether an overlay is made of directories below dir.
func (m mountPoint) shows(dir string) bool {
	return strings.Contains(m.options, "="+dir+"/") || strings.Contains(m.options, ":"+dir+"/")
}

// locate says in which file system a directory lies, and where in it. Of
// several mounts at one point the last is the one that is seen.
func locate(mounts []mountPoint, dir string) (dev, inner string) {
	longest := -1
	for _, m := range mounts {
		point := strings.TrimSuffix(m.point, "/")
		if len(point) >= longest && (dir == point || strings.HasPrefix(dir, point+"/")) {
			longest = len(point)
			dev, inner = m.dev, filepath.Join(m.root, strings.TrimPrefix(dir, point))
		}
	}
	return dev, inner
}

func unescapeOctal(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// removeCgroups removes the empty control groups of a container; BuildKit
// names them buildkit/ID in every hierarchy.
func removeCgroups(id string) {
	const top = "/sys/fs/cgroup"
	for _, pattern := range []string{"buildkit/" + id, "*/buildkit/" + id} {
		dirs, _ := filepath.Glob(filepath.Join(top, pattern))
		for _, d := range dirs {
			if err := unix.Rmdir(d); err != nil && !errors.Is(err, fs.ErrNotExist) {
				continue // still in use by a dying process; the kernel frees it
			}
		}
	}
}
