package inventory

import (
	"crypto/sha256"
	"encoding/hex"
)

// Digest is the SHA-256 sum of a content. The zero value stands for none.
type Digest [sha256.Size]byte

// DigestOf is the digest of a content.
func DigestOf(content string) Digest { return sha256.Sum256([]byte(content)) }

// IsZero reports whether there is no digest.
func (d Digest) IsZero() bool { return d == Digest{} }

// String is the digest as images write it, "sha256:…", or "".
func (d Digest) String() string {
	if d.IsZero() {
		return ""
	}
	const prefix = "sha256:"
	text := make([]byte, len(prefix)+hex.EncodedLen(len(d)))
	hex.Encode(text[copy(text, prefix):], d[:])
	return string(text)
}
