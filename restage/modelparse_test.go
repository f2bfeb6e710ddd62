package restage

import (
	"io/fs"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"

	"schlank/inventory"
)

// parse reads the lines of an image.
func (m *model) parse(text string) ([]inventory.File, []inventory.Package) {
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
				entries = append(entries, inventory.File{Entry: &inventory.Entry{Path: f, Kind: inventory.KindFile, Size: 500, Mode: 0o644, Digest: inventory.DigestOf(f)}, Layer: layer, Owner: -1})
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
	f := inventory.File{Entry: &inventory.Entry{Path: p, Kind: inventory.KindFile, Mode: 0o644, Digest: inventory.DigestOf(p + opts["content"])}, Layer: layer, Owner: -1}
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
				byPath[d] = inventory.File{Entry: &inventory.Entry{Path: d, Kind: inventory.KindDir, Mode: fs.ModeDir | 0o755}, Layer: e.Layer, Owner: -1, Implied: false}
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
