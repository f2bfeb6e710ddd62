package image

import "strings"

// xattrPrefix marks an extended attribute among the PAX records of an entry,
// as every program that makes layers writes it.
const xattrPrefix = "SCHILY.xattr."

// Linux's limits on extended attributes (xattr(7)).
const (
	maxXattrName  = 255
	maxXattrValue = 64 << 10
)

// xattrs picks the extended attributes from PAX records. The reason names
// what was left out.
func xattrs(records map[string]string) (attrs map[string]string, reason string) {
	for key, value := range records {
		name, ok := strings.CutPrefix(key, xattrPrefix)
		switch {
		case !ok:
		case len(name) > maxXattrName || len(value) > maxXattrValue:
			reason = "extended attribute that is larger than Linux has them"
		default:
			if attrs == nil {
				attrs = map[string]string{}
			}
			// Cloned, for they may be a part of a header of a megabyte.
			attrs[strings.Clone(name)] = strings.Clone(value)
		}
	}
	return attrs, reason
}
