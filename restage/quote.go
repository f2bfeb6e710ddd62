package restage

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// jsonWords renders the exec form of words.
func jsonWords(words []string) string { return "[" + strings.Join(jsonList(words), ", ") + "]" }

// jsonList renders each word as a JSON string.
func jsonList(words []string) []string {
	list := make([]string, 0, len(words))
	for _, w := range words {
		var b strings.Builder
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if enc.Encode(w) == nil { // strings always encode
			list = append(list, strings.TrimSuffix(b.String(), "\n"))
		}
	}
	return list
}

// writable reports whether a name can stand on a line of a Dockerfile at all.
// Names come from images: one with a line break would add instructions.
func writable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff'
	}) < 0
}

// plain reports whether a word means itself to the shell, to Dockerfiles and
// to patterns.
func plain(s string) bool {
	return s != "" && s[0] != '-' && strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("/._-+:@%,=", r)
	}) < 0
}

// shellQuote quotes a word for sh when it needs it.
func shellQuote(s string) string {
	if plain(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// literal escapes what a Dockerfile would expand or unquote in an argument.
// escape is the file's escape character.
func literal(s string, escape byte) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune(`"'$`, r) || r == rune(escape) {
			b.WriteByte(escape)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// globs makes a path match itself only where COPY takes it for a pattern.
var globs = strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]", `\`, `\\`)

// pattern escapes a path for COPY, which takes those with wildcards for
// patterns and all others as they are, backslashes included.
func pattern(s string) string {
	if strings.ContainsAny(s, "*?[") {
		return globs.Replace(s)
	}
	return s
}

// copySource escapes a path as a source of COPY, copyDest as its destination.
func copySource(s string, escape byte) string { return literal(pattern(s), escape) }

func copyDest(s string, escape byte) string { return literal(s, escape) }

// envQuote quotes the value of an ENV.
func envQuote(s string, escape byte) string {
	if plain(s) {
		return s
	}
	return `"` + strings.ReplaceAll(literal(s, escape), string(escape)+"'", "'") + `"`
}
