package dpkg

import (
	"fmt"
	"iter"
	"strings"
)

// stanza is a paragraph of "Field: value" lines.
type stanza struct {
	// fields are by lower-case name; the lines of a value are joined by \n.
	fields map[string]string
	line   int      // of the first field
	bad    []string // lines that are none
}

func (s *stanza) at(reason string) string { return fmt.Sprintf("line %d: %s", s.line, reason) }

// stanzas reads Debian's control format (deb822(5)).
func stanzas(data []byte) iter.Seq[*stanza] {
	return func(yield func(*stanza) bool) {
		var s *stanza
		last, number := "", 0
		for line := range strings.Lines(string(data)) {
			number++
			line = strings.TrimRight(line, "\r\n")
			blank := strings.TrimSpace(line) == ""
			if blank {
				if s != nil && !yield(s) {
					return
				}
				s = nil
				continue
			}
			if s == nil {
				s, last = &stanza{fields: map[string]string{}, line: number}, ""
			}
			if line[0] == '#' {
				continue
			}
			if line[0] == ' ' || line[0] == '\t' {
				if last == "" {
					s.bad = append(s.bad, fmt.Sprintf("line %d: continues no field", number))
					continue
				}
				s.more(last, line)
				continue
			}
			name, value, ok := strings.Cut(line, ":")
			if !ok || name == "" {
				s.bad = append(s.bad, fmt.Sprintf("line %d: no field", number))
				last = ""
				continue
			}
			last = strings.ToLower(name)
			s.fields[last] = strings.TrimSpace(value)
		}
		if s != nil {
			yield(s)
		}
	}
}

// more adds a continuation line, for the fields that are read whole. Long
// descriptions are left out: nobody asks for them.
func (s *stanza) more(field, line string) {
	switch field {
	case "conffiles", "depends", "pre-depends", "recommends", "provides":
		s.fields[field] += "\n" + line
	}
}
