package attribute

import (
	"fmt"
	"strings"

	"schlank/dockerfile"
	"schlank/engine"
	"schlank/inventory"
)

// Origin is the instruction that made a layer.
type Origin struct {
	// Text is the instruction on one line: "RUN apt-get update"; "" when
	// nothing is known.
	Text string
	// File is the name of the Dockerfile, FirstLine and LastLine the lines
	// of the instruction in it, from 1; "" and 0 when only the image's
	// history is known.
	File                string
	FirstLine, LastLine int
}

// String names the instruction and its place for people: "`COPY . .`
// (line 14)".
func (o Origin) String() string {
	text := "unknown instruction"
	if o.Text != "" {
		text = "`" + short(o.Text) + "`"
	}
	if o.FirstLine > 0 {
		return fmt.Sprintf("%s (line %d)", text, o.FirstLine)
	}
	return text
}

// maxText is the length to which instructions are cut in sentences.
const maxText = 60

func short(s string) string {
	if len(s) <= maxText {
		return s
	}
	cut := maxText - 1
	for cut > 0 && s[cut]&0xC0 == 0x80 { // not inside of a character
		cut--
	}
	return strings.TrimRight(s[:cut], " ") + "…"
}

// Verb is the instruction's name in capitals, "" when it is not known.
func (o Origin) Verb() string {
	verb, _, _ := strings.Cut(o.Text, " ")
	if verb == strings.ToUpper(verb) && strings.Trim(verb, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return verb
	}
	return ""
}

// FromHistory reads the instructions from the image's own history, as
// BuildKit and the older builder write it.
func FromHistory(img *inventory.Image) []Origin {
	list := make([]Origin, len(img.Layers))
	for i := range img.Layers {
		list[i].Text = historyText(img.Layers[i].CreatedBy)
	}
	return list
}

// historyText brings both builders' ways of writing an instruction into the
// form of a Dockerfile.
func historyText(s string) string {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "# buildkit"))
	s = strings.Join(strings.Fields(s), " ")
	if rest, ok := strings.CutPrefix(s, "RUN "); ok {
		return "RUN " + shellText(rest)
	}
	if _, rest, ok := strings.Cut(s, "#(nop) "); ok && strings.HasPrefix(s, "/bin/sh -c #(nop)") {
		return strings.TrimSpace(rest)
	}
	if t := shellText(s); t != s {
		return "RUN " + t
	}
	return s
}

// shellText takes the shell, and the build arguments before it, from a
// command: "|1 A=b /bin/sh -c make" is "make".
func shellText(s string) string {
	text := s
	if strings.HasPrefix(text, "|") {
		if i := strings.Index(text, " /bin/"); i > 0 {
			text = text[i+1:]
		}
	}
	for _, shell := range []string{"/bin/sh -c ", "/bin/bash -c ", "/bin/ash -c ", "/bin/bash -o pipefail -c ", "/bin/ash -eo pipefail -c "} {
		if rest, ok := strings.CutPrefix(text, shell); ok {
			return strings.TrimSpace(rest)
		}
	}
	return s
}

// FromSteps takes the instructions from a build: which step made which
// layer. Base layers keep what the history says of them.
func FromSteps(img *inventory.Image, f *dockerfile.File, steps []engine.Step) []Origin {
	list := FromHistory(img)
	for _, s := range steps {
		if s.Layer < 0 || s.Layer >= len(list) || s.FirstLine == 0 {
			continue
		}
		o := &list[s.Layer]
		o.FirstLine, o.LastLine = s.FirstLine, s.LastLine
		if f == nil {
			continue
		}
		o.File = f.Source.Name
		if i := instructionAt(f, s.FirstLine); i != nil {
			o.Text = instructionText(i)
		}
	}
	return list
}

// instructionAt is the instruction that starts on a line.
func instructionAt(f *dockerfile.File, line int) *dockerfile.Instruction {
	for _, s := range f.Stages {
		for _, i := range s.Instructions {
			if first, _ := f.Source.Position(i.KeywordSpan.Start); first == line {
				return i
			}
		}
	}
	return nil
}

// instructionText is an instruction on one line, without comments and
// continuations.
func instructionText(i *dockerfile.Instruction) string {
	return strings.Join(strings.Fields(i.Logical().Text()), " ")
}
