package pragma

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"schlank/source"
)

// scope is what a pragma is about.
type scope int

const (
	instruction scope = iota // the next one
	stage
	file
)

var (
	schlankComment  = regexp.MustCompile(`^#\s*schlank:\s*([^\s=]*)\s*(?:=(.*)|.*)$`)
	reasonWord      = regexp.MustCompile(`(?:^|\s)reason=`)
	hadolintComment = regexp.MustCompile(`^#\s*hadolint\s+(?:(global|stage)\s+)?ignore\s*=\s*([A-Za-z0-9]+(?:\s*,\s*[A-Za-z0-9]+)*)\s*(?:#(.*))?`)
	checkovComment  = regexp.MustCompile(`(?:checkov|bridgecrew):skip=([^\s:,]+(?:,[^\s:,]+)*)(?::(.*))?`)
	trivyComment    = regexp.MustCompile(`(?:^#|\s)\s*trivy:ignore:([^\s:]+)((?::[^\s:]+)*)`)
)

// readSchlank reads
//
//	# schlank: ignore=SL1101,DL3008 reason=why
//
// and ignore-stage and ignore-file, which are about more than one instruction.
func readSchlank(text string, at int) (Pragma, scope, bool) {
	m := schlankComment.FindStringSubmatchIndex(text)
	if m == nil {
		return Pragma{}, 0, false
	}
	p := Pragma{Dialect: Schlank}
	where, known := instruction, true
	switch text[m[2]:m[3]] {
	case "ignore":
	case "ignore-stage":
		where = stage
	case "ignore-file":
		where = file
	default:
		known = false
	}
	if !known || m[4] < 0 {
		p.Problem = "schlank understands ignore=, ignore-stage= and ignore-file= with rules"
		return p, where, true
	}
	list := text[m[4]:m[5]]
	if r := reasonWord.FindStringIndex(list); r != nil {
		p.Reason = strings.TrimSpace(list[r[1]:])
		list = list[:r[0]]
	}
	p.IDs = ids(list, at+m[4])
	if len(p.IDs) == 0 {
		p.Problem = "no rule is named"
	}
	for _, id := range p.IDs {
		if strings.ContainsAny(id.Text, " \t") {
			p.Problem = "rules are separated by commas, and a reason starts with reason="
		}
	}
	return p, where, true
}

// readHadolint reads hadolint's comments, in which a reason can follow behind
// another #.
func readHadolint(text string, at int) (Pragma, scope, bool) {
	m := hadolintComment.FindStringSubmatchIndex(text)
	if m == nil {
		return Pragma{}, 0, false
	}
	p := Pragma{Dialect: Hadolint, IDs: ids(text[m[4]:m[5]], at+m[4])}
	if m[6] >= 0 {
		p.Reason = strings.TrimSpace(text[m[6]:m[7]])
	}
	where := instruction
	if m[2] >= 0 {
		where = file
		if text[m[2]:m[3]] == "stage" {
			where = stage
		}
	}
	return p, where, true
}

// readTrivy reads trivy's comments. One can have several rules.
func readTrivy(text string, at int) (Pragma, scope, bool) {
	p := Pragma{Dialect: Trivy}
	for _, m := range trivyComment.FindAllStringSubmatchIndex(text, -1) {
		if id := text[m[2]:m[3]]; id == "*" {
			p.All = true
		} else {
			p.IDs = append(p.IDs, ID{id, source.Span{Start: at + m[2], End: at + m[3]}})
		}
		if _, date, ok := strings.Cut(text[m[4]:m[5]], ":exp:"); ok {
			date, _, _ = strings.Cut(date, ":")
			if t, err := time.Parse(time.DateOnly, date); err == nil {
				p.Expires = t
			}
		}
	}
	return p, instruction, p.All || len(p.IDs) > 0
}

// readCheckov reads checkov's comments, with the reason after a colon. In a
// Dockerfile they are about the whole file.
func readCheckov(text string, at int) (Pragma, scope, bool) {
	m := checkovComment.FindStringSubmatchIndex(text)
	if m == nil {
		return Pragma{}, 0, false
	}
	p := Pragma{Dialect: Checkov, IDs: ids(text[m[2]:m[3]], at+m[2])}
	if m[4] >= 0 {
		p.Reason = strings.TrimSpace(text[m[4]:m[5]])
	}
	return p, file, true
}

// Check reads the value of BuildKit's check= where it stands in no file, as in
// the build argument BUILDKIT_DOCKERFILE_CHECK. It covers the file whole.
func Check(value string, whole source.Span) (Pragma, bool) {
	p, ok := checkOptions(value, 0)
	p.Covers = whole
	for k := range p.IDs {
		p.IDs[k].Span = source.Span{}
	}
	return p, ok
}

// checkOptions reads skip=A,B;error=true, or skip=all. BuildKit takes no notice
// of what has an option that it does not know.
func checkOptions(value string, at int) (Pragma, bool) {
	p := Pragma{Dialect: BuildKit}
	for _, part := range strings.Split(value, ";") {
		name, arg, ok := strings.Cut(part, "=")
		start := at + len(name) + 1
		at += len(part) + 1
		switch name = strings.TrimSpace(name); {
		case !ok:
			return Pragma{}, false
		case name == "skip" && strings.TrimSpace(arg) == "all":
			p.All = true
		case name == "skip":
			p.IDs = append(p.IDs, ids(arg, start)...)
		case name == "error":
			yes, err := strconv.ParseBool(strings.TrimSpace(arg))
			if err != nil {
				return Pragma{}, false
			}
			p.Errors = yes
		case name != "experimental":
			return Pragma{}, false
		}
	}
	return p, true
}

// ids are the parts of a list with commas, which starts at an offset of the file.
func ids(list string, at int) []ID {
	var out []ID
	for _, part := range strings.Split(list, ",") {
		if text := strings.TrimSpace(part); text != "" {
			start := at + strings.Index(part, text)
			out = append(out, ID{text, source.Span{Start: start, End: start + len(text)}})
		}
		at += len(part) + 1
	}
	return out
}
