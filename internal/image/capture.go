package image

import (
	"path"
	"strings"
)

// Bounds on one captured file. The status file of a machine with every Debian
// package installed is below 64 MiB.
const (
	maxDatabase = 64 << 20
	maxRecord   = 16 << 20
)

// captureLimit returns how many bytes of a file are kept for the package
// databases; 0 for files that are none of their business. It goes by the path
// alone, while the layer streams by.
func captureLimit(p string) int64 {
	dir, base := path.Dir(p), path.Base(p)
	switch p {
	case dpkgStatus, apkInstalled, apkInstalledMerged:
		return maxDatabase
	case aptExtendedStates, dpkgDiversions, apkWorld:
		return maxRecord
	}
	switch dir {
	case dpkgStatusDir:
		return maxRecord
	case dpkgInfoDir:
		if strings.HasSuffix(base, ".list") {
			return maxRecord
		}
		return 0
	}
	if isPythonRecord(dir, base) || isPackageJSON(dir, base) {
		return maxRecord
	}
	return 0
}

// Where the package databases lie.
const (
	dpkgStatus         = "/var/lib/dpkg/status"
	dpkgStatusDir      = "/var/lib/dpkg/status.d"
	dpkgInfoDir        = "/var/lib/dpkg/info"
	dpkgDiversions     = "/var/lib/dpkg/diversions"
	aptExtendedStates  = "/var/lib/apt/extended_states"
	apkInstalled       = "/lib/apk/db/installed"
	apkInstalledMerged = "/usr/lib/apk/db/installed"
	apkWorld           = "/etc/apk/world"
)

func isPythonRecord(dir, base string) bool {
	switch {
	case strings.HasSuffix(dir, ".dist-info"):
		switch base {
		case "METADATA", "RECORD", "REQUESTED", "direct_url.json":
			return true
		}
	case strings.HasSuffix(dir, ".egg-info"), path.Base(dir) == "EGG-INFO":
		switch base {
		case "PKG-INFO", "installed-files.txt", "requires.txt":
			return true
		}
	}
	return strings.HasSuffix(base, ".egg-info")
}

// isPackageJSON accepts the package.json of a Node package or of a project,
// not those that lie deeper in a package.
func isPackageJSON(dir, base string) bool {
	if base != "package.json" {
		return false
	}
	i := strings.LastIndex(dir, "/node_modules/")
	if i < 0 {
		return true
	}
	inside := dir[i+len("/node_modules/"):]
	want := 0
	if strings.HasPrefix(inside, "@") {
		want = 1
	}
	return strings.Count(inside, "/") == want
}
