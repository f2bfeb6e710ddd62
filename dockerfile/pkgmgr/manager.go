package pkgmgr

import (
	"slices"
	"strings"
	"sync"

	"schlank/dockerfile/shellcmd"
)

// Manager is a package manager: what its command line means and where its
// caches lie.
type Manager struct {
	// Name is the manager's usual name: "apt", "pip", "yarn". Programs that
	// share a command line share a manager: apt-get and aptitude are "apt".
	Name      string
	Ecosystem Ecosystem
	// Stores are the directories it fills besides what it installs.
	Stores []Store
	// Lockfiles are the names of its lock files, Manifests those of the files
	// that list dependencies, where they have fixed names.
	Lockfiles, Manifests []string

	programs []string
	verbs    map[string]Verb
	// bare is the verb of a call without one, unknown that of one that is not
	// in the table; Other when they are empty.
	bare, unknown Verb
	// direct is the verb of programs that have no verbs: all operands of npx
	// are packages.
	direct map[string]Verb
	values []string // flags that take a value
	flags  []flagRow
	env    []envRow
	// longSingle is set when long flags have one dash.
	longSingle bool
	// kind is what operands are, by verb; "" when they name no packages.
	kind func(a *Action) Kind
	// one is set when only the first operand names a package, by verb.
	one func(v Verb) bool
	// pkg reads a word that names a package: Kind, Name and Constraint.
	pkg func(p *Package)
	// more reads what tables can't say.
	more func(a *Action)
}

// flagRow says which flags stand for an option.
type flagRow struct {
	option Option
	names  []string
	// values, when there are any, are those with which the flag counts, in
	// lower case.
	values []string
}

// flag is a row of a table, of flags separated by spaces.
func flag(o Option, names string, values ...string) flagRow {
	return flagRow{option: o, names: strings.Fields(names), values: values}
}

// envRow says which variable stands for an option. With values it must have
// one of them, in lower case; without it must be set and not mean no.
type envRow struct {
	option Option
	name   string
	values []string
}

// verb names what a manager calls a verb, separated by commas since a name
// can be several words.
type verb struct {
	verb  Verb
	names string
}

// verbs makes a table that is looked up by name.
func verbs(rows ...verb) map[string]Verb {
	m := map[string]Verb{}
	for _, r := range rows {
		for _, name := range strings.Split(r.names, ",") {
			m[strings.TrimSpace(name)] = r.verb
		}
	}
	return m
}

// byProgram finds managers by their programs.
var byProgram = sync.OnceValue(func() map[string]*Manager {
	index := map[string]*Manager{}
	for _, m := range Managers() {
		for _, p := range m.programs {
			index[p] = m
		}
	}
	return index
})

// Managers are all that are known, in the order of their ecosystems.
func Managers() []*Manager {
	return slices.Concat(debianManagers, alpineManagers, rpmManagers, pythonManagers, condaManagers,
		nodeManagers, goManagers, rustManagers, javaManagers, rubyManagers, phpManagers)
}

// ByName is the manager of that name, nil when there is none.
func ByName(name string) *Manager {
	for _, m := range Managers() {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// find is the manager that a program belongs to.
func find(program string) *Manager {
	program = strings.TrimSuffix(program, ".exe")
	if v := strings.TrimRight(program, "0123456789."); v == "pip" || v == "conda" {
		program = v
	}
	return byProgram()[program]
}

// locate finds the program among the words of a command: the first, or the
// one that another runs for it, as in "python -m pip" and "corepack yarn".
func locate(e shellcmd.Effective) (m *Manager, words []shellcmd.Word) {
	if len(e.Words) == 0 || !e.Words[0].Static || e.Name == "" {
		return nil, nil
	}
	if m := find(e.Name); m != nil {
		return m, e.Words
	}
	at := 0
	switch strings.TrimRight(e.Name, "0123456789.") {
	case "python", "pypy":
		for at = 1; at < len(e.Words) && e.Words[at].Value != "-m"; at++ {
			if !e.Words[at].Static || !strings.HasPrefix(e.Words[at].Value, "-") {
				return nil, nil
			}
		}
		at++
	case "corepack", "php":
		at = 1
	default:
		return nil, nil
	}
	if at >= len(e.Words) || !e.Words[at].Static {
		return nil, nil
	}
	return find(base(e.Words[at].Value)), e.Words[at:]
}

// base is the last part of a path.
func base(p string) string { return p[strings.LastIndexByte(p, '/')+1:] }
