package pkgmgr

import (
	"slices"
	"strings"
)

// Facts from apt-get(8), aptitude(8), dpkg(1) and apt.conf(5) of Debian 12.

var debianManagers = []*Manager{
	{
		Name:      "apt",
		Ecosystem: Debian,
		programs:  []string{"apt-get", "apt", "aptitude"},
		verbs: verbs(
			verb{Update, "update"},
			verb{Install, "install,reinstall,build-dep"},
			verb{Upgrade, "upgrade,safe-upgrade"},
			verb{DistUpgrade, "dist-upgrade,full-upgrade"},
			verb{Remove, "remove,purge,autoremove,autopurge,auto-remove"},
			verb{Clean, "clean,autoclean,auto-clean,distclean,dist-clean"},
			verb{Download, "download,source"},
		),
		values: []string{
			"-o", "--option", "-c", "--config-file", "-t", "--target-release", "--default-release",
			"-a", "--host-architecture", "-P", "--build-profiles", "--solver",
		},
		flags: []flagRow{
			flag(Yes, "-y --yes --assume-yes"),
			flag(NoRecommends, "--no-install-recommends --without-recommends"),
			flag(Refresh, "-U --update"),
			flag(Dry, "-s --simulate --just-print --dry-run --recon --no-act --print-uris"),
			flag(Target, "-t --target-release --default-release"),
		},
		pkg:  aptPackage,
		more: aptMore,
		Stores: []Store{
			{
				Kind: Lists, Verbs: []Verb{Update}, Paths: []string{"/var/lib/apt/lists"},
				Mount: "/var/lib/apt", Sharing: "locked", CleanUp: "rm -rf /var/lib/apt/lists/*",
			},
			{
				// The official images of Debian and Ubuntu delete archives as
				// soon as they are installed: /etc/apt/apt.conf.d/docker-clean.
				Kind: Downloads, Verbs: []Verb{Install, Upgrade, DistUpgrade, Download},
				Paths: []string{"/var/cache/apt"}, SelfCleaning: true,
				Mount: "/var/cache/apt", Sharing: "locked", CleanUp: "apt-get clean",
			},
		},
	},
	{
		Name:      "dpkg",
		Ecosystem: Debian,
		programs:  []string{"dpkg"},
		direct:    map[string]Verb{"dpkg": Other},
		flags:     []flagRow{flag(Force, "--force-all --force-depends")},
		more: func(a *Action) {
			if a.Args.Has("-i", "--install", "--unpack") {
				a.Verb = Install
			}
		},
		kind: func(a *Action) Kind {
			if a.Verb == Install {
				return Local
			}
			return ""
		},
	},
}

// aptMore reads settings that are given as configuration, and quietness,
// which answers questions from the second level on.
func aptMore(a *Action) {
	quiet := 0
	for _, f := range a.Args.Flags {
		switch f.Name {
		case "-q", "--quiet":
			quiet++
			if w := a.text(f.Word); f.Value == "2" || strings.HasSuffix(w, "q=2") {
				quiet++
			}
			if quiet == 2 {
				a.set(Yes, f)
			}
		case "-R":
			if a.Program == "aptitude" {
				a.set(NoRecommends, f)
			}
		case "-o", "--option":
			name, value, _ := strings.Cut(strings.Trim(f.Value, `"'`), "=")
			value = strings.Trim(value, `"'`)
			switch off := no(value); {
			case strings.EqualFold(name, "APT::Install-Recommends") && off:
				a.set(NoRecommends, f)
			case strings.EqualFold(name, "APT::Get::Assume-Yes") && !off:
				a.set(Yes, f)
			}
		}
	}
	// A release is no directory to install to.
	a.Settings = slices.DeleteFunc(a.Settings, func(s Setting) bool { return s.Option == Target })
}

// aptPackage reads name[:arch][=version][/release], with - or + at the end to
// remove or keep it, or the path of a .deb.
func aptPackage(p *Package) {
	if strings.HasPrefix(p.Text, "/") || strings.HasPrefix(p.Text, "./") || strings.HasPrefix(p.Text, "../") || strings.HasSuffix(p.Text, ".deb") {
		p.Kind = Local
		return
	}
	name := p.Text
	if i := strings.IndexAny(name, "=/"); i >= 0 {
		name, p.Constraint = name[:i], name[i:]
	}
	name, _, _ = strings.Cut(name, ":")
	// g++ ends with a plus that belongs to it.
	if !strings.HasSuffix(name, "++") {
		name = strings.TrimSuffix(name, "+")
	}
	p.Name = strings.TrimSuffix(name, "-")
}
