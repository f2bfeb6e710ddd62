package ociruntime

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
)

func TestMain(m *testing.M) {
	switch {
	case Is(os.Args[0]):
		os.Exit(Main(context.Background(), os.Args, os.Stdin, os.Stdout, os.Stderr))
	case filepath.Base(os.Args[0]) == "probe":
		os.Exit(probeMain(os.Args[1:]))
	case filepath.Base(os.Args[0]) == "undermask":
		if err := underMask(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// needRoot skips, or fails where an engine is required, without what real
// containers take.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		unavailable(t, "running containers needs root")
	}
	self, err := elf.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	for _, p := range self.Progs {
		if p.Type == elf.PT_INTERP {
			unavailable(t, "the test binary is not static: set CGO_ENABLED=0")
		}
	}
}

func unavailable(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("SCHLANK_REQUIRE_ENGINE") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// box is a bundle and a runtime to run it with.
type box struct {
	t      *testing.T
	bundle string
	argv   []string // the runtime and its global flags
	attr   *syscall.SysProcAttr
}

// newBox makes a bundle whose root file system holds the test binary, with a
// configuration like the one BuildKit writes, changed by edit.
func newBox(t *testing.T, edit func(*specs.Spec)) *box {
	t.Helper()
	needRoot(t)
	dir := t.TempDir()
	runtime, err := Install(filepath.Join(dir, "runtime"))
	if err != nil {
		t.Fatal(err)
	}
	b := &box{t: t, bundle: filepath.Join(dir, "bundle"), argv: []string{runtime}}
	b.writeRootfs()
	spec := buildkitSpec()
	if edit != nil {
		edit(spec)
	}
	b.writeSpec(spec)
	return b
}

func (b *box) path(elem ...string) string {
	return filepath.Join(append([]string{b.bundle, "rootfs"}, elem...)...)
}

func (b *box) writeRootfs() {
	b.t.Helper()
	for _, d := range []string{"bin", "etc", "tmp"} {
		if err := os.MkdirAll(b.path(d), 0o755); err != nil {
			b.t.Fatal(err)
		}
	}
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		b.t.Fatal(err)
	}
	defer self.Close()
	out, err := os.OpenFile(b.path("bin/probe"), os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		b.t.Fatal(err)
	}
	_, err = io.Copy(out, self)
	if err := errors.Join(err, out.Close()); err != nil {
		b.t.Fatal(err)
	}
	b.writeFile("etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n")
}

func (b *box) writeFile(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(b.path(name), []byte(text), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func (b *box) writeSpec(spec *specs.Spec) {
	b.t.Helper()
	writeJSON(b.t, filepath.Join(b.bundle, "config.json"), spec)
}

func writeJSON(t *testing.T, path string, v any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// result is how a call of the runtime ended.
type result struct {
	out, err string
	code     int
}

// call runs the runtime to its end.
func (b *box) call(args ...string) result {
	b.t.Helper()
	cmd := b.cmd(args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		b.t.Fatal(err)
	}
	// What the test binary's other parts say under go test -cover.
	const noise = "warning: GOCOVERDIR not set, no coverage data emitted\n"
	return result{stdout.String(), strings.ReplaceAll(stderr.String(), noise, ""), cmd.ProcessState.ExitCode()}
}

func (b *box) cmd(args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	b.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, b.argv[0], append(b.argv[1:len(b.argv):len(b.argv)], args...)...)
	cmd.SysProcAttr = b.attr
	return cmd
}

func (b *box) run(id string, flags ...string) result {
	b.t.Helper()
	return b.call(append(append([]string{"run", "--bundle", b.bundle}, flags...), id)...)
}

// mustRun is run for a container that is to end well; it returns its output.
func (b *box) mustRun(id string, flags ...string) string {
	b.t.Helper()
	r := b.run(id, flags...)
	if r.code != 0 {
		b.t.Fatalf("run: exit code %d: %s", r.code, r.err)
	}
	return r.out
}

// see runs a container that reports what it sees.
func (b *box) see(id string, flags ...string) sight {
	b.t.Helper()
	return parseSight(b.t, b.mustRun(id, flags...))
}

func parseSight(t *testing.T, out string) sight {
	t.Helper()
	var s sight
	if err := json.Unmarshal([]byte(out), &s); err != nil {
		t.Fatalf("probe's report: %v: %q", err, out)
	}
	return s
}

// start runs a container in the background until it has printed "ready".
func (b *box) start(id string, flags ...string) *exec.Cmd {
	b.t.Helper()
	cmd := b.cmd(append(append([]string{"run", "--bundle", b.bundle}, flags...), id)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { b.call("delete", "--force", id) })
	buf := make([]byte, len("ready\n"))
	if _, err := io.ReadFull(stdout, buf); err != nil {
		cmd.Wait()
		b.t.Fatalf("container did not start: %v: %s", err, stderr.String())
	}
	return cmd
}

// state asks the runtime for a container's state.
func (b *box) state(id string) report {
	b.t.Helper()
	r := b.call("state", id)
	var rep report
	if err := json.Unmarshal([]byte(r.out+r.err), &rep); err != nil {
		b.t.Fatalf("state: %v: %q", err, r.out+r.err)
	}
	return rep
}

// buildkitSpec is what BuildKit v0.34 writes for a RUN instruction on a host
// without cgroup namespaces, with its own network namespace.
func buildkitSpec() *specs.Spec {
	caps := strings.Fields(`CAP_CHOWN CAP_DAC_OVERRIDE CAP_FSETID CAP_FOWNER CAP_MKNOD CAP_NET_RAW
		CAP_SETGID CAP_SETUID CAP_SETFCAP CAP_SETPCAP CAP_NET_BIND_SERVICE CAP_SYS_CHROOT CAP_KILL CAP_AUDIT_WRITE`)
	mount := func(dest, fs, source, options string) specs.Mount {
		return specs.Mount{Destination: dest, Type: fs, Source: source, Options: strings.Split(options, ",")}
	}
	return &specs.Spec{
		Version: specs.Version,
		Root:    &specs.Root{Path: "rootfs"},
		Process: &specs.Process{
			Cwd:          "/",
			Args:         []string{"probe", "report"},
			Env:          []string{"PATH=/usr/bin:/bin", "A=1"},
			Capabilities: &specs.LinuxCapabilities{Bounding: caps, Effective: caps, Permitted: caps},
		},
		Hostname: "buildkitsandbox",
		Mounts: []specs.Mount{
			mount("/proc", "proc", "proc", "nosuid,noexec,nodev"),
			mount("/dev", "tmpfs", "tmpfs", "nosuid,strictatime,mode=755,size=65536k"),
			mount("/dev/pts", "devpts", "devpts", "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5"),
			mount("/dev/shm", "tmpfs", "shm", "nosuid,noexec,nodev,mode=1777,size=65536k"),
			mount("/dev/mqueue", "mqueue", "mqueue", "nosuid,noexec,nodev"),
			mount("/sys", "sysfs", "sysfs", "nosuid,noexec,nodev,ro"),
			mount("/etc/resolv.conf", "bind", "/etc/hostname", "nosuid,noexec,nodev,rbind,ro"),
			mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro,nosuid,noexec,nodev"),
		},
		Linux: &specs.Linux{
			Namespaces: []specs.LinuxNamespace{
				{Type: specs.PIDNamespace}, {Type: specs.IPCNamespace}, {Type: specs.UTSNamespace},
				{Type: specs.MountNamespace}, {Type: specs.NetworkNamespace},
			},
			MaskedPaths: []string{"/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
				"/proc/timer_list", "/proc/sched_debug", "/sys/firmware", "/proc/scsi"},
			ReadonlyPaths: []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"},
		},
	}
}
