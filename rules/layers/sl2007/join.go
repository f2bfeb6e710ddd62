package sl2007

import (
	"strings"

	"schlank/dockerfile/syntax"
	"schlank/rule"
	"schlank/source"
)

type flag = syntax.Flag

// joining is how the author of a file joins commands in lines.
type joining struct {
	last   bool // && at the end of a line
	indent string
	escape string
}

// joiner looks at the first continued && of a file.
func joiner(p *rule.Pass) joining {
	j := joining{indent: "    ", escape: string(p.File.Syntax.Escape)}
	for line := range strings.Lines(string(p.File.Source.Bytes)) {
		text := strings.TrimRight(line, " \t\r\n")
		body := strings.TrimLeft(text, " \t")
		if strings.HasPrefix(body, "&&") && len(body) < len(text) {
			j.indent = text[:len(text)-len(body)]
			return j
		}
		if strings.HasSuffix(text, "&& "+j.escape) || j.last && body != "" {
			if j.last {
				if in := text[:len(text)-len(body)]; in != "" {
					j.indent = in
				}
				return j
			}
			j.last = true
		}
	}
	return j
}

// text joins two commands: what stands between their RUNs, without blank lines
// and the second RUN. It is false when a comment there speaks to a program.
func (j joining) text(p *rule.Pass, between source.Span) (string, bool) {
	newline := "\n"
	if strings.Contains(p.Text(between), "\r\n") {
		newline = "\r\n"
	}
	first := " " + j.escape
	before := "&& "
	if j.last {
		first, before = " && "+j.escape, ""
	}
	comments := ""
	for line := range strings.Lines(p.Text(between)) {
		text := strings.TrimSpace(line)
		switch {
		case text == "":
		case !strings.HasPrefix(text, "#") || strings.Contains(text, "ignore") || strings.Contains(text, "="):
			return "", false
		default:
			comments += text + newline
		}
	}
	return first + newline + comments + j.indent + before, true
}
