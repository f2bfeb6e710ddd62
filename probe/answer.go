package probe

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"schlank/internal/agent"
)

// Answer is what a container answered to one probe.
type Answer struct {
	// At is when the answer was asked for, by the host's clock.
	At time.Time
	// Duration is how long it took.
	Duration time.Duration
	// Facts is what was answered, in a fixed order. A list without any
	// means that the probe could not be asked.
	Facts []Fact
	// Useful says that the answer shows the program at work: a status
	// below 400, a command that ended with 0, an open port. An answer like
	// 500 must stay the same, but proves nothing.
	Useful bool
	// Short is the answer for tables: "200 text/html 1,234 bytes".
	Short string
}

// Fact is one part of an answer.
type Fact struct {
	// Name is unique in an answer: "status", "header Content-Type".
	Name  string
	Value string
	// Kind says how the value is compared.
	Kind FactKind
}

// FactKind says how a fact is compared with that of another recording.
type FactKind uint8

// The kinds of facts. The zero value is invalid.
const (
	// Exact values are the same or not.
	Exact FactKind = iota + 1
	// Text is compared without the parts that change between recordings
	// of the same image.
	Text
	// Opaque values, digests, are compared only if they do not change
	// between recordings of the same image.
	Opaque
	// Validator values are only present or absent: by RFC 9110 §8.8 an
	// ETag or Last-Modified says when a resource was made rather than what
	// it is, and a rebuilt image has newer files.
	Validator
)

// noAnswer is an answer that did not come.
func noAnswer(text string) Answer {
	return Answer{Facts: []Fact{{"answer", text, Exact}}, Short: text}
}

// httpAnswer turns a response into facts.
func httpAnswer(method string, r *agent.HTTPResponse) Answer {
	a := Answer{Useful: r.Status < 400}
	a.add("status", fmt.Sprint(r.Status), Exact)
	contentType, encoded := "", false
	var names []string
	values := map[string][]string{}
	for _, f := range r.Header {
		if len(values[f.Name]) == 0 {
			names = append(names, f.Name)
		}
		values[f.Name] = append(values[f.Name], f.Value)
		switch f.Name {
		case "Content-Type":
			contentType = f.Value
		case "Content-Encoding":
			encoded = true
		}
	}
	for _, n := range names {
		value, kind := strings.Join(values[n], "\n"), Text
		switch n {
		case "Content-Length":
			if method != "HEAD" {
				continue // the body says it, and may hold parts that change in length
			}
		case "Etag", "Last-Modified":
			kind = Validator
		}
		a.add("header "+n, value, kind)
	}
	a.addBody(r, encoded)
	a.Short = httpShort(r, contentType, values["Location"])
	return a
}

func (a *Answer) addBody(r *agent.HTTPResponse, encoded bool) {
	body := string(r.Body)
	if !encoded && isText(body, r.Truncated) {
		a.add("body", body, Text)
	} else {
		sum := sha256.Sum256(r.Body)
		a.add("body", fmt.Sprintf("sha256:%s, %s bytes", hex.EncodeToString(sum[:]), count(len(body))), Opaque)
	}
	if r.Truncated {
		a.add("body goes on", "after "+count(len(body))+" bytes", Exact)
	}
	if r.Broken {
		a.add("body broken off", "yes", Exact)
		a.Useful = false
	}
}

func httpShort(r *agent.HTTPResponse, contentType string, location []string) string {
	parts := []string{fmt.Sprint(r.Status)}
	if len(location) > 0 {
		return clip(parts[0]+" to "+location[0], maxShort)
	}
	if t, _, err := mime.ParseMediaType(contentType); err == nil {
		parts = append(parts, t)
	}
	size := count(len(r.Body)) + " bytes"
	if r.Truncated {
		size = "over " + size
	}
	if r.Broken {
		size += ", broken off"
	}
	return clip(strings.Join(append(parts, size), " "), maxShort)
}

// commandAnswer turns the end of a command into facts.
func commandAnswer(r *agent.ExecResult, timeout time.Duration) Answer {
	a := Answer{Useful: r.Code == 0 && !r.TimedOut}
	if r.TimedOut {
		a.add("exit", "still running after "+seconds(timeout), Exact)
	} else {
		a.add("exit", fmt.Sprint(r.Code), Exact)
	}
	a.addOutput("stdout", string(r.Stdout), r.Truncated)
	a.addOutput("stderr", string(r.Stderr), r.Truncated)
	a.Short = exitShort(r.Code, string(r.Stdout), string(r.Stderr))
	if r.TimedOut {
		a.Short = "still running after " + seconds(timeout)
	}
	return a
}

func (a *Answer) addOutput(name, out string, truncated bool) {
	if isText(out, truncated) {
		a.add(name, out, Text)
		return
	}
	sum := sha256.Sum256([]byte(out))
	a.add(name, fmt.Sprintf("sha256:%s, %s bytes", hex.EncodeToString(sum[:]), count(len(out))), Opaque)
}

func (a *Answer) add(name, value string, kind FactKind) {
	a.Facts = append(a.Facts, Fact{name, value, kind})
}

// fact returns the value of a fact and whether there is one.
func (a Answer) fact(name string) (Fact, bool) {
	for _, f := range a.Facts {
		if f.Name == name {
			return f, true
		}
	}
	return Fact{}, false
}

// exitShort is like "exit 0: System check identified no issues".
func exitShort(code int, stdout, stderr string) string {
	line := lastLine(stdout)
	if code != 0 && lastLine(stderr) != "" || line == "" {
		line = lastLine(stderr)
	}
	s := fmt.Sprintf("exit %d", code)
	if line != "" {
		s += ": " + line
	}
	return clip(s, maxShort)
}

// isText says whether s can be compared as text. A cut text may end within a
// character.
func isText(s string, cut bool) bool {
	if cut {
		for range utf8.UTFMax - 1 {
			if r, n := utf8.DecodeLastRuneInString(s); r != utf8.RuneError || n != 1 {
				break
			}
			s = s[:len(s)-1]
		}
	}
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' && !strings.ContainsRune("\t\n\v\f\r\b\x1b", r)
	})
}

// maxShort bounds a short rendering, in characters.
const maxShort = 120

// clip makes one line of at most limit characters, without control
// characters, for terminals.
func clip(s string, limit int) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.TrimSpace(s) {
		if n == limit-1 {
			return b.String() + "…"
		}
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError {
			r = ' '
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// lastLine is the last line of s that holds something.
func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexAny(s, "\r\n")+1:]
}

// seconds writes a duration as in "30 s".
func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
}

// count writes a number with thousands separators.
func count(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
