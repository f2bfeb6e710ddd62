package finding

// Basis says how a number was come by.
type Basis uint8

// The bases. The zero value is the honest one.
const (
	Unknown Basis = iota
	// Estimated comes from figures of other images.
	Estimated
	// Measured comes from the image itself.
	Measured
)

// String is the basis as it is printed: unknown, estimated or measured.
func (b Basis) String() string {
	switch b {
	case Estimated:
		return "estimated"
	case Measured:
		return "measured"
	default:
		return "unknown"
	}
}

// Cost is what a finding costs: bytes of disk size that need not be there.
type Cost struct {
	Bytes int64
	Basis Basis
}
