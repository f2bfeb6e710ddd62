package pkgmgr

import (
	"slices"
	"strings"
)

// Facts from the npm 10 CLI documentation, the Yarn 1 and Yarn 4 CLI
// references, the pnpm 9 CLI reference and "bun install --help".

var nodeManagers = []*Manager{
	{
		Name:      "npm",
		Ecosystem: Node,
		programs:  []string{"npm", "npx"},
		Manifests: []string{"package.json"}, Lockfiles: []string{"package-lock.json", "npm-shrinkwrap.json"},
		verbs: verbs(
			verb{Install, "install,i,in,ins,inst,insta,instal,isnt,isnta,isntal,add,install-test,it"},
			verb{Install, "ci,clean-install,ic,install-clean,isntall-clean,install-ci-test,cit,clean-install-test"},
			verb{Upgrade, "update,up,upgrade,udpate"},
			verb{Remove, "uninstall,unlink,remove,rm,r,un,prune"},
			verb{Clean, "cache clean,cache clear,cache rm"},
			verb{Run, "exec,x"},
		),
		values: []string{
			"--prefix", "-C", "--registry", "--cache", "--omit", "--include", "--only", "--loglevel", "--tag", "-w", "--workspace",
			"--userconfig", "--globalconfig", "--fetch-retries", "--fetch-timeout", "--maxsockets", "--install-strategy", "--before",
			"--package", "--network-timeout", "--python", "--target_arch", "--os", "--cpu", "--libc",
		},
		flags: []flagRow{
			flag(Global, "-g --global"),
			flag(Global, "--location", "global"),
			flag(Production, "--production --prod"),
			flag(Production, "--omit", "dev"),
			flag(Production, "--only", "prod", "production"),
			flag(Development, "-D --save-dev"),
			flag(CacheDir, "--cache"),
			flag(Target, "--prefix"),
			flag(Force, "-f --force"),
			flag(Yes, "-y --yes"),
			flag(Dry, "--dry-run"),
		},
		env: []envRow{
			{Production, "NODE_ENV", []string{"production"}},
			{Production, "npm_config_omit", []string{"dev"}}, {Production, "NPM_CONFIG_OMIT", []string{"dev"}},
			{option: Production, name: "npm_config_production"}, {option: Production, name: "NPM_CONFIG_PRODUCTION"},
		},
		kind: func(a *Action) Kind {
			if isCI(a.VerbText) {
				return ""
			}
			return installed(a)
		},
		direct: map[string]Verb{"npx": Run},
		one:    func(v Verb) bool { return v == Run },
		pkg:    nodePackage,
		more: func(a *Action) {
			if isCI(a.VerbText) {
				a.Settings = append(a.Settings, Setting{Option: Frozen, Word: a.VerbWord, Static: true, Span: a.Words[a.VerbWord].Orig})
			}
		},
		Stores: []Store{{
			Kind: Downloads, Verbs: []Verb{Install, Upgrade, Run},
			Env: []EnvDir{{"npm_config_cache", ""}, {"NPM_CONFIG_CACHE", ""}}, Paths: []string{"~/.npm"}, CleanUp: "npm cache clean --force",
		}},
	},
	{
		Name:      "yarn",
		Ecosystem: Node,
		programs:  []string{"yarn", "yarnpkg"},
		Manifests: []string{"package.json"}, Lockfiles: []string{"yarn.lock"},
		verbs: verbs(
			verb{Install, "install,add,global add,workspaces focus"},
			verb{Upgrade, "upgrade,up,global upgrade"},
			verb{Remove, "remove,global remove"},
			verb{Clean, "cache clean,cache clear"},
			verb{Run, "dlx"},
		),
		bare: Install, unknown: Run,
		values: []string{"--cwd", "--cache-folder", "--modules-folder", "--registry", "--network-timeout", "--network-concurrency", "--mutex", "--global-folder", "--prefix", "-p"},
		flags: []flagRow{
			flag(Production, "--production --prod"),
			flag(Frozen, "--frozen-lockfile --immutable"),
			flag(CacheDir, "--cache-folder"),
			flag(Target, "--modules-folder"),
			flag(Development, "-D --dev"),
			flag(All, "--all"),
		},
		env: []envRow{{Production, "NODE_ENV", []string{"production"}}, {option: Frozen, name: "YARN_ENABLE_IMMUTABLE_INSTALLS"}},
		kind: func(a *Action) Kind {
			if a.VerbText == "workspaces focus" || a.VerbText == "dlx" || a.Verb == Run {
				return ""
			}
			return installed(a)
		},
		more: func(a *Action) {
			if strings.HasPrefix(a.VerbText, "global ") {
				a.Settings = append(a.Settings, Setting{Option: Global, Word: a.VerbWord, Static: true, Span: a.Words[a.VerbWord].Orig})
			}
		},
		pkg: nodePackage,
		Stores: []Store{{
			// Yarn 1 takes /usr/local/share for root's home; Yarn 2 and later
			// keep archives under ~/.yarn.
			Kind: Downloads, Verbs: []Verb{Install, Upgrade}, Env: []EnvDir{{"YARN_CACHE_FOLDER", ""}},
			Paths: []string{"/usr/local/share/.cache/yarn", "~/.cache/yarn", "~/.yarn/berry/cache", "~/.yarn"}, CleanUp: "yarn cache clean",
		}},
	},
	{
		Name:      "pnpm",
		Ecosystem: Node,
		programs:  []string{"pnpm", "pnpx"},
		Manifests: []string{"package.json"}, Lockfiles: []string{"pnpm-lock.yaml"},
		verbs: verbs(
			verb{Install, "install,i,add,fetch,deploy,install-test,it"},
			verb{Upgrade, "update,up,upgrade"},
			verb{Remove, "remove,rm,uninstall,un,prune"},
			verb{Clean, "store prune,store delete"},
			verb{Run, "dlx,exec"},
		),
		unknown: Run,
		direct:  map[string]Verb{"pnpx": Run},
		values: []string{
			"--filter", "-F", "-C", "--dir", "--store-dir", "--registry", "--reporter", "--loglevel", "--modules-dir", "--virtual-store-dir",
			"--network-concurrency", "--global-dir", "--prefix", "--package",
		},
		flags: []flagRow{
			flag(Production, "-P --prod --production"),
			flag(Frozen, "--frozen-lockfile"),
			flag(Global, "-g --global"),
			flag(CacheDir, "--store-dir"),
			flag(Development, "-D --save-dev --dev"),
			flag(Target, "-C --dir --prefix"),
		},
		env:  []envRow{{Production, "NODE_ENV", []string{"production"}}},
		kind: addOnly,
		pkg:  nodePackage,
		Stores: []Store{{
			Kind: Downloads, Verbs: []Verb{Install, Upgrade}, Linked: true, Env: []EnvDir{{"npm_config_store_dir", ""}, {"PNPM_HOME", "store"}, {"XDG_DATA_HOME", "pnpm/store"}},
			Paths: []string{"~/.local/share/pnpm/store", "~/.pnpm-store"}, CleanUp: `rm -rf "$(pnpm store path)"`,
		}},
	},
	{
		Name:      "bun",
		Ecosystem: Node,
		programs:  []string{"bun", "bunx"},
		Manifests: []string{"package.json"}, Lockfiles: []string{"bun.lock", "bun.lockb"},
		verbs: verbs(
			verb{Install, "install,i,add,a,ci"},
			verb{Upgrade, "update"},
			verb{Remove, "remove,rm"},
			verb{Clean, "pm cache rm"},
			verb{Run, "run,x"},
		),
		unknown: Run,
		direct:  map[string]Verb{"bunx": Run},
		values:  []string{"-c", "--config", "--cwd", "--cache-dir", "--backend", "--registry", "--omit", "--filter", "--concurrent-scripts"},
		flags: []flagRow{
			flag(Production, "-p --production"),
			flag(Production, "--omit", "dev"),
			flag(Frozen, "--frozen-lockfile"),
			flag(Global, "-g --global"),
			flag(NoCache, "--no-cache"),
			flag(CacheDir, "--cache-dir"),
			flag(Development, "-d -D --dev --development"),
			flag(Dry, "--dry-run"),
		},
		env:  []envRow{{Production, "NODE_ENV", []string{"production"}}},
		kind: addOnly,
		pkg:  nodePackage,
		Stores: []Store{{
			Kind: Downloads, Verbs: []Verb{Install, Upgrade}, Env: []EnvDir{{"BUN_INSTALL_CACHE_DIR", ""}, {"BUN_INSTALL", "install/cache"}},
			Paths: []string{"~/.bun/install/cache"}, CleanUp: "rm -rf {path}",
		}},
	},
}

