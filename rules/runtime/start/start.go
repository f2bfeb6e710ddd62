// Package start finds out what the containers of a stage run.
package start

import (
	"path"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/rule"
)

// Results are the stages whose images are run: the last one, and those that
// no other stage uses, unless their names say that they are for work.
func Results(p *rule.Pass) []*dockerfile.Stage {
	used := map[*dockerfile.Stage]bool{}
	for _, s := range p.File.Stages {
		for _, d := range s.Deps {
			used[d.Stage] = true
		}
	}
	var out []*dockerfile.Stage
	for k, s := range p.File.Stages {
		if !used[s] && !ForWork(s.Name) || k == len(p.File.Stages)-1 {
			out = append(out, s)
		}
	}
	return out
}

// ForWork reports whether the name of a stage or a file says that it is for
// development or tests, not for production.
func ForWork(name string) bool {
	name = strings.ToLower(name[strings.LastIndexAny(name, `/\`)+1:])
	for _, word := range []string{"dev", "debug", "test", "local", "watch", "e2e", "lint"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// Last is the last instruction that a stage or its parents have of a name, nil
// when there is none.
func Last(s *dockerfile.Stage, name string) *dockerfile.Instruction {
	for ; s != nil; s = s.Parent {
		for _, i := range slices.Backward(s.Instructions) {
			if i.Name() == name {
				return i
			}
		}
	}
	return nil
}

// Instructions are the ENTRYPOINT and the CMD of a stage, its parents'
// included; nil when it has none. An ENTRYPOINT makes the CMDs of parents void.
func Instructions(s *dockerfile.Stage) (entrypoint, cmd *dockerfile.Instruction) {
	for ; s != nil && entrypoint == nil; s = s.Parent {
		for _, i := range slices.Backward(s.Instructions) {
			switch {
			case i.Name() == "CMD" && cmd == nil:
				cmd = i
			case i.Name() == "ENTRYPOINT" && entrypoint == nil:
				entrypoint = i
			}
		}
	}
	return entrypoint, cmd
}

// Exec is the command line of a CMD or an ENTRYPOINT, nil of another
// instruction.
func Exec(i *dockerfile.Instruction) *dockerfile.Exec {
	if i == nil {
		return nil
	}
	switch c := i.Command.(type) {
	case *dockerfile.Cmd:
		return &c.Exec
	case *dockerfile.Entrypoint:
		return &c.Exec
	}
	return nil
}

// Program is a program that is run when a container starts.
type Program struct {
	In *dockerfile.Instruction
	// Script is where it stands, Index which command of it it is.
	Script *shellcmd.Script
	Index  int
	// Effective is the program behind wrappers: sudo, env, gosu.
	shellcmd.Effective
}

// Command is the command as it is written.
func (p Program) Command() *shellcmd.Command { return &p.Script.Commands[p.Index] }

// Programs are the programs that the containers of a stage run, as far as the
// Dockerfile tells: those of the ENTRYPOINT and of the CMD, those in sh -c too.
func Programs(s *dockerfile.Stage) []Program {
	entrypoint, cmd := Instructions(s)
	return append(of(entrypoint), of(cmd)...)
}

func of(i *dockerfile.Instruction) []Program {
	e := Exec(i)
	if e == nil || e.Script == nil {
		return nil
	}
	return in(i, e.Script, 0)
}

// maxNesting bounds sh -c in sh -c.
const maxNesting = 4

func in(i *dockerfile.Instruction, script *shellcmd.Script, depth int) []Program {
	var out []Program
	for k := range script.Commands {
		e := script.Commands[k].Effective()
		if e.Script != nil && depth < maxNesting {
			out = append(out, in(i, e.Script, depth+1)...)
			continue
		}
		out = append(out, Program{In: i, Script: script, Index: k, Effective: behind(e)})
	}
	return out
}

// behind looks through init programs and the runners of language tools.
func behind(e shellcmd.Effective) shellcmd.Effective {
	for {
		n := runner(e)
		if n == 0 || n >= len(e.Words) || !e.Words[n].Static {
			return e
		}
		e.Wrappers = append(e.Wrappers, e.Name)
		e.Words = e.Words[n:]
		e.Name = path.Base(e.Words[0].Value)
	}
}

// runner is how many words to skip to get to the program that is run, 0 when
// the program runs no other.
func runner(e shellcmd.Effective) int {
	skip := 1
	switch e.Name {
	case "tini", "dumb-init", "npx", "bunx", "catatonit":
	case "pipenv", "poetry", "uv", "pdm", "rye", "hatch":
		if Word(e, 1) != "run" {
			return 0
		}
		skip = 2
	case "bundle", "pnpm", "yarn":
		if Word(e, 1) != "exec" {
			return 0
		}
		skip = 2
	default:
		return 0
	}
	for skip < len(e.Words) && strings.HasPrefix(Word(e, skip), "-") {
		skip++
	}
	return skip
}

// Word is word k of a program, 0 being its name; "" when there is none or when
// it is known only at run time.
func Word(e shellcmd.Effective, k int) string {
	if k >= len(e.Words) || !e.Words[k].Static {
		return ""
	}
	return e.Words[k].Value
}

// IsBuiltin reports whether a shell runs a command of that name itself, and no
// program could do it instead.
func IsBuiltin(name string) bool {
	return slices.Contains([]string{
		".", ":", "alias", "bg", "break", "cd", "command", "continue", "declare", "eval", "exec", "exit", "export", "fg",
		"getopts", "hash", "jobs", "let", "local", "read", "readonly", "return", "set", "shift", "shopt", "source", "times",
		"trap", "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait",
	}, name)
}
