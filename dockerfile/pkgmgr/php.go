package pkgmgr

import "strings"

// Facts from the Composer 2 CLI documentation.

var phpManagers = []*Manager{{
	Name:      "composer",
	Ecosystem: PHP,
	programs:  []string{"composer", "composer.phar"},
	Manifests: []string{"composer.json"}, Lockfiles: []string{"composer.lock"},
	verbs: verbs(
		verb{Install, "install,i,require,r,create-project,global require,global install"},
		verb{Upgrade, "update,u,upgrade,global update"},
		verb{Remove, "remove,rm,uninstall"},
		verb{Clean, "clear-cache,clearcache,cc"},
	),
	values: []string{"-d", "--working-dir", "--prefer-install", "--ignore-platform-req", "--repository", "--stability", "-s"},
	flags: []flagRow{
		flag(Production, "--no-dev"),
		flag(Development, "--dev"),
		flag(NoCache, "--no-cache"),
		flag(Yes, "-n --no-interaction"),
		flag(Target, "-d --working-dir"),
		flag(Dry, "--dry-run"),
	},
	env: []envRow{{option: Production, name: "COMPOSER_NO_DEV"}},
	kind: func(a *Action) Kind {
		if a.VerbText == "install" || a.VerbText == "i" || a.VerbText == "create-project" {
			return ""
		}
		return installed(a)
	},
	pkg: func(p *Package) {
		p.Name = p.Text
		if i := strings.IndexAny(p.Text, ":= "); i > 0 {
			p.Name, p.Constraint = p.Text[:i], p.Text[i:]
		}
	},
	Stores: []Store{{
		Kind: Downloads, Verbs: []Verb{Install, Upgrade}, Off: true,
		Env:   []EnvDir{{"COMPOSER_CACHE_DIR", ""}, {"COMPOSER_HOME", "cache"}, {"XDG_CACHE_HOME", "composer"}},
		Paths: []string{"~/.composer/cache", "~/.cache/composer", "/tmp/cache"}, CleanUp: "composer clear-cache",
	}},
}}
