package embedded

import (
	"bytes"
	"os"
)

// checkHost says what this machine lacks, before anything is written.
func checkHost() error {
	if os.Geteuid() != 0 {
		return &UnavailableError{
			Missing: "this process is neither root nor in a user namespace of its own",
			Hint:    "install uidmap and give the user ranges in /etc/subuid and /etc/subgid, " + alternatives,
		}
	}
	return nil
}

// inUserNamespace reports whether uid 0 here is not uid 0 of the machine.
func inUserNamespace() bool {
	b, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		return false
	}
	f := bytes.Fields(b)
	// The initial namespace maps the whole range onto itself
	// (user_namespaces(7)).
	return !(len(f) == 3 && string(f[0]) == "0" && string(f[1]) == "0" && string(f[2]) == "4294967295")
}
