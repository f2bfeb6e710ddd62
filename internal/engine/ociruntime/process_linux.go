package ociruntime

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
	"schlank/internal/bounded"
)

// process is what the second stage turns into, once it is inside the container.
type process struct {
	spec          *specs.Process
	dieWithParent bool
	start         func() error // returns when the program may start
}

// exec takes the process's identity and executes its program. It returns only
// with an error. The order matters: what needs privileges comes before they go.
func (p process) exec() error {
	if err := setRlimits(p.spec.Rlimits); err != nil {
		return err
	}
	if err := prepareStreams(p.spec.User.UID); err != nil {
		return err
	}
	env := environment(p.spec.Env, p.spec.User.UID)
	// Before the user changes, or after: root may lack access to a mounted
	// directory that the user has, and the other way round.
	cwdErr := os.Chdir(p.spec.Cwd)
	if err := p.becomeUser(); err != nil {
		return err
	}
	if cwdErr != nil {
		cwdErr = os.Chdir(p.spec.Cwd)
	}
	if err := checkCwd(cwdErr); err != nil {
		return fmt.Errorf("changing to the working directory %s: %w", p.spec.Cwd, err)
	}
	path, err := lookPath(p.spec.Args[0], env)
	if err != nil {
		return err
	}
	if p.spec.NoNewPrivileges {
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return fmt.Errorf("setting no_new_privs: %w", err)
		}
	}
	if err := p.start(); err != nil {
		return err
	}
	err = syscall.Exec(path, p.spec.Args, env)
	if errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("executing %s: %w: it exists, so the interpreter or loader it names does not", path, err)
	}
	return fmt.Errorf("executing %s: %w", path, err)
}

// becomeUser takes ids and capabilities and closes the way back.
func (p process) becomeUser() error {
	if err := closeInherited(); err != nil {
		return fmt.Errorf("closing inherited files: %w", err)
	}
	caps := parseCapabilities(p.spec.Capabilities)
	if err := caps.dropBounding(); err != nil {
		return fmt.Errorf("dropping bounding capabilities: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_KEEPCAPS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("keeping capabilities: %w", err)
	}
	if err := setIDs(p.spec.User); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_KEEPCAPS, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("keeping capabilities: %w", err)
	}
	if err := caps.apply(); err != nil {
		return fmt.Errorf("setting capabilities: %w", err)
	}
	if p.spec.User.Umask != nil {
		unix.Umask(int(*p.spec.User.Umask & 0o777))
	}
	if p.dieWithParent {
		return dieWithParent()
	}
	return nil
}

// dieWithParent asks for the parent-death signal, once at the start and again
// after the ids changed, which clears it. If the parent died before, it errs.
func dieWithParent() error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("setting the parent-death signal: %w", err)
	}
	// The parent's pid is invisible from a new pid namespace; that it still
	// reads the status pipe is not.
	fds := []unix.PollFd{{Fd: statusFD, Events: unix.POLLOUT}}
	if _, err := unix.Poll(fds, 0); err == nil && fds[0].Revents&unix.POLLERR != 0 {
		return errors.New("the first stage has ended")
	}
	return nil
}

// setIDs sets groups, group and user. The syscall package's versions apply to
// all threads, so this one is included on every architecture.
func setIDs(u specs.User) error {
	groups := make([]int, 0, len(u.AdditionalGids))
	for _, g := range u.AdditionalGids {
		groups = append(groups, int(g))
	}
	if len(groups) > 0 || setgroupsAllowed() {
		if err := syscall.Setgroups(groups); err != nil {
			return fmt.Errorf("setting groups: %w", err)
		}
	}
	if err := syscall.Setresgid(int(u.GID), int(u.GID), int(u.GID)); err != nil {
		return fmt.Errorf("setting group %d: %w", u.GID, err)
	}
	if err := syscall.Setresuid(int(u.UID), int(u.UID), int(u.UID)); err != nil {
		return fmt.Errorf("setting user %d: %w", u.UID, err)
	}
	return nil
}

// setgroupsAllowed is false in user namespaces that an unprivileged user made.
// Without /proc, which may be missing in a container, it is taken as true.
func setgroupsAllowed() bool {
	b, err := bounded.ReadFile("/proc/self/setgroups", 64)
	return err != nil || strings.TrimSpace(string(b)) != "deny"
}

func setRlimits(limits []specs.POSIXRlimit) error {
	resources := rlimitResources()
	for _, l := range limits {
		// syscall's, not unix's: it makes Go forget the soft limit on open files
		// that it would restore at exec.
		err := syscall.Setrlimit(resources[l.Type], &syscall.Rlimit{Cur: l.Soft, Max: l.Hard})
		if err != nil {
			return fmt.Errorf("setting %s to %d:%d: %w", l.Type, l.Soft, l.Hard, err)
		}
	}
	return nil
}

