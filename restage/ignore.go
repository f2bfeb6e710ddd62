package restage

import (
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"

	"schlank/dockerfile"
)

// leftOvers are names in a context that no image needs: version control,
// virtual environments, caches of tools, editors' files.
var leftOvers = []struct{ pattern, what string }{
	{".git", "version control"}, {".hg", "version control"}, {".svn", "version control"},
	{".venv", "virtual environment"}, {"venv", "virtual environment"}, {"env", "virtual environment"},
	{"node_modules", "installed packages"},
	{"__pycache__", "compiled Python"}, {".pytest_cache", "tool cache"}, {".mypy_cache", "tool cache"},
	{".ruff_cache", "tool cache"}, {".tox", "tool cache"}, {".nox", "tool cache"},
	{".idea", "editor"}, {".vscode", "editor"}, {".DS_Store", "editor"},
}

// Ignore makes the .dockerignore that a project without one should have, and
// the move that says why; "" when everything in the context is used.
func Ignore(in Input) (string, Move) {
	var referenced []string
	for _, s := range in.File.Stages {
		for _, i := range s.Instructions {
			if c, ok := i.Command.(*dockerfile.Copy); ok && c.From.Raw == "" {
				for _, src := range c.Sources {
					referenced = append(referenced, strings.TrimPrefix(path.Clean("/"+src.Text), "/"))
				}
			}
		}
	}
	text, hit := ignoreFile(in.Project.Files, referenced)
	const shown = 12
	if n := len(hit); n > shown {
		hit = append(hit[:shown:shown], fmt.Sprintf("and %d more", n-shown))
	}
	return text, Move{
		Name:     ".dockerignore",
		Reason:   "the build neither needs nor should see these files",
		Evidence: hit,
	}
}

// ignoreFile is a .dockerignore made from what lies in the context and is of
// no use to the build, "" when nothing does. files are the context's paths,
// referenced the sources that COPY and ADD name.
func ignoreFile(files, referenced []string) (text string, hit []string) {
	var patterns []string
	add := func(p string) {
		if !slices.Contains(patterns, p) {
			patterns = append(patterns, p)
		}
	}
	for _, f := range files {
		parts := strings.Split(f, "/")
		for depth, part := range parts {
			for _, l := range leftOvers {
				if part != l.pattern || slices.Contains(referenced, strings.Join(parts[:depth+1], "/")) {
					continue
				}
				// "env" is a common package name below the root.
				if l.what == "virtual environment" && (depth > 0 || !slices.Contains(files, part+"/pyvenv.cfg")) {
					continue
				}
				if depth > 0 {
					part = "**/" + part
				}
				add(part)
				hit = append(hit, f)
			}
		}
		if list := dockerPatterns(f); list != nil && !slices.Contains(referenced, f) {
			for _, p := range list {
				add(p)
			}
			hit = append(hit, f)
		}
	}
	if len(patterns) == 0 {
		return "", nil
	}
	// The file must not be part of what it guards: the image would differ
	// from the one that was proven without it.
	add(".dockerignore")
	sort.Strings(patterns)
	return "# What the build does not use.\n" + strings.Join(patterns, "\n") + "\n", hit
}

// dockerPatterns cover files that describe the build and are not part of it,
// the rewritten Dockerfile among them.
func dockerPatterns(f string) []string {
	switch base := path.Base(f); {
	case base == "Dockerfile" || strings.HasPrefix(base, "Dockerfile."):
		return []string{"**/Dockerfile", "**/Dockerfile.*"}
	case base == "Containerfile" || base == ".dockerignore":
		return []string{"**/" + base}
	case strings.HasSuffix(base, ".Dockerfile"):
		return []string{"**/*.Dockerfile"}
	case strings.HasPrefix(base, "docker-compose") || strings.HasPrefix(base, "compose."):
		if ext := path.Ext(base); ext == ".yml" || ext == ".yaml" {
			return []string{"**/" + strings.TrimSuffix(base, ext) + ".*"}
		}
	}
	return nil
}
