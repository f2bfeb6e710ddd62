// Package estimate is figures of what things take in images, for findings
// about files that nobody has built: what Debian's packages bring with them,
// and what the caches of package managers hold. All were measured; where they
// come from stands with them. What was not measured has no figure.
//
// It imports dockerfile/pkgmgr and finding.
package estimate

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
)

//go:embed debian.tsv
var debianTable string

// figures are those of one package, in bytes.
type figures struct{ own, closure, recommended int64 }

// debian is the table, read once.
var debian = sync.OnceValue(func() map[string]figures {
	m := map[string]figures{}
	for line := range strings.Lines(debianTable) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 4 || strings.HasPrefix(line, "#") {
			continue
		}
		var f [3]int64
		for k := range f {
			kb, err := strconv.ParseInt(fields[k+1], 10, 64)
			if err != nil {
				continue
			}
			f[k] = kb * 1000
		}
		m[fields[0]] = figures{own: f[0], closure: f[1], recommended: f[2]}
	}
	return m
})

// alike are packages of other distributions with the name that Debian has for
// the same.
var alike = map[string]string{
	"build-base": "build-essential", "base-devel": "build-essential", "gcc-c++": "g++", "g++-multilib": "g++",
	"musl-dev": "libc6-dev", "glibc-devel": "libc6-dev", "go": "golang-go", "golang": "golang-go", "ninja": "ninja-build", "samurai": "ninja-build",
	"pkgconfig": "pkg-config", "postgresql-dev": "libpq-dev", "postgresql-devel": "libpq-dev", "libpq-devel": "libpq-dev",
	"openssl-dev": "libssl-dev", "openssl-devel": "libssl-dev", "python3-devel": "python3-dev", "mariadb-dev": "libmariadb-dev",
	"mysql-dev": "libmariadb-dev", "libxml2-devel": "libxml2-dev", "libxslt-dev": "libxslt1-dev", "jpeg-dev": "libjpeg-dev",
	"zlib-dev": "zlib1g-dev", "zlib-devel": "zlib1g-dev", "freetype-dev": "libfreetype6-dev", "py3-pip": "python3-pip",
	"openjdk11": "openjdk-17-jdk-headless", "openjdk17": "openjdk-17-jdk-headless", "openjdk21": "openjdk-17-jdk-headless",
	"java-17-openjdk-devel": "openjdk-17-jdk", "imagemagick-dev": "libmagickwand-dev", "boost-dev": "libboost-dev",
}

// lookup is the figures of a package, of whatever distribution.
func lookup(name string) (figures, bool) {
	if other, ok := alike[name]; ok {
		name = other
	}
	f, ok := debian()[name]
	return f, ok
}

// Packages is what a distribution's packages take with what they depend on.
// What they share is counted once: the largest with all that it brings, and
// the others by themselves. Names without figures count for nothing; without
// any the cost is unknown.
func Packages(names []string) finding.Cost {
	var sum, best int64
	known := false
	for _, n := range names {
		f, ok := lookup(n)
		if !ok {
			continue
		}
		known = true
		sum += f.own
		best = max(best, f.closure-f.own)
	}
	return cost(sum+best, known)
}

// Dependencies is what packages of a distribution bring along, without
// themselves.
func Dependencies(names []string) finding.Cost {
	var most int64
	known := false
	for _, n := range names {
		f, ok := lookup(n)
		known = known || ok
		most = max(most, f.closure-f.own)
	}
	return cost(most, known)
}

// Recommended is what apt installs besides when nobody tells it to leave out
// what packages recommend: that of the package that recommends most.
func Recommended(names []string) finding.Cost {
	var most int64
	known := false
	for _, n := range names {
		f, ok := debian()[n]
		known = known || ok
		most = max(most, f.recommended)
	}
	return cost(most, known)
}

// Cache is what a cache holds after installing what a small application needs.
func Cache(c pkgmgr.Cache) finding.Cost {
	bytes, ok := caches[c.Manager.Name+" "+string(c.Kind)]
	return cost(bytes, ok)
}

// caches were measured in November 2026 on amd64.
var caches = map[string]int64{
	// /var/lib/apt/lists of Debian 12 with main, updates and security,
	// compressed as the official images do.
	"apt lists": 19_900_000,
	// Wheels of Django 4.2, psycopg2-binary, gunicorn, requests, celery,
	// pillow and djangorestframework, as pip 23 downloads them; installed
	// they take 120 MB.
	"pip downloads": 23_900_000,
	// The cache of npm 11 for express, axios, lodash, winston, dotenv and pg.
	"npm downloads": 11_000_000,
	// The same with Yarn 1. (A store of pnpm shares its files with
	// node_modules, by hard links, so it has no figure.)
	"yarn downloads": 14_700_000,
	// The module cache for gin, and Go 1.26's build cache of a program that
	// uses it.
	"go downloads": 195_000_000,
	"go builds":    214_000_000,
	// The registry after fetching what axum, tokio and serde need.
	"cargo downloads": 71_300_000,
}

func cost(bytes int64, known bool) finding.Cost {
	if !known || bytes <= 0 {
		return finding.Cost{}
	}
	return finding.Cost{Bytes: bytes, Basis: finding.Estimated}
}
