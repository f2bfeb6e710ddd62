package ociruntime

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The test binary plays three parts: the tests, the runtime (started through
// the installed link), and, as the only file of the containers' root file
// system, the program that runs in them and tells what it sees.

// sight is what `probe report` prints.
type sight struct {
	UID, GID   int
	Groups     []int
	Caps       map[string]string // Cap* lines of /proc/self/status
	NoNewPrivs string
	Seccomp    string
	Hostname   string
	Umask      int
	Cwd        string
	Env        []string
	Mounts     []string // mount point, options, propagation, type
	OpenFiles  syscall.Rlimit
	Pid        int
	Session    int
	Files      []string // open file descriptors
	OOMScore   string
	Interfaces []string
	Dev        []string // name, mode, device number or target
}

func probeMain(args []string) int {
	if len(args) == 0 {
		args = []string{"report"}
	}
	if err := probe(args[0], args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		return 1
	}
	return 0
}

func probe(verb string, args []string) error {
	switch verb {
	case "report":
		return json.NewEncoder(os.Stdout).Encode(look())
	case "echo":
		_, err := fmt.Println(strings.Join(args, " "))
		return err
	case "cat":
		_, err := io.Copy(os.Stdout, os.Stdin)
		return err
	case "exit":
		n, err := strconv.Atoi(args[0])
		if err != nil {
			return err
		}
		os.Exit(n)
	case "die": // by a signal, from a process that is not pid 1
		return probeDie(args[0])
	case "read":
		b, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		_, err = os.Stdout.Write(b)
		return err
	case "list":
		return probeList(args[0])
	case "write":
		return os.WriteFile(args[0], []byte(args[1]), 0o644)
	case "sleep":
		fmt.Println("ready")
		time.Sleep(time.Hour)
	case "trap":
		return probeTrap()
	case "orphan": // leaves a process behind
		_, err := os.StartProcess("/bin/probe", []string{"probe", "sleep"}, &os.ProcAttr{Files: []*os.File{nil, os.Stdout}})
		return err
	default:
		return fmt.Errorf("unknown verb %q", verb)
	}
	return nil
}

func probeDie(name string) error {
	n, err := strconv.Atoi(name)
	if err != nil {
		return err
	}
	signal.Reset()
	return unix.Kill(os.Getpid(), syscall.Signal(n))
}

func probeList(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		fmt.Println(e.Name())
	}
	return nil
}

func probeTrap() error {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, unix.SIGTERM, unix.SIGUSR1)
	fmt.Println("ready")
	fmt.Println(<-ch)
	os.Exit(42)
	return nil
}

func look() sight {
	var s sight
	s.UID, s.GID = os.Getuid(), os.Getgid()
	s.Groups, _ = os.Getgroups()
	s.Caps = map[string]string{}
	for k, v := range fields("/proc/self/status") {
		switch {
		case strings.HasPrefix(k, "Cap"):
			s.Caps[k] = v
		case k == "NoNewPrivs":
			s.NoNewPrivs = v
		case k == "Seccomp":
			s.Seccomp = v
		}
	}
	s.Hostname, _ = os.Hostname()
	s.Umask = syscall.Umask(0)
	s.Cwd, _ = os.Getwd()
	s.Env = os.Environ()
	s.Mounts = mounts("/proc/self/mountinfo")
	_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &s.OpenFiles)
	s.Pid = os.Getpid()
	s.Session, _ = unix.Getsid(0)
	for fd := range 256 {
		var st unix.Stat_t
		if unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT != 0 {
			link, _ := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
			if !strings.HasPrefix(link, "anon_inode:") { // Go's own poller
				s.Files = append(s.Files, strconv.Itoa(fd))
			}
		}
	}
	oom, _ := os.ReadFile("/proc/self/oom_score_adj")
	s.OOMScore = strings.TrimSpace(string(oom))
	ifs, _ := net.Interfaces()
	for _, i := range ifs {
		if i.Flags&net.FlagUp != 0 {
			s.Interfaces = append(s.Interfaces, i.Name)
		}
	}
	s.Dev = devices("/dev")
	return s
}

func fields(path string) map[string]string {
	out := map[string]string{}
	b, _ := os.ReadFile(path)
	for line := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(line, ":"); ok {
			out[k] = strings.TrimSpace(v)
		}
	}
	return out
}

// mounts lists mount point, per-mount options, propagation and type.
func mounts(path string) []string {
	f, err := os.Open(path)
	if err != nil {
		return []string{err.Error()}
	}
	defer f.Close()
	var out []string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		head, tail, _ := strings.Cut(sc.Text(), " - ")
		h, t := strings.Fields(head), strings.Fields(tail)
		for i, tag := range h[6:] { // shared:7, master:3 …
			h[6+i], _, _ = strings.Cut(tag, ":")
		}
		out = append(out, strings.Join(append(h[4:], t[0]), " "))
	}
	sort.Strings(out)
	return out
}

func devices(dir string) []string {
	var out []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		var st unix.Stat_t
		path := filepath.Join(dir, e.Name())
		if unix.Lstat(path, &st) != nil {
			continue
		}
		link, _ := os.Readlink(path)
		out = append(out, fmt.Sprintf("%s %o %d:%d %d:%d %s", e.Name(), st.Mode,
			unix.Major(st.Rdev), unix.Minor(st.Rdev), st.Uid, st.Gid, link))
	}
	return out
}
