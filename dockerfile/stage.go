package dockerfile

import (
	"slices"
	"strings"

	"schlank/dockerfile/syntax"
	"schlank/source"
)

// Stage is a build stage: a FROM and the instructions after it.
type Stage struct {
	// Index counts stages from 0.
	Index int
	// Name is in lower case, "" when it has none.
	Name     string
	NameSpan source.Span
	// From is the FROM instruction.
	From *Instruction
	// Base is the reference after FROM. Base.Text is with ARGs put in.
	Base Value
	// Parent is the stage that Base names, or nil when it is an image.
	Parent *Stage
	// BaseKnown is set when it is known what the base image hands on:
	// Options.Base knows the image, or it is scratch.
	BaseKnown bool
	// BasePlatform is that of the base image, like linux/arm64; "" when it is
	// not known, and for a stage with a parent.
	BasePlatform string
	// Platform is the value of --platform, empty when there is none.
	Platform Value
	// Instructions are those after the FROM.
	Instructions []*Instruction
	// End is the state after the last instruction: what the image is run in.
	End State
	// Span is all lines of the stage: the comments right above its FROM, up
	// to those of the next stage. The spans of the stages follow each other
	// and reach to the end of the file.
	Span source.Span
	// Body is from the FROM to the last instruction, with its line ending.
	Body source.Span
	// Deps are the stages it needs itself, in order of appearance and without
	// repeats.
	Deps []Dep
}

// Dep is a use of one stage in another.
type Dep struct {
	Stage *Stage
	// By is the FROM, COPY or RUN that uses it. An instruction that an
	// ONBUILD of the parent stage holds belongs to that stage.
	By *Instruction
	// Span is the place of the reference.
	Span source.Span
}

// isStageName reports whether a stage may be called name, in lower case.
func isStageName(name string) bool {
	return name != "" && name[0] >= 'a' && name[0] <= 'z' &&
		strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}

// startStage begins a stage with a FROM.
func (f *File) startStage(i *syntax.Instruction) {
	s := &Stage{Index: len(f.Stages)}
	in := &Instruction{Instruction: i, Stage: s, Before: State{Env: f.Args}}
	s.From = in
	from := &From{}
	in.Command = from
	f.checkFlags(in, flagSpec{strings: []string{"platform"}})
	if flag := i.Flag("platform"); flag != nil {
		s.Platform = f.expand(raw(flag.Value), f.Args)
		if s.Platform.Text == "" {
			f.emptyName("platform", s.Platform)
		}
	}
	f.fromWords(s, i)
	s.End, s.BaseKnown = f.startState(s)
	if s.Parent == nil && f.options.Base != nil {
		base, _ := f.options.Base(s.Base.Text)
		s.BasePlatform = base.Platform
	}
	from.Base, from.Name, from.Platform = s.Base, s.Name, s.Platform
	f.Stages = append(f.Stages, s)
	f.runTriggers(s)
}

// fromWords reads the arguments of a FROM: a reference, and AS with a name.
func (f *File) fromWords(s *Stage, i *syntax.Instruction) {
	words := i.Words
	named := len(words) == 3 && strings.EqualFold(words[1].Text(), "as")
	if len(words) != 1 && !named {
		f.errorf(BadArguments, argsSpan(i), "write FROM image or FROM image AS name",
			"FROM has %d arguments, it needs one or three", len(words))
	}
	if len(words) > 0 {
		s.Base = f.expand(plainValue(words[0]), f.Args)
		if s.Base.Text == "" {
			f.emptyName("base image", s.Base)
			f.alias(append([]string{"InvalidDefaultArgInFrom"}, f.staleArg(s.Base)...)...)
		}
		// As in BuildKit the case must match here, though not in --from.
		s.Parent = f.lastNamed(s.Base.Text)
	}
	if !named {
		return
	}
	name := strings.ToLower(words[2].Text())
	if !isStageName(name) {
		f.errorf(BadStageName, words[2].Span, "a name starts with a letter and has letters, digits, - _ and . in it",
			"%q can't be the name of a stage", words[2].Text())
		return
	}
	if earlier := f.lastNamed(name); earlier != nil {
		f.warnf(DuplicateStage, words[2].Span, "give one of them another name",
			"the name %s is taken by stage %d, which can't be referred to any more", name, earlier.Index)
		f.alias("DuplicateStageName", "DL3024", "DS-0012", "CKV_DOCKER_11")
	}
	s.Name, s.NameSpan = name, words[2].Span
}

// Root is the stage at the start of the chain of parents, which starts from an
// image; s itself when s does.
func (s *Stage) Root() *Stage {
	for s.Parent != nil {
		s = s.Parent
	}
	return s
}

