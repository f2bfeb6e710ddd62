package sl5015

import (
	"strings"

	"schlank/dockerfile/shellcmd"
	"schlank/rule"
	"schlank/rules/script"
)

// answer is the flags that keep a command from asking, "" for one that does
// not ask.
func answer(c rule.Shell) string {
	args := c.Args(shellcmd.Options{Values: []string{"-t", "-f", "-C", "-b", "-N", "-G", "-g", "-u", "-s", "-h", "-k", "--home", "--shell", "--uid", "--gid", "--gecos", "--ingroup"}})
	switch c.Name {
	case "adduser":
		return adduser(c, args)
	case "passwd":
		if !args.Has("-l", "-d", "-e", "-u", "-S", "--lock", "--delete", "--stdin", "--status", "--expire") {
			return "nothing: a user of an image needs no password"
		}
	case "ssh-keygen":
		if args.Has("-t", "-b") && !args.Has("-N", "-A", "-l", "-y", "-R", "-F") {
			return "-N '' -f with a file"
		}
	case "openssl":
		if len(c.Words) > 1 && c.Words[1].Value == "req" && !has(c, "-subj", "-batch", "-config", "-in") {
			return "-subj"
		}
	case "dpkg-reconfigure":
		if !has(c, "-f", "--frontend", "-fnoninteractive", "--frontend=noninteractive") && !noninteractive(c) {
			return "-f noninteractive"
		}
	case "mysql_secure_installation":
		return "the statements that it would make, with mysql -e"
	}
	return ""
}

// adduser is the answers for Debian's and busybox's adduser; that of other
// systems is another name of useradd, which does not ask.
func adduser(c rule.Shell, args shellcmd.Args) string {
	if len(args.Operands) != 1 {
		return ""
	}
	switch script.SystemShell(c.In.Stage) {
	case script.Ash:
		if !args.Has("-D", "-S") && !has(c, "--disabled-password", "--system") {
			return "-D"
		}
	case script.Dash:
		if !has(c, "--disabled-password", "--disabled-login", "--system") {
			return "--disabled-password --gecos ''"
		}
	}
	return ""
}

// has reports whether one of the words is there.
func has(c rule.Shell, flags ...string) bool {
	for _, w := range c.Words[1:] {
		for _, f := range flags {
			if w.Text == f || strings.HasPrefix(w.Text, f+"=") {
				return true
			}
		}
	}
	return false
}

// noninteractive reports whether the variable that keeps debconf from asking
// is set.
func noninteractive(c rule.Shell) bool {
	if v, ok := c.In.Before.Env.Get("DEBIAN_FRONTEND"); ok && v == "noninteractive" {
		return true
	}
	return strings.Contains(c.Script.Text.Text(), "DEBIAN_FRONTEND=noninteractive")
}
