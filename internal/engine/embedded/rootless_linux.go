package embedded

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// rootlessStage tells a re-executed process how far it has come. BuildKit
// needs uid 0 with the capabilities of its user namespace, and those a
// process gets by an exec inside the namespace after the ids are mapped.
const (
	rootlessStage  = "_SCHLANK_ROOTLESS_STAGE"
	stageWait      = "wait"
	stageInside    = "inside"
	rootlessPipeFD = 3
)

// EnterUserNamespace makes an ordinary user's process root in a user and
// mount namespace of its own, by running the program again inside it; in the
// first process it does not return on success but exits with the status of
// the second. It does nothing for root.
//
// It needs newuidmap and newgidmap and ranges in /etc/subuid and /etc/subgid:
// with a single id mapped, package managers fail at their first chown.
func EnterUserNamespace() error {
	switch os.Getenv(rootlessStage) {
	case stageWait:
		return execInside()
	case stageInside:
		return os.Unsetenv(rootlessStage)
	}
	if os.Geteuid() == 0 {
		return nil
	}
	code, err := runInside()
	if err != nil {
		return err
	}
	os.Exit(code) //nolint:revive // the process of the first stage is only a parent
	return nil
}

// runInside starts the second stage, maps its ids and waits for it.
func runInside() (int, error) {
	uids, err := subIDs("/etc/subuid", os.Getuid())
	if err != nil {
		return 0, err
	}
	gids, err := subIDs("/etc/subgid", os.Getuid())
	if err != nil {
		return 0, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer w.Close()
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), rootlessStage+"="+stageWait)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{r}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWUSER | unix.CLONE_NEWNS,
		Pdeathsig:  unix.SIGKILL,
	}
	if err := cmd.Start(); err != nil {
		return 0, &UnavailableError{Missing: "user namespaces are not allowed for this user", Hint: "run as root, " + alternatives, Err: err}
	}
	r.Close()
	if err := mapIDs(cmd.Process.Pid, uids, gids); err != nil {
		return 0, errors.Join(err, cmd.Process.Kill())
	}
	w.Close()
	return forwardAndWait(cmd), nil
}

// execInside waits until the ids are mapped and becomes the program again.
func execInside() error {
	pipe := os.NewFile(rootlessPipeFD, "idmap")
	if _, err := io.Copy(io.Discard, pipe); err != nil {
		return fmt.Errorf("waiting for the id mapping: %w", err)
	}
	pipe.Close()
	if err := os.Setenv(rootlessStage, stageInside); err != nil {
		return err
	}
	return unix.Exec("/proc/self/exe", os.Args, os.Environ())
}

type idRange struct{ start, count int }

func mapIDs(pid int, uids, gids idRange) error {
	for _, m := range []struct {
		tool string
		self int
		sub  idRange
	}{{"newuidmap", os.Getuid(), uids}, {"newgidmap", os.Getgid(), gids}} {
		path, err := exec.LookPath(m.tool)
		if err != nil {
			return &UnavailableError{Missing: m.tool + " is not installed", Hint: "install uidmap, or run as root, " + alternatives}
		}
		out, err := exec.Command(path, strconv.Itoa(pid),
			"0", strconv.Itoa(m.self), "1",
			"1", strconv.Itoa(m.sub.start), strconv.Itoa(m.sub.count)).CombinedOutput()
		if err != nil {
			return &UnavailableError{Missing: m.tool + " refused", Hint: "check /etc/subuid and /etc/subgid, " + alternatives,
				Err: errors.New(strings.TrimSpace(string(out)))}
		}
	}
	return nil
}

// subIDs finds the first range of at least 65,536 ids of the user in a file
// of subuid(5) form.
func subIDs(file string, uid int) (idRange, error) {
	names := []string{strconv.Itoa(uid)}
	if u, err := user.LookupId(names[0]); err == nil {
		names = append(names, u.Username)
	}
	f, err := os.Open(file)
	if err == nil {
		defer f.Close()
		if r, ok := findRange(f, names); ok {
			return r, nil
		}
	}
	return idRange{}, &UnavailableError{
		Missing: fmt.Sprintf("%s has no range of 65536 ids for this user", file),
		Hint:    fmt.Sprintf("as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 %s; %s", names[len(names)-1], alternatives),
	}
}

func findRange(r io.Reader, names []string) (idRange, bool) {
	for sc := bufio.NewScanner(r); sc.Scan(); {
		f := strings.Split(strings.TrimSpace(sc.Text()), ":")
		if len(f) != 3 || !slices.Contains(names, f[0]) {
			continue
		}
		start, err1 := strconv.Atoi(f[1])
		count, err2 := strconv.Atoi(f[2])
		if err1 == nil && err2 == nil && count >= 65536 {
			return idRange{start, count}, true
		}
	}
	return idRange{}, false
}

// forwardAndWait hands signals on and returns the exit code of the child.
func forwardAndWait(cmd *exec.Cmd) int {
	sigs := make(chan os.Signal, 8)
	signal.Notify(sigs, unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT)
	go func() {
		for s := range sigs {
			_ = cmd.Process.Signal(s)
		}
	}()
	err := cmd.Wait()
	signal.Stop(sigs)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		return exit.ExitCode()
	case errors.As(err, &exit):
		return 128 + int(exit.Sys().(syscall.WaitStatus).Signal())
	default:
		return 3
	}
}
