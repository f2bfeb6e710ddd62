package pkgmgr

import (
	"cmp"
	"slices"
	"strings"

	"schlank/dockerfile/shellcmd"
)

// Parse reads a command. ok is false when it is no call of a package manager
// that is known.
func Parse(e shellcmd.Effective) (a Action, ok bool) {
	m, words := locate(e)
	if m == nil {
		return Action{}, false
	}
	a = Action{Manager: m, Program: base(words[0].Value), Words: words}
	a.Args = shellcmd.Effective{Words: own(words)}.Args(shellcmd.Options{Values: m.values, LongSingle: m.longSingle})
	rest := a.readVerb()
	a.readSettings()
	if m.more != nil {
		m.more(&a)
	}
	a.readPackages(rest)
	a.Dynamic = slices.ContainsFunc(a.Words, dynamic)
	return a, true
}

// own is the words up to "--", after which those of others follow: the flags
// of gem's extensions, the arguments of a program to run.
func own(words []shellcmd.Word) []shellcmd.Word {
	if k := slices.IndexFunc(words, func(w shellcmd.Word) bool { return w.Value == "--" }); k > 0 {
		return words[:k]
	}
	return words
}

// dynamic reports a word that starts with what is known only at run time.
func dynamic(w shellcmd.Word) bool {
	return !w.Static && strings.ContainsAny(strings.TrimLeft(w.Text, `"`)[:1], "$`")
}

// maxVerb is the most words that a verb has: "poetry self add".
const maxVerb = 3

// readVerb finds the verb, and returns the operands after it.
func (a *Action) readVerb() (rest []int) {
	operands := a.Args.Operands
	if v, ok := a.Manager.direct[a.Program]; ok {
		a.Verb = v
		return operands
	}
	if len(operands) == 0 {
		a.Verb = cmp.Or(a.Manager.bare, Other)
		return nil
	}
	for n := min(maxVerb, len(operands)); n > 0; n-- {
		name := a.join(operands[:n])
		if v, ok := a.Manager.verbs[name]; ok {
			a.Verb, a.VerbText, a.VerbWord = v, name, operands[n-1]
			return operands[n:]
		}
	}
	a.Verb, a.VerbText, a.VerbWord = cmp.Or(a.Manager.unknown, Other), a.text(operands[0]), operands[0]
	return operands[1:]
}

// join is the texts of words.
func (a *Action) join(words []int) string {
	texts := make([]string, len(words))
	for k, w := range words {
		texts[k] = a.text(w)
	}
	return strings.Join(texts, " ")
}

// text is the value of a word, or how it is written when that is not known.
func (a *Action) text(word int) string {
	if w := a.Words[word]; !w.Static {
		return strings.Trim(w.Text, `"'`)
	}
	return a.Words[word].Value
}

// readSettings finds the options that flags stand for.
func (a *Action) readSettings() {
	for _, f := range a.Args.Flags {
		for _, row := range a.Manager.flags {
			if slices.Contains(row.names, f.Name) && row.counts(f) {
				a.set(row.option, f)
			}
		}
	}
}

// counts reports whether a flag means its option: --production=false does not.
func (r flagRow) counts(f shellcmd.Flag) bool {
	if len(r.values) > 0 {
		return slices.Contains(r.values, strings.ToLower(f.Value))
	}
	return !f.HasValue || !no(f.Value)
}

// no reports whether a value means no.
func no(value string) bool {
	return slices.Contains([]string{"0", "false", "no", "off"}, strings.ToLower(value))
}

// set notes that a flag stands for an option.
func (a *Action) set(o Option, f shellcmd.Flag) {
	a.Settings = append(a.Settings, Setting{
		Option: o,
		Flag:   f.Name,
		Value:  strings.Trim(f.Value, `"'`),
		Static: a.Words[f.ValueWord].Static,
		Word:   f.Word,
		Span:   a.Words[f.Word].Orig.Hull(a.Words[f.ValueWord].Orig),
	})
}

// readPackages reads the operands after the verb.
func (a *Action) readPackages(rest []int) {
	kind := a.operandKind()
	if kind == "" {
		return
	}
	for k, word := range rest {
		if k > 0 && a.Manager.one != nil && a.Manager.one(a.Verb) {
			return
		}
		p := Package{Kind: kind, Text: a.text(word), Word: word, Span: a.Words[word].Orig}
		if w := a.Words[word]; kind == Named {
			a.readPackage(&p, w)
		}
		a.Packages = append(a.Packages, p)
	}
}

// operandKind is what the operands after the verb are.
func (a *Action) operandKind() Kind {
	if a.Manager.kind != nil {
		return a.Manager.kind(a)
	}
	switch a.Verb {
	case Install, Download, Remove, Upgrade:
		return Named
	}
	return ""
}

// readPackage takes a word that names a package apart. Of one that is not
// static the part before the variable counts, if it says what package it is:
// curl=$VERSION is curl, $LIST can be anything.
func (a *Action) readPackage(p *Package, w shellcmd.Word) {
	if w.Static && strings.Contains(p.Text, "*") && a.Manager.Ecosystem.System() && !strings.ContainsAny(p.Text, "=<>~") {
		p.Kind = Pattern
		return
	}
	p.Name = p.Text
	a.Manager.pkg(p)
	if strings.ContainsAny(p.Name, "$`") {
		p.Name = ""
	}
	if p.Kind == Local || p.Kind == Remote {
		p.Name = ""
	}
}

// Env looks up an environment variable.
type Env func(name string) (value string, ok bool)

// Enabled is Has for what an environment variable can set as well. env may be
// nil.
func (a Action) Enabled(o Option, env Env) bool {
	if a.Has(o) {
		return true
	}
	for _, row := range a.Manager.env {
		if row.option != o || env == nil {
			continue
		}
		value, ok := env(row.name)
		value = strings.ToLower(strings.TrimSpace(value))
		if !ok || value == "" {
			continue
		}
		if len(row.values) == 0 && !no(value) || slices.Contains(row.values, value) {
			return true
		}
	}
	return false
}
