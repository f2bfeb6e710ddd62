package python

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// metadata is the part of the core metadata that is of use.
type metadata struct {
	name, version string
	requires      []string
}

// parseMetadata reads the headers of METADATA or PKG-INFO; the first blank
// line ends them. The text after it is a description.
func parseMetadata(text string) metadata {
	var m metadata
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok || line[0] == ' ' || line[0] == '\t' {
			continue // a folded line, of a field that is not asked for
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(key) {
		case "name":
			m.name = value
		case "version":
			m.version = value
		case "requires-dist":
			if name := requirement(value); name != "" {
				m.requires = append(m.requires, name)
			}
		}
	}
	return m
}

// requirement returns the normal name of a PEP 508 requirement, or "" for one
// that only an extra asks for. Other markers are not evaluated: the name of a
// package for another platform does no harm.
func requirement(r string) string {
	spec, marker, _ := strings.Cut(r, ";")
	for word := range strings.FieldsFuncSeq(marker, notWord) {
		if word == "extra" {
			return ""
		}
	}
	spec = strings.TrimSpace(spec)
	if end := strings.IndexFunc(spec, func(r rune) bool { return notWord(r) && r != '-' && r != '.' }); end >= 0 {
		spec = spec[:end]
	}
	return NormalName(spec)
}

func notWord(r rune) bool {
	return r > unicode.MaxASCII || r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// NormalName is the form in which names are compared (PEP 503): lower case,
// runs of "-", "_" and "." become one "-".
func NormalName(name string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(name) {
		if r == '-' || r == '_' || r == '.' {
			dash = true
			continue
		}
		if dash && b.Len() > 0 {
			b.WriteByte('-')
		}
		dash = false
		b.WriteRune(r)
	}
	return b.String()
}

// requiresTxt reads setuptools' requires.txt: sections named after extras or,
// with a leading colon, after a marker alone.
func requiresTxt(text string) []string {
	var out []string
	extra := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case line[0] == '[':
			extra = !strings.HasPrefix(line, "[:")
		case !extra:
			if name := requirement(line); name != "" {
				out = append(out, name)
			}
		}
	}
	return out
}

// recorded reads a RECORD: path, hash and size of each file, the path
// relative to the directory the modules lie in.
func recorded(dir, text string) (files, bad []string) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	r.LazyQuotes = true
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return files, bad
		}
		line, _ := r.FieldPos(0)
		switch {
		case err != nil:
			bad = append(bad, err.Error())
			if len(bad) > 100 {
				return files, append(bad, "too many malformed lines")
			}
		case fields[0] == "":
			bad = append(bad, fmt.Sprintf("line %d: no path", line))
		default:
			files = append(files, join(dir, fields[0]))
		}
	}
}
