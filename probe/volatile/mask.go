package volatile

import (
	"strings"
	"time"
)

// Mask is the pattern two recordings of the same text make: what they share,
// and gaps where they differ.
type Mask struct {
	base []token
	// fixed[i] is followed by gaps[i]; the last of fixed ends the text.
	fixed []stretch
	gaps  []gap
	at    time.Time // when base was answered
}

// stretch is a half-open range of Mask.base.
type stretch struct{ from, to int }

// gap says what may stand where two recordings differ: characters of the
// sorts that stood there, and not many more of them.
type gap struct {
	digits, letters, blanks bool
	marks                   map[rune]bool // the other characters
	maxTokens, maxBytes     int
}

// glue are characters that random values hold: base64 in both alphabets, and
// parts joined by dots and colons.
const glue = "+/=-.:~"

// NewMask compares two recordings of one text.
func NewMask(a, b Text) *Mask {
	m := &Mask{base: a.tokens, at: a.at}
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
	g := gap{marks: map[rune]bool{}}
	for _, list := range [][]token{a, b} {
		n := 0
		for _, t := range list {
			n += len(t.text)
			for _, r := range t.text {
				g.admit(r)
			}
		}
		g.maxTokens, g.maxBytes = max(g.maxTokens, len(list)), max(g.maxBytes, n)
	}
	if g.digits && g.letters && g.maxBytes >= randomLength && !g.blanks {
		for _, r := range glue {
			g.marks[r] = true
		}
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
	default:
		g.marks[r] = true
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
			ok = g.marks[r]
		}
		if !ok {
			return false
		}
	}
	return true
}

// maxSteps bounds the comparisons of one match: patterns with many wide gaps
// could take the square of the text's length. What is not found by then is
// not there.
const maxSteps = 20 << 20

// matcher holds a candidate against a mask.
type matcher struct {
	m     *Mask
	c     Text
	steps int
	// far is the candidate's token up to which the pattern held at best,
	// farBase the base's token that was expected there.
	far, farBase int
}

// Mismatch is the first place where a text leaves a mask.
type Mismatch struct {
	// Line is the number of the line in the text, from 1.
	Line int
	// Got is that line, Want the line of the first recording that was
	// expected there; both are empty at the end of a text.
	Got, Want string
}

// Match holds a text against the mask; ok says that it fits.
func (m *Mask) Match(c Text) (_ Mismatch, ok bool) {
	far, farBase, ok := m.match(c)
	if ok {
		return Mismatch{}, true
	}
	var d Mismatch
	d.Got, d.Line = lineAt(c.tokens, far)
	d.Want, _ = lineAt(m.base, farBase)
	return d, false
}

// match returns the text's first token that does not fit, and the base's
// token expected there.
func (m *Mask) match(c Text) (far, farBase int, ok bool) {
	x := &matcher{m: m, c: c, far: -1}
	// reach are the ends of all ways to match up to here, ascending.
	reach := x.fixedFrom([]int{0}, m.fixed[0])
	for i, g := range m.gaps {
		reach = x.fixedFrom(x.gapFrom(reach, g), m.fixed[i+1])
	}
	if len(reach) > 0 && reach[len(reach)-1] == len(c.tokens) {
		return 0, 0, true
	}
	if len(reach) > 0 {
		x.note(reach[len(reach)-1], len(m.base))
	}
	return x.far, x.farBase, false
}

// fixedFrom keeps the positions at which the stretch stands, moved behind it.
func (x *matcher) fixedFrom(starts []int, s stretch) []int {
	var out []int
	for _, p := range starts {
		x.steps++
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
		x.steps++
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
