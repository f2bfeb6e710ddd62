package sl4007

import (
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/rule"
	"schlank/source"
)

func run(p *rule.Pass) {
	for in := range p.Instructions() {
		switch c := in.Command.(type) {
		case *dockerfile.EnvVars:
			variables(p, c.Vars)
		case *dockerfile.Arg:
			variables(p, c.Vars)
		case *dockerfile.Run:
			for _, s := range p.CommandsOf(in) {
				assigned(p, s)
				flags(p, s)
			}
		}
	}
}

// variables looks at an ENV or an ARG.
func variables(p *rule.Pass, vars []dockerfile.Var) {
	for _, v := range vars {
		if o, ok := variableOf(v.Name, v.Value.Text); ok {
			report(p, v.Span, v.Name, o)
		}
	}
}

// assigned looks at the variables that a command gets or sets.
func assigned(p *rule.Pass, s rule.Shell) {
	for _, a := range s.Command().Assigns {
		if o, ok := variableOf(a.Name, a.Value.Value); ok {
			report(p, a.Orig, a.Name, o)
		}
	}
	for _, w := range s.Command().Words {
		name, value, isAssign := strings.Cut(w.Text, "=")
		if !isAssign {
			continue
		}
		if o, ok := variableOf(name, value); ok {
			report(p, w.Orig, name, o)
		}
	}
}

// flags looks at the flags and settings of a command.
func flags(p *rule.Pass, s rule.Shell) {
	if len(s.Words) == 0 {
		return
	}
	var texts []string
	for _, w := range s.Words[1:] {
		texts = append(texts, w.Text)
	}
	if o, ok := settingOf(s.Name, strings.Join(texts, " ")); ok {
		report(p, s.Words[0].Orig.Hull(s.Words[len(s.Words)-1].Orig), "this", o)
	}
	for _, f := range s.Args(options(s.Name)).Flags {
		name := f.Name
		if name == "--setopt" {
			name += "=" + f.Value
		}
		o, value, ok := flagOf(s.Name, name)
		if !ok {
			continue
		}
		if span, edit, ok := flagEdit(s, f, value); ok {
			report(p, span, f.Name, o, edit)
		} else {
			report(p, s.Words[f.Word].Orig, f.Name, o)
		}
	}
}

// options says which short flags of a program take a value, so that what
// comes after them is not read as flags.
func options(program string) shellcmd.Options {
	switch program {
	case "curl":
		return shellcmd.Options{Values: []string{"-o", "-H", "-d", "-u", "-X", "-A", "-e", "-b", "-c", "-K", "-x", "-m", "-w", "-T", "-F", "-E", "-C", "-r", "-y", "-Y", "-z", "-D", "-P", "-Q", "-t", "-U"}}
	case "pip", "pip3", "uv", "python", "python3":
		return shellcmd.Options{Values: []string{"--trusted-host", "--allow-insecure-host", "-r", "-c", "-i", "-t", "-e", "-m"}}
	}
	return shellcmd.Options{}
}

// flagEdit is the place of a flag, and the edit that takes it away with the
// blank before it, and false when it can't be taken out of its word.
func flagEdit(s rule.Shell, f shellcmd.Flag, value bool) (source.Span, source.Edit, bool) {
	word := s.Words[f.Word]
	if strings.HasPrefix(word.Text, f.Name) && (word.Text == f.Name || strings.HasPrefix(f.Name, "--")) {
		span := word.Orig
		if value && f.HasValue {
			span = span.Hull(s.Words[f.ValueWord].Orig)
		}
		return span, source.Delete(source.Span{Start: s.Words[f.Word-1].Orig.End, End: span.End}), true
	}
	// A letter among others: -fsSk.
	at := strings.IndexByte(word.Text, f.Name[1])
	if at < 0 {
		return source.Span{}, source.Edit{}, false
	}
	letter := source.Span{Start: word.Span.Start + at, End: word.Span.Start + at + 1}
	if !s.Script.Text.Exact(letter) {
		return source.Span{}, source.Edit{}, false
	}
	return word.Orig, source.Delete(s.Script.File(letter)), true
}

func report(p *rule.Pass, span source.Span, what string, o off, edits ...source.Edit) {
	f := finding.Finding{
		Span:    span,
		Message: what + " switches off the check of " + o.what,
		Hint:    "install ca-certificates or the missing key instead",
		Aliases: []string{},
	}
	if o.alias != "" {
		f.Aliases = []string{o.alias}
	}
	if len(edits) > 0 {
		f.Fixes = []finding.Fix{{Title: "leave " + what + " out", Safety: finding.Suggestion, Edits: edits}}
	}
	p.Report(f)
}
