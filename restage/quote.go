package restage

import (
	"encoding/json"
	"strings"
)

// jsonWords renders the exec form of words.
func jsonWords(words []string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if words == nil {
		words = []string{}
	}
	if err := enc.Encode(words); err != nil {
		return "[]" // strings always encode
	}
	return strings.ReplaceAll(strings.TrimSpace(b.String()), `","`, `", "`)
}

// shellQuote quotes a word for sh when it needs it.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:@%,=", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// envQuote quotes the value of an ENV.
func envQuote(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t\"'\\$`#") {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(s) + `"`
}