func rlimitResources() map[string]int {
	return map[string]int{
		"RLIMIT_AS":         unix.RLIMIT_AS,
		"RLIMIT_CORE":       unix.RLIMIT_CORE,
		"RLIMIT_CPU":        unix.RLIMIT_CPU,
		"RLIMIT_DATA":       unix.RLIMIT_DATA,
		"RLIMIT_FSIZE":      unix.RLIMIT_FSIZE,
		"RLIMIT_LOCKS":      unix.RLIMIT_LOCKS,
		"RLIMIT_MEMLOCK":    unix.RLIMIT_MEMLOCK,
		"RLIMIT_MSGQUEUE":   unix.RLIMIT_MSGQUEUE,
		"RLIMIT_NICE":       unix.RLIMIT_NICE,
		"RLIMIT_NOFILE":     unix.RLIMIT_NOFILE,
		"RLIMIT_NPROC":      unix.RLIMIT_NPROC,
		"RLIMIT_RSS":        unix.RLIMIT_RSS,
		"RLIMIT_RTPRIO":     unix.RLIMIT_RTPRIO,
		"RLIMIT_RTTIME":     unix.RLIMIT_RTTIME,
		"RLIMIT_SIGPENDING": unix.RLIMIT_SIGPENDING,
		"RLIMIT_STACK":      unix.RLIMIT_STACK,
	}
}

// prepareStreams lets the user reopen the standard streams, say by writing to
// /dev/stderr, and replaces the host's /dev/null by the container's.
func prepareStreams(uid uint32) error {
	null, err := os.OpenFile("/dev/null", os.O_RDWR, 0)
	if err == nil {
		defer null.Close()
	}
	for fd := range 3 {
		var st unix.Stat_t
		if err := unix.Fstat(fd, &st); err != nil {
			continue // closed
		}
		if st.Mode&unix.S_IFMT == unix.S_IFCHR && st.Rdev == unix.Mkdev(1, 3) {
			if null != nil {
				if err := unix.Dup3(int(null.Fd()), fd, 0); err != nil {
					return fmt.Errorf("reopening /dev/null: %w", err)
				}
			}
			continue
		}
		if st.Uid == uid {
			continue
		}
		// Not possible for every kind of file, and not needed for most programs.
		_ = unix.Fchown(fd, int(uid), -1)
	}
	return nil
}

// closeInherited marks every file but the standard streams to be closed by
// exec, whatever the caller of the runtime left open.
func closeInherited() error {
	err := unix.CloseRange(3, ^uint(0)>>1&0xffffffff, unix.CLOSE_RANGE_CLOEXEC)
	if err == nil {
		return nil
	}
	entries, err := os.ReadDir("/proc/self/fd") // before Linux 5.11
	if err != nil {
		return err
	}
	for _, e := range entries {
		var fd int
		if _, err := fmt.Sscanf(e.Name(), "%d", &fd); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}

// checkCwd turns a working directory outside the container's root, which a
// process can be left in through a file it inherited, into an error.
func checkCwd(chdirErr error) error {
	if chdirErr != nil {
		return chdirErr
	}
	buf := make([]byte, unix.PathMax)
	n, err := unix.Getcwd(buf)
	if err != nil {
		return err
	}
	if n == 0 || buf[0] != '/' {
		return errors.New("it lies outside the container")
	}
	return nil
}

// environment makes names unique, the last value at the first place, and adds
// HOME from the container's user database when it is not given.
func environment(env []string, uid uint32) []string {
	var out []string
	place := map[string]int{}
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		if i, ok := place[name]; ok {
			out[i] = e
			continue
		}
		place[name] = len(out)
		out = append(out, e)
	}
	i, ok := place["HOME"]
	switch {
	case !ok:
		out = append(out, "HOME="+homeOf(uid))
	case out[i] == "HOME=":
		out[i] = "HOME=" + homeOf(uid)
	}
	return out
}

// homeOf reads a user's home directory from /etc/passwd; "/" when unknown.
func homeOf(uid uint32) string {
	const maxPasswd = 1 << 20
	b, err := bounded.ReadFile("/etc/passwd", maxPasswd)
	if err != nil {
		return "/"
	}
	return homeIn(string(b), uid)
}

func homeIn(passwd string, uid uint32) string {
	for line := range strings.Lines(passwd) {
		f := strings.Split(strings.TrimRight(line, "\n"), ":")
		if len(f) >= 6 && f[2] == fmt.Sprint(uid) && filepath.IsAbs(f[5]) && !strings.ContainsRune(f[5], 0) {
			return f[5]
		}
	}
	return "/"
}

// lookPath finds a program as execvp(3) would in the container. Relative
// entries of PATH are skipped.
func lookPath(name string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		if err := executable(name); err != nil {
			return "", fmt.Errorf("executing %s: %w", name, err)
		}
		return name, nil
	}
	var path string
	if i := slices.IndexFunc(env, func(e string) bool { return strings.HasPrefix(e, "PATH=") }); i >= 0 {
		path = strings.TrimPrefix(env[i], "PATH=")
	}
	failure := error(unix.ENOENT)
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) {
			continue
		}
		full := filepath.Join(dir, name)
		err := executable(full)
		if err == nil {
			return full, nil
		}
		if errors.Is(err, unix.EACCES) {
			failure = err // worth more than "not found" in another directory
		}
	}
	return "", fmt.Errorf("executing %s: %w in PATH %q", name, failure, path)
}

// executable asks for a regular file that the current ids may execute.
func executable(path string) error {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return unix.EACCES
	}
	return unix.Faccessat(unix.AT_FDCWD, path, unix.X_OK, unix.AT_EACCESS)
}
