package trace

import (
	"path"
	"slices"
	"strings"

	"schlank/dockerfile/pkgmgr"
	"schlank/dockerfile/shellcmd"
)

// events notes what a command makes and deletes.
func (c command) events() {
	for _, r := range c.Command().Redirs {
		if r.Op == ">" || r.Op == ">|" {
			c.made(r.Target, false)
		}
	}
	switch c.Name {
	case "curl":
		c.curl()
	case "wget":
		c.wget()
	case "git":
		c.git()
	case "tar", "bsdtar":
		c.tar()
	case "unzip":
		c.unzip()
	case "cp", "mv", "install":
		c.copies()
	case "tee", "touch":
		for _, k := range c.Args(shellcmd.Options{Values: []string{"-d", "-r", "-t"}}).Operands {
			c.made(c.Words[k], false)
		}
	case "rm", "rmdir", "unlink", "shred":
		args := c.Args(shellcmd.Options{})
		for _, k := range args.Operands {
			c.deleted(c.Words[k], args.Has("-r", "-R", "--recursive"))
		}
	case "virtualenv":
		c.venv(c.Args(shellcmd.Options{Values: []string{"-p", "--python", "--prompt"}}).Operands)
	case "python", "python3":
		if len(c.Words) > 3 && c.Words[1].Value == "-m" && (c.Words[2].Value == "venv" || c.Words[2].Value == "virtualenv") {
			c.venv(c.Args(shellcmd.Options{Values: []string{"-m", "--prompt"}}).Operands)
		}
	}
	c.packages()
}

// made notes that a word names what the command makes.
func (c command) made(w shellcmd.Word, tree bool) {
	if name, ok := c.path(w); ok && !w.Glob && !Inside(name, "/dev") && !Inside(name, "/proc") {
		c.add(Event{Kind: Made, Path: name, Tree: tree, Span: w.Orig})
	}
}

// madeAs notes that a command makes a path that a word gives the name for.
func (c command) madeAs(name string, w shellcmd.Word, tree bool) {
	if name != "" {
		c.add(Event{Kind: Made, Path: path.Join(c.dir, name), Tree: tree, Span: w.Orig})
	}
}

// deleted notes that a word names what the command deletes.
func (c command) deleted(w shellcmd.Word, tree bool) {
	if name, ok := c.path(w); ok {
		c.add(Event{Kind: Deleted, Path: name, Tree: tree, Span: w.Orig})
	}
}

// tar notes which archive tar unpacks, and to where.
func (c command) tar() {
	if len(c.Words) < 2 {
		return
	}
	var archive *shellcmd.Word
	dir, extracts := "", false
	for k := 1; k < len(c.Words); k++ {
		w := &c.Words[k]
		text := w.Text
		switch {
		case text == "--extract" || text == "--get":
			extracts = true
		case text == "-C" || text == "--directory":
			if k++; k < len(c.Words) {
				dir = c.Words[k].Value
			}
		case strings.HasPrefix(text, "--directory="):
			dir = strings.TrimPrefix(w.Value, "--directory=")
		case text == "--file" || text == "-f":
			if k++; k < len(c.Words) {
				archive = &c.Words[k]
			}
		case strings.HasPrefix(text, "--"):
		case k == 1 || strings.HasPrefix(text, "-"):
			extracts = extracts || strings.Contains(text, "x")
			if strings.HasSuffix(text, "f") && k+1 < len(c.Words) {
				k++
				archive = &c.Words[k]
			}
		}
	}
	if !extracts {
		return
	}
	c.unpack(archive, dir)
}

// unzip notes which archive unzip unpacks, and to where.
func (c command) unzip() {
	args := c.Args(shellcmd.Options{Values: []string{"-d", "-x", "-P"}})
	if len(args.Operands) == 0 || args.Has("-l", "-t", "-p", "-c", "-v", "-Z") {
		return
	}
	dir, _ := args.Value("-d")
	c.unpack(&c.Words[args.Operands[0]], dir)
}

