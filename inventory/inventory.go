// Package inventory holds what is in an image as plain data: every path of
// every layer, the final tree, every package with the paths it owns, and the
// image config. It imports nothing of this module and does no I/O;
// internal/image fills it.
//
// All sizes are bytes. "Disk size" is the sum of the file contents stored in
// the layers (a hard link counts once), "visible size" the sum of the file
// contents reachable in the final tree, "pull size" the sum of the compressed
// layer blobs, as transferred from a registry.
package inventory

import (
	"io/fs"
	"path"
	"strings"
)

// Image is the inventory of one image for one platform.
type Image struct {
	// Digest is the digest of the manifest, "" for sources without one.
	Digest string
	// Layers are ordered from the base upwards.
	Layers []Layer
	// Tree is the final file tree, sorted by path.
	Tree Tree
	// Packages are sorted by type, name, version and location.
	Packages []Package
	// LoaderDirs are the directories that the image tells its dynamic
	// loaders to search besides their own, in order: those of
	// /etc/ld.so.conf and what it includes, and of musl's path files.
	LoaderDirs []string
	// Config is the part of the image configuration schlank works with.
	Config Config
	// Unknowns lists what could not be read or understood, never dropped
	// silently.
	Unknowns []Unknown
}

// Layer is one stored layer.
type Layer struct {
	// DiffID is the digest of the uncompressed tar archive.
	DiffID string
	// Digest and CompressedBytes describe the blob as stored; the pull size
	// of an image is the sum of CompressedBytes over its layers.
	Digest          string
	CompressedBytes int64
	// Compression is how the blob is stored: "gzip", "zstd", or "" for a
	// plain tar archive, whose size is not what a registry would transfer.
	Compression string
	// Unverified says that the layer was not checked against its digests,
	// and that its files have none: see image.Options.
	Unverified bool
	// CreatedBy is the history entry of the config that made the layer.
	CreatedBy string
	// Entries are the archive's entries in path order (not archive order).
	Entries []Entry
	// ContentBytes is the sum of the stored file contents of the entries.
	ContentBytes int64
}

// Kind says what an entry is.
type Kind uint8

// The kinds of entries. The zero value is invalid.
const (
	KindFile Kind = iota + 1
	KindDir
	KindSymlink
	// KindHardlink is a further name of a file in the same layer; its Link
	// is the first name. It stores no bytes. When the first name is gone
	// from the final tree, its first further name is a KindFile there.
	KindHardlink
	KindDevice
	KindFifo
	// KindWhiteout deletes Path (already without the ".wh." prefix) as left
	// by lower layers.
	KindWhiteout
	// KindOpaque hides all children of the directory Path of lower layers.
	KindOpaque
)

// Entry is one path of one layer. Images have a hundred thousand of them, so
// that its size and what it points to decide how much memory an image takes.
type Entry struct {
	// Path is absolute, slash separated and clean: "/usr/bin/env".
	Path string
	// Link is the target text of a symlink, or the absolute path a hard
	// link names.
	Link string
	// Digest is that of the content of a file or a hard link, none in a
	// layer that is Unverified.
	Digest Digest
	// Size is the length of a file's content in bytes; 0 for other kinds.
	Size int64
	// ModTime is in seconds since the Unix epoch.
	ModTime int64
	// Pull is how many bytes of the stored layer the entry takes, header
	// included: what the compressor made of it, to within a block of the
	// compression or 128 KiB, inside of which bytes count in proportion.
	// Over a layer that sums to CompressedBytes less what archives hold
	// besides: their end mark, and entries that later ones replace.
	Pull int64
	// ELF is set for ELF executables and shared objects, hard links to them
	// included.
	ELF *ELF
	// Xattrs are the extended attributes by name, raw; nil for none.
	Xattrs   map[string]string
	UID, GID int
	// Mode holds permission bits, setuid, setgid and sticky.
	Mode fs.FileMode
	Kind Kind
}

// ELF says what the dynamic loader reads in a file.
type ELF struct {
	// Class and Machine together say which loader can use the file
	// ("64", "x86_64").
	Class, Machine string
	// Interp is the program interpreter ("/lib64/ld-linux-x86-64.so.2").
	Interp string
	Soname string
	// Needed are the DT_NEEDED entries in file order.
	Needed []string
	// RPath and RunPath are the search directories, $ORIGIN unexpanded.
	RPath, RunPath []string
	// Debug says that the file holds debug sections (.debug_info or such),
	// Symbols that it holds the symbol table that strip(1) removes.
	Debug, Symbols bool
	// Detached marks a file of debug symbols that were split off from their
	// program: no loader can load it.
	Detached bool
	// Executable says that the file is a program rather than a library: by
	// its type, its flag for position independent programs, or an
	// interpreter without a soname.
	Executable bool
}

// Static reports whether the file is a program that needs neither an
// interpreter nor libraries.
func (e *ELF) Static() bool {
	return e.Executable && !e.Detached && e.Interp == "" && len(e.Needed) == 0
}

// LibC is the C library that the file is linked against, by its interpreter
// and its needed libraries: "glibc", "musl", or "" where neither shows it, as
// in static programs.
func (e *ELF) LibC() string {
	for _, name := range append([]string{e.Interp}, e.Needed...) {
		base := path.Base(name)
		switch {
		case strings.HasPrefix(base, "ld-musl-"), strings.HasPrefix(base, "libc.musl-"):
			return "musl"
		case strings.HasPrefix(base, "ld-linux"), strings.HasPrefix(base, "ld64.so."), base == "libc.so.6":
			return "glibc"
		}
	}
	return ""
}

