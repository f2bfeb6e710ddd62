package lsp

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"unicode/utf8"

	"schlank/lint"
	"schlank/source"
)

// document is an open file.
type document struct {
	uri     string
	version int
	text    []byte
	// result is what was found in text, by the last look at it.
	result lint.Result
	// cancel ends a thorough look that is under way.
	cancel context.CancelFunc
}

// maxText bounds an open file, in bytes.
const maxText = 8 << 20

// filePath is the path that a URI means, "" for one that is no file.
func filePath(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" {
		return ""
	}
	p := u.Path
	// file:///c:/dir is c:\dir.
	if runtime.GOOS == "windows" {
		p = strings.TrimPrefix(p, "/")
	}
	return filepath.FromSlash(p)
}

// name is what messages call a document.
func (d *document) name() string {
	if p := filePath(d.uri); p != "" {
		return filepath.ToSlash(p)
	}
	return path.Base(d.uri)
}

var errNotOpen = errors.New("the document is not open")

// offset is the place of a position in a text. As the protocol has it, a
// character beyond the end of a line is that end.
func offset(text []byte, p position, inBytes bool) int {
	at := 0
	for range p.Line {
		next := lineEnd(text, at)
		if next == len(text) {
			return len(text)
		}
		at = afterLine(text, next)
	}
	end := lineEnd(text, at)
	if inBytes {
		return min(at+max(p.Character, 0), end)
	}
	for units := 0; at < end && units < p.Character; {
		r, size := utf8.DecodeRune(text[at:end])
		if units += unitsOf(r); units > p.Character {
			break // in the middle of a surrogate pair
		}
		at += size
	}
	return at
}

// unitsOf is the number of UTF-16 code units of a rune.
func unitsOf(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// lineEnd is the offset of the line ending after at, or the end of the text.
// The protocol has three line endings.
func lineEnd(text []byte, at int) int {
	for at < len(text) && text[at] != '\n' && text[at] != '\r' {
		at++
	}
	return at
}

// afterLine is the offset after the line ending at.
func afterLine(text []byte, at int) int {
	if text[at] == '\r' && at+1 < len(text) && text[at+1] == '\n' {
		return at + 2
	}
	return at + 1
}

// positionOf is the position of an offset.
func positionOf(text []byte, off int, inBytes bool) position {
	off = min(max(off, 0), len(text))
	var p position
	at := 0
	for {
		end := lineEnd(text, at)
		if off <= end || end == len(text) {
			break
		}
		next := afterLine(text, end)
		if off < next { // between \r and \n
			off = end
			break
		}
		at = next
		p.Line++
	}
	if inBytes {
		p.Character = off - at
		return p
	}
	for at < off {
		r, size := utf8.DecodeRune(text[at:])
		p.Character += unitsOf(r)
		at += size
	}
	return p
}

func rangeOf(text []byte, s source.Span, inBytes bool) textRange {
	return textRange{positionOf(text, s.Start, inBytes), positionOf(text, s.End, inBytes)}
}

func (s *Server) didOpen(ctx context.Context, p didOpenParams) (any, error) {
	if len(p.TextDocument.Text) > maxText {
		return nil, fmt.Errorf("%s is larger than %d bytes", p.TextDocument.URI, maxText)
	}
	d := &document{uri: p.TextDocument.URI, version: p.TextDocument.Version, text: []byte(p.TextDocument.Text)}
	s.mu.Lock()
	s.docs[d.uri] = d
	s.mu.Unlock()
	s.look(ctx, d)
	s.lookThoroughly(ctx, d)
	return nil, nil
}

func (s *Server) didChange(ctx context.Context, p didChangeParams) (any, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	for _, c := range p.ContentChanges {
		if c.Range == nil {
			d.text = []byte(c.Text)
			continue
		}
		start, end := offset(d.text, c.Range.Start, s.utf8), offset(d.text, c.Range.End, s.utf8)
		end = max(start, end)
		if len(d.text)-(end-start)+len(c.Text) > maxText {
			continue
		}
		text := make([]byte, 0, len(d.text)-(end-start)+len(c.Text))
		text = append(append(append(text, d.text[:start]...), c.Text...), d.text[end:]...)
		d.text = text
	}
	d.version = p.TextDocument.Version
	s.mu.Unlock()
	s.look(ctx, d)
	return nil, nil
}

func (s *Server) didSave(ctx context.Context, p documentParams) (any, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	s.lookThoroughly(ctx, d)
	return nil, nil
}

func (s *Server) didClose(_ context.Context, p documentParams) (any, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	delete(s.docs, d.uri)
	if d.cancel != nil {
		d.cancel()
	}
	s.mu.Unlock()
	s.out.notify("textDocument/publishDiagnostics", map[string]any{"uri": d.uri, "diagnostics": []diagnostic{}})
	return nil, nil
}

func (s *Server) document(uri string) (*document, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d, ok := s.docs[uri]; ok {
		return d, nil
	}
	return nil, errNotOpen
}
