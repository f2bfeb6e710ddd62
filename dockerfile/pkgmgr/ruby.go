package pkgmgr

import "strings"

// Facts from "gem help install", the RubyGems command reference and the
// Bundler 2 manual.

var rubyManagers = []*Manager{
	{
		Name:      "gem",
		Ecosystem: Ruby,
		programs:  []string{"gem"},
		verbs: verbs(
			verb{Install, "install,i"},
			verb{Upgrade, "update"},
			verb{Remove, "uninstall"},
			verb{Download, "fetch"},
			verb{Other, "cleanup"},
		),
		values: []string{
			"-v", "--version", "--platform", "-i", "--install-dir", "-n", "--bindir", "-P", "--trust-policy", "-g", "--file",
			"-s", "--source", "-p", "--http-proxy", "-B", "--bulk-threshold", "--build-root", "--without",
		},
		flags: []flagRow{
			flag(Version, "-v --version"),
			flag(NoDocs, "-N --no-document --no-doc --no-ri --no-rdoc"),
			flag(Target, "-i --install-dir"),
			flag(Manifest, "-g --file"),
		},
		pkg: rubyPackage,
		Stores: []Store{{
			Kind: Downloads, Verbs: []Verb{Install, Upgrade, Download},
			Env:     []EnvDir{{"GEM_HOME", "cache"}},
			Paths:   []string{"/usr/local/bundle/cache", "/usr/lib/ruby/gems/cache"},
			CleanUp: `rm -rf "$(gem env gemdir)/cache"`,
		}},
	},
	{
		Name:      "bundler",
		Ecosystem: Ruby,
		programs:  []string{"bundle", "bundler"},
		Manifests: []string{"Gemfile"}, Lockfiles: []string{"Gemfile.lock"},
		verbs: verbs(
			verb{Install, "install"},
			verb{Upgrade, "update"},
			verb{Other, "config set,config"},
			verb{Run, "exec"},
			verb{Clean, "clean"},
		),
		bare:   Install,
		values: []string{"--without", "--with", "--path", "--gemfile", "-j", "--jobs", "--retry", "--binstubs", "--shebang", "--system", "-P", "--trust-policy"},
		flags: []flagRow{
			flag(Production, "--without"),
			flag(Frozen, "--frozen --deployment"),
			flag(Target, "--path"),
		},
		env: []envRow{
			{option: Production, name: "BUNDLE_WITHOUT"}, {option: Production, name: "BUNDLE_ONLY"},
			{option: Frozen, name: "BUNDLE_DEPLOYMENT"}, {option: Frozen, name: "BUNDLE_FROZEN"},
		},
		kind: func(*Action) Kind { return "" },
		Stores: []Store{{
			Kind: Downloads, Verbs: []Verb{Install, Upgrade},
			Env:     []EnvDir{{"GEM_HOME", "cache"}, {"BUNDLE_PATH", "ruby"}},
			Paths:   []string{"/usr/local/bundle/cache", "~/.bundle/cache"},
			CleanUp: `rm -rf "$(gem env gemdir)/cache"`,
		}},
	},
}

// rubyPackage reads name[:version] or the path of a .gem.
func rubyPackage(p *Package) {
	if strings.HasSuffix(p.Text, ".gem") {
		p.Kind = Local
		return
	}
	p.Name = p.Text
	if i := strings.IndexByte(p.Text, ':'); i > 0 {
		p.Name, p.Constraint = p.Text[:i], p.Text[i:]
	}
}
