package shellcmd

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"schlank/source"
)

// maxScript is the longest text that is read, in bytes. The reader descends
// once for each bracket, and text of nothing but brackets must not use up the
// stack.
const maxScript = 64 * 1024

// Parse reads text as the script of shell, which is a name or path such as
// "/bin/bash". An empty name means sh.
func Parse(text source.Mapped, shell string) *Script {
	return parse(text, shell, maxStdin)
}

// parse is Parse with a bound for heredocs in heredocs.
func parse(text source.Mapped, shell string, depth int) *Script {
	s := read(text, shell)
	for k := range s.Commands {
		c := &s.Commands[k]
		e := c.Effective()
		c.inner = e.Script
		if c.inner == nil && depth > 0 {
			c.inner = s.stdin(c, e, depth-1)
		}
	}
	return s
}

// read is Parse without the scripts of sh -c and sh <<EOF.
func read(text source.Mapped, shell string) *Script {
	s := &Script{Text: text}
	variants := dialects(shell)
	if variants == nil || text.Len() > maxScript {
		s.Opaque = true
		return s
	}
	src := plain(text.Text())
	var first error
	for _, v := range variants {
		stmts, err := statements(src, v)
		b := &builder{script: s, src: src}
		if err == nil {
			b.top(stmts)
			return s
		}
		if first == nil {
			first = err
		}
		if v == variants[len(variants)-1] {
			stmts, _ = statements(src, variants[0])
			b.top(stmts)
			s.problem(src, first)
		}
	}
	return s
}

// Shell reports whether name, a name or path, is a shell that can be read.
// An empty name means sh.
func Shell(name string) bool { return dialects(name) != nil }

// dialects are the languages to try for a shell, the most likely first. Plain
// sh is bash on some systems and has some of its features on others, so what
// bash takes is taken; what only a POSIX shell takes is too.
func dialects(shell string) []syntax.LangVariant {
	if shell == "" {
		shell = "sh"
	}
	switch strings.TrimSuffix(path.Base(shell), ".exe") {
	case "sh", "dash", "ash", "busybox":
		return []syntax.LangVariant{syntax.LangBash, syntax.LangPOSIX}
	case "bash", "rbash":
		return []syntax.LangVariant{syntax.LangBash}
	case "zsh":
		return []syntax.LangVariant{syntax.LangZsh}
	case "ksh", "mksh":
		return []syntax.LangVariant{syntax.LangMirBSDKorn}
	}
	return nil
}

// plain is text with the bytes replaced, one for one, that are no UTF-8, which
// a shell does not mind, and those that are zero, which no argument can hold.
func plain(text string) string {
	if utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 {
		return text
	}
	out := []byte(text)
	for i := 0; i < len(out); {
		r, n := utf8.DecodeRune(out[i:])
		if r == 0 || r == utf8.RuneError && n == 1 {
			out[i] = '_'
		}
		i += n
	}
	return string(out)
}

// statements are the statements of src up to the first error.
func statements(src string, v syntax.LangVariant) (out []*syntax.Stmt, err error) {
	defer func() {
		// The text comes from anyone. A slip of the parser on some odd input
		// is a problem of that text, and must not end the program.
		if r := recover(); r != nil {
			err = fmt.Errorf("the parser fails on it: %v", r)
		}
	}()
	for stmt, e := range syntax.NewParser(syntax.Variant(v)).StmtsSeq(strings.NewReader(src)) {
		switch {
		case err != nil:
			// The parser can go on after an error, even when the loop is left.
		case e != nil:
			err = e
		default:
			out = append(out, stmt)
		}
	}
	return out, err
}

// problem notes a syntax error at the word where the reader stopped.
func (s *Script) problem(src string, err error) {
	var at syntax.Pos
	message := err.Error()
	var parseErr syntax.ParseError
	var langErr syntax.LangError
	switch {
	case errors.As(err, &parseErr):
		at, message = parseErr.Pos, parseErr.Text
	case errors.As(err, &langErr):
		at, message = langErr.Pos, langErr.Feature+" is not known to this shell"
	}
	start := min(int(at.Offset()), len(src))
	end := start
	for end < len(src) && !strings.ContainsRune(" \t\r\n", rune(src[end])) {
		end++
	}
	if end == start && start < len(src) {
		end++
	}
	span := source.Span{Start: start, End: end}
	s.Problems = append(s.Problems, Problem{
		Span:    span,
		Orig:    s.File(span),
		Message: "the shell can't read this: " + message,
		Hint:    "check quotes, brackets and the words around this place",
	})
}
