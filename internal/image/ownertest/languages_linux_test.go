package ownertest

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"schlank/engine"
	"schlank/inventory"
)

// checkPip compares the files of distributions with what `pip show -f` lists.
func (s *subject) checkPip(t *testing.T, python string) {
	shell := func(script string) string {
		return s.run(t, engine.RunRequest{Init: engine.Process{Args: []string{"/bin/sh", "-c", script}}})
	}
	names := strings.Fields(shell(python + ` -m pip list --format=freeze 2>/dev/null | cut -d= -f1 | cut -d@ -f1`))
	if len(names) == 0 {
		t.Skip("no pip here, or nothing it knows of")
	}
	var diffs []string
	files, compared := 0, 0
	for block := range strings.SplitSeq(shell(python+" -m pip show -f "+strings.Join(names, " ")+" 2>/dev/null"), "\n---\n") {
		name, version, location, listed := parseShow(block)
		pkg := s.distribution(name, version, location)
		if pkg == nil {
			diffs = append(diffs, fmt.Sprintf("%s %s in %s is not in the inventory", name, version, location))
			continue
		}
		compared++
		var want []string
		for _, p := range listed {
			f := s.img.Tree.Locate(path.Join(location, p))
			switch {
			case f == nil:
				want = append(want, path.Join(location, p))
			case f.Kind != inventory.KindDir:
				want = append(want, f.Path)
			}
		}
		slices.Sort(want)
		want = slices.Compact(want)
		got := slices.DeleteFunc(slices.Clone(pkg.Files), func(p string) bool {
			// Byte code that was compiled later is in no list.
			f := s.img.Tree.Find(p)
			return !slices.Contains(want, p) && f != nil && strings.HasSuffix(p, ".pyc")
		})
		files += len(want)
		for _, p := range want {
			if !slices.Contains(got, p) {
				diffs = append(diffs, name+": pip alone lists "+p)
			}
		}
		for _, p := range got {
			if !slices.Contains(want, p) {
				diffs = append(diffs, name+": pip does not list "+p)
			}
		}
	}
	t.Logf("%d distributions with %d files compared", compared, files)
	differences(t, "differences to pip show -f", diffs)
}

// distribution finds a package of Python by its directory.
func (s *subject) distribution(name, version, location string) *inventory.Package {
	for i := range s.img.Packages {
		p := &s.img.Packages[i]
		if p.Type == inventory.Python && p.Version == version && strings.EqualFold(p.Name, name) {
			if at, _ := s.img.Tree.Resolve(location); at != nil && path.Dir(p.Location) == at.Path {
				return p
			}
		}
	}
	return nil
}

// parseShow reads what `pip show -f` prints of one distribution.
func parseShow(block string) (name, version, location string, files []string) {
	inFiles := false
	for _, line := range lines(block) {
		if inFiles {
			if p, ok := strings.CutPrefix(line, "  "); ok && !strings.HasPrefix(p, "Cannot locate ") {
				files = append(files, p)
			}
			continue
		}
		key, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimSpace(value); key {
		case "Name":
			name = value
		case "Version":
			version = value
		case "Location":
			location = value
		case "Files":
			inFiles = true
		}
	}
	return name, version, location, files
}

// checkNpm compares the packages of Node.js with what `npm ls` finds, in the
// global directory and in the projects of the image.
func (s *subject) checkNpm(t *testing.T) {
	dirs := []string{"-g"}
	if s.img.Tree.Find("/app/package.json") != nil {
		dirs = append(dirs, "--prefix /app")
	}
	for _, where := range dirs {
		out := s.run(t, engine.RunRequest{Init: engine.Process{Args: []string{"/bin/sh", "-c", "npm ls " + where + " --all --parseable --long"}}})
		want := map[string]bool{}
		for _, line := range lines(out) {
			// "PATH:NAME@VERSION[:more]", or "PATH:ALIAS@npm:NAME@VERSION[:more]";
			// the first is the root itself.
			p, id, ok := strings.Cut(line, ":")
			if _, real, alias := strings.Cut(id, "@npm:"); alias {
				id = real
			}
			id, _, _ = strings.Cut(id, ":")
			if f, _ := s.img.Tree.Resolve(p); ok && f != nil && p != "/app" && id != "" && id != "lib@" {
				want[f.Path+" "+id] = true
			}
		}
		prefix := "/app/"
		if where == "-g" {
			prefix = strings.TrimSpace(s.run(t, engine.RunRequest{Init: engine.Process{Args: []string{"/bin/sh", "-c", "npm root -g"}}})) + "/"
		}
		var diffs []string
		found := 0
		for i := range s.img.Packages {
			p := &s.img.Packages[i]
			if p.Type != inventory.Node || !strings.HasPrefix(p.Location, prefix) {
				continue
			}
			found++
			key := p.Location + " " + p.Name + "@" + p.Version
			if !want[key] {
				diffs = append(diffs, "npm does not list "+key)
			}
			delete(want, key)
		}
		for key := range want {
			diffs = append(diffs, "npm alone lists "+key)
		}
		t.Logf("npm ls %s: %d packages", where, found)
		differences(t, "differences to npm ls "+where, diffs)
	}
}
