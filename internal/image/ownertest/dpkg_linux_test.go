package ownertest

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"schlank/inventory"
)

// checkDpkg compares the owners of all paths with what `dpkg -S` says.
func (s *subject) checkDpkg(t *testing.T) {
	said := s.askDpkg(t)
	var diffs []string
	owned, compiled, merged := 0, 0, 0
	for i := range s.img.Tree {
		f := &s.img.Tree[i]
		if f.Kind == inventory.KindDir {
			continue // shared by packages, and owned by none
		}
		want := said[f.Path]
		got := ""
		if f.Owner >= 0 && s.img.Packages[f.Owner].Type == inventory.Dpkg {
			got = s.img.Packages[f.Owner].Name
			owned++
		}
		switch {
		case got == "" && len(want) == 0, slices.Contains(want, got):
		case got != "" && len(want) == 0 && s.isCompiled(f):
			// Byte code that the package's installation made: dpkg does not
			// know of it, and it goes when the package does.
			compiled++
		case got == "" && s.isDirToPackages(f, want):
			// The packages have files in it, and so list it as a directory;
			// that it is a link here (merged /usr) is nobody's doing.
			merged++
		default:
			diffs = append(diffs, fmt.Sprintf("%s: owner %q, dpkg says %q", f.Path, got, want))
		}
	}
	t.Logf("%d paths owned, %d of them byte code that dpkg does not know; %d links that are directories to dpkg", owned, compiled, merged)
	if owned < 1000 {
		t.Errorf("only %d paths have owners", owned)
	}
	differences(t, "differences to dpkg -S", diffs)
}

// isCompiled says whether a path is byte code whose source has the same owner.
func (s *subject) isCompiled(f *inventory.File) bool {
	dir, base := path.Split(f.Path)
	module, _, _ := strings.Cut(base, ".")
	source := s.img.Tree.Find(path.Join(dir, "..", module+".py"))
	return strings.HasSuffix(base, ".pyc") && path.Base(dir) == "__pycache__" && source != nil && source.Owner == f.Owner
}

// isDirToPackages says whether a path is a link to a directory in which each
// of the packages has files.
func (s *subject) isDirToPackages(f *inventory.File, names []string) bool {
	to, _ := s.img.Tree.Resolve(f.Path)
	if f.Kind != inventory.KindSymlink || to == nil || to.Kind != inventory.KindDir {
		return false
	}
	inside := map[string]bool{}
	for _, in := range s.img.Tree.Under(to.Path) {
		if in.Owner >= 0 {
			inside[s.img.Packages[in.Owner].Name] = true
		}
	}
	return !slices.ContainsFunc(names, func(n string) bool { return !inside[n] })
}

// askDpkg returns the packages that dpkg names for each path of the tree. It
// knows files by the names they had when they were packed: where these lead
// through links (merged /usr) it is asked for them as well, and where they are
// diverted it tells to where.
func (s *subject) askDpkg(t *testing.T) map[string][]string {
	names := s.namesOfFiles()
	var ask strings.Builder
	for _, name := range slices.Sorted(maps.Keys(names)) {
		// dpkg takes its arguments for patterns.
		ask.WriteString(strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(name) + "\n")
	}
	said := map[string][]string{}
	type diversion struct{ by, to string }
	diverted := map[string]diversion{}
	from := ""
	for _, line := range lines(s.program(t, "each", ask.String(), "/usr/bin/dpkg", "-S")) {
		who, name, ok := strings.Cut(line, ": ")
		if by, ok := strings.CutSuffix(who, " from"); ok && strings.Contains(who, "diversion") {
			from = name
			diverted[from] = diversion{by: strings.TrimPrefix(by, "diversion by ")}
			continue
		}
		if _, ok := strings.CutSuffix(who, " to"); ok && strings.Contains(who, "diversion") {
			diverted[from] = diversion{diverted[from].by, name}
			continue
		}
		if _, known := names[name]; !ok || !known {
			continue // another path that a pattern fits
		}
		for pkg := range strings.SplitSeq(who, ", ") {
			pkg, _, _ = strings.Cut(pkg, ":") // architecture
			at := name
			if d, ok := diverted[name]; ok && d.by != pkg {
				at = d.to
			}
			if p := names[at]; p != "" && !slices.Contains(said[p], pkg) {
				said[p] = append(said[p], pkg)
			}
		}
	}
	return said
}

// namesOfFiles maps the names of files, and those that they have through links
// to directories, to their paths.
func (s *subject) namesOfFiles() map[string]string {
	names := map[string]string{}
	for i := range s.img.Tree {
		f := &s.img.Tree[i]
		if f.Kind == inventory.KindDir || strings.Contains(f.Path, "\n") {
			continue
		}
		names[f.Path] = f.Path
		to, _ := s.img.Tree.Resolve(f.Path)
		if f.Kind != inventory.KindSymlink || to == nil || to.Kind != inventory.KindDir || to.Path == "/" {
			continue
		}
		for _, in := range s.img.Tree.Under(to.Path) {
			if in.Kind != inventory.KindDir {
				names[f.Path+strings.TrimPrefix(in.Path, to.Path)] = in.Path
			}
		}
	}
	return names
}
