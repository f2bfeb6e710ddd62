// Package volatile tells what changes from run to run in a text from what
// stays: two recordings of the same thing make a Mask, against which a third is
// held. Dates, ids, tokens and durations fall into the gaps of the mask; all
// other text has to be there.
//
// The package is pure and imports nothing of this module.
package volatile

import (
	"strings"
	"time"
)

// Text is a recorded text.
type Text struct {
	tokens []token
	at     time.Time
}

// Read prepares a text that was asked for at a moment: a time of the day that
// is "now" in two texts is the same in both.
func (t *Reader) Read(s string, at time.Time) Text {
	return Text{tokens: t.split(s), at: at}
}

// lineAt returns the line of the text that token i is in, and its number.
func lineAt(list []token, i int) (line string, number int) {
	var before, rest strings.Builder
	for j, t := range list {
		if j < i {
			before.WriteString(t.text)
			continue
		}
		if t.text == "\n" {
			break
		}
		rest.WriteString(t.text)
	}
	s := before.String()
	return s[strings.LastIndexByte(s, '\n')+1:] + rest.String(), strings.Count(s, "\n") + 1
}
