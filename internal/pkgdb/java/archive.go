package java

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"schlank/internal/pkgdb/zipfile"
)

// Bounds on what one archive file may cost. Applications of hundreds of jars
// are far below them.
const (
	maxDepth    = 4         // ear, war, jar and a jar in that
	maxArchives = 10_000    // in one file
	maxUnpacked = 1 << 30   // of compressed archives in archives, in all
	maxNested   = 64 << 20  // of one of them, which is held in memory
	maxMembers  = 4_000_000 // of all archives in one file
	maxText     = 64 << 20  // of manifests and POMs in one file
	maxDocument = 1 << 20   // of one of them
)

// record is what Extract notes of one file: the archive itself and those
// inside of it.
type record struct {
	Archives []archive `json:"archives"`
	Problems []problem `json:"problems,omitempty"`
}

// problem is a part of the file that was not understood.
type problem struct {
	Name   string `json:"name"` // "" for the file itself
	Reason string `json:"reason"`
}

// archive is what one archive says of itself.
type archive struct {
	// Name is the place inside of the file, "" for the file itself:
	// "WEB-INF/lib/x.jar", or "x.war!/WEB-INF/lib/x.jar".
	Name string `json:"name"`
	// Manifest are the attributes of META-INF/MANIFEST.MF that are of use.
	Manifest map[string]string `json:"manifest,omitempty"`
	// POMs are the Maven projects that went into it, by their directories.
	POMs []pom `json:"poms,omitempty"`
	// Root is the Java package that all classes are in, or "".
	Root string `json:"root,omitempty"`
}

// pom is a Maven project.
type pom struct {
	Group    string `json:"group"`
	Artifact string `json:"artifact"`
	Version  string `json:"version"`
	// Depends are the "group:artifact" names of what it needs at run time.
	Depends []string `json:"depends,omitempty"`
}

func (p pom) name() string { return p.Group + ":" + p.Artifact }

// Wants says whether Extract has use for the file at p, by its name.
func Wants(p string) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".jar", ".war", ".ear", ".rar", ".hpi", ".jpi", ".sar", ".par", ".kar":
		return true
	}
	return false
}

// Extract returns a record of a Java archive and of the archives in it, nil
// for a file that is another kind of archive. What is broken inside of it is
// noted in the record, for Parse to list.
func Extract(p string, r io.ReaderAt, size int64) ([]byte, error) {
	e := extraction{unpacked: maxUnpacked, text: maxText, members: maxMembers}
	if err := e.add("", r, size, 1); err != nil {
		if isOtherRAR(p, r) {
			return nil, nil
		}
		return nil, fmt.Errorf("Java archive not understood: %w", err)
	}
	return json.Marshal(e.record)
}

// isOtherRAR tells the archives of the program RAR from Java's resource
// adapters.
func isOtherRAR(p string, r io.ReaderAt) bool {
	head := make([]byte, 4)
	_, err := r.ReadAt(head, 0)
	return strings.EqualFold(path.Ext(p), ".rar") && err == nil && string(head) == "Rar!"
}

// extraction is the work on one file, and what it may still cost.
type extraction struct {
	record                  record
	unpacked, text, members int64
}

func (e *extraction) problem(name string, err error) {
	e.record.Problems = append(e.record.Problems, problem{name, err.Error()})
}

// add reads one archive and those in it.
func (e *extraction) add(name string, r io.ReaderAt, size int64, depth int) error {
	if len(e.record.Archives) >= maxArchives {
		return fmt.Errorf("more than %d archives", maxArchives)
	}
	at := len(e.record.Archives)
	e.record.Archives = append(e.record.Archives, archive{Name: name})
	a := archive{Name: name}
	poms := map[string]*pom{}
	var root commonRoot
	err := zipfile.Walk(r, size, func(m *zipfile.Member) error {
		if e.members--; e.members < 0 {
			return fmt.Errorf("more than %d members", maxMembers)
		}
		if m.Dir() {
			return nil
		}
		var err error
		switch {
		case m.Name == "META-INF/MANIFEST.MF":
			a.Manifest, err = e.manifest(m)
		case strings.HasPrefix(m.Name, "META-INF/maven/"):
			err = e.pom(m, poms)
		case Wants(m.Name):
			err = e.nested(name, m, depth)
		case strings.HasSuffix(m.Name, ".class"):
			root.add(path.Dir(m.Name))
		}
		if err != nil {
			e.problem(join(name, m.Name), err)
		}
		return nil
	})
	for _, dir := range sortedKeys(poms) {
		if p := poms[dir]; p.Artifact != "" {
			a.POMs = append(a.POMs, *p)
		}
	}
	a.Root = root.name()
	e.record.Archives[at] = a
	return err
}

