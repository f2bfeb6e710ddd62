package sl5010

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/rule"
)

// pointless says why a command is of no use where it stands, "" if it may be,
// and what to do instead.
func pointless(c rule.Shell) (why, hint string) {
	hint = "leave it out, or do it when the container starts"
	switch c.Name {
	case "service", "initctl", "invoke-rc.d":
		if c.Index == len(c.Script.Commands)-1 {
			why = "what it starts ends with the RUN"
		}
	case "systemctl":
		if len(c.Words) > 1 && slices.Contains([]string{"start", "restart", "stop", "reload", "daemon-reload", "status"}, c.Words[1].Value) {
			why = "there is no systemd"
		}
	case "vim", "vi", "nano", "emacs", "top", "htop", "less", "more":
		why = "there is no terminal"
	case "ssh":
		if !hasKey(c.Run) {
			why, hint = "it has no key", "write RUN --mount=type=ssh"
		}
	case "shutdown", "reboot", "halt", "poweroff":
		why = "there is no machine to stop"
	case "ps", "free":
		why = "there is nothing running but the RUN itself"
	case "kill":
		if !background(c) {
			why = "there is nothing running but the RUN itself"
		}
	case "mount":
		if len(c.Words) > 1 && c.Run.Security != "insecure" {
			why = "it needs rights that a RUN does not have"
		}
	case "ifconfig":
		why = "what it changes is gone after the RUN"
	}
	return why, hint
}

// background reports whether the script has started something that it can end.
func background(c rule.Shell) bool {
	return slices.ContainsFunc(c.Script.Commands[:c.Index], func(other shellcmd.Command) bool { return other.Next == shellcmd.Background })
}

// hasKey reports whether a RUN is given the key that ssh needs.
func hasKey(r *dockerfile.Run) bool {
	return slices.ContainsFunc(r.Mounts, func(m dockerfile.Mount) bool {
		return m.Type == "ssh" || m.Type == "secret" || strings.Contains(m.Target.Text, ".ssh")
	})
}
