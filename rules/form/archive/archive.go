// Package archive knows archives by their names.
package archive

import "strings"

// IsTar reports whether a name is that of an archive that ADD unpacks, plain
// or compressed.
func IsTar(name string) bool {
	name = strings.ToLower(strings.Trim(name, `"'`))
	for _, suffix := range []string{
		".tar", ".tgz", ".tbz", ".tbz2", ".tb2", ".txz", ".tlz", ".tzst", ".gz", ".bz2", ".xz", ".zst", ".lz", ".lzma", ".z",
	} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}
