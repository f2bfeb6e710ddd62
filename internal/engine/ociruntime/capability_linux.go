package ociruntime

import (
	"errors"
	"math/bits"
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// capabilities are the five sets of a thread, a bit for each capability.
type capabilities struct {
	bounding, effective, permitted, inheritable, ambient uint64
}

// capabilityNames are the names in the order of their numbers; see
// include/uapi/linux/capability.h.
func capabilityNames() []string {
	return []string{
		"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID",
		"CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE",
		"CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK",
		"CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE",
		"CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE",
		"CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
		"CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG",
		"CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
		"CAP_CHECKPOINT_RESTORE",
	}
}

// parseCapabilities translates names. One that is not known, to this program,
// is left out, as runc does: a newer caller may name what an older kernel lacks.
func parseCapabilities(c *specs.LinuxCapabilities) capabilities {
	if c == nil {
		return capabilities{}
	}
	names := capabilityNames()
	set := func(list []string) (mask uint64) {
		for _, name := range list {
			if i := slices.Index(names, name); i >= 0 {
				mask |= 1 << i
			}
		}
		return mask
	}
	return capabilities{set(c.Bounding), set(c.Effective), set(c.Permitted), set(c.Inheritable), set(c.Ambient)}
}

// dropBounding removes from the bounding set all that c does not list, also
// those that have no name here yet.
func (c capabilities) dropBounding() error {
	for i := range 64 {
		has, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, uintptr(i), 0, 0, 0)
		if errors.Is(err, unix.EINVAL) {
			return nil // beyond the kernel's last
		}
		if err != nil {
			return err
		}
		if has == 0 || c.bounding&(1<<i) != 0 {
			continue
		}
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(i), 0, 0, 0); err != nil {
			return err
		}
	}
	return nil
}

// apply sets the other four sets of the calling thread.
func (c capabilities) apply() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	data := [2]unix.CapUserData{
		{Effective: uint32(c.effective), Permitted: uint32(c.permitted), Inheritable: uint32(c.inheritable)},
		{Effective: uint32(c.effective >> 32), Permitted: uint32(c.permitted >> 32), Inheritable: uint32(c.inheritable >> 32)},
	}
	if err := unix.Capset(&header, &data[0]); err != nil {
		return err
	}
	err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
	if err != nil && !errors.Is(err, unix.EINVAL) { // EINVAL: before Linux 4.3
		return err
	}
	for rest := c.ambient; rest != 0; rest &= rest - 1 {
		// Fails for one that is not also permitted and inheritable. runc ignores
		// that, and configurations in the wild rely on it.
		_ = unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, uintptr(bits.TrailingZeros64(rest)), 0, 0)
	}
	return nil
}
