package inspect

import (
	"fmt"

	"schlank/attribute"
	"schlank/inventory"
	"schlank/report"
)

// Why explains a path: which layer and instruction brought it, which package
// it is of and who asked for that, and what would remove it. It fails if no
// layer has the path.
func Why(s *Subject, path string, o Options) ([]Part, error) {
	w, ok := s.Why(path)
	if !ok {
		return nil, fmt.Errorf("no layer has %s", path)
	}
	l := &lines{title: w.Path}
	for _, link := range w.Links {
		l.add("by way of the link %s", link)
	}
	switch {
	case w.File == nil:
		l.add("not in the final tree: it was removed, or hidden")
	case w.File.Kind == inventory.KindDir:
		l.add("a directory with %s in %s", report.Bytes(w.Sum.Disk), plural(w.Sum.Files, "stored file"))
	case w.File.Kind == inventory.KindSymlink:
		l.add("a link to %s", w.File.Link)
	default:
		l.add("a file of %s, mode %v, owner %d:%d", report.Bytes(w.File.Size), w.File.Mode, w.File.UID, w.File.GID)
	}
	for _, st := range w.Stored {
		l.add("layer %d %s it: %s", st.Layer+1, verb(st.Entry), s.Origins[st.Layer].String())
	}
	if w.Package >= 0 {
		p := &s.Image.Packages[w.Package]
		l.add("of the %s package %s %s, %s", p.Type, p.Name, p.Version, reasonText(s, w.Package))
		if len(w.Chain) > 1 {
			l.add("asked for by %s", s.ChainText(w.Package))
		}
	}
	for _, c := range w.Causes {
		l.add("%s: %s", c.Kind.Title(), report.Bytes(c.Disk))
	}
	if w.Needing > 0 {
		t := fmt.Sprintf("needed by %s", count(w.Needing, "program or library", "programs and libraries"))
		l.add("%s:", t)
		for _, n := range w.NeededBy[:min(len(w.NeededBy), o.top())] {
			l.add("  %s", n)
		}
	}
	all := s.Fixes()
	for _, k := range w.Fixes {
		text := all[k].Title
		if at := s.Where(&all[k]); at != "" {
			text += " (" + at + ")"
		}
		l.add("what would remove it: %s", text)
	}
	if len(w.Fixes) == 0 && w.File != nil {
		l.add("nothing is known that would remove it without harm")
	}
	return []Part{l}, nil
}

func verb(e *inventory.Entry) string {
	switch e.Kind {
	case inventory.KindWhiteout:
		return "removes"
	case inventory.KindOpaque:
		return "empties"
	case inventory.KindHardlink:
		return "links"
	}
	return "stores"
}

// reasonText says why a package is installed.
func reasonText(s *Subject, pkg int) string {
	r := s.Reasons[pkg]
	switch r.Relation {
	case attribute.InBase:
		return "part of the base image"
	case attribute.Asked:
		if r.Request >= 0 && s.Requests[r.Request].Line > 0 {
			return fmt.Sprintf("asked for in line %d", s.Requests[r.Request].Line)
		}
		return "asked for by name"
	case attribute.Dependency:
		return "a dependency"
	case attribute.Recommended:
		return "recommended, not needed"
	}
	return "nobody is known to ask for it"
}
