package probe

import (
	"strings"
	"time"
	"unicode/utf8"
)

// mask is the pattern two recordings of the same text make: what they share,
// and gaps where they differ.
type mask struct {
	base []token
	// fixed[i] is followed by gaps[i]; the last of fixed ends the text.
	fixed []stretch
	gaps  []gap
	at    time.Time // when base was answered
}

// stretch is a half-open range of mask.base.
type stretch struct{ from, to int }

// gap says what may stand where two recordings differ: characters of the
// sorts that stood there, and not many more of them.
type gap struct {
	digits, letters, blanks bool
	marks                   string // the other characters
	maxTokens, maxBytes     int
}

// input is a text and when it was answered.
type input struct {
	tokens []token
	at     time.Time
}

// glue are characters that random values hold: base64 in both alphabets, and
// parts joined by dots and colons.
const glue = "+/=-.:~"

// newMask compares two recordings of one text.
func newMask(a, b input) *mask {
	m := &mask{base: a.tokens, at: a.at}
	from := 0
	for _, h := range joinHunks(a.tokens, diff(a.tokens, b.tokens)) {
		m.fixed = append(m.fixed, stretch{from, h.a0})
		m.gaps = append(m.gaps, newGap(a.tokens[h.a0:h.a1], b.tokens[h.b0:h.b1]))
		from = h.a1
	}
	m.fixed = append(m.fixed, stretch{from, len(a.tokens)})
	return m
}

// joinHunks makes one of neighbours between which only glue stands: a random
// value may have it at other places next time.
func joinHunks(a []token, hunks []hunk) []hunk {
	var out []hunk
	for _, h := range hunks {
		if n := len(out); n > 0 && isGlue(a[out[n-1].a1:h.a0]) {
			out[n-1].a1, out[n-1].b1 = h.a1, h.b1
			continue
		}
		out = append(out, h)
	}
	return out
}

func isGlue(list []token) bool {
	for _, t := range list {
		if len(t.text) != 1 || !strings.Contains(glue, t.text) {
			return false
		}
	}
	return true
}

// randomLength is how long a mixture of letters and digits is taken for a
// random value, in which glue may turn up as well.
const randomLength = 16

func newGap(a, b []token) gap {
	var g gap
	longest := 0
	for _, list := range [][]token{a, b} {
		n := 0
		for _, t := range list {
			n += len(t.text)
			longest = max(longest, len(t.text))
			for _, r := range t.text {
				g.admit(r)
			}
		}
		g.maxTokens, g.maxBytes = max(g.maxTokens, len(list)), max(g.maxBytes, n)
	}
	if g.digits && g.letters && g.maxBytes >= randomLength && !g.blanks {
		g.marks += glue
	}
	// Values of the same kind differ in length: 9 and 10, base64 cut at
	// other places.
	g.maxTokens, g.maxBytes = 2*g.maxTokens+4, 2*g.maxBytes+8
	return g
}

func (g *gap) admit(r rune) {
	switch {
	case r >= '0' && r <= '9':
		g.digits = true
	case classOf(r) == word && r != '_':
		g.letters = true
	case classOf(r) == blank:
		g.blanks = true
	case !strings.ContainsRune(g.marks, r):
		g.marks += string(r)
	}
}

func (g gap) admits(t token) bool {
	for _, r := range t.text {
		ok := false
		switch {
		case r >= '0' && r <= '9':
			ok = g.digits
		case classOf(r) == word && r != '_':
			ok = g.letters
		case classOf(r) == blank:
			ok = g.blanks
		default:
			ok = strings.ContainsRune(g.marks, r)
		}
		if !ok {
			return false
		}
	}
	return true
}

// exact says that nothing in the text is masked.
func (m *mask) exact() bool { return len(m.gaps) == 0 }

// maxSteps bounds the comparisons of one match: patterns with many wide gaps
// could take the square of the text's length.
const maxSteps = 20 << 20

