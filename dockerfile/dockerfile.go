// Package dockerfile is what a Dockerfile means: stages and how they depend on
// each other, what each instruction does, and the environment it does it in.
// It agrees with BuildKit's frontend, which the tests hold it to.
//
// It is pure: no files, no network. All that is wrong with a file is a
// finding; there are no errors. It imports dockerfile/syntax, dockerfile/expand,
// dockerfile/shellcmd, finding and source.
package dockerfile

import (
	"schlank/dockerfile/shellcmd"
	"schlank/dockerfile/syntax"
	"schlank/finding"
	"schlank/source"
)

// Options are the circumstances of a build that change what a file means.
type Options struct {
	// BuildArgs are the values given to ARGs.
	BuildArgs map[string]string
	// BuildPlatform and TargetPlatform are like linux/arm64/v8, linux/amd64
	// if empty.
	BuildPlatform, TargetPlatform string
	// Target is the name of the stage to build, for the variable TARGETSTAGE.
	Target string
	// Base tells what is known of the image that a stage starts from, by its
	// expanded reference. It may be nil.
	Base func(reference string) (Base, bool)
	// Scripts, if not nil, remembers the scripts of earlier readings. It
	// changes nothing but the time it takes.
	Scripts *shellcmd.Cache
}

// Base is what an image hands on to the stage that starts from it.
type Base struct {
	Env     []string // NAME=value
	Workdir string
	User    string
	Shell   []string
	// Platform is that of the image, like linux/arm64; "" when not known.
	Platform string
}

// File is a Dockerfile.
type File struct {
	Source source.File
	Syntax *syntax.File
	// Global is the instructions before the first FROM; all but ARG are wrong
	// there.
	Global []*Instruction
	// Args are the variables that FROM can use: the platform and the ARGs
	// before the first FROM.
	Args   Env
	Stages []*Stage
	// Findings is all that is wrong, in order of place.
	Findings []finding.Finding

	options   Options
	defaults  Env    // Args if the build sets none
	saidShell string // see readAs
}

// Parse reads a Dockerfile. It keeps the bytes of src, which must not be
// changed after.
func Parse(src source.File) *File { return ParseWith(src, Options{}) }

// ParseWith is Parse under other than the usual circumstances.
func ParseWith(src source.File, options Options) *File {
	f := &File{Source: src, Syntax: syntax.Parse(src.Bytes), options: options}
	f.Args = platformArgs(options)
	f.defaults = f.Args
	for _, p := range f.Syntax.Problems {
		f.report(codeID(p.Code), codeSeverity(p.Code), p.Span, p.Message, p.Hint)
		if p.Code == syntax.EmptyContinuation {
			f.alias("NoEmptyContinuation")
		}
	}
	said := shellComments(f.Syntax)
	for _, i := range f.Syntax.Instructions {
		f.readAs(said[i])
		f.add(i)
	}
	f.setSpans()
	f.link()
	f.checkFile()
	finding.Sort(f.Findings)
	return f
}

// Instruction is an instruction and what it means.
type Instruction struct {
	*syntax.Instruction
	// Stage is nil for instructions before the first FROM.
	Stage *Stage
	// Command is what it does; a *Run for a RUN, and so on.
	Command Command
	// Before is the state in which it runs.
	Before State
}

// add takes the next instruction in.
func (f *File) add(i *syntax.Instruction) {
	if i.Name() == "FROM" {
		f.startStage(i)
		return
	}
	if len(f.Stages) == 0 {
		f.addGlobal(i)
		return
	}
	s := f.Stages[len(f.Stages)-1]
	in := &Instruction{Instruction: i, Stage: s, Before: s.End}
	in.Command = f.command(in)
	s.Instructions = append(s.Instructions, in)
	s.End = in.after(s.End, f)
}

// quiet is a file to read parts of f with again: what is wrong with them was
// noted when f was read.
func (f *File) quiet() *File {
	return &File{Source: f.Source, Syntax: f.Syntax, Args: f.Args, options: f.options}
}

// addGlobal takes an instruction before the first FROM in.
func (f *File) addGlobal(i *syntax.Instruction) {
	in := &Instruction{Instruction: i, Before: State{Env: f.Args}}
	in.Command = f.command(in)
	f.Global = append(f.Global, in)
	arg, ok := in.Command.(*Arg)
	if !ok {
		return
	}
	for _, v := range arg.Vars {
		if v.HasValue {
			value := f.quiet().expand(v.Value, f.defaults)
			f.defaults = f.defaults.with(v.Name, value.Text, value.Known)
		}
		if value, given := f.options.BuildArgs[v.Name]; given {
			f.Args = f.Args.with(v.Name, value, true)
		} else if v.HasValue {
			value := f.expand(v.Value, f.Args)
			f.Args = f.Args.with(v.Name, value.Text, value.Known)
		}
	}
}