// File is a path of the final tree.
type File struct {
	// Entry is what is there: that of the layer, which is not to be changed,
	// unless the tree has it otherwise, such as the only name left of
	// several hard links.
	*Entry
	// Layer is the index in Image.Layers of the layer the entry is from.
	Layer int
	// Owner is the index in Image.Packages of the package that claims the
	// path, or -1.
	Owner int
	// Implied marks a directory that no layer has an entry for: it is there
	// because something lies in it. Its Layer is that of the first such
	// thing.
	Implied bool
}

// Config is the image configuration as the OCI image specification names it.
type Config struct {
	OS, Architecture, Variant string
	User                      string
	Env                       []string
	Entrypoint, Cmd           []string
	WorkingDir                string
	ExposedPorts              []string // sorted, "8000/tcp"
	Volumes                   []string // sorted
	Labels                    map[string]string
	StopSignal                string
	Shell                     []string
	Healthcheck               *Healthcheck
	History                   []History
}

// History is one entry of the config's history.
type History struct {
	CreatedBy  string
	Comment    string
	EmptyLayer bool
}

// Healthcheck is Docker's extension of the config; times in nanoseconds.
type Healthcheck struct {
	Test                           []string
	Interval, Timeout, StartPeriod int64
	Retries                        int
}

// PackageType names the package manager that recorded a package.
type PackageType string

// The package types.
const (
	// Distributions.
	Dpkg PackageType = "dpkg"
	Apk  PackageType = "apk"
	Rpm  PackageType = "rpm"
	// Languages.
	Conda    PackageType = "conda"
	Python   PackageType = "pip"
	Node     PackageType = "npm"
	Ruby     PackageType = "gem"
	Composer PackageType = "composer" // PHP
	Go       PackageType = "go"
	Rust     PackageType = "cargo"
	Java     PackageType = "java" // "group:artifact" where Maven's names are known
	DotNet   PackageType = "nuget"
)

// Distribution reports whether packages of the type are those of a Linux
// distribution, which brings everything below the languages.
func (t PackageType) Distribution() bool {
	return t == Dpkg || t == Apk || t == Rpm
}

// Package is an installed package.
type Package struct {
	Type    PackageType
	Name    string
	Version string
	// Architecture as the package manager writes it ("amd64"), or "".
	Architecture string
	// Source is the source package the distribution built it from.
	Source string
	// Section is Debian's archive section ("libdevel"), or "".
	Section string
	// Depends are the alternatives-free names of the direct dependencies:
	// for "a | b" both are listed. Python names are in normal form, which
	// Provides holds for each distribution: "zope-interface". Names only,
	// without versions. For apk they may be "so:…", "cmd:…" or "pc:…"
	// requirements, for rpm capabilities that another package Provides
	// ("libc.so.6()(64bit)") and paths of files.
	Depends []string
	// Recommends is Debian's weaker relation, in the same form.
	Recommends []string
	// Provides are virtual names, for apk with "so:" and "cmd:" entries.
	Provides []string
	// Essential is set for dpkg packages marked Essential or Priority
	// required.
	Essential bool
	// Requested says that the package was asked for by name rather than
	// pulled in, as far as anything notes it: dpkg packages not marked
	// automatic by apt, apk world entries, Python distributions with a
	// REQUESTED file, conda's history, packages of Node, PHP, Ruby and .NET
	// that their project's manifest names or that were installed globally,
	// the main package of a program or archive and what its own manifest
	// names. Where nothing is noted (RPM) all are.
	Requested bool
	// Origin is the URL a package was installed from instead of an index
	// (pip's direct_url.json), or the directory or the word its manager
	// notes for it ("./lib" for a replaced Go module, "git" or "local" for a
	// crate), or "". A package with an Origin may differ from the one that
	// the index has by its name and version.
	Origin string
	// Location is where the package is recorded: the database, the dist-info
	// directory, the file that it is compiled or packed into
	// ("/app/server", "/app/app.jar!/BOOT-INF/lib/x.jar").
	Location string
	// Inside is the path of the file that holds this package besides
	// others, or "": a module in a Go program, a crate in a Rust program, a
	// jar in a jar. Such a package is there, with its version, but claims no
	// files and has no Bytes: the file belongs to the package of the program
	// or archive as a whole.
	Inside string
	// Conffiles are the configuration files among Files, sorted.
	Conffiles []string
	// Files are the absolute paths the package claims, sorted, directories
	// left out, with links in their directories resolved ("/usr/lib/x" for
	// "/lib/x" on a merged /usr). Paths that do not exist in the tree are
	// kept.
	Files []string
	// Bytes is the sum of the sizes of the claimed files in the final tree,
	// claimed by another package as well or not. For sums over packages use
	// File.Owner.
	Bytes int64
}

// Unknown is a part of the image that could not be read or understood.
type Unknown struct {
	// Layer is the index in Image.Layers of the layer that has the path, -1
	// for what no single layer has.
	Layer int
	// Path may name a part of an archive: "/app.jar!/META-INF/x".
	Path   string
	Reason string
}
