package rule

import (
	"iter"
	"slices"

	"schlank/dockerfile"
	"schlank/dockerfile/shellcmd"
	"schlank/finding"
	"schlank/source"
)

// Pass is one run of one rule over one file.
type Pass struct {
	File     *dockerfile.File
	Settings Settings
	// Context is what is known of the build context; nil when nothing is,
	// as for a file that comes from standard input.
	Context Context

	rule     *Rule
	findings []finding.Finding
	facts    *facts
}

// Context is what rules may ask about a build context. Paths are slash
// separated and relative to it.
type Context interface {
	// Ignore is the text of the ignore file, and whether there is one.
	Ignore() (text string, ok bool)
	// Ignored reports whether the ignore file leaves the path out.
	Ignored(path string) bool
	// Stat reports whether there is a file or directory of that path, left
	// out or not, and its size in bytes; a directory's is the sum of what is
	// in it and not left out.
	Stat(path string) (info Info, ok bool)
	// Read is the content of a small file.
	Read(path string) ([]byte, bool)
	// List is the names in a directory, sorted, "." for the context itself.
	List(dir string) []string
}

// Info is what Context.Stat tells.
type Info struct {
	Dir  bool
	Size int64
}

// Report notes a finding. ID and severity are the rule's unless they are
// set; so are the aliases when they are nil. In a file with the line endings
// of Windows what fixes write gets these too.
func (p *Pass) Report(f finding.Finding) {
	if f.ID == "" {
		f.ID = p.rule.ID
	}
	if f.Severity == 0 {
		f.Severity = p.rule.Severity
	}
	if f.Aliases == nil {
		f.Aliases = p.rule.Aliases
	}
	if p.facts.windows(p.File.Source.Bytes) {
		f.Fixes = withLineEndings(f.Fixes)
	}
	p.findings = append(p.findings, f)
}

// Instructions are all instructions of all stages in order, FROM included,
// and what ONBUILDs hold in their place.
func (p *Pass) Instructions() iter.Seq[*dockerfile.Instruction] {
	if p.facts.instructions == nil {
		p.facts.instructions = instructions(p.File)
	}
	return slices.Values(p.facts.instructions)
}

func instructions(f *dockerfile.File) []*dockerfile.Instruction {
	out := []*dockerfile.Instruction{}
	for _, s := range f.Stages {
		out = append(out, s.From)
		for _, i := range s.Instructions {
			if o, ok := i.Command.(*dockerfile.Onbuild); ok && o.Trigger != nil {
				i = o.Trigger
			}
			out = append(out, i)
		}
	}
	return out
}

// Shell is a command of a RUN, as it runs in the end.
type Shell struct {
	// In is the instruction, Run its meaning.
	In  *dockerfile.Instruction
	Run *dockerfile.Run
	// Script is where the command stands: the RUN's own, or the text of an
	// sh -c in it; Index is its index in Script.Commands.
	Script *shellcmd.Script
	Index  int
	// Effective is the command behind wrappers such as sudo and env.
	shellcmd.Effective
}

// Command is the command as it is written.
func (s Shell) Command() *shellcmd.Command { return &s.Script.Commands[s.Index] }

// maxNesting bounds sh -c in sh -c.
const maxNesting = 4

// Commands are all commands of all RUNs, those in sh -c '…' too.
func (p *Pass) Commands() iter.Seq[Shell] {
	if p.facts.commands == nil {
		p.facts.commands = []Shell{}
		for i := range p.Instructions() {
			p.facts.commands = slices.AppendSeq(p.facts.commands, InstructionCommands(i))
		}
	}
	return slices.Values(p.facts.commands)
}

// InstructionCommands are the commands of one RUN; none of another
// instruction.
func InstructionCommands(i *dockerfile.Instruction) iter.Seq[Shell] {
	return func(yield func(Shell) bool) {
		run, ok := i.Command.(*dockerfile.Run)
		if !ok || run.Script == nil {
			return
		}
		scriptCommands(Shell{In: i, Run: run, Script: run.Script}, maxNesting, yield)
	}
}

func scriptCommands(at Shell, depth int, yield func(Shell) bool) bool {
	for k := range at.Script.Commands {
		at.Index = k
		at.Effective = at.Script.Commands[k].Effective()
		if !yield(at) {
			return false
		}
		if inner := at.Effective.Script; inner != nil && depth > 0 {
			deeper := at
			deeper.Script = inner
			if !scriptCommands(deeper, depth-1, yield) {
				return false
			}
		}
	}
	return true
}

// Shipped reports whether the layers of a stage end up in an image that the
// file is for: the last stage, a stage that nothing else uses, or one that
// such a stage starts from.
func (p *Pass) Shipped(s *dockerfile.Stage) bool {
	if p.facts.shipped == nil {
		p.facts.shipped = shipped(p.File)
	}
	return slices.Contains(p.facts.shipped, s)
}

func shipped(f *dockerfile.File) []*dockerfile.Stage {
	used := map[*dockerfile.Stage]bool{}
	for _, s := range f.Stages {
		for _, d := range s.Deps {
			used[d.Stage] = true
		}
	}
	out := []*dockerfile.Stage{}
	for k, s := range f.Stages {
		if used[s] && k < len(f.Stages)-1 {
			continue
		}
		for ; s != nil && !slices.Contains(out, s); s = s.Parent {
			out = append(out, s)
		}
	}
	return out
}

// Final is the last stage, nil in a file without one.
func (p *Pass) Final() *dockerfile.Stage {
	if n := len(p.File.Stages); n > 0 {
		return p.File.Stages[n-1]
	}
	return nil
}

// Text is the bytes of the file in a span.
func (p *Pass) Text(s source.Span) string { return p.File.Source.Text(s) }
