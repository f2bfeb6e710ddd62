package evidence

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"schlank/dockerfile/shellcmd"
	"schlank/inventory"
	"schlank/source"
)

// maxScript bounds the scripts that are read, in bytes.
const maxScript = 256 << 10

// programs follows what the image runs: entrypoint, command and health
// check, and every kept script with a shell's shebang.
func (c *collector) programs() error {
	cfg := c.in.Image.Config
	for _, r := range []struct {
		what  string
		words []string
	}{{"ENTRYPOINT", cfg.Entrypoint}, {"CMD", cfg.Cmd}, {"HEALTHCHECK", healthcheck(cfg)}} {
		c.command(r.words, r.what+" runs it")
	}
	return c.scripts()
}

// healthcheck is the command of the config's test, without its kind.
func healthcheck(cfg inventory.Config) []string {
	h := cfg.Healthcheck
	if h == nil || len(h.Test) < 2 {
		return nil
	}
	if h.Test[0] == "CMD-SHELL" {
		return []string{"/bin/sh", "-c", h.Test[1]}
	}
	return h.Test[1:]
}

// command looks at one command line: its program, and the script of a
// "sh -c".
func (c *collector) command(words []string, why string) {
	if len(words) == 0 {
		return
	}
	c.program(words[0], why)
	if shell := path.Base(words[0]); shellcmd.Shell(shell) {
		if n := len(words) - 1; n > 1 && slices.Contains(words[1:n], "-c") {
			c.script([]byte(words[n]), shell, why)
		}
		return
	}
	// Wrappers such as tini and gosu run what their arguments name.
	for _, w := range words[1:] {
		if f := c.lookup(w); f != nil && f.Mode&0o111 != 0 && f.Kind != inventory.KindDir {
			c.program(w, why)
		}
	}
}

// program finds a program by its name or path and notes it as needed.
func (c *collector) program(name, why string) {
	f := c.lookup(name)
	if f == nil || c.seen[f.Path] {
		return
	}
	c.seen[f.Path] = true
	target, links := c.in.Image.Tree.Resolve(f.Path)
	if target == nil || target.Kind == inventory.KindDir {
		return
	}
	if c.baseSoftware(target) {
		c.missing = append(c.missing, fmt.Sprintf("%s is of the original base's own software and not in the slim base (%s)", target.Path, why))
		return
	}
	for _, l := range links {
		c.need(l, why)
	}
	c.need(target, why)
	if target.ELF != nil && c.kept[target.Path] != nil {
		c.links()
	}
}

// baseSoftware reports a program of the original base that no package owns,
// an interpreter in /usr/local say. It rarely comes alone, and nothing tells
// what belongs to it.
func (c *collector) baseSoftware(f *inventory.File) bool {
	return f.Layer < c.in.BaseLayers && c.dpkgOwner(f) < 0 && c.in.Slim.Tree.Locate(f.Path) == nil
}

// lookup finds a program as execvp(3) would, with the image's PATH and
// working directory.
func (c *collector) lookup(name string) *inventory.File {
	cfg := c.in.Image.Config
	if strings.Contains(name, "/") {
		if !path.IsAbs(name) {
			name = path.Join("/", cfg.WorkingDir, name)
		}
		return c.in.Image.Tree.Locate(path.Clean(name))
	}
	for _, dir := range searchPath(cfg) {
		if f := c.in.Image.Tree.Locate(path.Join(dir, name)); f != nil && f.Kind != inventory.KindDir {
			return f
		}
	}
	return nil
}

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func searchPath(cfg inventory.Config) []string {
	p := defaultPath
	for _, kv := range cfg.Env {
		if v, ok := strings.CutPrefix(kv, "PATH="); ok {
			p = v
		}
	}
	var dirs []string
	for _, d := range strings.Split(p, ":") {
		if path.IsAbs(d) {
			dirs = append(dirs, path.Clean(d))
		}
	}
	return dirs
}

// library reports a file inside an installed package of a language. Scripts
// there are rarely run: pydevd, for one, brings one that compiles itself.
func library(p string) bool {
	return strings.Contains(p, "/node_modules/") || strings.Contains(p, "/site-packages/") || strings.Contains(p, "/dist-packages/")
}

// scripts reads the kept executables that are no ELF files, and shell
// scripts that a shell is given by name.
func (c *collector) scripts() error {
	var paths []string
	for _, p := range sortedPaths(c.kept) {
		f := c.kept[p]
		if f.Kind == inventory.KindFile && f.ELF == nil && f.Size <= maxScript && (f.Mode&0o111 != 0 || path.Ext(p) == ".sh") && !library(p) {
			paths = append(paths, p)
		}
	}
	bodies, err := c.in.Read(paths, maxScript)
	if err != nil {
		return fmt.Errorf("reading scripts of the image: %w", err)
	}
	for _, p := range paths {
		c.executable(p, bodies[p])
	}
	return nil
}

func (c *collector) executable(p string, body []byte) {
	line, _, _ := bytes.Cut(body, []byte("\n"))
	shebang, ok := bytes.CutPrefix(line, []byte("#!"))
	if !ok {
		if path.Ext(p) == ".sh" {
			c.script(body, "sh", p+" calls it")
		}
		return
	}
	words := strings.Fields(string(shebang))
	if len(words) == 0 {
		return
	}
	c.program(words[0], p+" is run by it")
	shell := path.Base(words[0])
	if shell == "env" && len(words) > 1 {
		shell = path.Base(words[len(words)-1])
		c.program(shell, p+" is run by it")
	}
	if shellcmd.Shell(shell) {
		c.script(body, shell, p+" calls it")
	}
}

// script notes every program a shell script calls by a fixed name.
func (c *collector) script(body []byte, shell, why string) {
	text := source.Verbatim(body, source.Span{Start: 0, End: len(body)})
	for _, cmd := range shellcmd.Parse(text, shell).Commands {
		if cmd.Name == "" {
			continue
		}
		c.program(cmd.Name, why)
		e := cmd.Effective()
		if len(e.Words) > 0 && e.Words[0].Static {
			c.program(e.Words[0].Value, why)
		}
	}
}
