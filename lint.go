package schlank

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"schlank/finding"
	"schlank/fix"
	"schlank/internal/atomicfile"
	"schlank/internal/bounded"
	"schlank/internal/discover"
	"schlank/lint"
	"schlank/rule"
	"schlank/rules"
	"schlank/source"
)

// LintOptions say what to look at and for. The zero value looks for what is
// wrong in all Dockerfiles below the current directory.
type LintOptions struct {
	// Paths are files and directories; the default is the current directory.
	Paths []string
	// Stdin is a Dockerfile to look at instead, StdinName what to call it;
	// the settings and the context are those of the name's directory.
	Stdin     []byte
	StdinName string
	// Config is the file with the settings; the default is to look for it
	// beside and above each file. NoConfig looks for none.
	Config   string
	NoConfig bool
	// All, Enable, Only, Skip, Categories and RequireReason are as in
	// lint.Options; they add to the settings.
	All                bool
	Enable, Only, Skip []string
	Categories         []rule.Category
	RequireReason      bool
	// Exclude are patterns of paths to leave out.
	Exclude []string
	// NoShellcheck leaves shellcheck alone even if it is installed.
	NoShellcheck bool
	// Fix applies fixes of at least this safety; 0 applies none. They are
	// written to the files unless DryRun is set.
	Fix    finding.Safety
	DryRun bool
	// Image is an image that the only Dockerfile looked at has made: costs are
	// measured in it. Inspect says how it is found.
	Image   string
	Inspect InspectOptions
}

// Linted is what was found.
type Linted struct {
	// Files are in order of arguments and paths, those without findings too.
	Files []LintedFile
	// Problems are compose and bake files that could not be understood, and
	// directories that could not be read.
	Problems []discover.Problem
	// Rules are the rules that were run for any of the files, by ID.
	Rules []*rule.Rule
}

// LintedFile is a Dockerfile with what was found in it.
type LintedFile struct {
	// Name is what it is called: its path, or "<stdin>".
	Name string
	// Result speaks of the text after fixing.
	Result lint.Result
	// FailOn is the least severity that counts as failure by the settings
	// for the file, 0 for none.
	FailOn finding.Severity
	// Original is the text as it was; Fix is nil unless fixing was asked for.
	Original []byte
	Fix      *fix.Result
	// Written is set when the file was changed.
	Written bool
}

// Fails reports whether a file has a finding that counts as failure.
func (l *Linted) Fails() bool {
	return slices.ContainsFunc(l.Files, func(f LintedFile) bool {
		return f.FailOn != 0 && slices.ContainsFunc(f.Result.Findings, func(x finding.Finding) bool { return x.Severity >= f.FailOn })
	})
}

// Lint finds Dockerfiles and looks at them, and fixes them if that is asked
// for. Mistakes in the call or in settings are a *UsageError.
func Lint(ctx context.Context, opt LintOptions) (*Linted, error) {
	job := newLinting(opt)
	defer job.close()
	out := &Linted{}
	inputs, err := job.inputs(out)
	if err != nil {
		return nil, err
	}
	out.Files = make([]LintedFile, len(inputs))
	errs := make([]error, len(inputs))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(inputs)) {
		wg.Go(func() {
			for k := range next {
				out.Files[k], errs[k] = job.file(ctx, inputs[k])
			}
		})
	}
	for k := range inputs {
		if ctx.Err() != nil {
			break
		}
		next <- k
	}
	close(next)
	wg.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	out.Rules = job.rules()
	for _, p := range slices.Sorted(maps.Keys(job.problems)) {
		out.Problems = append(out.Problems, discover.Problem{File: "shellcheck", Reason: p})
	}
	if err := errors.Join(errs...); err != nil || opt.Image == "" {
		return out, err
	}
	if len(out.Files) != 1 {
		return nil, &UsageError{Msg: fmt.Sprintf("%s was made by one Dockerfile, not by %d", opt.Image, len(out.Files)), Hint: "name it"}
	}
	return out, job.measure(ctx, &out.Files[0])
}

// linting is one call of Lint.
type linting struct {
	opt LintOptions

	mu       sync.Mutex
	problems map[string]bool      // what could not be done, once each
	settings map[string]*settings // by directory
	contexts map[[2]string]rule.Context
	closers  []func() error
}

