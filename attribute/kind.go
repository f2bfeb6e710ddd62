package attribute

// Kind is the sort of reason why bytes are in an image. The names are part of
// the JSON form of reports and do not change.
type Kind string

// The kinds. A stored byte gets the first one that fits, in this order:
//
//	stored, but not in the final tree
//	  Unreachable   its place lies below something that is no directory
//	  MetadataCopy  a later layer stores the same content again
//	  Overwritten   a later layer stores other content at its path
//	  Deleted       a later layer removes it
//	in the final tree
//	  Base          it is in a layer of the base image
//	  PackageLists  what package managers know of their archives
//	  PackageCache  what package managers and compilers downloaded or built
//	  VersionControl, Temporary, PackageState, Debug: by their places
//	  claimed by a package of the distribution
//	    BuildTool      the distribution files the package under building
//	    Docs, Locale, Static: by their places
//	    SystemPackage  the rest
//	  BuildTool     headers and tool chains that no package claims
//	  Duplicate     the same content is there already, and a hard link or
//	                another layout would do
//	  Docs, Locale, Tests, ByteCode, Static: by their places
//	  LanguagePackage  claimed by a package of a language
//	  Application   the rest: what COPY and ADD brought and RUN made
//	not a file at all
//	  Overhead      what archives hold besides content: directories, links,
//	                deletions, padding; and content that the inventory counts
//	                but does not list
const (
	Unreachable     Kind = "unreachable"
	MetadataCopy    Kind = "metadata-copy"
	Overwritten     Kind = "overwritten"
	Deleted         Kind = "deleted"
	Base            Kind = "base-image"
	PackageLists    Kind = "package-lists"
	PackageCache    Kind = "package-cache"
	VersionControl  Kind = "version-control"
	Temporary       Kind = "temporary"
	PackageState    Kind = "package-state"
	Debug           Kind = "debug-symbols"
	BuildTool       Kind = "build-tool"
	SystemPackage   Kind = "system-package"
	Duplicate       Kind = "duplicate"
	Docs            Kind = "docs"
	Locale          Kind = "locale"
	Tests           Kind = "tests"
	ByteCode        Kind = "byte-code"
	Static          Kind = "static-library"
	LanguagePackage Kind = "language-package"
	Application     Kind = "application"
	Overhead        Kind = "overhead"
)

// kinds are all of them with the words for people, in the order in which
// causes of equal size are listed.
var kinds = []struct {
	kind  Kind
	title string
}{
	{Base, "base image"},
	{SystemPackage, "system packages"},
	{LanguagePackage, "language packages"},
	{Application, "application"},
	{BuildTool, "build tools and headers"},
	{PackageCache, "package manager caches"},
	{PackageLists, "package lists"},
	{PackageState, "package databases"},
	{Docs, "documentation"},
	{Locale, "translations"},
	{Tests, "tests"},
	{Debug, "debug symbols"},
	{Static, "static libraries"},
	{ByteCode, "compiled Python"},
	{VersionControl, "version control data"},
	{Temporary, "temporary files and logs"},
	{Duplicate, "duplicate content"},
	{Overwritten, "overwritten in a later layer"},
	{MetadataCopy, "stored again unchanged"},
	{Deleted, "deleted in a later layer"},
	{Unreachable, "unreachable"},
	{Overhead, "directories, links, archive frames"},
}

// Kinds are all kinds, in a fixed order: what is meant to be there first,
// waste last.
func Kinds() []Kind {
	list := make([]Kind, len(kinds))
	for i := range kinds {
		list[i] = kinds[i].kind
	}
	return list
}

// Title is the kind in words: "build tools and headers".
func (k Kind) Title() string {
	if i := k.rank(); i < len(kinds) {
		return kinds[i].title
	}
	return string(k)
}

// Wasted reports whether bytes of this kind are stored but not in the final
// tree. Over all wasted kinds the bytes sum to inventory.Sizes.Wasted.
func (k Kind) Wasted() bool {
	switch k {
	case Unreachable, MetadataCopy, Overwritten, Deleted:
		return true
	}
	return false
}

func (k Kind) rank() int {
	for i := range kinds {
		if kinds[i].kind == k {
			return i
		}
	}
	return len(kinds)
}
