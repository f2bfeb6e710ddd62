package finding

import "schlank/source"

// Safety says how sure it is that a fix changes nothing that matters. A
// higher safety is safer; the zero value is invalid.
type Safety uint8

// The safeties.
const (
	// Suggestion needs proof by building and trying.
	Suggestion Safety = iota + 1
	// Equivalent leaves out dead bytes, or adds what the build only uses on
	// the way; the same behaviour is expected.
	Equivalent
	// Identity makes the same image, byte for byte.
	Identity
)

// String is the safety as it is printed: suggestion, equivalent or identity.
func (s Safety) String() string {
	switch s {
	case Suggestion:
		return "suggestion"
	case Equivalent:
		return "equivalent"
	case Identity:
		return "identity"
	default:
		return "invalid"
	}
}

// Fix is one way to make a finding go away.
type Fix struct {
	// Title is a verb phrase: "remove apt's lists in the same RUN".
	Title  string
	Safety Safety
	// Edits are of the file the finding is in, and are made together.
	Edits []source.Edit
}
