package restage

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"schlank/inventory"
)

func sortPaths(list []string) { slices.SortFunc(list, inventory.ComparePaths) }

// copyFlags are the flags of the COPY instructions of a set.
type copyFlags struct {
	from string
	// chown is the owner of the copies, "" to keep what they have.
	chown string
}

func (f copyFlags) String() string {
	if f.chown != "" {
		return "COPY --from=" + f.from + " --chown=" + f.chown
	}
	return "COPY --from=" + f.from
}

// writeCopies renders a set.
func (w *writer) writeCopies(set copySet, flags copyFlags) error {
	for _, d := range set.dirs {
		line := flags.String()
		for _, x := range d.exclude {
			line += " --exclude=" + x
		}
		if err := w.copy(line, []string{d.path}, d.path); err != nil {
			return err
		}
	}
	for _, f := range set.files {
		words := make([]string, 0, len(f.names))
		for _, n := range f.names {
			words = append(words, path.Join(f.dir, n))
		}
		if err := w.copy(flags.String(), words, strings.TrimSuffix(f.dir, "/")+"/"); err != nil {
			return err
		}
	}
	if len(set.listed) > 0 {
		return w.copy(flags.String()+" --parents", set.listed, "/")
	}
	return nil
}

// copy writes a COPY: as JSON when a word holds what would be split, each
// source on a line of its own when the line gets long.
func (w *writer) copy(flags string, sources []string, dest string) error {
	escape := w.in.File.Syntax.Escape
	words := make([]string, 0, len(sources)+1)
	odd := !oneWord(dest)
	for _, s := range sources {
		if !writable(s) {
			return noRewrite("the file name %q cannot be written in a Dockerfile", s)
		}
		odd = odd || !oneWord(s)
		words = append(words, copySource(s, escape))
	}
	if !writable(dest) {
		return noRewrite("the directory name %q cannot be written in a Dockerfile", dest)
	}
	words = append(words, copyDest(dest, escape))
	if !odd {
		w.line(w.wrap(append([]string{flags}, words...)))
		return nil
	}
	words = jsonList(words)
	for k := range words {
		if k < len(words)-1 {
			words[k] += ","
		}
	}
	words[0] = "[" + words[0]
	words[len(words)-1] += "]"
	w.line(w.wrap(append([]string{flags}, words...)))
	return nil
}

// oneWord reports whether a path can stand unquoted in a COPY.
func oneWord(s string) bool { return plain(strings.NewReplacer("~", "", "*", "x").Replace(s)) }

// makeDirs are the commands that make directories with owner and mode. users
// and groups are the accounts by id; chown, when not empty, replaces the owner.
func makeDirs(dirs []*inventory.File, users, groups map[int]string, chown string) ([]string, error) {
	var cmds []string
	last := ""
	for _, d := range dirs {
		if !writable(d.Path) {
			return nil, noRewrite("the directory name %q cannot be written in a Dockerfile", d.Path)
		}
		user, group := chown, chown
		if chown == "" {
			user, group = nameOf(users, d.UID), nameOf(groups, d.GID)
		}
		opts := "install -d"
		if chown != "" || d.UID != 0 || d.GID != 0 {
			opts += fmt.Sprintf(" -o %s -g %s", user, group)
		}
		if mode := permissions(d.Mode); mode != 0o755 {
			opts += fmt.Sprintf(" -m %04o", mode)
		}
		if opts == last {
			cmds[len(cmds)-1] += " " + shellQuote(d.Path)
			continue
		}
		cmds, last = append(cmds, opts+" "+shellQuote(d.Path)), opts
	}
	return cmds, nil
}

func nameOf(names map[int]string, id int) string {
	if n := names[id]; n != "" {
		return n
	}
	return fmt.Sprint(id)
}

// permissions are the mode bits as chmod(1) writes them.
func permissions(m fs.FileMode) uint32 {
	p := uint32(m.Perm())
	for bit, flag := range map[uint32]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if m&flag != 0 {
			p |= bit
		}
	}
	return p
}