// matcher holds a candidate against a mask.
type matcher struct {
	m     *mask
	c     input
	steps int
	// far is the candidate's token up to which the pattern held at best,
	// farBase the base's token that was expected there.
	far, farBase int
}

// match returns where the candidate leaves the pattern: ok, or the index of
// the candidate's first token that does not fit, and of the base's token
// expected there.
func (m *mask) match(c input) (ok bool, far, farBase int) {
	x := &matcher{m: m, c: c, far: -1}
	// reach are the ends of all ways to match up to here, ascending.
	reach := x.fixedFrom([]int{0}, m.fixed[0])
	for i, g := range m.gaps {
		reach = x.fixedFrom(x.gapFrom(reach, g), m.fixed[i+1])
	}
	if len(reach) > 0 && reach[len(reach)-1] == len(c.tokens) {
		return true, 0, 0
	}
	if len(reach) > 0 {
		x.note(reach[len(reach)-1], len(m.base))
	}
	return false, x.far, x.farBase
}

// fixedFrom keeps the positions at which the stretch stands, moved behind it.
func (x *matcher) fixedFrom(starts []int, s stretch) []int {
	var out []int
	for _, p := range starts {
		i := s.from
		for i < s.to && p < len(x.c.tokens) && x.steps < maxSteps && x.same(x.m.base[i], x.c.tokens[p]) {
			i, p, x.steps = i+1, p+1, x.steps+1
		}
		if i == s.to {
			out = append(out, p)
		}
		x.note(p, i)
	}
	return out
}

// gapFrom returns all positions at which a gap that begins at one of the
// starts may end.
func (x *matcher) gapFrom(starts []int, g gap) []int {
	var out []int
	for _, p := range starts {
		bytes := 0
		for n := 0; ; n++ {
			if len(out) == 0 || out[len(out)-1] < p {
				out = append(out, p)
			}
			if p == len(x.c.tokens) || n == g.maxTokens || x.steps >= maxSteps {
				break
			}
			t := x.c.tokens[p]
			if bytes += len(t.text); bytes > g.maxBytes || !g.admits(t) {
				break
			}
			p, x.steps = p+1, x.steps+1
		}
	}
	return out
}

func (x *matcher) note(c, base int) {
	if c > x.far {
		x.far, x.farBase = c, base
	}
}

// clockSlack is how much the time between asking and writing may vary.
const clockSlack = 2 * time.Second

// same compares tokens; points in time are also the same when they lie as far
// from the moment of asking: "now" in two recordings of the same second.
func (x *matcher) same(base, c token) bool {
	if base.text == c.text {
		return true
	}
	if base.slack == 0 || c.slack == 0 || base.daily != c.daily {
		return false
	}
	// In whole seconds, because a time.Duration ends at 292 years and a
	// page may show the year 1.
	off := (base.at.Unix() - x.m.at.Unix()) - (c.at.Unix() - x.c.at.Unix())
	if base.daily {
		off = (off%day + day) % day
		off = min(off, day-off)
	}
	off = max(off, -off)
	return off <= int64((clockSlack+max(base.slack, c.slack))/time.Second)
}

// day is in seconds.
const day = 24 * 60 * 60

// lineAt returns the line of the text the token is in, and its number.
func lineAt(list []token, i int) (line string, number int) {
	var before, rest strings.Builder
	for j, t := range list {
		if j < i {
			before.WriteString(t.text)
		} else {
			rest.WriteString(t.text)
			if t.text == "\n" {
				break
			}
		}
	}
	s := before.String()
	number = strings.Count(s, "\n") + 1
	line = s[strings.LastIndexByte(s, '\n')+1:] + rest.String()
	return line, number
}

// around clips a long line to what stands near byte i.
func around(line string, i int) string {
	const before = 40
	if len(line) <= maxShort || i <= before {
		return clip(line, maxShort)
	}
	i -= before
	for i < len(line) && !utf8.RuneStart(line[i]) {
		i++
	}
	return "…" + clip(line[i:], maxShort)
}
