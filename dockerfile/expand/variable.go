package expand

import (
	"strings"
	"unicode"
)

// dollar reads a variable, $name or ${name…}, and returns its value.
func (r *reader) dollar() (string, error) {
	start := r.at
	r.next()
	if r.peek() != '{' {
		name := r.name()
		if name == "" {
			return "$", nil
		}
		value, set := r.get(name)
		if !set && r.KeepUnset {
			return "$" + name, nil
		}
		return value, nil
	}
	r.next()
	if r.depth++; r.depth > maxDepth {
		return "", r.fail(start, "variables are nested too deep")
	}
	defer func() { r.depth-- }()

	switch r.peek() {
	case end:
		return "", r.fail(start, "missing }")
	case '{', '}', ':':
		return "", r.fail(start, "bad substitution: the name of the variable is missing")
	}
	name := r.name()
	switch c := r.next(); c {
	case end:
		return "", r.fail(start, "missing }")
	case '}':
		value, set := r.get(name)
		if !set && r.KeepUnset {
			return "${" + name + "}", nil
		}
		return value, nil
	case ':':
		return r.conditional(start, name, r.next(), true)
	case '+', '-', '?':
		return r.conditional(start, name, c, false)
	case '#', '%':
		return r.trim(start, name, c)
	case '/':
		return r.replace(start, name)
	default:
		return "", r.fail(start, "unsupported modifier "+string(c))
	}
}

// name reads the name of a variable: letters, digits and underscores; or a
// number; or one of the shell's special parameters.
func (r *reader) name() string {
	start := r.at
	c := r.peek()
	switch {
	case c == end:
		return ""
	case unicode.IsDigit(c):
		for unicode.IsDigit(r.peek()) {
			r.next()
		}
	case strings.ContainsRune("@*#?-$!", c):
		r.next()
	default:
		for c := r.peek(); unicode.IsLetter(c) || unicode.IsDigit(c) || c == '_'; c = r.peek() {
			r.next()
		}
	}
	return r.text[start:r.at]
}

// conditional reads the rest of ${name:-word}, ${name+word} and the like.
func (r *reader) conditional(start int, name string, op rune, nullIsUnset bool) (string, error) {
	mark := string(op)
	if nullIsUnset {
		mark = ":" + mark
	}
	if op == '#' || op == '%' {
		return "", r.fail(start, "unsupported modifier "+mark)
	}
	word, _, err := r.until('}', false, false)
	if err != nil {
		return "", err
	}
	value, set := r.get(name)
	if !set && r.KeepUnset {
		return "${" + name + mark + word + "}", nil
	}
	if !strings.ContainsRune("+-?", op) {
		return "", r.fail(start, "unsupported modifier "+mark)
	}
	there := set && (value != "" || !nullIsUnset)
	switch {
	case op == '+' && there:
		return word, nil
	case op == '+':
		return "", nil
	case there:
		return value, nil
	case op == '-':
		return word, nil
	}
	if word == "" {
		word = "is not allowed to be unset"
		if set {
			word = "is not allowed to be empty"
		}
	}
	return "", r.fail(start, name+": "+word)
}

// trim reads the rest of ${name#pattern}, ${name%%pattern} and the like.
func (r *reader) trim(start int, name string, op rune) (string, error) {
	word, _, err := r.until('}', true, true)
	if err != nil {
		return "", err
	}
	value, set := r.get(name)
	if !set && r.KeepUnset {
		return "${" + name + string(op) + word + "}", nil
	}
	text, greedy := strings.CutPrefix(word, string(op))
	if op == '%' {
		// Regular expressions look from the left, so this is done in a mirror.
		text, value = mirrorPattern(text), mirror(value)
	}
	pattern, err := parsePattern(text)
	if err != nil {
		return "", r.fail(start, err.Error())
	}
	value = pattern.trimPrefix(value, greedy)
	if op == '%' {
		value = mirror(value)
	}
	return value, nil
}

// replace reads the rest of ${name/pattern/word} and ${name//pattern/word}.
func (r *reader) replace(start int, name string) (string, error) {
	all := r.peek() == '/'
	if all {
		r.next()
	}
	text, _, err := r.until('/', true, true)
	if err != nil {
		return "", err
	}
	word, _, err := r.until('}', true, false)
	if err != nil {
		return "", err
	}
	value, set := r.get(name)
	if !set && r.KeepUnset {
		return "${" + name + "/" + text + "/" + word + "}", nil
	}
	pattern, err := parsePattern(text)
	if err != nil {
		return "", r.fail(start, err.Error())
	}
	return pattern.replace(value, word, all), nil
}
