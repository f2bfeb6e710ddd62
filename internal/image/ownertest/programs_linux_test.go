package ownertest

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// seen is a path as a container shows it.
type seen struct {
	Path    string
	Type    string // as inventory.Kind, by name
	Mode    fs.FileMode
	UID     int
	GID     int
	Size    int64
	Link    string
	Digest  string
	ModTime int64
}

// listFiles prints a JSON line for each path of the root file system; what is
// mounted into the container is left out.
func listFiles() int {
	mounted, err := mounts()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	out := bufio.NewWriter(os.Stdout)
	enc := json.NewEncoder(out)
	err = filepath.WalkDir("/", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if p != "/" && mounted[p] {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		s, err := look(p)
		if err != nil {
			return err
		}
		return enc.Encode(s)
	})
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 126
	}
	return 0
}

// mounts lists where something is mounted.
func mounts() (map[string]bool, error) {
	data, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		if fields := strings.Fields(line); len(fields) > 4 {
			out[fields[4]] = true
		}
	}
	return out, nil
}

func look(p string) (seen, error) {
	info, err := os.Lstat(p)
	if err != nil {
		return seen{}, err
	}
	st := info.Sys().(*syscall.Stat_t)
	s := seen{
		Path: p, Mode: info.Mode() &^ fs.ModeType, UID: int(st.Uid), GID: int(st.Gid), ModTime: info.ModTime().Unix(),
	}
	switch info.Mode().Type() {
	case 0:
		s.Type, s.Size = "file", info.Size()
		f, err := os.Open(p)
		if err != nil {
			return s, err
		}
		defer f.Close()
		h := sha256.New()
		if _, err := io.Copy(h, f); err != nil {
			return s, err
		}
		s.Digest = fmt.Sprintf("sha256:%x", h.Sum(nil))
	case fs.ModeDir:
		s.Type = "dir"
	case fs.ModeSymlink:
		s.Type = "symlink"
		s.Link, err = os.Readlink(p)
	case fs.ModeNamedPipe:
		s.Type = "fifo"
	case fs.ModeDevice, fs.ModeDevice | fs.ModeCharDevice:
		s.Type = "device"
	default:
		s.Type = info.Mode().Type().String()
	}
	return s, err
}

// runForEach runs a command with the lines of its input as arguments, many at
// a time, and prints what it prints. That it fails for some is expected.
func runForEach() int {
	data, err := os.ReadFile(input + "/stdin")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 126
	}
	const batch = 2000
	all := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	for len(all) > 0 {
		n := min(batch, len(all))
		cmd := exec.Command(os.Args[1], append(os.Args[2:len(os.Args):len(os.Args)], all[:n]...)...)
		cmd.Stdout = os.Stdout
		if err := cmd.Run(); err != nil {
			if _, ended := err.(*exec.ExitError); !ended {
				fmt.Fprintln(os.Stderr, err)
				return 126
			}
		}
		all = all[n:]
	}
	return 0
}
