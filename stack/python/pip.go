package python

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

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

// valueFlags are pip install's flags that take a value (pip 25, `pip install
// --help`).
var valueFlags = []string{
	"-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-t", "--target", "--platform",
	"--python-version", "--implementation", "--abi", "--root", "--prefix", "--src", "--upgrade-strategy",
	"-C", "--config-settings", "--global-option", "--no-binary", "--only-binary", "--progress-bar",
	"--report", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--log", "--proxy",
	"--retries", "--timeout", "--exists-action", "--trusted-host", "--cert", "--client-cert", "--cache-dir",
	"--use-feature", "--use-deprecated", "--group", "--root-user-action", "--keyring-provider", "--python",
}

// placeFlags decide themselves where packages go.
var placeFlags = []string{"-t", "--target", "--root", "--prefix", "--user", "--python"}

// ReadInstall reads a command as `pip install …`. ok is false when it is
// none. An error says why the install cannot be moved to a prefix.
func ReadInstall(c shellcmd.Command) (in Install, ok bool, err error) {
	e := c.Effective()
	words := pipWords(e.Words)
	if len(words) < 2 || words[1].Value != "install" {
		return in, false, nil
	}
	args := shellcmd.Effective{Name: "pip", Words: words[1:]}.Args(shellcmd.Options{Values: valueFlags})
	in.After = words[1].Orig.End
	if args.Has(placeFlags...) {
		return in, true, fmt.Errorf("pip is told where to install")
	}
	if args.Has("-e", "--editable") {
		return in, true, fmt.Errorf("an editable install points into the source tree")
	}
	for _, f := range args.Flags {
		switch f.Name {
		case "-r", "--requirement", "-c", "--constraint":
			if strings.ContainsAny(f.Value, "$*?:") || f.Value == "" {
				return in, true, fmt.Errorf("the requirements file %q is known only at run time", f.Value)
			}
			in.Manifests = append(in.Manifests, f.Value)
		}
	}
	for _, i := range args.Operands {
		w := words[1:][i]
		if !w.Static || strings.ContainsAny(w.Value, "/:") || strings.HasPrefix(w.Value, ".") {
			return in, true, fmt.Errorf("%s is installed from a path or address", w.Text)
		}
		in.Names = append(in.Names, w.Value)
	}
	in.Purpose = purpose(in)
	return in, true, nil
}

// pipWords strips "python -m" in front of pip; nil when it is not pip.
func pipWords(words []shellcmd.Word) []shellcmd.Word {
	if len(words) == 0 || !words[0].Static {
		return nil
	}
	name := path.Base(words[0].Value)
	if pipName.MatchString(name) {
		return words
	}
	if pythonName.MatchString(name) && len(words) > 2 && words[1].Value == "-m" && words[2].Value == "pip" {
		return words[2:]
	}
	return nil
}

var (
	pipName    = regexp.MustCompile(`^pip[0-9.]*$`)
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
