package expand

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// pattern is a shell pattern of characters, ? and *; brackets are plain
// characters in Dockerfiles.
type pattern []symbol

// symbol is a character, or a wildcard.
type symbol struct {
	char     rune
	wildcard bool // char is '?' or '*'
}

// parsePattern reads a pattern. A backslash takes the meaning away from a
// wildcard and from itself, and is needed before } and /.
func parsePattern(text string) (pattern, error) {
	var out pattern
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		c := runes[i]
		if c != '\\' {
			out = append(out, symbol{char: c, wildcard: c == '?' || c == '*'})
			continue
		}
		if i++; i == len(runes) {
			return nil, errors.New("the pattern ends with an escape character")
		}
		if !strings.ContainsRune(`*?\}/`, runes[i]) {
			return nil, fmt.Errorf(`invalid escape \%c in the pattern`, runes[i])
		}
		out = append(out, symbol{char: runes[i]})
	}
	return out, nil
}

// regexp is the pattern as a regular expression. Wildcards do not match a line
// break. The expression is built from quoted parts, so it always compiles.
func (p pattern) regexp(prefix string, greedy bool) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(prefix)
	for _, s := range p {
		switch {
		case s.wildcard && s.char == '?':
			b.WriteByte('.')
		case s.wildcard && greedy:
			b.WriteString(".*")
		case s.wildcard:
			b.WriteString(".*?")
		default:
			b.WriteString(regexp.QuoteMeta(string(s.char)))
		}
	}
	return regexp.MustCompile(b.String())
}

// trimPrefix cuts the shortest or the longest match off the start of value.
func (p pattern) trimPrefix(value string, greedy bool) string {
	if loc := p.regexp("^", greedy).FindStringIndex(value); loc != nil {
		return value[loc[1]:]
	}
	return value
}

// mirrorPattern is a pattern backwards, with escapes still before what they
// escape. As in BuildKit, an escape that ends the pattern comes to stand before
// the character that was in front of it.
func mirrorPattern(text string) string {
	runes := []rune(text)
	out := make([]rune, 0, len(runes))
	for end := len(runes); end > 0; end-- {
		escapes := 0
		for escapes < end-1 && runes[end-2-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 1 {
			out = append(out, '\\', runes[end-1])
			end--
			continue
		}
		out = append(out, runes[end-1])
	}
	return string(out)
}

// replace puts word in place of the first match, or of all.
func (p pattern) replace(value, word string, all bool) string {
	re := p.regexp("", true)
	if all {
		// As in BuildKit, $1 in word would speak of a group of the
		// expression; there is none, so it is empty.
		return re.ReplaceAllString(value, word)
	}
	if loc := re.FindStringIndex(value); loc != nil {
		return value[:loc[0]] + word + value[loc[1]:]
	}
	return value
}

// mirror is s backwards.
func mirror(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}
