package ociruntime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	goruntime "runtime"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// initCommand is the second stage. It never returns when all goes well: the
// process becomes the container's program. Errors go to the first stage, which
// reports them; only when there is none they are returned.
func initCommand(_ context.Context, _ *runtime, args []string) (int, error) {
	// Ids, capabilities and, in exec, namespaces belong to a thread. The final
	// execve keeps those of the thread that calls it, so all happens on this one.
	goruntime.LockOSThread()
	if len(args) > 0 {
		return 0, errors.New("init is the runtime's second stage and not to be called")
	}
	unix.CloseOnExec(configFD)
	unix.CloseOnExec(statusFD)
	var cfg initConfig
	in := os.NewFile(configFD, "config")
	if err := json.NewDecoder(io.LimitReader(in, 2*maxConfigSize)).Decode(&cfg); err != nil {
		return 0, fmt.Errorf("reading the configuration for init, the runtime's second stage: %w", err)
	}
	status := os.NewFile(statusFD, "status")
	err := cfg.become(func() error { return awaitGoAhead(in, status) }) // returns only with an error
	if _, werr := fmt.Fprintf(status, "%c%v", hasFailed, err); werr != nil {
		return 0, err
	}
	return exitFailure, nil // the first stage has the message and prints it
}

// awaitGoAhead reports that all is set up and waits for the first stage.
func awaitGoAhead(in io.Reader, status io.Writer) error {
	if _, err := status.Write([]byte{isReady}); err != nil {
		return fmt.Errorf("telling the first stage: %w", err)
	}
	// The line end of the configuration may come first.
	answer, err := io.ReadAll(io.LimitReader(in, 16))
	if err != nil {
		return fmt.Errorf("waiting for the first stage: %w", err)
	}
	if strings.TrimSpace(string(answer)) != goAhead {
		return errors.New("the first stage has ended")
	}
	return nil
}

// become sets everything up and executes the container's program, as soon as
// start returns without an error.
func (cfg initConfig) become(start func() error) error {
	if !cfg.Detach {
		if err := dieWithParent(); err != nil {
			return err
		}
	}
	// While /proc is still the host's: the container's may be read-only.
	if err := setOOMScore(cfg.Process.OOMScoreAdj); err != nil {
		return err
	}
	if cfg.NewKeyring {
		newSessionKeyring(cfg.ID)
	}
	if cfg.Spec != nil {
		if err := cfg.setUpContainer(); err != nil {
			return err
		}
	} else if err := enterMountNamespace(); err != nil {
		return err
	}
	p := process{spec: cfg.Process, dieWithParent: !cfg.Detach, start: start}
	return p.exec()
}

// setUpContainer makes the new namespaces the container's.
func (cfg initConfig) setUpContainer() error {
	l := cfg.Spec.Linux
	if hasNew(l, specs.NetworkNamespace) {
		if err := loopbackUp(); err != nil {
			return fmt.Errorf("bringing the loopback interface up: %w", err)
		}
	}
	if err := setUpRootfs(cfg.Spec, cfg.NoPivot); err != nil {
		return err
	}
	if hasNew(l, specs.UTSNamespace) {
		if err := setNames(cfg.Spec); err != nil {
			return err
		}
	}
	return nil
}

// enterMountNamespace moves this thread into the container's mount namespace,
// which also makes the container's root its root. The thread must not share
// its root with others for that.
func enterMountNamespace() error {
	unix.CloseOnExec(mountNSFD)
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return fmt.Errorf("joining the mount namespace: %w", err)
	}
	if err := unix.Setns(mountNSFD, unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("joining the mount namespace: %w", err)
	}
	unix.Umask(defaultUmask)
	return nil
}

func setNames(spec *specs.Spec) error {
	if spec.Hostname != "" {
		if err := unix.Sethostname([]byte(spec.Hostname)); err != nil {
			return fmt.Errorf("setting the host name: %w", err)
		}
	}
	if spec.Domainname != "" {
		if err := unix.Setdomainname([]byte(spec.Domainname)); err != nil {
			return fmt.Errorf("setting the domain name: %w", err)
		}
	}
	return nil
}

// loopbackUp is `ip link set lo up`: a new network namespace has the interface
// down, and servers are probed over it.
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, ifr); err != nil {
		return err
	}
	ifr.SetUint16(ifr.Uint16() | unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr)
}

// newSessionKeyring hides the host session's kernel keys. Kernels and outer
// sandboxes without keyrings have nothing to hide, so failing is no error.
func newSessionKeyring(id string) {
	_, _ = unix.KeyctlJoinSessionKeyring("_ses." + id)
}

// setOOMScore lowers or raises the chance to be killed when memory is out. An
// unprivileged runtime can't lower it; then, as with runc, it stays.
func setOOMScore(score *int) error {
	if score == nil {
		return nil
	}
	err := os.WriteFile("/proc/self/oom_score_adj", fmt.Appendf(nil, "%d", *score), 0)
	if errors.Is(err, os.ErrPermission) && inUserNamespace() {
		return nil
	}
	if err != nil {
		return fmt.Errorf("setting oomScoreAdj: %w", err)
	}
	return nil
}
