package restage

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"schlank/dockerfile"
	"schlank/engine"
	"schlank/finding"
	"schlank/inventory"
	"schlank/source"
)

// model is a project, and the image it builds, put together from a compact
// description. In the archive "Dockerfile" is the Dockerfile, "context/…" the
// build context, "read/…" contents of files of the image, "image" and "slim"
// what is in the images besides the common base:
//
//	@base             the lines below are of the base image
//	@RUN apt-get      … of the first instruction that starts so
//	dpkg NAME [section=…] [depends=a,b] [recommends=a] [size=N]
//	pip NAME VERSION [depends=a,b]
//	/path [SIZE] [own=UID:GID] [mode=0755] [pkg=NAME] [elf] [soname=…] [needs=a,b] [dir] [-> link]
//
// A "config" of lines such as Env=A=b, User=… and Cmd=… is of the base image.
// What COPY takes from the context, and directories, are in the image by
// themselves. Comment lines "option: value" set nonroot, base, arg, withhold.
type model struct {
	t       testing.TB
	in      Input
	read    map[string][]byte
	layers  []*dockerfile.Instruction // from the first layer above the base
	entries []inventory.File
	slim    []inventory.File
	pkgs    []inventory.Package
	slimPkg []inventory.Package
	owner   map[int]string // entry → package
}

const commonBase = `
dpkg libc6 section=libs
dpkg bash section=shells
dpkg passwd section=admin
/usr/lib/x86_64-linux-gnu/libc.so.6 1900000 pkg=libc6 elf soname=libc.so.6
/usr/lib64/ld-linux-x86-64.so.2 200000 pkg=libc6 elf soname=ld-linux-x86-64.so.2
/usr/bin/bash 1200000 pkg=bash elf needs=libc.so.6
/usr/bin/sh -> bash
/usr/sbin/useradd 150000 pkg=passwd elf needs=libc.so.6
/bin -> usr/bin
/etc/apt/apt.conf.d/docker-clean 300
/etc/passwd 900
/usr/local/bin dir
/usr/local/lib dir
/srv dir
/tmp dir mode=01777
/opt dir
/home dir
`

const pythonBase = `
/usr/local/bin/python3.11 6000 elf needs=libc.so.6
/usr/local/bin/python -> python3.11
/usr/local/lib/python3.11/os.py 40000
pip pip 24.0
`

const fatBase = `
dpkg git section=vcs size=40000000
dpkg curl section=web depends=libcurl4
dpkg libcurl4 section=libs
/usr/bin/git 3000000 pkg=git elf needs=libc.so.6
/usr/bin/curl 300000 pkg=curl elf needs=libcurl.so.4
/usr/lib/x86_64-linux-gnu/libcurl.so.4 700000 pkg=libcurl4 elf soname=libcurl.so.4
`

const passwd = "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"

const groupFile = "root:x:0:\nwww-data:x:33:\nstaff:x:50:\n"

