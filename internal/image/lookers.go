package image

import (
	"io"

	"schlank/internal/pkgdb/golang"
	"schlank/internal/pkgdb/java"
	"schlank/internal/pkgdb/rust"
)

// The lookers' names.
const (
	lookGo   = "go"
	lookRust = "rust"
	lookJava = "java"
)

// lookers are all there are: the readers of what languages note inside of
// files.
func lookers() []looker {
	return []looker{
		{lookGo, byHead(golang.Wants), wholly(golang.Extract)},
		{lookRust, byHead(rust.Wants), wholly(rust.Extract)},
		{lookJava, func(p string, _ int64, _ []byte) bool { return java.Wants(p) }, java.Extract},
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
