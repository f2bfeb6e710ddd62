package pkgmgr

import "strings"

// Facts from apk(8), apk-add(8) and apk-cache(5) of Alpine 3.19.

var alpineManagers = []*Manager{{
	Name:      "apk",
	Ecosystem: Alpine,
	programs:  []string{"apk"},
	verbs: verbs(
		verb{Update, "update"},
		verb{Install, "add"},
		verb{Upgrade, "upgrade"},
		verb{Remove, "del"},
		verb{Clean, "cache clean,cache purge"},
		verb{Download, "fetch,cache download,cache sync"},
	),
	values: []string{
		"-t", "--virtual", "-X", "--repository", "-p", "--root", "--repositories-file", "--keys-dir", "--cache-dir",
		"--cache-max-age", "--arch", "--progress-fd", "--wait", "--timeout", "-o", "--output",
	},
	flags: []flagRow{
		flag(NoCache, "--no-cache"),
		flag(Virtual, "-t --virtual"),
		flag(Refresh, "-U --update --update-cache"),
		flag(Target, "-p --root"),
		flag(CacheDir, "--cache-dir"),
		flag(Offline, "--no-network"),
		flag(Dry, "-s --simulate"),
	},
	pkg: func(p *Package) {
		if strings.HasSuffix(p.Text, ".apk") {
			p.Kind = Local
			return
		}
		name := strings.TrimPrefix(p.Text, "!")
		if i := strings.IndexAny(name, "=<>~"); i >= 0 {
			name, p.Constraint = name[:i], name[i:]
		}
		p.Name, _, _ = strings.Cut(name, "@")
	},
	Stores: []Store{{
		Kind: Lists, Verbs: []Verb{Update, Install, Upgrade}, Paths: []string{"/var/cache/apk", "/etc/apk/cache"},
		Off: true, Mount: "/var/cache/apk", Sharing: "locked", CleanUp: "rm -rf /var/cache/apk/*",
	}},
}}