func newModel(t testing.TB, a *txtar.Archive) *model {
	t.Helper()
	m := &model{t: t, read: map[string][]byte{}, owner: map[int]string{}}
	options := comments(a)
	files := map[string][]byte{}
	context := map[string][]byte{}
	for _, f := range a.Files {
		switch {
		case strings.HasPrefix(f.Name, "context/"):
			context[strings.TrimPrefix(f.Name, "context/")] = f.Data
		case strings.HasPrefix(f.Name, "read/"):
			m.read["/"+strings.TrimPrefix(f.Name, "read/")] = f.Data
		default:
			files[f.Name] = f.Data
		}
	}
	text := string(files["Dockerfile"])
	if options["crlf"] != "" {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	args := map[string]string{}
	if k, v, ok := strings.Cut(options["arg"], "="); ok {
		args[k] = v
	}
	file := dockerfile.ParseWith(source.File{Name: "Dockerfile", Bytes: []byte(text)}, dockerfile.Options{BuildArgs: args})
	if w, ok := finding.Worst(file.Findings); ok && w == finding.Error {
		t.Fatalf("the Dockerfile has findings: %v", file.Findings)
	}
	stage := file.Stages[len(file.Stages)-1]
	m.in = Input{File: file, Stage: stage, BaseLayers: 1, NonRoot: options["nonroot"] != "", Withhold: strings.Fields(options["withhold"])}
	m.project(context)
	m.stages(stage)
	base := root(m.in).Base.Text
	common := commonBase
	if strings.Contains(base, "python") {
		common += pythonBase
	}
	m.copies()
	listed, pkgs := m.parse(common+fatBase+string(files["image"]), false)
	m.entries, m.pkgs = append(m.entries, listed...), pkgs
	m.slim, m.slimPkg = m.parse(common+string(files["slim"]), true)
	sib, err := FindSibling(base, "bookworm")
	if err != nil {
		t.Fatal(err)
	}
	m.in.Sibling = sib
	m.in.Slim = image(m.slim, m.slimPkg, 1)
	m.in.Image = image(m.entries, m.pkgs, 1+len(m.layers))
	m.config(string(files["config"]))
	m.reads()
	return m
}

// comments are the options in the archive's comment.
func comments(a *txtar.Archive) map[string]string {
	m := map[string]string{}
	for _, line := range strings.Split(string(a.Comment), "\n") {
		if k, v, ok := strings.Cut(line, ": "); ok && !strings.Contains(k, " ") {
			m[k] = strings.TrimSpace(v)
		}
	}
	return m
}

func (m *model) project(context map[string][]byte) {
	for name := range context {
		m.in.Project.Files = append(m.in.Project.Files, name)
	}
	sort.Strings(m.in.Project.Files)
	m.in.Project.Read = func(name string) ([]byte, bool) { b, ok := context[name]; return b, ok }
}

// stages gives each working instruction of the chain a layer.
func (m *model) stages(stage *dockerfile.Stage) {
	for _, i := range chain(m.in) {
		_, dir := i.Command.(*dockerfile.Workdir)
		if kindOf(i) != kindBuild && !dir {
			continue
		}
		first, _ := m.in.File.Source.Position(i.KeywordSpan.Start)
		m.layers = append(m.layers, i)
		m.in.Steps = append(m.in.Steps, engine.Step{FirstLine: first, LastLine: first, Layer: len(m.layers)})
	}
}

// copies puts what COPY takes from the context, and working directories,
// into the image.
func (m *model) copies() {
	for k, i := range m.layers {
		switch c := i.Command.(type) {
		case *dockerfile.Copy:
			for _, f := range m.in.Project.Files {
				for _, p := range copiedBy(i, c, f) {
					b, _ := m.in.Project.Read(f)
					mode := fs.FileMode(0o644)
					if strings.HasPrefix(string(b), "#!") {
						mode = 0o755
					}
					m.entries = append(m.entries, inventory.File{Entry: inventory.Entry{Path: p, Kind: inventory.KindFile, Size: int64(len(b)), Mode: mode, Digest: fmt.Sprintf("sha256:%x", b)}, Layer: k + 1, Owner: -1})
					if m.read[p] == nil {
						m.read[p] = b
					}
				}
			}
		case *dockerfile.Workdir:
			if wd := join("/", i.Before.Workdir, c.Path.Text); wd != "/" {
				m.entries = append(m.entries, inventory.File{Entry: inventory.Entry{Path: wd, Kind: inventory.KindDir, Mode: fs.ModeDir | 0o755}, Layer: k + 1, Owner: -1})
			}
		}
	}
}

func join(parts ...string) string {
	out := "/"
	for _, p := range parts {
		if path.IsAbs(p) {
			out = p
		} else {
			out = path.Join(out, p)
		}
	}
	return path.Clean(out)
}

func (m *model) reads() {
	withDefaults := func(own map[string][]byte, users bool) func([]string, int64) (map[string][]byte, error) {
		return func(paths []string, limit int64) (map[string][]byte, error) {
			out := map[string][]byte{}
			for _, p := range paths {
				if b, ok := own[p]; ok && int64(len(b)) <= limit {
					out[p] = b
				}
			}
			for p, b := range map[string]string{"/etc/passwd": passwd, "/etc/group": groupFile} {
				if slices.Contains(paths, p) {
					out[p] = append([]byte(b), out[p]...)
				}
			}
			return out, nil
		}
	}
	m.in.Read = withDefaults(m.read, true)
	m.in.ReadSlim = withDefaults(nil, true)
}

// parse reads the lines of an image.
func (m *model) parse(text string, slim bool) ([]inventory.File, []inventory.Package) {
	var entries []inventory.File
	var pkgs []inventory.Package
	owners := map[int]string{}
	layer := 0
	for _, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if at, ok := strings.CutPrefix(line, "@"); ok {
			layer = m.layerOf(strings.TrimSpace(at))
			continue
		}
		words := fields(line)
		opts := map[string]string{}
		var rest []string
		for _, w := range words[1:] {
			if k, v, ok := strings.Cut(w, "="); ok {
				opts[k] = v
			} else {
				rest = append(rest, w)
			}
		}
		switch words[0] {
		case "dpkg":
			pkgs = append(pkgs, inventory.Package{Type: inventory.Dpkg, Name: rest[0], Section: opts["section"], Depends: list(opts["depends"]), Recommends: list(opts["recommends"]), Bytes: number(opts["size"])})
		case "pip":
			site := "/usr/local/lib/python3.11/site-packages/"
			name := strings.ReplaceAll(rest[0], "-", "_")
			loc := site + name + "-" + rest[1] + ".dist-info"
			p := inventory.Package{Type: inventory.Python, Name: rest[0], Version: rest[1], Location: loc, Depends: list(opts["depends"]), Bytes: 1000}
			for _, f := range []string{site + name + "/__init__.py", loc + "/METADATA"} {
				owners[len(entries)] = rest[0]
				entries = append(entries, inventory.File{Entry: inventory.Entry{Path: f, Kind: inventory.KindFile, Size: 500, Mode: 0o644, Digest: "sha256:" + f}, Layer: layer, Owner: -1})
				p.Files = append(p.Files, f)
			}
			pkgs = append(pkgs, p)
		default:
			if n, ok := opts["pkg"]; ok {
				owners[len(entries)] = n
			}
			entries = append(entries, entry(words[0], rest, opts, layer))
		}
	}
	for k, name := range owners {
		entries[k].Owner = slices.IndexFunc(pkgs, func(p inventory.Package) bool { return p.Name == name })
		if o := entries[k].Owner; o >= 0 && pkgs[o].Type == inventory.Dpkg {
			pkgs[o].Files = append(pkgs[o].Files, entries[k].Path)
			sort.Strings(pkgs[o].Files)
			pkgs[o].Bytes += entries[k].Size
		}
	}
	return entries, pkgs
}

