package probe

import (
	"html"
	"strings"
)

// scanLinks returns the URLs an HTML text refers to by GET: href and src of
// its tags, and action of forms that are not sent otherwise. It reads tags
// and attributes only and holds its own with any input.
func scanLinks(s string) []string {
	var refs []string
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return refs
		}
		s = s[i+1:]
		if rest, ok := strings.CutPrefix(s, "!--"); ok {
			_, s, _ = strings.Cut(rest, "-->")
			continue
		}
		name := tagName(s)
		if name == "" {
			continue
		}
		var attrs map[string]string
		attrs, s = attributes(s[len(name):])
		name = strings.ToLower(name)
		refs = append(refs, references(name, attrs)...)
		if name == "script" || name == "style" {
			s = afterRaw(s, name)
		}
	}
}

// references are the URLs of one tag.
func references(name string, attrs map[string]string) []string {
	var refs []string
	for _, attr := range []string{"href", "src"} {
		if v, ok := attrs[attr]; ok && name != "base" {
			refs = append(refs, v)
		}
	}
	method := strings.ToLower(attrs["method"])
	if v, ok := attrs["action"]; ok && name == "form" && (method == "" || method == "get") {
		refs = append(refs, v)
	}
	return refs
}

// tagName reads the name of an opening tag, "" if there is none.
func tagName(s string) string {
	n := 0
	for n < len(s) && (isASCIILetter(s[n]) || n > 0 && (s[n] >= '0' && s[n] <= '9' || s[n] == '-')) {
		n++
	}
	return s[:n]
}

func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

const htmlSpace = " \t\r\n\f"

// attributes reads up to the end of a tag and returns what follows it. Of
// attributes given twice the first counts.
func attributes(s string) (map[string]string, string) {
	attrs := map[string]string{}
	for {
		s = strings.TrimLeft(s, htmlSpace+"/")
		if s == "" {
			return attrs, ""
		}
		if s[0] == '>' {
			return attrs, s[1:]
		}
		n := strings.IndexAny(s[1:], htmlSpace+"/>=") + 1
		if n == 0 {
			return attrs, ""
		}
		name := strings.ToLower(s[:n])
		value := ""
		s = strings.TrimLeft(s[n:], htmlSpace)
		if rest, ok := strings.CutPrefix(s, "="); ok {
			value, s = attributeValue(strings.TrimLeft(rest, htmlSpace))
		}
		if _, twice := attrs[name]; !twice {
			attrs[name] = html.UnescapeString(value)
		}
	}
}

func attributeValue(s string) (value, rest string) {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		value, rest, _ = strings.Cut(s[1:], s[:1])
		return value, rest
	}
	n := strings.IndexAny(s, htmlSpace+">")
	if n < 0 {
		n = len(s)
	}
	return s[:n], s[n:]
}

// afterRaw skips the content of a script or style element.
func afterRaw(s, name string) string {
	for i := 0; i < len(s); i++ {
		j := strings.Index(s[i:], "</")
		if j < 0 {
			return ""
		}
		i += j + 2
		if len(s)-i >= len(name) && strings.EqualFold(s[i:i+len(name)], name) {
			return s[i:]
		}
	}
	return ""
}
