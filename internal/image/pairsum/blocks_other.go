//go:build !amd64

package pairsum

const accelerated = false

// blocks is never called here.
func blocks(_, _ *[8]uint32, _ []byte) {
	panic("pairsum: no SHA instructions")
}