// startState is the state that a stage starts in, and whether the base image
// that it comes from is known.
func (f *File) startState(s *Stage) (state State, known bool) {
	if s.Parent != nil {
		return s.Parent.End, s.Parent.BaseKnown
	}
	state, known = f.baseState(s.Base.Text)
	state.ReadAs = f.saidShell
	return state, known
}

// runTriggers takes in what the ONBUILDs of the parent do to the state.
func (f *File) runTriggers(s *Stage) {
	for _, t := range s.triggers() {
		quiet := f.quiet()
		in := &Instruction{Instruction: t.Instruction, Stage: s, Before: s.End}
		in.Command = quiet.command(in)
		s.End = in.after(s.End, quiet)
	}
}

// triggers are the instructions that the ONBUILDs of the parent hold.
func (s *Stage) triggers() []*Instruction {
	if s.Parent == nil {
		return nil
	}
	var out []*Instruction
	for _, i := range s.Parent.Instructions {
		if c, ok := i.Command.(*Onbuild); ok && c.Trigger != nil {
			out = append(out, c.Trigger)
		}
	}
	return out
}

// lastNamed is the last stage so far of that name, or nil.
func (f *File) lastNamed(name string) *Stage {
	for k := len(f.Stages) - 1; k >= 0; k-- {
		if f.Stages[k].Name == name && name != "" {
			return f.Stages[k]
		}
	}
	return nil
}

// setSpans finds where stages start and end.
func (f *File) setSpans() {
	starts := map[*syntax.Instruction]int{}
	comments := -1 // where the comments right above begin
	for _, n := range f.Syntax.Nodes {
		switch n.Kind {
		case syntax.CommentLine:
			if comments < 0 {
				comments = n.Span.Start
			}
			continue
		case syntax.InstructionLines:
			starts[n.Instruction] = n.Span.Start
			if comments >= 0 {
				starts[n.Instruction] = comments
			}
		}
		comments = -1
	}
	end := len(f.Source.Bytes)
	for k := len(f.Stages) - 1; k >= 0; k-- {
		s := f.Stages[k]
		s.Span = source.Span{Start: starts[s.From.Instruction], End: end}
		end = s.Span.Start
		s.Body = s.From.Span
		if n := len(s.Instructions); n > 0 {
			s.Body.End = s.Instructions[n-1].Span.End
		}
	}
}

// checkFile notes what is wrong with the file as a whole.
func (f *File) checkFile() {
	switch {
	case len(f.Syntax.Instructions) == 0:
		whole := source.Span{End: len(f.Source.Bytes)}
		f.errorf(EmptyFile, whole, "start with FROM and an image", "the file has no instructions")
	case len(f.Stages) == 0:
		f.errorf(NoStage, f.Syntax.Instructions[0].KeywordSpan, "start with FROM and an image", "there is no FROM")
		f.alias("DL3061")
	default:
		for _, i := range f.Global {
			switch i.Command.(type) {
			case *Arg, *Unknown:
			default:
				f.errorf(NoStage, i.KeywordSpan, "put it after the FROM", "%s is before the first FROM", i.Name())
				f.alias("DL3061")
			}
		}
	}
}

// emptyName notes a base image or platform that comes to nothing. When an ARG
// without default is to blame, the build can still give it a value.
func (f *File) emptyName(what string, v Value) {
	for _, i := range f.Global {
		arg, ok := i.Command.(*Arg)
		if !ok {
			continue
		}
		for _, a := range arg.Vars {
			if slices.Contains(v.Missing, a.Name) {
				f.warnf(BadVariable, v.Span, "give ARG "+a.Name+" a default value",
					"the %s %s is empty unless the build sets %s", what, v.Raw, a.Name)
				return
			}
		}
	}
	f.errorf(BadVariable, v.Span, "declare the variable with ARG before the first FROM", "the %s %s is empty", what, v.Raw)
}

// staleArg is what trivy calls an empty base image whose variable is declared in
// an earlier stage, where FROM does not see it: trivy does, and finds no tag.
func (f *File) staleArg(v Value) []string {
	for _, s := range f.Stages {
		for _, i := range s.Instructions {
			arg, ok := i.Command.(*Arg)
			if !ok {
				continue
			}
			for _, a := range arg.Vars {
				if slices.Contains(v.Missing, a.Name) && a.HasValue && !strings.ContainsAny(a.Value.Text, ":@$") {
					return []string{"DS-0001"}
				}
			}
		}
	}
	return nil
}

// argsSpan is the place of an instruction's arguments, or of its keyword when
// it has none.
func argsSpan(i *syntax.Instruction) source.Span {
	if i.Args.Len() == 0 {
		return i.KeywordSpan
	}
	return i.Args.File()
}