// isCI reports the verbs with which npm installs what the lock file says.
func isCI(verb string) bool {
	return slices.Contains([]string{"ci", "clean-install", "ic", "install-clean", "isntall-clean", "install-ci-test", "cit", "clean-install-test"}, verb)
}

// addOnly is for managers of which only some verbs take names.
func addOnly(a *Action) Kind {
	switch a.VerbText {
	case "fetch", "deploy", "ci", "prune":
		return ""
	}
	if a.Verb == Run {
		return ""
	}
	return installed(a)
}

// nodePackage reads [@scope/]name[@version], a path, or an address with
// #revision.
func nodePackage(p *Package) {
	text := p.Text
	switch {
	case strings.Contains(text, "://"), strings.HasPrefix(text, "git@"), strings.HasPrefix(text, "github:"), strings.HasPrefix(text, "gitlab:"):
		p.Kind = Remote
		archive := strings.HasSuffix(text, ".tgz") || strings.HasSuffix(text, ".tar.gz") || strings.HasSuffix(text, ".tar")
		if _, revision, ok := strings.Cut(text, "#"); ok {
			p.Constraint = "#" + revision
		} else if archive {
			p.Constraint = text
		}
		return
	case strings.HasPrefix(text, "."), strings.HasPrefix(text, "/"), strings.HasPrefix(text, "~"), strings.HasPrefix(text, "file:"),
		strings.HasSuffix(text, ".tgz"), strings.HasSuffix(text, ".tar.gz"), strings.HasSuffix(text, ".tar"):
		p.Kind = Local
		return
	}
	p.Name = text
	if i := strings.LastIndexByte(text, '@'); i > 0 {
		p.Name, p.Constraint = text[:i], text[i:]
	} else if !strings.HasPrefix(text, "@") && strings.Count(text, "/") == 1 {
		// owner/repository is one on GitHub.
		p.Kind = Remote
		if i := strings.IndexByte(text, '#'); i > 0 {
			p.Constraint = text[i:]
		}
	}
}
