package image

import (
	"schlank/internal/pkgdb/apk"
	"schlank/internal/pkgdb/composer"
	"schlank/internal/pkgdb/conda"
	"schlank/internal/pkgdb/dotnet"
	"schlank/internal/pkgdb/dpkg"
	"schlank/internal/pkgdb/node"
	"schlank/internal/pkgdb/python"
	"schlank/internal/pkgdb/ruby"
)

// Bounds on one captured file. The status file of a machine with every Debian
// package installed is below 64 MiB, and no record of one package comes near
// 16.
const (
	maxDatabase = 64 << 20
	maxRecord   = 16 << 20
)

// captureLimit returns how many bytes of a file are kept for the package
// databases; 0 for files that are none of their business. It goes by the path
// alone, while the layer streams by.
func captureLimit(p string) int64 {
	switch {
	case p == dpkg.StatusFile || apk.Wants(p):
		return maxDatabase
	case dpkg.Wants(p), conda.Wants(p), python.Wants(p), node.Wants(p), ruby.Wants(p), composer.Wants(p), dotnet.Wants(p):
		return maxRecord
	case isLoaderConf(p):
		return maxLdConf
	}
	return 0
}
