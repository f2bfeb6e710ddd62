//go:build !linux

package image

import (
	"io/fs"
	"os"
)

// capabilityOf knows the capabilities of Linux's files only.
func capabilityOf(*os.File, fs.FileInfo) string { return "" }
