package dockerfile

import (
	"slices"
	"strings"

	"schlank/dockerfile/syntax"
)

// flagSpec is the flags an instruction knows.
type flagSpec struct {
	strings []string // with a value, once
	lists   []string // with a value, many times
	bools   []string // with or without true or false
}

// checkFlags notes flags that the instruction does not know or that are
// written wrong.
func (f *File) checkFlags(i *Instruction, spec flagSpec) {
	seen := map[string]bool{}
	for k := range i.Flags {
		flag := &i.Flags[k]
		isBool := slices.Contains(spec.bools, flag.Name)
		isList := slices.Contains(spec.lists, flag.Name)
		switch {
		case !isBool && !isList && !slices.Contains(spec.strings, flag.Name):
			f.unknownFlag(i, flag, spec)
		case seen[flag.Name] && !isList:
			f.errorf(BadFlag, flag.Span, "remove one of them", "--%s is there twice", flag.Name)
		case !flag.HasValue && !isBool, isBool && flag.HasValue && flag.Value.Len() == 0:
			f.errorf(BadFlag, flag.Span, "write --"+flag.Name+"=value", "--%s has no value", flag.Name)
		case isBool && flag.HasValue && !strings.EqualFold(flag.Value.Text(), "true") && !strings.EqualFold(flag.Value.Text(), "false"):
			f.errorf(BadFlag, flag.Value.File(), "give true or false", "--%s can't be %q", flag.Name, flag.Value.Text())
		}
		seen[flag.Name] = true
	}
}

// unknownFlag notes a flag the instruction does not know.
func (f *File) unknownFlag(i *Instruction, flag *syntax.Flag, spec flagSpec) {
	known := slices.Concat(spec.strings, spec.lists, spec.bools)
	hint := i.Name() + " has no flags"
	if len(known) > 0 {
		hint = i.Name() + " has the flags --" + strings.Join(known, ", --")
	}
	if near := syntax.Nearest(flag.Name, known); near != "" {
		hint = "did you mean --" + near + "?"
	}
	f.errorf(UnknownFlag, flag.Span, hint, "%s has no flag --%s", i.Name(), flag.Name)
}

// flagValue is the expanded value of a flag, empty without the flag.
func (f *File) flagValue(i *Instruction, name string) Value {
	if flag := i.Flag(name); flag != nil {
		return f.expand(raw(flag.Value), i.Before.Env)
	}
	return Value{}
}

// flagSet reports whether a flag that is true or false is there and true.
func flagSet(i *Instruction, name string) bool {
	flag := i.Flag(name)
	return flag != nil && (!flag.HasValue || strings.EqualFold(flag.Value.Text(), "true"))
}
