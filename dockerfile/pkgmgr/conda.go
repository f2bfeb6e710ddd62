package pkgmgr

import "strings"

// Facts from "conda install --help" and "conda clean --help" of conda 24, and
// the micromamba manual.

var condaManagers = []*Manager{{
	Name:      "conda",
	Ecosystem: Conda,
	programs:  []string{"conda", "mamba", "micromamba"},
	Manifests: []string{"environment.yml", "environment.yaml"},
	verbs: verbs(
		verb{Install, "install,create,env create"},
		verb{Upgrade, "update,upgrade,env update"},
		verb{Remove, "remove,uninstall,env remove"},
		verb{Clean, "clean"},
	),
	values: []string{
		"-n", "--name", "-p", "--prefix", "-c", "--channel", "-f", "--file", "--solver", "--platform", "--subdir", "-r", "--root-prefix",
		"--repodata-fn", "--experimental", "--clone",
	},
	flags: []flagRow{
		flag(Yes, "-y --yes"),
		flag(Manifest, "--file"),
		flag(Target, "-p --prefix"),
		flag(Frozen, "--freeze-installed"),
		flag(Dry, "-d --dry-run --download-only"),
	},
	env: []envRow{{option: Yes, name: "CONDA_ALWAYS_YES"}, {option: Yes, name: "MAMBA_ALWAYS_YES"}},
	more: func(a *Action) {
		for _, f := range a.Args.Flags {
			switch {
			case a.Verb == Clean && (f.Name == "-a" || f.Name == "--all"):
				a.set(All, f)
			case a.Verb != Clean && f.Name == "-f":
				a.set(Manifest, f)
			case a.Verb == Clean && f.Name == "-f" && strings.Contains(f.Value, "y"):
				// -f takes no value here: of -afy the y is a flag.
				a.set(Yes, f)
			}
		}
	},
	pkg: func(p *Package) {
		text := p.Text
		if _, name, ok := strings.Cut(text, "::"); ok {
			text = name
		}
		if i := strings.IndexAny(text, "=<>!~ "); i >= 0 {
			text, p.Constraint = text[:i], text[i:]
		}
		p.Name, _, _ = strings.Cut(text, "[")
	},
	Stores: []Store{{
		Kind: Downloads, Verbs: []Verb{Install, Upgrade},
		Env:     []EnvDir{{"CONDA_PKGS_DIRS", ""}, {"MAMBA_ROOT_PREFIX", "pkgs"}},
		Paths:   []string{"/opt/conda/pkgs", "~/miniconda3/pkgs", "~/anaconda3/pkgs", "~/miniforge3/pkgs", "/opt/miniconda3/pkgs"},
		Sharing: "locked", CleanUp: "{program} clean -afy",
	}},
}}
