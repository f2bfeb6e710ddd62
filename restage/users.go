package restage

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"schlank/inventory"
)

// account is a line of /etc/passwd.
type account struct {
	name, home, shell string
	uid, gid          int
}

// maxPasswd bounds the user databases, in bytes.
const maxPasswd = 1 << 20

// accounts reads passwd(5); lines that are none are skipped.
func accounts(b []byte) []account {
	var list []account
	for _, line := range strings.Split(string(b), "\n") {
		f := strings.Split(line, ":")
		if len(f) != 7 {
			continue
		}
		uid, err1 := strconv.Atoi(f[2])
		gid, err2 := strconv.Atoi(f[3])
		if err1 == nil && err2 == nil && plainName(f[0]) {
			list = append(list, account{name: f[0], uid: uid, gid: gid, home: f[5], shell: f[6]})
		}
	}
	return list
}

// groups reads group(5) into names by id.
func groups(b []byte) map[int]string {
	m := map[int]string{}
	for _, line := range strings.Split(string(b), "\n") {
		f := strings.Split(line, ":")
		if len(f) != 4 || !plainName(f[0]) {
			continue
		}
		if gid, err := strconv.Atoi(f[2]); err == nil {
			m[gid] = f[0]
		}
	}
	return m
}

// plainName guards against names that would mean something to the shell:
// they come from an image.
func plainName(s string) bool {
	return s != "" && s[0] != '-' && strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	}) < 0
}

// userCommands recreate the accounts that the image has, the slim base has
// not, and the run-time stage needs: the user it runs as and the owners of
// what it copies.
func userCommands(in Input, artefacts []*inventory.File) ([]string, error) {
	files := []string{"/etc/passwd", "/etc/group"}
	have, err := in.Read(files, maxPasswd)
	if err != nil {
		return nil, fmt.Errorf("reading the image's users: %w", err)
	}
	base, err := in.ReadSlim(files, maxPasswd)
	if err != nil {
		return nil, fmt.Errorf("reading the slim base's users: %w", err)
	}
	known := map[string]bool{}
	for _, a := range accounts(base["/etc/passwd"]) {
		known[a.name] = true
	}
	owners := map[int]bool{}
	for _, f := range artefacts {
		owners[f.UID] = true
	}
	runAs, _, _ := strings.Cut(in.Image.Config.User, ":")
	names, baseGroups := groups(have["/etc/group"]), groups(base["/etc/group"])
	var cmds []string
	list := accounts(have["/etc/passwd"])
	sort.Slice(list, func(i, j int) bool { return list[i].uid < list[j].uid })
	for _, a := range list {
		if known[a.name] || !owners[a.uid] && runAs != a.name && runAs != strconv.Itoa(a.uid) {
			continue
		}
		if g := names[a.gid]; g != "" && baseGroups[a.gid] == "" {
			cmds = append(cmds, fmt.Sprintf("groupadd --gid %d %s", a.gid, g))
			baseGroups[a.gid] = g
		}
		cmds = append(cmds, fmt.Sprintf("useradd --uid %d --gid %d --home-dir %s --shell %s --no-log-init %s",
			a.uid, a.gid, shellQuote(a.home), shellQuote(a.shell), a.name))
	}
	return cmds, nil
}