// unpack notes that an archive is read, and what most likely comes out of it:
// a directory of its name, or all that is in a directory of its own.
func (c command) unpack(archive *shellcmd.Word, dir string) {
	to := path.Join(c.dir, dir)
	if path.IsAbs(dir) {
		to = path.Clean(dir)
	}
	span := c.Words[0].Orig
	if archive != nil && archive.Text != "-" {
		span = archive.Orig
		if name, ok := c.path(*archive); ok {
			c.add(Event{Kind: Unpacked, Path: name, Span: span})
			if s := stem(name); s != "" {
				c.add(Event{Kind: Made, Path: path.Join(to, s), Tree: true, Span: span})
			}
		}
	}
	if !shared(to) {
		c.add(Event{Kind: Made, Path: to, Tree: true, Span: span})
	}
}

// copies notes what cp, mv and install make, and what mv takes away.
func (c command) copies() {
	args := c.Args(shellcmd.Options{Values: []string{"-t", "--target-directory", "-m", "-o", "-g", "-S", "--mode", "--owner", "--group"}})
	if c.Name == "install" && args.Has("-d", "--directory") || args.Has("-t", "--target-directory") || len(args.Operands) < 2 {
		return
	}
	last := len(args.Operands) - 1
	dest := c.Words[args.Operands[last]]
	to, known := c.path(dest)
	tree := args.Has("-r", "-R", "-a", "--recursive", "--archive") || c.Name == "mv"
	for _, k := range args.Operands[:last] {
		w := c.Words[k]
		from, ok := c.path(w)
		if c.Name == "mv" && ok {
			c.add(Event{Kind: Deleted, Path: from, Tree: true, Span: w.Orig})
		}
		if !known {
			continue
		}
		// The destination may be a directory that is there, or not.
		if ok && !w.Glob {
			c.add(Event{Kind: Made, Path: path.Join(to, path.Base(from)), Tree: tree, Span: dest.Orig})
		}
		if last == 1 && !strings.HasSuffix(dest.Text, "/") {
			c.add(Event{Kind: Made, Path: to, Tree: tree, Span: dest.Orig})
		}
	}
}

// venv notes a virtual environment.
func (c command) venv(operands []int) {
	if len(operands) > 0 {
		c.made(c.Words[operands[0]], true)
	}
}

// packages notes what package managers add, take away and keep in caches.
func (c command) packages() {
	home := pkgmgr.Home(c.walker.in.Before.User)
	a, ok := pkgmgr.Parse(c.Effective)
	if !ok || a.Has(pkgmgr.Dry) {
		return
	}
	switch a.Verb {
	case pkgmgr.Install:
		if a.Manager.Ecosystem == pkgmgr.Node && !a.Has(pkgmgr.Global) {
			c.madeAs("node_modules", c.Words[0], true)
		}
		if a.Manager.Ecosystem.System() {
			c.named(a, Made)
		}
	case pkgmgr.Remove:
		if a.Manager.Ecosystem.System() {
			c.named(a, Deleted)
		}
	}
	for _, cache := range a.Fills(c.walker.in.Before.Env.Get, home) {
		if cache.SelfCleaning {
			continue
		}
		for _, name := range cache.Paths {
			c.add(Event{Kind: Made, Path: name, Tree: true, Cache: true, Span: a.CallSpan()})
		}
	}
	for _, m := range a.Manager.Stores {
		cache := pkgmgr.Cache{Store: &m, Manager: a.Manager}
		if a.Empties(cache) && len(m.Paths) > 0 && !m.SelfCleaning {
			c.add(Event{Kind: Deleted, Path: strings.Replace(m.Paths[0], "~", home, 1), Tree: true, Cache: true, Span: a.CallSpan()})
		}
	}
}

// named notes the packages that a command names; those that got a name for
// all of them go by that name.
func (c command) named(a pkgmgr.Action, kind Kind) {
	names := a.Names()
	if v := a.Setting(pkgmgr.Virtual); v != nil && v.Static {
		names = []string{v.Value}
	}
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		c.add(Event{Kind: kind, Path: "package:" + a.Manager.Name + "/" + n, Tree: true, Span: a.CallSpan()})
	}
}
