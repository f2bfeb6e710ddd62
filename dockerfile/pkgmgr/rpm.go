package pkgmgr

import "strings"

// Facts from dnf(8), dnf5(8), yum(8), microdnf(8), tdnf(8) and zypper(8).

var rpmManagers = []*Manager{
	{
		Name:      "dnf",
		Ecosystem: RPM,
		programs:  []string{"dnf", "dnf4", "dnf5", "yum", "microdnf", "tdnf"},
		verbs: verbs(
			verb{Update, "makecache,check-update,check-upgrade"},
			verb{Install, "install,in,localinstall,install-n,install-na,install-nevra,reinstall,rei,builddep,build-dep,downgrade,dg,swap"},
			verb{Install, "groupinstall,grpinstall,group install,group upgrade,groups install,grp install,module install,module enable,debuginfo-install"},
			verb{Upgrade, "upgrade,update,up,upgrade-minimal,update-minimal,up-min,localupdate,update-to,upgrade-to"},
			verb{DistUpgrade, "distro-sync,distrosync,distribution-synchronization,dsync"},
			verb{Remove, "remove,rm,erase,autoremove,groupremove,group remove,module remove"},
			verb{Clean, "clean"},
			verb{Download, "download,reposync"},
		),
		values: []string{
			"-c", "--config", "-d", "--debuglevel", "-e", "--errorlevel", "-R", "--randomwait", "--enablerepo", "--disablerepo",
			"--repo", "--repoid", "--setopt", "-x", "--exclude", "--excludepkgs", "--installroot", "--releasever", "--forcearch",
			"--arch", "--advisory", "--advisories", "--bz", "--cve", "--sec-severity", "--comment", "--downloaddir", "--destdir",
			"--disableplugin", "--enableplugin", "--repofrompath", "--rpmverbosity", "--color",
		},
		flags: []flagRow{
			flag(Yes, "-y --assumeyes --assume-yes"),
			flag(NoRecommends, "--setopt", "install_weak_deps=0", "install_weak_deps=false", "install_weak_deps=no", "install_weak_deps=off"),
			flag(NoDocs, "--nodocs --no-docs"),
			flag(NoDocs, "--setopt", "tsflags=nodocs"),
			flag(Refresh, "--refresh"),
			flag(Target, "--installroot"),
			flag(Dry, "--assumeno --downloadonly"),
		},
		kind: func(a *Action) Kind {
			switch {
			case strings.HasPrefix(a.VerbText, "group") || strings.HasPrefix(a.VerbText, "grp"):
				return Group
			case a.Verb == Install || a.Verb == Upgrade || a.Verb == Remove || a.Verb == Download:
				return Named
			}
			return ""
		},
		pkg: rpmPackage,
		Stores: []Store{{
			Kind: Lists, Verbs: []Verb{Update, Install, Upgrade, DistUpgrade, Download},
			Paths:  []string{"/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum", "/var/cache/tdnf"},
			ByName: map[string]string{"yum": "/var/cache/yum", "microdnf": "/var/cache/yum", "tdnf": "/var/cache/tdnf", "dnf5": "/var/cache/libdnf5"},
			Mount:  "/var/cache/dnf", Sharing: "locked", CleanUp: "{program} clean all",
		}},
	},
	{
		Name:      "zypper",
		Ecosystem: RPM,
		programs:  []string{"zypper"},
		verbs: verbs(
			verb{Update, "refresh,ref,refresh-services,refs"},
			verb{Install, "install,in,source-install,si,install-new-recommends,inr"},
			verb{Upgrade, "update,up,patch"},
			verb{DistUpgrade, "dist-upgrade,dup"},
			verb{Remove, "remove,rm"},
			verb{Clean, "clean,cc"},
			verb{Download, "download"},
		),
		values: []string{
			"-c", "--config", "-R", "--root", "--installroot", "-D", "--reposd-dir", "-C", "--cache-dir", "--raw-cache-dir",
			"--solv-cache-dir", "--pkg-cache-dir", "-p", "--plus-repo", "--plus-content", "-r", "--repo", "--from", "-t", "--type",
			"--releasever", "--download",
		},
		flags: []flagRow{
			flag(Yes, "-y --no-confirm -n --non-interactive"),
			flag(NoRecommends, "--no-recommends"),
			flag(Target, "-R --root --installroot"),
			flag(CacheDir, "-C --cache-dir"),
			flag(All, "-a --all"),
			flag(Dry, "--dry-run --download-only"),
		},
		pkg: func(p *Package) {
			if i := strings.IndexAny(p.Text, "=<>"); i >= 0 {
				p.Name, p.Constraint = p.Text[:i], p.Text[i:]
				return
			}
			rpmPackage(p)
		},
		// Removing, too, refreshes the lists of repositories first.
		Stores: []Store{{
			Kind: Lists, Verbs: []Verb{Update, Install, Upgrade, DistUpgrade, Remove, Download}, Paths: []string{"/var/cache/zypp"},
			Mount: "/var/cache/zypp", Sharing: "locked", CleanUp: "zypper clean --all",
		}},
	},
}

// rpmPackage reads name[-version[-release]][.arch], a module's name:stream, or
// the path or address of an .rpm.
func rpmPackage(p *Package) {
	switch {
	case strings.Contains(p.Text, "://"):
		p.Kind = Remote
		return
	case strings.HasPrefix(p.Text, "/"), strings.HasPrefix(p.Text, "./"), strings.HasSuffix(p.Text, ".rpm"):
		p.Kind = Local
		return
	case strings.HasPrefix(p.Text, "@"):
		p.Kind = Group
		return
	}
	p.Name = p.Text
	if i := strings.IndexByte(p.Text, ':'); i > 0 && !strings.ContainsRune(p.Text[:i], '-') {
		p.Name, p.Constraint = p.Text[:i], p.Text[i:]
	} else if i := rpmVersion(p.Text); i > 0 {
		p.Name, p.Constraint = p.Text[:i], p.Text[i:]
	}
}

// rpmVersion is where the version in a name begins, 0 without one. A version
// and a release start with a digit, so java-1.8.0-openjdk has none.
func rpmVersion(text string) int {
	at := 0
	for i := 1; i+1 < len(text); i++ {
		if text[i] != '-' {
			continue
		}
		switch next := text[i+1]; {
		case next != '$' && (next < '0' || next > '9'):
			at = 0
		case at == 0:
			at = i
		}
	}
	return at
}
