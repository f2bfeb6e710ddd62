package inventory

import (
	"path"
	"strings"
)

// Loader finds shared libraries in a tree the way the dynamic loader would
// (ld.so(8), musl's ldso). Without running anything it can't know
// LD_LIBRARY_PATH set by scripts, preloads and dlopen(3).
type Loader struct {
	tree Tree
	// env are the directories of LD_LIBRARY_PATH.
	env  []string
	dirs []string
}

// NewLoader returns a loader for a tree. dirs are the directories of
// /etc/ld.so.conf, searched before the default ones.
func NewLoader(t Tree, dirs []string) *Loader {
	return &Loader{tree: t, dirs: dirs}
}

// Loader returns the loader of the image: it knows the directories that the
// image configures, in files or by LD_LIBRARY_PATH in its environment.
func (img *Image) Loader() *Loader {
	l := NewLoader(img.Tree, img.LoaderDirs)
	for _, v := range img.Config.Env {
		if value, ok := strings.CutPrefix(v, "LD_LIBRARY_PATH="); ok {
			l.env = strings.FieldsFunc(value, func(r rune) bool { return r == ':' || r == ';' })
		}
	}
	return l
}

// Library is a shared library that was found.
type Library struct {
	// File is the library itself, Links the symlinks from the name it was
	// found by to File, both of the tree.
	File  *File
	Links []*File
}

// MissingLibrary is a needed library that is not in the tree.
type MissingLibrary struct {
	// By is the path of the file that needs it.
	By     string
	Soname string
}

// multiarch maps ELF's machine names to Debian's triplets, by class where one
// machine has two (wiki.debian.org/Multiarch/Tuples).
var multiarch = map[string]string{
	"x86_64/64":  "x86_64-linux-gnu",
	"x86_64/32":  "x86_64-linux-gnux32",
	"386/32":     "i386-linux-gnu",
	"aarch64/64": "aarch64-linux-gnu",
	"arm/32":     "arm-linux-gnueabihf",
	"ppc64/64":   "powerpc64le-linux-gnu",
	"s390/64":    "s390x-linux-gnu",
	"riscv/64":   "riscv64-linux-gnu",
	"mips/64":    "mips64el-linux-gnuabi64",
}

// muslDirs is musl's default path, glibcDirs what glibc's distributions
// search besides the multiarch directories.
var (
	muslDirs  = []string{"/lib", "/usr/local/lib", "/usr/lib"}
	glibcDirs = []string{"/usr/local/lib", "/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib64"}
)

// defaults are the directories searched for a file without being told.
func (l *Loader) defaults(e *ELF) []string {
	triplet := multiarch[e.Machine+"/"+e.Class]
	if triplet == "" || strings.Contains(e.Interp, "musl") {
		return muslDirs
	}
	// Debian's ld.so.conf.d: /usr/local/lib and the triplet's directories.
	return append([]string{"/usr/local/lib/" + triplet, "/lib/" + triplet, "/usr/lib/" + triplet}, glibcDirs...)
}

// Find returns the library that a file needs by the name soname. chain are
// the files that led to it, the program first: their RPATHs count too, as the
// loader has it, unless the file has a RUNPATH.
func (l *Loader) Find(from *File, soname string, chain ...*File) (Library, bool) {
	if from.ELF == nil || soname == "" {
		return Library{}, false
	}
	if strings.Contains(soname, "/") {
		return l.at(from.ELF, soname)
	}
	for _, dir := range l.search(from, chain) {
		if lib, ok := l.at(from.ELF, path.Join(dir, soname)); ok {
			return lib, true
		}
	}
	return Library{}, false
}

// search lists the directories in the loader's order.
func (l *Loader) search(from *File, chain []*File) []string {
	var dirs []string
	if len(from.ELF.RunPath) == 0 {
		dirs = append(dirs, l.expand(from, from.ELF.RPath)...)
		for i := len(chain) - 1; i >= 0; i-- {
			if c := chain[i]; c.ELF != nil && len(c.ELF.RunPath) == 0 {
				dirs = append(dirs, l.expand(c, c.ELF.RPath)...)
			}
		}
	}
	dirs = append(dirs, l.expand(from, l.env)...)
	dirs = append(dirs, l.expand(from, from.ELF.RunPath)...)
	dirs = append(dirs, l.dirs...)
	return append(dirs, l.defaults(from.ELF)...)
}

// expand replaces the loader's tokens. The origin is the directory of the
// file itself, links in the way to it resolved.
func (l *Loader) expand(from *File, dirs []string) []string {
	lib := "lib"
	if from.ELF.Class == "64" {
		lib = "lib64"
	}
	origin := path.Dir(from.Path)
	tokens := strings.NewReplacer("${ORIGIN}", origin, "$ORIGIN", origin, "${LIB}", lib, "$LIB", lib,
		"${PLATFORM}", from.ELF.Machine, "$PLATFORM", from.ELF.Machine)
	out := make([]string, 0, len(dirs))
	for _, d := range dirs {
		if d = tokens.Replace(d); strings.HasPrefix(d, "/") {
			out = append(out, path.Clean(d))
		}
	}
	return out
}

// at returns the file at p if the loader would take it for the same kind of
// program.
func (l *Loader) at(e *ELF, p string) (Library, bool) {
	f, links := l.tree.Resolve(p)
	if f == nil || f.ELF == nil || f.ELF.Class != e.Class || f.ELF.Machine != e.Machine {
		return Library{}, false
	}
	return Library{File: f, Links: links}, true
}
