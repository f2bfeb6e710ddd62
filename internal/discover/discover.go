// Package discover finds Dockerfiles: by name in a directory tree, and by
// what compose and bake files refer to. It reads files of the project and
// nothing else; what it cannot understand is a Problem, not an error.
package discover

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Found is a Dockerfile.
type Found struct {
	// File is its path as it is shown: relative when the argument was. For
	// a Dockerfile written inside a compose or bake file it is that file.
	File string
	// Context is the directory that it is built in.
	Context string
	// Service is the compose service or bake target that refers to it, ""
	// for a file found by its name. Inline is its text when it is written
	// in there.
	Service string
	Inline  string
}

// Problem is a file that could not be read or understood.
type Problem struct {
	File   string
	Reason string
}

func (p Problem) Error() string { return p.File + ": " + p.Reason }

// Options say where not to look.
type Options struct {
	// Exclude are patterns of paths below a directory argument to leave
	// out, as in path.Match; one without a slash is matched against each
	// element of the path.
	Exclude []string
}

// maxFiles bounds what is looked at in one call.
const maxFiles = 2_000_000

// Files finds the Dockerfiles that the arguments mean: a file is one
// whatever it is called, unless it is a compose or bake file; a directory
// is searched. Each file is found once, in the order of arguments and
// then of paths. An argument that does not exist is an error.
func Files(args []string, opt Options) ([]Found, []Problem, error) {
	s := search{opt: opt, seen: map[string]*Found{}}
	for _, p := range opt.Exclude {
		if _, err := path.Match(p, ""); err != nil {
			return nil, nil, fmt.Errorf("exclude pattern %q: %w", p, err)
		}
	}
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case info.IsDir():
			err = s.tree(arg)
		case isCompose(filepath.Base(arg)) || isBake(filepath.Base(arg)):
			s.references(arg)
		default:
			s.add(Found{File: arg, Context: filepath.Dir(arg)})
		}
		if err != nil {
			return nil, nil, err
		}
	}
	found := make([]Found, len(s.found))
	for k, f := range s.found {
		found[k] = *f
	}
	return found, s.problems, nil
}

// search collects what is found.
type search struct {
	opt      Options
	found    []*Found
	problems []Problem
	seen     map[string]*Found // by cleaned path, and service if inline
	files    int
}

func (s *search) problem(file, format string, args ...any) {
	s.problems = append(s.problems, Problem{File: file, Reason: fmt.Sprintf(format, args...)})
}

// add notes a Dockerfile. One that compose or bake builds in another
// directory than its own keeps the first such context.
func (s *search) add(f Found) {
	key := filepath.Clean(f.File)
	if f.Inline != "" {
		key += "\x00" + f.Service
	}
	if known, ok := s.seen[key]; ok {
		if known.Service == "" && f.Service != "" {
			known.Context, known.Service = f.Context, f.Service
		}
		return
	}
	s.seen[key] = &f
	s.found = append(s.found, &f)
}

// skipped are directories that hold other people's files.
var skipped = []string{"node_modules", "bower_components", "site-packages", "__pycache__", "venv"}

// tree searches a directory.
func (s *search) tree(root string) error {
	from := len(s.found)
	var refs []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			s.problem(p, "%s", reason(err))
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if s.files++; s.files > maxFiles {
			return fmt.Errorf("%s: more than %d files; name the directories that hold Dockerfiles", root, maxFiles)
		}
		name := d.Name()
		switch {
		case p == root:
		case s.excluded(root, p):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir():
			if strings.HasPrefix(name, ".") && !keptHidden(name) || slices.Contains(skipped, name) {
				return fs.SkipDir
			}
		case !d.Type().IsRegular():
		case isCompose(name) || isBake(name):
			refs = append(refs, p)
		case IsDockerfile(name):
			s.add(Found{File: p, Context: filepath.Dir(p)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, p := range refs {
		s.references(p)
	}
	slices.SortStableFunc(s.found[from:], func(a, b *Found) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Service, b.Service))
	})
	return nil
}

// keptHidden are hidden directories in which projects keep Dockerfiles.
func keptHidden(name string) bool {
	return slices.Contains([]string{".devcontainer", ".docker", ".github", ".gitlab", ".ci", ".circleci", ".buildkite"}, name)
}

// excluded reports whether a pattern leaves the path out.
func (s *search) excluded(root, p string) bool {
	rel, err := filepath.Rel(root, p)
	if err != nil {
		return false
	}
	rel = filepath.ToSlash(rel)
	return slices.ContainsFunc(s.opt.Exclude, func(pattern string) bool {
		pattern = strings.TrimSuffix(pattern, "/")
		if strings.Contains(pattern, "/") {
			ok, _ := path.Match(strings.TrimPrefix(pattern, "/"), rel)
			return ok
		}
		ok, _ := path.Match(pattern, path.Base(rel))
		return ok
	})
}

// notDockerfiles are endings of files that go with a Dockerfile, or are
// made into one.
var notDockerfiles = []string{".dockerignore", ".md", ".txt", ".orig", ".rej", ".bak", ".swp", ".swo", ".tmp", ".j2", ".jinja", ".jinja2", ".tmpl", ".template", ".tpl", ".erb", ".sh", ".py", ".go", ".js", ".ts", ".json", ".yaml", ".yml", ".html", ".lock"}

// IsDockerfile reports whether a file of that name is taken for one:
// Dockerfile, Dockerfile.dev, api.Dockerfile, and Containerfile alike.
func IsDockerfile(name string) bool {
	lower := strings.ToLower(name)
	for _, word := range []string{"dockerfile", "containerfile"} {
		if lower == word || strings.HasSuffix(lower, "."+word) {
			return true
		}
		if rest, ok := strings.CutPrefix(lower, word); ok && (rest[0] == '.' || rest[0] == '-' || rest[0] == '_') {
			return !slices.ContainsFunc(notDockerfiles, func(end string) bool { return strings.HasSuffix(lower, end) }) && !strings.HasSuffix(lower, "~")
		}
	}
	return false
}

// reason is what went wrong without the path, which is said anyway.
func reason(err error) string {
	if pe, ok := err.(*fs.PathError); ok {
		return pe.Err.Error()
	}
	return err.Error()
}
