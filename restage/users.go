package restage

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"schlank/evidence"
)

// account is a line of /etc/passwd.
type account struct {
	name, home, shell string
	uid, gid          int
}

// group is a line of /etc/group.
type group struct {
	name    string
	gid     int
	members []string
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
		uid, err1 := strconv.ParseUint(f[2], 10, 31)
		gid, err2 := strconv.ParseUint(f[3], 10, 31)
		if err1 == nil && err2 == nil && plainName(f[0]) && writable(f[5]) && writable(f[6]) {
			list = append(list, account{name: f[0], uid: int(uid), gid: int(gid), home: f[5], shell: f[6]})
		}
	}
	return list
}

// groups reads group(5).
func groups(b []byte) []group {
	var list []group
	for _, line := range strings.Split(string(b), "\n") {
		f := strings.Split(line, ":")
		if len(f) != 4 || !plainName(f[0]) {
			continue
		}
		if gid, err := strconv.ParseUint(f[2], 10, 31); err == nil {
			list = append(list, group{name: f[0], gid: int(gid), members: strings.Split(f[3], ",")})
		}
	}
	return list
}

// plainName guards against names that would mean something to the shell:
// they come from an image.
func plainName(s string) bool {
	return s != "" && s[0] != '-' && strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	}) < 0
}

// userDatabase is the accounts of the image and of the slim base.
type userDatabase struct {
	users, baseUsers   []account
	groups, baseGroups []group
}

func readAccounts(in Input) (*userDatabase, error) {
	files := []string{"/etc/passwd", "/etc/group"}
	have, err := in.Read(files, maxPasswd)
	if err != nil {
		return nil, fmt.Errorf("reading the image's users: %w", err)
	}
	base, err := in.ReadSlim(files, maxPasswd)
	if err != nil {
		return nil, fmt.Errorf("reading the slim base's users: %w", err)
	}
	d := &userDatabase{
		users: accounts(have[files[0]]), baseUsers: accounts(base[files[0]]),
		groups: groups(have[files[1]]), baseGroups: groups(base[files[1]]),
	}
	sort.SliceStable(d.users, func(i, j int) bool { return d.users[i].uid < d.users[j].uid })
	return d, nil
}

// nonRoot is a name for a new account that neither image has.
func (d *userDatabase) nonRoot() string {
	name := "app"
	for slices.ContainsFunc(append(d.users, d.baseUsers...), func(a account) bool { return a.name == name }) ||
		slices.ContainsFunc(append(d.groups, d.baseGroups...), func(g group) bool { return g.name == name }) {
		name = "slim-" + name
	}
	return name
}

// userNames and groupNames are the names that will exist in the run-time
// stage: those of the base.
func (d *userDatabase) userNames() map[int]string {
	m := map[int]string{}
	for _, a := range d.baseUsers {
		m[a.uid] = a.name
	}
	return m
}

func (d *userDatabase) groupNames() map[int]string {
	m := map[int]string{}
	for _, g := range d.baseGroups {
		m[g.gid] = g.name
	}
	return m
}

// commands recreate the accounts that the image has, the slim base has not,
// and the run-time stage needs: the user it runs as and the owners of what it
// copies.
func (d *userDatabase) commands(in Input, ev *evidence.Result) ([]string, error) {
	uids, gids := map[int]bool{}, map[int]bool{}
	for _, f := range slices.Concat(ev.Artefacts, ev.Changed) {
		uids[f.UID], gids[f.GID] = true, true
	}
	runAs, runGroup, _ := strings.Cut(in.Image.Config.User, ":")
	var cmds []string
	for _, g := range d.groups {
		if gids[g.gid] || runGroup == g.name {
			if err := d.addGroup(g, &cmds); err != nil {
				return nil, err
			}
		}
	}
	for _, a := range d.users {
		if !uids[a.uid] && runAs != a.name && runAs != strconv.Itoa(a.uid) {
			continue
		}
		if err := d.addUser(a, &cmds); err != nil {
			return nil, err
		}
	}
	return cmds, nil
}

// addGroup makes a group unless the base has it.
func (d *userDatabase) addGroup(g group, cmds *[]string) error {
	for _, b := range d.baseGroups {
		switch {
		case b.name == g.name && b.gid == g.gid:
			return nil
		case b.name == g.name:
			return noRewrite("group %s is %d in the image and %d in the slim base", g.name, g.gid, b.gid)
		case b.gid == g.gid:
			return nil // its files keep the number
		}
	}
	*cmds = append(*cmds, fmt.Sprintf("groupadd --gid %d %s", g.gid, g.name))
	d.baseGroups = append(d.baseGroups, g)
	return nil
}

// addUser makes an account, with its groups, unless the base has it.
func (d *userDatabase) addUser(a account, cmds *[]string) error {
	flags := ""
	for _, b := range d.baseUsers {
		switch {
		case b.name == a.name && b.uid == a.uid:
			return nil
		case b.name == a.name:
			return noRewrite("user %s is %d in the image and %d in the slim base", a.name, a.uid, b.uid)
		case b.uid == a.uid:
			flags = "--non-unique "
		}
	}
	var further []string
	for _, g := range d.groups {
		member := slices.Contains(g.members, a.name)
		if g.gid == a.gid || member {
			if err := d.addGroup(g, cmds); err != nil {
				return err
			}
		}
		if member && g.gid != a.gid {
			further = append(further, d.groupNames()[g.gid])
		}
	}
	if len(further) > 0 {
		flags += "--groups " + strings.Join(further, ",") + " "
	}
	*cmds = append(*cmds, fmt.Sprintf("useradd --uid %d --gid %d %s--home-dir %s --shell %s --no-log-init %s",
		a.uid, a.gid, flags, shellQuote(a.home), shellQuote(a.shell), a.name))
	d.baseUsers = append(d.baseUsers, a)
	return nil
}
