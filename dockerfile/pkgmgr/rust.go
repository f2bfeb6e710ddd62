package pkgmgr

import "strings"

// Facts from the Cargo book.

var rustManagers = []*Manager{{
	Name:      "cargo",
	Ecosystem: Rust,
	programs:  []string{"cargo"},
	Manifests: []string{"Cargo.toml"}, Lockfiles: []string{"Cargo.lock"},
	verbs: verbs(
		verb{Install, "install,binstall"},
		verb{Download, "fetch,vendor"},
		verb{Build, "build,b,test,t,check,c,rustc,bench,chef cook,clippy,doc"},
		verb{Run, "run,r"},
		verb{Remove, "uninstall"},
		verb{Upgrade, "update"},
	),
	values: []string{
		"--version", "--vers", "--git", "--branch", "--tag", "--rev", "--path", "--root", "--index", "--registry", "-F", "--features",
		"--target", "--target-dir", "--profile", "-j", "--jobs", "-p", "--package", "--bin", "--example", "--manifest-path", "--config",
		"-Z", "-C", "--color", "--message-format", "--recipe-path",
	},
	flags: []flagRow{
		flag(Frozen, "--locked --frozen"),
		flag(Version, "--version --vers --rev --tag --path"),
		flag(Target, "--root"),
		flag(Dry, "-n --dry-run"),
	},
	kind: func(a *Action) Kind {
		if a.Verb == Install {
			return Named
		}
		return ""
	},
	pkg: func(p *Package) {
		p.Name = p.Text
		if i := strings.IndexByte(p.Text, '@'); i > 0 {
			p.Name, p.Constraint = p.Text[:i], p.Text[i:]
		}
	},
	Stores: []Store{{
		// The official images set CARGO_HOME=/usr/local/cargo.
		Kind: Downloads, Verbs: []Verb{Install, Download, Build, Run}, Reused: true,
		Env: []EnvDir{{"CARGO_HOME", "registry"}}, Paths: []string{"/usr/local/cargo/registry", "~/.cargo/registry"},
		CleanUp: `rm -rf "${CARGO_HOME:-$HOME/.cargo}/registry"`,
	}},
}}
