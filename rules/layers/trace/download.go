package trace

import (
	"path"
	"strings"

	"schlank/dockerfile/shellcmd"
)

// curl notes what curl stores.
func (c command) curl() {
	args := c.Args(shellcmd.Options{Values: []string{
		"-o", "--output", "--output-dir", "-H", "--header", "-d", "--data", "-u", "--user", "-X", "--request", "-A", "-e", "-b", "-c", "-x", "--proxy",
		"-m", "--max-time", "--retry", "--retry-delay", "--connect-timeout", "-w", "-T", "-F", "-E", "--cert", "--key", "--cacert", "-C", "-r", "-D",
		"--url",
	}})
	dir := ""
	for _, f := range args.Flags {
		if f.Name == "--output-dir" && f.HasValue {
			dir = f.Value
		}
	}
	for _, f := range args.Flags {
		if (f.Name == "-o" || f.Name == "--output") && f.HasValue {
			c.flagValue(f, dir)
		}
	}
	if args.Has("-O", "--remote-name", "--remote-name-all") {
		for _, k := range args.Operands {
			if text, ok := c.text(c.Words[k]); ok && baseOf(text) != "" {
				c.madeAs(path.Join(dir, baseOf(text)), c.Words[k], false)
			}
		}
	}
}

// flagValue notes that the value of a flag names a file that is made.
func (c command) flagValue(f shellcmd.Flag, dir string) {
	w := c.Words[f.ValueWord]
	if f.ValueWord != f.Word {
		if dir == "" {
			c.made(w, false)
		}
		return
	}
	// -oFILE, --output=FILE: the value is the end of the word.
	if name := path.Join(dir, f.Value); w.Static && f.Value != "-" {
		if path.IsAbs(name) {
			c.add(Event{Kind: Made, Path: path.Clean(name), Span: w.Orig})
		} else {
			c.madeAs(name, w, false)
		}
	}
}

// wget notes what wget stores.
func (c command) wget() {
	args := c.Args(shellcmd.Options{Values: []string{
		"-O", "--output-document", "-o", "-a", "-P", "--directory-prefix", "-t", "-T", "-U", "--user-agent", "--header", "-e", "-Q", "-w", "--tries", "--timeout",
	}})
	dir := ""
	for _, f := range args.Flags {
		switch f.Name {
		case "-O", "--output-document":
			if f.HasValue {
				c.flagValue(f, "")
			}
			return
		case "-P", "--directory-prefix":
			dir = f.Value
		}
	}
	for _, k := range args.Operands {
		text, ok := c.text(c.Words[k])
		if !ok || baseOf(text) == "" {
			continue
		}
		name := path.Join(dir, baseOf(text))
		if path.IsAbs(name) {
			c.add(Event{Kind: Made, Path: name, Span: c.Words[k].Orig})
		} else {
			c.madeAs(name, c.Words[k], false)
		}
	}
}

// git notes where git clones to.
func (c command) git() {
	args := c.Args(shellcmd.Options{Values: []string{"-C", "-c", "-b", "--branch", "--depth", "-o", "-j", "--jobs", "--revision", "--filter", "--reference"}})
	if len(args.Operands) < 2 || c.Words[args.Operands[0]].Value != "clone" {
		return
	}
	if len(args.Operands) > 2 {
		c.made(c.Words[args.Operands[2]], true)
		return
	}
	w := c.Words[args.Operands[1]]
	if text, ok := c.text(w); ok {
		c.madeAs(strings.TrimSuffix(path.Base(strings.TrimRight(text, "/")), ".git"), w, true)
	}
}
