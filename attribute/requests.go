package attribute

import (
	"strconv"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/pkgmgr"
	"schlank/dockerfile/shellcmd"
	"schlank/inventory"
	"schlank/source"
)

// Request is a package that an instruction asks for by name.
type Request struct {
	Type inventory.PackageType
	// Name is the package's name as the inventory writes it.
	Name string
	// Layer is the layer that the instruction made, −1 if not known.
	Layer int
	// File and Line are the place of the name, "" and 0 when only the
	// history is known.
	File string
	Line int
	// Lean is set when the command leaves recommended packages out.
	Lean bool
}

// requests reads what the instructions ask for: those of the Dockerfile if
// there is one, else those of the layers.
func requests(a *Attribution) []Request {
	var list []Request
	if f := a.opt.Dockerfile; f != nil {
		for _, i := range chain(f, a.opt.Target) {
			run, ok := i.Command.(*dockerfile.Run)
			if !ok || run.Script == nil {
				continue
			}
			line, _ := f.Source.Position(i.KeywordSpan.Start)
			list = append(list, scriptRequests(run.Script, a.layerOf(line), &f.Source)...)
		}
		return list
	}
	for l, o := range a.Origins {
		if text, ok := strings.CutPrefix(o.Text, "RUN "); ok && l >= a.Base.Layers {
			b := []byte(text)
			s := shellcmd.Parse(source.Verbatim(b, source.Span{Start: 0, End: len(b)}), "")
			list = append(list, scriptRequests(s, l, nil)...)
		}
	}
	return list
}

// chain are the instructions of a stage, those of the stages it starts from
// first.
func chain(f *dockerfile.File, target string) []*dockerfile.Instruction {
	var list []*dockerfile.Instruction
	for s := f.Target(target); s != nil; s = s.Parent {
		list = append(append([]*dockerfile.Instruction{}, s.Instructions...), list...)
	}
	return list
}

// layerOf is the layer that the instruction on a line made, −1 if none.
func (a *Attribution) layerOf(line int) int {
	for l, o := range a.Origins {
		if o.FirstLine > 0 && o.FirstLine <= line && line <= o.LastLine {
			return l
		}
	}
	return -1
}

// packageTypes are the types of the packages that managers install.
var packageTypes = map[pkgmgr.Ecosystem]inventory.PackageType{
	pkgmgr.Debian: inventory.Dpkg,
	pkgmgr.Alpine: inventory.Apk,
	pkgmgr.RPM:    inventory.Rpm,
	pkgmgr.Python: inventory.Python,
	pkgmgr.Conda:  inventory.Conda,
	pkgmgr.Node:   inventory.Node,
	pkgmgr.Ruby:   inventory.Ruby,
	pkgmgr.PHP:    inventory.Composer,
}

// scriptRequests are the packages that the commands of a script ask for. f
// is the file the script is from, nil if none.
func scriptRequests(s *shellcmd.Script, layer int, f *source.File) []Request {
	var list []Request
	for i := range s.Commands {
		e := s.Commands[i].Effective()
		if e.Script != nil {
			list = append(list, scriptRequests(e.Script, layer, f)...)
			continue
		}
		act, ok := pkgmgr.Parse(e)
		if !ok || act.Verb != pkgmgr.Install {
			continue
		}
		r := Request{Type: packageTypes[act.Manager.Ecosystem], Layer: layer, Lean: act.Has(pkgmgr.NoRecommends)}
		for _, p := range act.Packages {
			if p.Kind != pkgmgr.Named || p.Name == "" || r.Type == "" {
				continue
			}
			r.Name = inventoryName(r.Type, p.Name)
			if f != nil {
				r.File = f.Name
				r.Line, _ = f.Position(p.Span.Start)
			}
			list = append(list, r)
		}
	}
	return list
}

// inventoryName is the name by which the inventory finds a package: Python's
// distributions are looked up by their normal form (PEP 503), which Provides
// holds.
func inventoryName(typ inventory.PackageType, s string) string {
	if typ != inventory.Python {
		return s
	}
	fields := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	return strings.Join(fields, "-")
}

// requestPlace says where a package was asked for: "line 9", or the
// instruction; "" when that is not known.
func (a *Attribution) requestPlace(i int) string {
	if i < 0 {
		return ""
	}
	r := &a.Requests[i]
	switch {
	case r.Line > 0:
		return "line " + strconv.Itoa(r.Line)
	case r.Layer >= 0:
		return a.Origins[r.Layer].String()
	}
	return ""
}
