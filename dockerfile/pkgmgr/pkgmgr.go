// Package pkgmgr understands package managers: what a command such as
// "apt-get install -y curl=8.*" or "python3 -m pip install -r dev.txt" does,
// with which options, to which packages, and which caches it fills and empties
// on the way. What it knows stands in tables, one file an ecosystem, with the
// manuals the facts are from.
//
// It is pure and imports dockerfile/shellcmd and source. It reads one command
// at a time; what surrounds it (wrappers, loops, sh -c) is shellcmd's trade.
package pkgmgr

import (
	"schlank/dockerfile/shellcmd"
	"schlank/source"
)

// Ecosystem says whose packages a manager installs.
type Ecosystem string

// The ecosystems.
const (
	Debian Ecosystem = "debian"
	Alpine Ecosystem = "alpine"
	RPM    Ecosystem = "rpm"
	Python Ecosystem = "python"
	Conda  Ecosystem = "conda"
	Node   Ecosystem = "node"
	Go     Ecosystem = "go"
	Rust   Ecosystem = "rust"
	Java   Ecosystem = "java"
	Ruby   Ecosystem = "ruby"
	PHP    Ecosystem = "php"
)

// System reports whether the packages are those of a distribution.
func (e Ecosystem) System() bool { return e == Debian || e == Alpine || e == RPM }

// Verb is what a command does, whatever its manager calls that.
type Verb string

// The verbs.
const (
	// Update fetches the lists of packages.
	Update Verb = "update"
	// Install adds packages, those that are named or those of a manifest.
	Install Verb = "install"
	// Upgrade brings installed packages up to date, DistUpgrade also adds and
	// removes packages for that.
	Upgrade     Verb = "upgrade"
	DistUpgrade Verb = "dist-upgrade"
	Remove      Verb = "remove"
	// Clean empties caches. Which ones is what Action.Empties tells.
	Clean Verb = "clean"
	// Download fetches packages and installs nothing.
	Download Verb = "download"
	// Build compiles, and downloads what it needs.
	Build Verb = "build"
	// Run runs a program of a package, which is fetched if need be.
	Run Verb = "run"
	// Other is all else, such as search and config.
	Other Verb = "other"
)

// Option is a setting that matters, whatever flag stands for it.
type Option string

// The options.
const (
	// Yes answers all questions.
	Yes Option = "yes"
	// NoRecommends leaves out what packages only recommend.
	NoRecommends Option = "no-recommends"
	// NoCache keeps downloads and lists out of the caches.
	NoCache Option = "no-cache"
	// NoDocs leaves documentation out.
	NoDocs Option = "no-docs"
	// Production leaves dependencies out that only development needs.
	Production Option = "production"
	// Development asks for these expressly.
	Development Option = "development"
	// Frozen installs what the lock file says, or fails.
	Frozen Option = "frozen"
	// Global installs for the whole system, not for the project.
	Global Option = "global"
	// Virtual gives the packages a name under which they can be removed. It
	// has a value.
	Virtual Option = "virtual"
	// Manifest is a file that lists what to install, Constraint one that
	// limits versions. They have values.
	Manifest   Option = "manifest"
	Constraint Option = "constraint"
	// Editable is a project that is installed where it lies. It has a value.
	Editable Option = "editable"
	// Target is the directory, prefix or root to install to. It has a value.
	Target Option = "target"
	// Version is the version of all packages named. It has a value.
	Version Option = "version"
	// Refresh fetches the lists first, as Update does.
	Refresh Option = "refresh"
	// CacheDir is where caches go. It has a value.
	CacheDir Option = "cache-dir"
	// Offline takes what is there already, and downloads nothing.
	Offline Option = "offline"
	// Dry changes nothing.
	Dry Option = "dry"
	// All is for Clean: empty everything.
	All Option = "all"
	// Force is for Clean: don't ask, don't refuse.
	Force Option = "force"
)

// Setting is an option that is set, at its place.
type Setting struct {
	Option Option
	// Flag is the flag as it is written, without its value: "-y", "--virtual".
	Flag  string
	Value string
	// Static is set when the value is known without running anything.
	Static bool
	// Word is the index of the flag in Action.Words. Several settings share
	// one in -yq.
	Word int
	// Span is the flag with its value, in the file.
	Span source.Span
}

// Action is a call of a package manager.
type Action struct {
	Manager *Manager
	// Program is the program as it is called, without its directory:
	// "apt-get", "pip3", "mvnw". Of "python -m pip" it is "pip".
	Program string
	// Words are the words from the program on: of "python -m pip install x"
	// they begin with pip.
	Words []shellcmd.Word
	// Args are the words sorted; indexes speak of Words.
	Args shellcmd.Args
	Verb Verb
	// VerbText is how the manager calls it: "install", "cache clean", "" when
	// there is none, as for a plain "yarn".
	VerbText string
	// VerbWord is the index in Words of the last word of the verb; 0, the
	// program, when there is none. Flags can be inserted after it.
	VerbWord int
	Settings []Setting
	// Packages are what is named on the command line.
	Packages []Package
	// Dynamic is set when a word can't be told: a variable may hold anything,
	// packages and flags alike.
	Dynamic bool
}

// Kind says what a word that names a package is.
type Kind string

// The kinds.
const (
	// Named is a name that the manager looks up.
	Named Kind = "named"
	// Local is a file or directory.
	Local Kind = "local"
	// Remote is an address, of an archive or a repository.
	Remote Kind = "remote"
	// Group is a set of packages, such as those of dnf group install.
	Group Kind = "group"
	// Pattern is a wildcard or regular expression.
	Pattern Kind = "pattern"
)

// Package is a package that a command names.
type Package struct {
	Kind Kind
	// Text is the word as it counts, or as it is written when that is not
	// known before it runs.
	Text string
	// Name is the bare name, without version, architecture and extras; ""
	// when it can't be told, and for files.
	Name string
	// Constraint is what limits the version, with the operator: "=1.2*",
	// "@4", "-1.2-3.fc42". "" when nothing does.
	Constraint string
	// Word is the index in Action.Words, Span the place in the file.
	Word int
	Span source.Span
}

// Pinned reports whether something limits the version.
func (p Package) Pinned() bool { return p.Constraint != "" }

// Has reports whether one of the options is set.
func (a Action) Has(options ...Option) bool {
	for _, o := range options {
		if a.Setting(o) != nil {
			return true
		}
	}
	return false
}

// Setting is the last setting of an option, nil when there is none.
func (a Action) Setting(o Option) *Setting {
	for k := len(a.Settings) - 1; k >= 0; k-- {
		if a.Settings[k].Option == o {
			return &a.Settings[k]
		}
	}
	return nil
}

// Values are the values of an option, in order.
func (a Action) Values(o Option) []string {
	var out []string
	for _, s := range a.Settings {
		if s.Option == o {
			out = append(out, s.Value)
		}
	}
	return out
}

// Names are the names of the packages, without those that can't be told.
func (a Action) Names() []string {
	var out []string
	for _, p := range a.Packages {
		if p.Name != "" {
			out = append(out, p.Name)
		}
	}
	return out
}

// Span is the command from the program on, in the file.
func (a Action) Span() source.Span {
	return a.Words[0].Orig.Hull(a.Words[len(a.Words)-1].Orig)
}

// CallSpan is the program up to the verb, in the file: the place of a finding
// about the command as a whole.
func (a Action) CallSpan() source.Span {
	return a.Words[0].Orig.Hull(a.Words[a.VerbWord].Orig)
}