func newLinting(opt LintOptions) *linting {
	return &linting{opt: opt, problems: map[string]bool{}, settings: map[string]*settings{}, contexts: map[[2]string]rule.Context{}}
}

// problem notes what could not be done.
func (j *linting) problem(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.problems[err.Error()] = true
}

// input is a Dockerfile to look at.
type input struct {
	discover.Found
	name  string
	stdin bool
}

// inputs are the Dockerfiles that the options mean.
func (j *linting) inputs(out *Linted) ([]input, error) {
	if j.opt.Stdin != nil {
		name := j.opt.StdinName
		in := input{name: name, stdin: true, Found: discover.Found{File: name, Inline: string(j.opt.Stdin)}}
		if name == "" {
			in.name = "<stdin>"
		} else {
			in.Context = filepath.Dir(name)
		}
		return []input{in}, nil
	}
	paths := j.opt.Paths
	if len(paths) == 0 {
		paths = []string{"."}
	}
	exclude := slices.Clone(j.opt.Exclude)
	for _, p := range paths {
		s, err := j.settingsFor(p)
		if err != nil {
			return nil, err
		}
		exclude = append(exclude, s.exclude...)
	}
	found, problems, err := discover.Files(paths, discover.Options{Exclude: exclude})
	if errors.Is(err, fs.ErrNotExist) {
		var pe *fs.PathError
		errors.As(err, &pe)
		return nil, &UsageError{Msg: fmt.Sprintf("%s: no such file or directory", pe.Path), Hint: "give Dockerfiles, or directories with Dockerfiles in them; - is standard input"}
	}
	if err != nil {
		return nil, &UsageError{Msg: err.Error()}
	}
	if len(found) == 0 && len(problems) == 0 {
		return nil, &UsageError{Msg: fmt.Sprintf("no Dockerfile in %s", strings.Join(paths, ", ")), Hint: "files called Dockerfile, Containerfile, Dockerfile.x or x.Dockerfile are found; give others by their path"}
	}
	out.Problems = problems
	inputs := make([]input, len(found))
	for k, f := range found {
		inputs[k] = input{Found: f, name: f.File}
		if f.Inline != "" {
			inputs[k].name = f.File + "#" + f.Service
		}
	}
	return inputs, nil
}

// file looks at one Dockerfile.
func (j *linting) file(ctx context.Context, in input) (LintedFile, error) {
	out := LintedFile{Name: in.name, Original: []byte(in.Inline)}
	if in.Inline == "" && !in.stdin {
		text, err := bounded.ReadFile(in.File, maxDockerfile)
		if err != nil {
			return out, &UsageError{Msg: fmt.Sprintf("%s cannot be read: %s", in.File, reason(err))}
		}
		out.Original = text
	}
	s, err := j.settingsFor(in.File)
	if err != nil {
		return out, err
	}
	out.FailOn = s.failOn
	li := lint.Input{
		Source:  source.File{Name: filepath.ToSlash(in.name), Bytes: out.Original},
		Context: j.context(in.Found),
		Extra:   s.extra(ctx, j.problem),
	}
	if j.opt.Fix != 0 {
		fixed := s.linter.Fix(li, j.opt.Fix)
		out.Fix = &fixed
		if string(fixed.Text) != string(out.Original) && !j.opt.DryRun && in.Inline == "" && !in.stdin {
			if err := atomicfile.Write(in.File, fixed.Text, 0o644); err != nil {
				return out, err
			}
			out.Written = true
		}
		li.Source.Bytes = fixed.Text
	}
	out.Result = s.linter.File(li)
	return out, nil
}

// rules are the rules of all linters that were made.
func (j *linting) rules() []*rule.Rule {
	used := map[string]bool{}
	for _, s := range j.settings {
		for _, r := range s.linter.Rules() {
			used[r.ID] = true
		}
	}
	return slices.DeleteFunc(rules.All(), func(r *rule.Rule) bool { return !used[r.ID] })
}

func (j *linting) close() {
	for _, c := range j.closers {
		_ = c() // directories that were read
	}
}
