package image

import (
	"io"

	"schlank/internal/pkgdb/golang"
	"schlank/internal/pkgdb/java"
	"schlank/internal/pkgdb/node"
	"schlank/internal/pkgdb/rpm"
	"schlank/internal/pkgdb/rust"
)

// The lookers' names.
const (
	lookGo   = "go"
	lookRust = "rust"
	lookJava = "java"
	lookRPM  = "rpm"
	lookYarn = "yarn"
)

// lookers are all there are: the readers of what languages note inside of
// files, and of databases that are too large to be kept whole.
func lookers() []looker {
	return []looker{
		{lookGo, byHead(golang.Wants), wholly(golang.Extract)},
		{lookRust, byHead(rust.Wants), wholly(rust.Extract)},
		{lookJava, byPath(java.Wants), java.Extract},
		{lookYarn, byPath(node.WantsArchive), sized(node.ExtractArchive)},
		{lookRPM, byPath(rpm.Wants), sized(rpm.Extract)},
	}
}

// byPath goes by the path alone.
func byPath(wants func(p string) bool) func(string, int64, []byte) bool {
	return func(p string, _ int64, _ []byte) bool { return wants(p) }
}

// byHead goes by the beginning of a file alone.
func byHead(wants func(head []byte) bool) func(string, int64, []byte) bool {
	return func(_ string, _ int64, head []byte) bool { return wants(head) }
}

// wholly is for readers that need neither path nor size.
func wholly(extract func(io.ReaderAt) ([]byte, error)) func(string, io.ReaderAt, int64) ([]byte, error) {
	return func(_ string, r io.ReaderAt, _ int64) ([]byte, error) { return extract(r) }
}

// sized is for readers that do not need the path.
func sized(extract func(io.ReaderAt, int64) ([]byte, error)) func(string, io.ReaderAt, int64) ([]byte, error) {
	return func(_ string, r io.ReaderAt, size int64) ([]byte, error) { return extract(r, size) }
}
