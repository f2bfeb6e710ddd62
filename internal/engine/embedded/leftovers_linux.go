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
	if err := unmountUnder(real); err != nil {
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

// unmountUnder detaches every mount below root, innermost first.
func unmountUnder(root string) error {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	defer f.Close()
	var points []string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		// Field 5 is the mount point, octal escapes included (proc(5)).
		if p := strings.Fields(sc.Text()); len(p) > 4 && strings.HasPrefix(p[4], root+"/") {
			points = append(points, unescapeOctal(p[4]))
		}
	}
	for i := len(points) - 1; i >= 0; i-- {
		if err := unix.Unmount(points[i], unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) {
			return fmt.Errorf("unmounting %s: %w", points[i], err)
		}
	}
	return nil
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
