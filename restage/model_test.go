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
	"schlank/siblings"
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
	m := &model{t: t, read: map[string][]byte{}}
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
	listed, pkgs := m.parse(common + fatBase + string(files["image"]))
	m.entries, m.pkgs = append(m.entries, listed...), pkgs
	sib, err := siblings.Find(base, "bookworm")
	if err != nil {
		t.Fatal(err)
	}
	m.in.Sibling = sib
	if !sib.Same {
		common = commonBase
	}
	m.slim, m.slimPkg = m.parse(common + string(files["slim"]))
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
					m.entries = append(m.entries, inventory.File{Entry: &inventory.Entry{Path: p, Kind: inventory.KindFile, Size: int64(len(b)), Mode: mode, Digest: inventory.DigestOf(fmt.Sprint(b))}, Layer: k + 1, Owner: -1})
					if m.read[p] == nil {
						m.read[p] = b
					}
				}
			}
		case *dockerfile.Workdir:
			if wd := join("/", i.Before.Workdir, c.Path.Text); wd != "/" {
				m.entries = append(m.entries, inventory.File{Entry: &inventory.Entry{Path: wd, Kind: inventory.KindDir, Mode: fs.ModeDir | 0o755}, Layer: k + 1, Owner: -1})
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
	withUsers := func(own map[string][]byte) func([]string, int64) (map[string][]byte, error) {
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
	m.in.Read = withUsers(m.read)
	m.in.ReadSlim = withUsers(nil)
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
			if cmd := last[*dockerfile.Cmd](i.Stage); cmd == nil {
				c.Cmd = nil // that of a stage below
			}
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
