package volatile

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// token is a piece of a text: a word, a blank, a point in time, or one other
// character. The tokens of a text tile it.
type token struct {
	text string
	// at is set for points in time, which are one token however many words
	// they are written in: when a second passes, the whole is another.
	at time.Time
	// slack is how exactly at is written, 0 for tokens that are no points
	// in time; daily says that it has no date.
	slack time.Duration
	daily bool
}

// layout is a way to write points in time.
type layout struct {
	re *regexp.Regexp
	// formats are package time's; none means seconds since 1970.
	formats []string
	daily   bool
}

// layouts are the ways to write a time that stand in HTTP headers, logs and
// JSON: RFC 9110 §5.6.7, RFC 3339 and its usual variations, the common log
// format, and times of the day. Times without a zone count as UTC: what is
// compared are distances between them.
func layouts() []layout {
	const months = `(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)`
	const days = `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)`
	return []layout{
		{re: regexp.MustCompile(`^` + days + `, \d\d[ -]` + months + `[ -]\d{4} \d\d:\d\d:\d\d (?:GMT|UTC|[+-]\d{4})`),
			formats: []string{time.RFC1123, time.RFC1123Z, "Mon, 02-Jan-2006 15:04:05 MST"}},
		{re: regexp.MustCompile(`^` + days + ` ` + months + ` [ \d]\d \d\d:\d\d:\d\d \d{4}`),
			formats: []string{time.ANSIC}},
		{re: regexp.MustCompile(`^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?`),
			formats: []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999",
				"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999"}},
		{re: regexp.MustCompile(`^\d\d/` + months + `/\d{4}[: ]\d\d:\d\d:\d\d(?: [+-]\d{4})?`),
			formats: []string{"02/Jan/2006:15:04:05 -0700", "02/Jan/2006:15:04:05", "02/Jan/2006 15:04:05"}},
		{re: regexp.MustCompile(`^\d{10}(?:\.\d{1,9})?\b`)},
		{re: regexp.MustCompile(`^\d{13}\b`)},
		{re: regexp.MustCompile(`^\d\d?:\d\d(?::\d\d)?(?: ?(?:[ap]m|[AP]M|[ap]\.m\.))?`), daily: true,
			formats: []string{"15:04:05", "15:04", "3:04:05PM", "3:04PM"}},
	}
}

// Reader cuts texts into tokens.
type Reader struct {
	layouts []layout
	// decimal is a number with a fraction: one token, so that 0.9 and 1.1
	// do not share their dot.
	decimal *regexp.Regexp
}

// NewReader prepares a reader; it can be used for any number of texts.
func NewReader() *Reader {
	return &Reader{layouts: layouts(), decimal: regexp.MustCompile(`^\d{1,20}\.\d{1,20}(?:[eE][+-]?\d{1,3})?`)}
}

// maxDecimal is more than decimal matches, in bytes.
const maxDecimal = 48

func (t *Reader) split(s string) []token {
	var list []token
	for len(s) > 0 {
		tok := t.next(s)
		list = append(list, tok)
		s = s[len(tok.text):]
	}
	return list
}

func (t *Reader) next(s string) token {
	if tok, ok := t.point(s); ok {
		return tok
	}
	if s[0] >= '0' && s[0] <= '9' {
		if num := t.decimal.FindString(s[:min(len(s), maxDecimal)]); num != "" {
			return token{text: num}
		}
	}
	r, n := utf8.DecodeRuneInString(s)
	class := classOf(r)
	if class == other {
		return token{text: s[:n]}
	}
	for n < len(s) {
		r, w := utf8.DecodeRuneInString(s[n:])
		if classOf(r) != class {
			break
		}
		n += w
	}
	return token{text: s[:n]}
}

// maxPoint is more than any layout matches, in bytes.
const maxPoint = 64

// point reads a point in time at the beginning of s.
func (t *Reader) point(s string) (token, bool) {
	if len(s) < len("1:02") || !mayStartTime(s[0]) {
		return token{}, false
	}
	s = s[:min(len(s), maxPoint)]
	for _, l := range t.layouts {
		text := l.re.FindString(s)
		if text == "" {
			continue
		}
		if at, ok := l.parse(text); ok {
			t := token{text: text, at: at, slack: time.Second, daily: l.daily}
			if strings.Count(text, ":") == 1 {
				t.slack = time.Minute
			}
			return t, true
		}
	}
	return token{}, false
}

func mayStartTime(c byte) bool { return c >= '0' && c <= '9' || c >= 'F' && c <= 'W' }

func (l layout) parse(text string) (time.Time, bool) {
	if l.formats == nil {
		return epoch(text)
	}
	if l.daily {
		text = strings.ToUpper(strings.NewReplacer(" ", "", ".", "").Replace(text))
	}
	for _, f := range l.formats {
		if at, err := time.Parse(f, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// epoch reads seconds, or thirteen digits of milliseconds, since 1970.
func epoch(text string) (time.Time, bool) {
	if len(text) == 13 && text[10] != '.' {
		ms, err := strconv.ParseInt(text, 10, 64)
		return time.UnixMilli(ms), err == nil
	}
	sec, err := strconv.ParseFloat(text, 64)
	return time.UnixMicro(int64(sec * 1e6)), err == nil
}

// class is what a character is a part of.
type class uint8

const (
	other class = iota
	word
	blank
)

func classOf(r rune) class {
	switch {
	case r == '_' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)):
		return word
	case r == ' ' || r == '\t':
		return blank
	}
	return other
}
