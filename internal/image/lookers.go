package image

import (
	"io"

	"schlank/internal/pkgdb/golang"
	"schlank/internal/pkgdb/java"
	"schlank/internal/pkgdb/rpm"
	"schlank/internal/pkgdb/rust"
)

// The lookers' names.
const (
	lookGo   = "go"
	lookRust = "rust"
	lookJava = "java"
	lookRPM  = "rpm"
)

// lookers are all there are: the readers of what languages note inside of
// files, and of databases that are too large to be kept whole.
func lookers() []looker {
	return []looker{
		{lookGo, byHead(golang.Wants), wholly(golang.Extract)},
		{lookRust, byHead(rust.Wants), wholly(rust.Extract)},
		{lookJava, func(p string, _ int64, _ []byte) bool { return java.Wants(p) }, java.Extract},
		{lookRPM, func(p string, _ int64, _ []byte) bool { return rpm.Wants(p) }, func(_ string, r io.ReaderAt, size int64) ([]byte, error) { return rpm.Extract(r, size) }},
	}
}

// byHead goes by the beginning of a file alone.
func byHead(wants func(head []byte) bool) func(string, int64, []byte) bool {
	return func(_ string, _ int64, head []byte) bool { return wants(head) }
}

// wholly is for readers that need neither path nor size.
func wholly(extract func(io.ReaderAt) ([]byte, error)) func(string, io.ReaderAt, int64) ([]byte, error) {
	return func(_ string, r io.ReaderAt, _ int64) ([]byte, error) { return extract(r) }
}
