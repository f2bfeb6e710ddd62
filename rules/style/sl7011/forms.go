package sl7011

import (
	_ "embed" // SPDX's list of licences
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"time"

	"schlank/rule"
)

//go:embed licences.txt
var licences string

// form is a form of values.
type form struct {
	is    string // "a date"
	alias string
	fits  func(string) bool
}

// formOf is the form of that name; any text fits one that is not known.
func formOf(name rule.LabelForm) form {
	switch name {
	case rule.LabelURL:
		return form{"an absolute URL", "DL3052", isURL}
	case rule.LabelTime:
		return form{"a time as in RFC 3339", "DL3053", func(s string) bool { _, err := time.Parse(time.RFC3339, s); return err == nil }}
	case rule.LabelSPDX:
		return form{"an SPDX licence expression", "DL3054", isLicence}
	case rule.LabelGitHash:
		return form{"a hash of git", "DL3055", regexp.MustCompile(`^(?:[0-9a-f]{7,40}|[0-9a-f]{64})$`).MatchString}
	case rule.LabelSemVer:
		return form{"a semantic version", "DL3056", semver.MatchString}
	case rule.LabelEmail:
		return form{"an e-mail address", "DL3058", isEmail}
	}
	return form{}
}

// semver is the grammar at semver.org.
var semver = regexp.MustCompile(`^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)` +
	`(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?` +
	`(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$`)

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.IsAbs() && (u.Host != "" || u.Opaque != "")
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && strings.Contains(s, "@")
}

// isLicence reports whether s is an SPDX expression: licences joined by AND and
// OR, exceptions after WITH, parentheses.
func isLicence(s string) bool {
	words := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(s))
	e := expression{words: words}
	return e.or() && e.at == len(words)
}

// expression reads an SPDX expression.
type expression struct {
	words []string
	at    int
}

func (e *expression) take(word string) bool {
	if e.at < len(e.words) && e.words[e.at] == word {
		e.at++
		return true
	}
	return false
}

func (e *expression) or() bool {
	for ok := e.and(); ; ok = e.and() {
		if !ok || !e.take("OR") {
			return ok
		}
	}
}

func (e *expression) and() bool {
	for ok := e.one(); ; ok = e.one() {
		if !ok || !e.take("AND") {
			return ok
		}
	}
}

// maxNesting bounds parentheses.
const maxNesting = 100

func (e *expression) one() bool {
	if e.at >= len(e.words) || strings.Count(strings.Join(e.words, " "), "(") > maxNesting {
		return false
	}
	if e.take("(") {
		return e.or() && e.take(")")
	}
	name := strings.TrimSuffix(e.words[e.at], "+")
	if !isLicenceID(name) {
		return false
	}
	e.at++
	if e.take("WITH") {
		// Exceptions are not looked up: there are few, and new ones are made.
		e.at++
		return e.at <= len(e.words)
	}
	return true
}

// isLicenceID reports whether name is in SPDX's list, in any case, or is made
// up as SPDX wants it.
func isLicenceID(name string) bool {
	if strings.HasPrefix(name, "LicenseRef-") || strings.HasPrefix(name, "DocumentRef-") || name == "NONE" || name == "NOASSERTION" {
		return true
	}
	for line := range strings.Lines(licences) {
		if line = strings.TrimSpace(line); strings.EqualFold(line, name) && name != "" {
			return true
		}
	}
	return false
}