// nested reads an archive that lies in another one.
func (e *extraction) nested(outer string, m *zipfile.Member, depth int) error {
	if depth >= maxDepth {
		return fmt.Errorf("archive not read: it lies %d archives deep", depth)
	}
	r, size, err := m.ReaderAt(min(maxNested, e.unpacked))
	if err != nil {
		return fmt.Errorf("archive not read: %w", err)
	}
	if !m.Stored() {
		e.unpacked -= size
	}
	if err := e.add(join(outer, m.Name), r, size, depth+1); err != nil {
		return fmt.Errorf("archive not understood: %w", err)
	}
	return nil
}

// join names a member of an archive in a file as Java's URLs do.
func join(outer, name string) string {
	if outer == "" {
		return name
	}
	return outer + "!/" + name
}

// attributes are those of a manifest's main section that name an archive.
var attributes = []string{
	"Implementation-Title", "Implementation-Version", "Specification-Version",
	"Bundle-SymbolicName", "Bundle-Version", "Automatic-Module-Name",
}

// lineEnds are the three that manifests may have.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// document reads a small member.
func (e *extraction) document(m *zipfile.Member) ([]byte, error) {
	data, err := m.Read(min(maxDocument, e.text))
	if err != nil {
		return nil, fmt.Errorf("not read: %w", err)
	}
	e.text -= int64(len(data))
	return data, nil
}

// manifest reads the main section: "Key: value" lines, continued by lines
// that begin with a blank.
func (e *extraction) manifest(m *zipfile.Member) (map[string]string, error) {
	data, err := e.document(m)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	last := ""
	for line := range strings.SplitSeq(lineEnds.Replace(string(data)), "\n") {
		if strings.HasPrefix(line, " ") {
			if last != "" {
				out[last] += line[1:]
			}
			continue
		}
		last = ""
		key, value, ok := strings.Cut(line, ":")
		if key == "Name" {
			break // sections about single files follow
		}
		if ok && slices.Contains(attributes, key) {
			last = key
			out[last] = strings.TrimSpace(value)
		}
	}
	return out, nil
}

// pom reads "META-INF/maven/GROUP/ARTIFACT/pom.properties" and the
// dependencies of the pom.xml beside it.
func (e *extraction) pom(m *zipfile.Member, poms map[string]*pom) error {
	dir, base := path.Split(m.Name)
	if base != "pom.properties" && base != "pom.xml" {
		return nil
	}
	data, err := e.document(m)
	if err != nil || len(data) == 0 {
		return err
	}
	p := poms[dir]
	if p == nil {
		p = &pom{}
		poms[dir] = p
	}
	if base == "pom.xml" {
		p.Depends, err = dependencies(data)
		return err
	}
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch value = strings.TrimSpace(value); strings.TrimSpace(key) {
		case "groupId":
			p.Group = value
		case "artifactId":
			p.Artifact = value
		case "version":
			p.Version = value
		}
	}
	return nil
}

// dependencies lists what a project needs at run time, as far as its own
// pom.xml says so: inherited ones are not there.
func dependencies(data []byte) ([]string, error) {
	var doc struct {
		Group        string `xml:"groupId"`
		ParentGroup  string `xml:"parent>groupId"`
		Dependencies []struct {
			Group    string `xml:"groupId"`
			Artifact string `xml:"artifactId"`
			Scope    string `xml:"scope"`
			Optional string `xml:"optional"`
		} `xml:"dependencies>dependency"`
	}
	if err := xml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("Maven's pom.xml not understood: %w", err)
	}
	if doc.Group == "" {
		doc.Group = doc.ParentGroup
	}
	var out []string
	for _, d := range doc.Dependencies {
		if d.Group == "${project.groupId}" || d.Group == "${pom.groupId}" {
			d.Group = doc.Group
		}
		atRun := d.Scope == "" || d.Scope == "compile" || d.Scope == "runtime"
		if atRun && d.Optional != "true" && d.Artifact != "" && !strings.Contains(d.Group+d.Artifact, "${") {
			out = append(out, d.Group+":"+d.Artifact)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// commonRoot finds the directory that all classes are in.
type commonRoot struct {
	dir   string
	found bool
}

func (c *commonRoot) add(dir string) {
	for _, prefix := range []string{"BOOT-INF/classes/", "WEB-INF/classes/"} {
		dir = strings.TrimPrefix(dir, prefix)
	}
	if strings.HasPrefix(dir, "META-INF") || dir == "." {
		return // variants for other versions of Java; module-info.class
	}
	if !c.found {
		c.dir, c.found = dir, true
	}
	for c.dir != dir && !strings.HasPrefix(dir, c.dir+"/") {
		if c.dir = path.Dir(c.dir); c.dir == "." {
			c.dir = ""
			return
		}
	}
}

func (c *commonRoot) name() string { return strings.ReplaceAll(c.dir, "/", ".") }
