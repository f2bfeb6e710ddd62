package attribute

import (
	"slices"
	"strconv"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/inventory"
	"schlank/source"
)

// Request is a package that an instruction asks for by name.
type Request struct {
	Type inventory.PackageType
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

// manager is how a package manager is asked for packages.
type manager struct {
	typ      inventory.PackageType
	programs []string
	verbs    []string
	// values are the options that take a value.
	values []string
	// lean are the options that leave recommended packages out.
	lean []string
}

// managers are the package managers whose packages the inventory knows
// (apt-get(8), apk(8), pip install --help, npm help install).
var managers = []manager{
	{
		inventory.Dpkg, []string{"apt-get", "apt", "aptitude"}, []string{"install"},
		[]string{"-o", "--option", "-c", "--config-file", "-t", "--target-release", "--default-release", "-a", "--host-architecture", "-P", "--build-profiles"},
		[]string{"--no-install-recommends", "-R", "--without-recommends"},
	},
	{inventory.Apk, []string{"apk"}, []string{"add"}, []string{"-t", "--virtual", "-X", "--repository", "-p", "--root", "--cache-dir", "--keys-dir"}, nil},
	{
		inventory.Python, []string{"pip", "pip3"}, []string{"install"},
		[]string{"-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-t", "--target", "--prefix", "--root", "-f", "--find-links", "--trusted-host", "--progress-bar", "--platform", "--python-version"}, nil,
	},
	{inventory.Node, []string{"npm"}, []string{"install", "i", "add"}, []string{"--prefix", "--registry", "-w", "--workspace", "--omit", "--cache"}, nil},
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
		for _, m := range managers {
			words, ok := m.called(e)
			if !ok {
				continue
			}
			r := Request{Type: m.typ, Layer: layer, Lean: m.saysLean(e)}
			for _, w := range words {
				r.Name = bareName(m.typ, w.Value)
				if !w.Static || r.Name == "" {
					continue
				}
				if f != nil {
					r.File = f.Name
					r.Line, _ = f.Position(w.Orig.Start)
				}
				list = append(list, r)
			}
		}
	}
	return list
}

// called returns the operands of a command that asks this manager to install.
func (m manager) called(e shellcmd.Effective) ([]shellcmd.Word, bool) {
	name := e.Name
	words := e.Words
	if strings.HasPrefix(name, "python") && len(words) > 2 && words[1].Value == "-m" {
		name, words = words[2].Value, words[2:]
	}
	if !slices.Contains(m.programs, name) {
		return nil, false
	}
	args := shellcmd.Effective{Name: name, Words: words}.Args(shellcmd.Options{Values: m.values})
	var out []shellcmd.Word
	for k, i := range args.Operands {
		if k == 0 {
			if !slices.Contains(m.verbs, words[i].Value) {
				return nil, false
			}
			continue
		}
		out = append(out, words[i])
	}
	return out, len(args.Operands) > 0
}

func (m manager) saysLean(e shellcmd.Effective) bool {
	for _, w := range e.Words {
		if slices.Contains(m.lean, w.Value) {
			return true
		}
		switch strings.ToLower(strings.ReplaceAll(w.Value, " ", "")) {
		case "apt::install-recommends=0", "apt::install-recommends=false", "-oapt::install-recommends=0", "-oapt::install-recommends=false":
			return true
		}
	}
	return false
}

// bareName takes version, architecture, release and extras from the word
// that asks for a package; "" when the word is no name of a package: a file,
// an address, a request to remove.
func bareName(typ inventory.PackageType, word string) string {
	if strings.HasPrefix(word, ".") || strings.HasPrefix(word, "/") || strings.Contains(word, "://") {
		return ""
	}
	scope := ""
	switch typ {
	case inventory.Dpkg:
		if strings.HasSuffix(word, ".deb") || strings.HasSuffix(word, "-") {
			return ""
		}
		word = cutAny(word, "=/:")
	case inventory.Apk:
		word = cutAny(word, "=<>~@")
	case inventory.Python:
		return pythonName(cutAny(word, "=<>~![;@ "))
	case inventory.Node:
		if strings.HasPrefix(word, "@") {
			scope, word, _ = strings.Cut(word, "/")
			scope += "/"
		}
		if strings.ContainsAny(word, "/:") {
			return ""
		}
		word = cutAny(word, "@")
	}
	return scope + word
}

// pythonName is the normal form of a distribution's name (PEP 503).
func pythonName(s string) string {
	fields := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	return strings.Join(fields, "-")
}

func cutAny(s, chars string) string {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i]
	}
	return s
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
