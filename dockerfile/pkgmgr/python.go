package pkgmgr

import (
	"slices"
	"strings"
)

// Facts from "pip install --help" of pip 25, the uv, Poetry, Pipenv and pipx
// references, and PEP 508.

var pythonManagers = []*Manager{
	{
		Name:      "pip",
		Ecosystem: Python,
		programs:  []string{"pip"},
		Manifests: []string{"requirements.txt"},
		verbs: verbs(
			verb{Install, "install"},
			verb{Download, "download,wheel"},
			verb{Remove, "uninstall"},
			verb{Clean, "cache purge,cache remove"},
		),
		values: pipValues,
		flags: []flagRow{
			flag(NoCache, "--no-cache-dir"),
			flag(CacheDir, "--cache-dir"),
			flag(Manifest, "-r --requirement"),
			flag(Constraint, "-c --constraint"),
			flag(Editable, "-e --editable"),
			flag(Target, "-t --target --root --prefix"),
			flag(Yes, "-y --yes"),
			flag(Dry, "--dry-run"),
		},
		env:    []envRow{{option: NoCache, name: "PIP_NO_CACHE_DIR"}},
		pkg:    pythonPackage,
		Stores: []Store{pipStore},
	},
	{
		Name:      "pipx",
		Ecosystem: Python,
		programs:  []string{"pipx"},
		verbs: verbs(
			verb{Install, "install,inject,install-all,reinstall"},
			verb{Run, "run"},
			verb{Remove, "uninstall,uninject,uninstall-all"},
			verb{Upgrade, "upgrade,upgrade-all"},
		),
		values: []string{"--python", "--suffix", "--index-url", "-i", "--pip-args", "--preinstall", "--spec", "--backend"},
		one:    func(v Verb) bool { return v == Run },
		pkg:    pythonPackage,
	},
	{
		Name:      "uv",
		Ecosystem: Python,
		programs:  []string{"uv"},
		Manifests: []string{"pyproject.toml"}, Lockfiles: []string{"uv.lock"},
		verbs: verbs(
			verb{Install, "pip install,pip sync,sync,add,tool install,python install"},
			verb{Run, "run,tool run"},
			verb{Remove, "remove,pip uninstall,tool uninstall"},
			verb{Clean, "cache clean,cache prune"},
		),
		values: slices.Concat(pipValues, []string{
			"-p", "--extra", "--only-group", "--no-group", "--package", "--directory", "--project", "--link-mode", "--env-file",
			"--with", "--from", "--index", "--default-index", "--resolution", "--prerelease", "--color", "--no-binary-package",
			"--python-platform", "--override", "-b", "--build-constraint", "--exclude-newer", "--no-install-package", "-o",
		}),
		flags: []flagRow{
			flag(NoCache, "-n --no-cache --no-cache-dir"),
			flag(CacheDir, "--cache-dir"),
			flag(Manifest, "-r --requirements --requirement"),
			flag(Constraint, "-c --constraint --constraints"),
			flag(Editable, "-e --editable"),
			flag(Target, "-t --target --prefix"),
			flag(Frozen, "--frozen --locked"),
			flag(Production, "--no-dev --no-default-groups"),
			flag(Production, "--only-group"),
			flag(Dry, "--dry-run"),
		},
		env: []envRow{
			{option: NoCache, name: "UV_NO_CACHE"}, {option: Production, name: "UV_NO_DEV"},
			{option: Frozen, name: "UV_FROZEN"}, {option: Frozen, name: "UV_LOCKED"},
		},
		kind: func(a *Action) Kind {
			if a.Verb == Run || a.VerbText == "sync" || a.VerbText == "python install" || a.VerbText == "pip sync" {
				return ""
			}
			return installed(a)
		},
		pkg: pythonPackage,
		Stores: []Store{{
			Kind: Downloads, Verbs: []Verb{Install, Run}, Off: true, Linked: true,
			Env: []EnvDir{{"UV_CACHE_DIR", ""}, {"XDG_CACHE_HOME", "uv"}}, Paths: []string{"~/.cache/uv"}, CleanUp: "uv cache clean",
		}},
	},
	{
		Name:      "poetry",
		Ecosystem: Python,
		programs:  []string{"poetry"},
		Manifests: []string{"pyproject.toml"}, Lockfiles: []string{"poetry.lock"},
		verbs: verbs(
			verb{Install, "install,add,sync,self add"},
			verb{Upgrade, "update,self update"},
			verb{Remove, "remove"},
			verb{Clean, "cache clear"},
		),
		values: []string{"--with", "--without", "--only", "-E", "--extras", "-C", "--directory", "-P", "--project", "-G", "--group", "--source"},
		flags: []flagRow{
			flag(NoCache, "--no-cache"),
			flag(Production, "--no-dev --only-root"),
			flag(Yes, "-n --no-interaction"),
			flag(All, "--all"),
			flag(Dry, "--dry-run"),
		},
		more: func(a *Action) {
			for _, f := range a.Args.Flags {
				groups := strings.FieldsFunc(f.Value, func(r rune) bool { return r == ',' || r == ' ' })
				if f.Name == "--without" && slices.Contains(groups, "dev") ||
					f.Name == "--only" && !slices.ContainsFunc(groups, developmentGroup) {
					a.set(Production, f)
				}
			}
		},
		pkg: pythonPackage,
		Stores: []Store{{
			Kind: Downloads, Verbs: []Verb{Install, Upgrade}, Off: true,
			Env:   []EnvDir{{"POETRY_CACHE_DIR", ""}, {"XDG_CACHE_HOME", "pypoetry"}},
			Paths: []string{"~/.cache/pypoetry"}, CleanUp: "rm -rf {path}",
		}},
	},
	{
		Name:      "pipenv",
		Ecosystem: Python,
		programs:  []string{"pipenv"},
		Manifests: []string{"Pipfile"}, Lockfiles: []string{"Pipfile.lock"},
		verbs: verbs(
			verb{Install, "install,sync"},
			verb{Upgrade, "update,upgrade"},
			verb{Remove, "uninstall,clean"},
		),
		values: []string{"-r", "--requirements", "-i", "--index", "--python", "--categories", "-e", "--editable", "--extra-pip-args"},
		flags: []flagRow{
			flag(Frozen, "--deploy --ignore-pipfile"),
			flag(Development, "-d --dev"),
			flag(Manifest, "-r --requirements"),
			flag(Editable, "-e --editable"),
		},
		pkg: pythonPackage,
		more: func(a *Action) {
			if a.Verb == Clean || a.Args.Has("--clear") && len(a.Args.Operands) == 0 {
				a.Verb = Clean
			}
		},
		Stores: []Store{
			{
				Kind: Downloads, Verbs: []Verb{Install, Upgrade},
				Env:   []EnvDir{{"PIPENV_CACHE_DIR", ""}, {"XDG_CACHE_HOME", "pipenv"}},
				Paths: []string{"~/.cache/pipenv"}, CleanUp: "rm -rf {path}",
			},
			pipStore,
		},
	},
}