func entry(p string, rest []string, opts map[string]string, layer int) inventory.File {
	f := inventory.File{Entry: inventory.Entry{Path: p, Kind: inventory.KindFile, Mode: 0o644, Digest: "sha256:" + p + opts["content"]}, Layer: layer, Owner: -1}
	if own := opts["own"]; own != "" {
		u, g, _ := strings.Cut(own, ":")
		f.UID, f.GID = int(number(u)), int(number(g))
	}
	for k, w := range rest {
		switch {
		case w == "dir":
			f.Kind, f.Mode = inventory.KindDir, fs.ModeDir|0o755
		case w == "elf":
			f.Mode = 0o755
			f.ELF = &inventory.ELF{Class: "64", Machine: "x86_64", Soname: opts["soname"], Needed: list(opts["needs"])}
		case w == "->":
			f.Kind, f.Mode, f.Link = inventory.KindSymlink, fs.ModeSymlink|0o777, rest[k+1]
		case number(w) > 0:
			f.Size = number(w)
		}
	}
	if mode := opts["mode"]; mode != "" {
		n, _ := strconv.ParseUint(mode, 8, 32)
		f.Mode = f.Mode.Type() | fs.FileMode(n&0o777)
		for bit, flag := range map[uint64]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
			if n&bit != 0 {
				f.Mode |= flag
			}
		}
	}
	return f
}

