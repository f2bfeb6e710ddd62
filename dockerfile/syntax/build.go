package syntax

import (
	"strings"
	"unicode"

	"schlank/source"
)

// blanks separate the keyword and the arguments that are plain words.
const blanks = "\t\v\f\r "

// build takes the joined text apart: keyword, flags, arguments.
func (i *Instruction) build(p *parser, logical source.Mapped) {
	i.logical = logical
	text := logical.Text()
	start := len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	limit := max(start, len(strings.TrimRightFunc(text, unicode.IsSpace)))

	end := limit
	if n := strings.IndexAny(text[start:limit], blanks); n >= 0 {
		end = start + n
	}
	i.Keyword = text[start:end]
	i.KeywordSpan = logical.OrigSpan(source.Span{Start: start, End: end})
	i.flagEnd = end

	at := i.scanFlags(p, source.Span{Start: end, End: limit})
	args := text[at:limit]
	at = limit - len(strings.TrimLeftFunc(args, unicode.IsSpace))
	i.Args = logical.Slice(source.Span{Start: at, End: limit})
	i.split(p)
}

// split reads the arguments by the rules of the instruction.
func (i *Instruction) split(p *parser) {
	switch i.Name() {
	case "FROM", "EXPOSE":
		i.Words = blankWords(i.Args)
	case "ADD", "COPY", "VOLUME":
		if !i.array(p, i.Args) {
			i.Words = blankWords(i.Args)
		}
	case "RUN", "CMD", "ENTRYPOINT", "SHELL":
		if !i.array(p, i.Args) {
			i.Words = oneWord(i.Args)
		}
	case "MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR":
		i.Words = oneWord(i.Args)
	case "HEALTHCHECK":
		i.healthcheck(p)
	case "ARG":
		i.arg(p)
	case "ENV", "LABEL":
		i.pairs(p)
	case "ONBUILD":
		i.onbuild(p)
	default:
		i.unknown(p)
	}
}

// oneWord is all of m as one word, or nothing if it is empty.
func oneWord(m source.Mapped) []Word {
	if m.Len() == 0 {
		return nil
	}
	return []Word{{Mapped: m, Span: m.File()}}
}

// blankWords splits m at blanks. Quotes have no meaning.
func blankWords(m source.Mapped) []Word {
	var out []Word
	text := m.Text()
	for at := 0; at < len(text); {
		rest := text[at:]
		if n := len(rest) - len(strings.TrimLeft(rest, blanks)); n > 0 {
			at += n
			continue
		}
		n := strings.IndexAny(rest, blanks)
		if n < 0 {
			n = len(rest)
		}
		out = append(out, oneWord(m.Slice(source.Span{Start: at, End: at + n}))...)
		at += n
	}
	return out
}

// healthcheck reads "NONE", or "CMD" with a command in either form.
func (i *Instruction) healthcheck(p *parser) {
	text := i.Args.Text()
	end := 0
	for end < len(text) && !isByteSpace(text[end]) {
		end++
	}
	if end == 0 {
		return
	}
	rest := end
	for rest < len(text) && isByteSpace(text[rest]) {
		rest++
	}
	words := oneWord(i.Args.Slice(source.Span{End: end}))
	command := i.Args.Slice(source.Span{Start: rest, End: len(text)})
	if !i.array(p, command) {
		i.Words = oneWord(command)
	}
	i.Words = append(words, i.Words...)
}

// onbuild reads the instruction that an ONBUILD holds.
func (i *Instruction) onbuild(p *parser) {
	if i.Args.Len() == 0 {
		return
	}
	i.Nested = &Instruction{Span: i.Args.File()}
	i.Nested.build(p, i.Args)
}

// unknown notes that the keyword is none, and which one may be meant.
func (i *Instruction) unknown(p *parser) {
	hint := "instructions are " + strings.Join(keywords(), ", ")
	if near := Nearest(i.Name(), keywords()); near != "" {
		hint = "did you mean " + near + "?"
	}
	message := "unknown instruction " + i.Keyword
	if i.Keyword == "" {
		message = "an instruction is missing after the continuation"
	}
	p.problem(UnknownInstruction, i.KeywordSpan, message, hint)
}

// keywords are all instructions, sorted.
func keywords() []string {
	return []string{
		"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
		"MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
	}
}

// isByteSpace reports whether the byte, taken for a Latin-1 character, is a
// blank: BuildKit looks at single bytes in flags and after HEALTHCHECK.
func isByteSpace(c byte) bool { return unicode.IsSpace(rune(c)) }