// pipStore is pip's cache of downloads and of wheels it has built.
var pipStore = Store{
	Kind: Downloads, Verbs: []Verb{Install, Upgrade, Download}, Off: true,
	Env: []EnvDir{{"PIP_CACHE_DIR", ""}, {"XDG_CACHE_HOME", "pip"}}, Paths: []string{"~/.cache/pip"}, CleanUp: "rm -rf {path}",
}

var pipValues = []string{
	"-r", "--requirement", "--requirements", "-c", "--constraint", "--constraints", "-e", "--editable", "-t", "--target", "--platform",
	"--python-version", "--implementation", "--abi", "--root", "--prefix", "--src", "--upgrade-strategy",
	"-C", "--config-settings", "--config-setting", "--global-option", "--build-option", "--no-binary", "--only-binary", "--progress-bar",
	"--report", "-i", "--index-url", "--pypi-url", "--extra-index-url", "-f", "--find-links", "--log", "--proxy",
	"--retries", "--timeout", "--exists-action", "--trusted-host", "--cert", "--client-cert", "--cache-dir",
	"--use-feature", "--use-deprecated", "--group", "--root-user-action", "--keyring-provider", "--python",
	"-d", "--dest", "-w", "--wheel-dir",
}

// installed is Named for verbs that take packages.
func installed(a *Action) Kind {
	switch a.Verb {
	case Install, Download, Remove, Upgrade, Run:
		return Named
	}
	return ""
}

// developmentGroup reports a group of dependencies that production does
// without, by its name.
func developmentGroup(name string) bool {
	return slices.Contains([]string{"dev", "develop", "development", "test", "tests", "testing", "lint", "docs", "typing", "ci"}, strings.ToLower(name))
}

// pythonPackage reads a requirement of PEP 508, a path, or an address with
// #egg=name and @revision.
func pythonPackage(p *Package) {
	text := p.Text
	if name, address, ok := strings.Cut(text, " @ "); ok {
		p.Kind, p.Name, p.Constraint = Remote, strings.TrimSpace(name), "@"+address
		return
	}
	if strings.Contains(text, "://") {
		p.Kind = Remote
		address, _, _ := strings.Cut(text, "#")
		if i := strings.LastIndexByte(address, '@'); strings.Contains(address, "+") && i > strings.LastIndexByte(address, '/') && i > 0 {
			p.Constraint = address[i:]
		} else if !strings.Contains(address, "+") {
			// An archive at an address is what it is.
			p.Constraint = address
		}
		return
	}
	if strings.ContainsAny(text, "/") || strings.HasPrefix(text, ".") || strings.HasSuffix(text, ".whl") || strings.HasSuffix(text, ".gz") || strings.HasSuffix(text, ".zip") {
		p.Kind = Local
		return
	}
	text, _, _ = strings.Cut(text, ";")
	if i := strings.IndexAny(text, "=<>!~@"); i >= 0 {
		text, p.Constraint = text[:i], strings.TrimSpace(text[i:])
	}
	name, _, _ := strings.Cut(text, "[")
	p.Name = strings.TrimSpace(name)
}