// fields splits a line at blanks; a word may stand in Go's quotes.
func fields(line string) []string {
	var words []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if q, err := strconv.QuotedPrefix(line); err == nil {
			w, _ := strconv.Unquote(q)
			words, line = append(words, w), line[len(q):]
			continue
		}
		w, rest, _ := strings.Cut(line, " ")
		words, line = append(words, w), rest
	}
	return words
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func number(s string) int64 { n, _ := strconv.ParseInt(s, 10, 64); return n }

func (m *model) layerOf(start string) int {
	if start == "base" {
		return 0
	}
	for k, i := range m.layers {
		if strings.HasPrefix(oneLine(i.Logical().Text()), start) {
			return k + 1
		}
	}
	m.t.Fatalf("no instruction starts with %q", start)
	return 0
}

// image makes an inventory of entries; the last of a path counts.
func image(entries []inventory.File, pkgs []inventory.Package, layers int) *inventory.Image {
	byPath := map[string]inventory.File{}
	for _, e := range entries {
		byPath[e.Path] = e
	}
	for _, e := range entries {
		for d := path.Dir(e.Path); d != "/"; d = path.Dir(d) {
			if _, ok := byPath[d]; !ok {
				byPath[d] = inventory.File{Entry: inventory.Entry{Path: d, Kind: inventory.KindDir, Mode: fs.ModeDir | 0o755}, Layer: e.Layer, Owner: -1, Implied: false}
			}
		}
	}
	img := &inventory.Image{Packages: pkgs, Layers: make([]inventory.Layer, layers)}
	for _, f := range byPath {
		img.Tree = append(img.Tree, f)
		img.Layers[f.Layer].ContentBytes += f.Size
	}
	sort.Slice(img.Tree, func(i, j int) bool { return inventory.ComparePaths(img.Tree[i].Path, img.Tree[j].Path) < 0 })
	return img
}

// config derives the image's configuration from the base's and the
// instructions.
func (m *model) config(text string) {
	var base inventory.Config
	for _, line := range strings.Split(text, "\n") {
		k, v, _ := strings.Cut(line, "=")
		if unq, err := strconv.Unquote(v); err == nil {
			v = unq
		}
		switch k {
		case "Env":
			base.Env = append(base.Env, v)
		case "User":
			base.User = v
		case "Workdir":
			base.WorkingDir = v
		case "Cmd":
			base.Cmd = strings.Fields(v)
		case "Port":
			base.ExposedPorts = append(base.ExposedPorts, v)
		}
	}
	c := base
	end := m.in.Stage.End
	c.Env = append(slices.Clone(base.Env), end.Env.Image()...)
	if end.User != "" {
		c.User = end.User
	}
	if end.Workdir != "" {
		c.WorkingDir = end.Workdir
	}
	for _, i := range chain(m.in) {
		switch k := i.Command.(type) {
		case *dockerfile.Cmd:
			c.Cmd = k.Args
		case *dockerfile.Entrypoint:
			c.Entrypoint = k.Args
		case *dockerfile.Healthcheck:
			c.Healthcheck = &inventory.Healthcheck{Test: append([]string{"CMD"}, k.Args...)}
		case *dockerfile.Expose:
			for _, p := range k.Ports {
				c.ExposedPorts = append(c.ExposedPorts, fmt.Sprintf("%d/%s", p.First, p.Proto))
			}
		}
	}
	m.in.Image.Config = c
	m.in.Slim.Config = inventory.Config{}
	if m.in.Sibling.Same {
		m.in.Slim.Config = base
	}
}
