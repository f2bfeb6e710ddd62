package inventory

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// capabilityNames are those of capabilities(7), by number.
var capabilityNames = []string{
	"chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
	"linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
	"sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
	"sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
	"mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
	"checkpoint_restore",
}

// Capabilities are what a program may do whoever runs it, from the extended
// attribute security.capability: the names of the permitted ones, comma
// separated and in the kernel's order ("cap_net_raw"). A copy of the file
// that loses the attribute loses them. It is "" for files without any, and
// "unknown" for an attribute that no kernel would take.
func (e *Entry) Capabilities() string {
	raw, ok := e.Xattrs["security.capability"]
	if !ok {
		return ""
	}
	// struct vfs_ns_cap_data of linux/capability.h: a magic number with the
	// revision, pairs of permitted and inheritable bits, a user id in
	// revision 3.
	var words []uint32
	for b := []byte(raw); len(b) >= 4; b = b[4:] {
		words = append(words, binary.LittleEndian.Uint32(b))
	}
	var permitted uint64
	switch {
	case len(raw) == 12 && words[0]>>24 == 1:
		permitted = uint64(words[1])
	case len(raw) == 20 && words[0]>>24 == 2, len(raw) == 24 && words[0]>>24 == 3:
		permitted = uint64(words[1]) | uint64(words[3])<<32
	default:
		return "unknown"
	}
	var names []string
	for i := range 64 {
		switch {
		case permitted>>i&1 == 0:
		case i < len(capabilityNames):
			names = append(names, "cap_"+capabilityNames[i])
		default:
			names = append(names, fmt.Sprintf("cap_%d", i))
		}
	}
	return strings.Join(names, ",")
}
