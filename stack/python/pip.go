package python

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"schlank/dockerfile/pkgmgr"
	"schlank/dockerfile/shellcmd"
	pkgdb "schlank/internal/pkgdb/python"
)

// Purpose says what an install is for.
type Purpose int

// The purposes.
const (
	// Production is what the application needs to run.
	Production Purpose = iota
	// Development is test, lint and debug tools.
	Development
	// Toolchain is pip itself and what it builds with.
	Toolchain
)

// Install is a `pip install` that can be given a prefix of its own.
type Install struct {
	Purpose Purpose
	// Manifests are the requirement and constraint files, as written.
	Manifests []string
	// Names are the requirements named on the command line.
	Names []string
	// After is the file offset right after the word "install": the place
	// for a further flag.
	After int
}

// ReadInstall reads a command as `pip install …`. ok is false when it is
// none. An error says why the install cannot be moved to a prefix.
func ReadInstall(c shellcmd.Command) (in Install, ok bool, err error) {
	a, ok := pkgmgr.Parse(c.Effective())
	if !ok || a.Manager.Name != "pip" || a.VerbText != "install" {
		return in, false, nil
	}
	in.After = a.Words[a.VerbWord].Orig.End
	if a.Has(pkgmgr.Target) || a.Args.Has("--user", "--python") {
		return in, true, fmt.Errorf("pip is told where to install")
	}
	if a.Has(pkgmgr.Editable) {
		return in, true, fmt.Errorf("an editable install points into the source tree")
	}
	for _, s := range a.Settings {
		if s.Option != pkgmgr.Manifest && s.Option != pkgmgr.Constraint {
			continue
		}
		if strings.ContainsAny(s.Value, "$*?:") || s.Value == "" {
			return in, true, fmt.Errorf("the requirements file %q is known only at run time", s.Value)
		}
		in.Manifests = append(in.Manifests, s.Value)
	}
	for _, p := range a.Packages {
		if p.Kind != pkgmgr.Named || !a.Words[p.Word].Static || strings.ContainsAny(p.Text, "/:") {
			return in, true, fmt.Errorf("%s is installed from a path or address", a.Words[p.Word].Text)
		}
		in.Names = append(in.Names, p.Text)
	}
	in.Purpose = purpose(in)
	return in, true, nil
}

var (
	pythonName = regexp.MustCompile(`^python[0-9.]*$`)
	// devManifest matches files and groups that are for development by
	// their name, as whole words: requirements-dev.txt, requirements/test.txt.
	devManifest = regexp.MustCompile(`(?i)(^|[^a-z])(dev|devel|develop|development|test|tests|testing|lint|linting|ci|docs|debug|local)([^a-z]|$)`)
	// requirementName is the name at the start of a requirement (PEP 508).
	requirementName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*`)
)

func purpose(in Install) Purpose {
	dev, tool := 0, 0
	for _, n := range in.Names {
		switch name := Normalize(requirementName.FindString(n)); {
		case BuildTool(name):
			tool++
		case DevTool(name):
			dev++
		}
	}
	requirements := 0
	for _, m := range in.Manifests {
		if devManifest.MatchString(strings.TrimSuffix(m, path.Ext(m))) {
			dev++
		}
		requirements++
	}
	switch all := len(in.Names) + requirements; {
	case all > 0 && tool == all:
		return Toolchain
	case all > 0 && dev == all:
		return Development
	}
	return Production
}

// BuildTool reports whether a distribution is pip itself or what it builds
// with.
func BuildTool(name string) bool { return slices.Contains(toolchain, Normalize(name)) }

var toolchain = []string{"build", "pip", "setuptools", "wheel"}

// DevTool reports whether a distribution serves development only.
func DevTool(name string) bool { return slices.Contains(devTools, Normalize(name)) }

// devTools are distributions whose own classifiers and descriptions say
// testing, linting or debugging.
var devTools = []string{
	"bandit", "black", "coverage", "debugpy", "django-debug-toolbar", "factory-boy", "faker",
	"flake8", "hypothesis", "ipdb", "ipython", "isort", "mypy", "nox", "pre-commit", "pylint",
	"pytest", "pytest-asyncio", "pytest-cov", "pytest-django", "pytest-mock", "pytest-xdist", "ruff",
	"tox", "watchdog",
}

// Normalize brings a distribution's name into the form in which names are
// compared (PEP 503).
func Normalize(name string) string {
	return pkgdb.NormalName(name)
}
