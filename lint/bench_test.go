package lint_test

import (
	"fmt"
	"strings"
	"testing"

	"schlank/finding"
	"schlank/internal/corpus"
	"schlank/lint"
	"schlank/source"
)

// thousand are a thousand Dockerfiles of real size, no two the same.
func thousand() []lint.Input {
	real := corpus.Real()
	out := make([]lint.Input, 1000)
	for k := range out {
		text := real[k%len(real)].Text
		text += fmt.Sprintf("ENV SERVICE_NUMBER=%d\n", k)
		out[k] = lint.Input{Source: source.File{Name: fmt.Sprintf("service-%d/Dockerfile", k), Bytes: []byte(text)}}
	}
	return out
}

// BenchmarkThousand lints a thousand Dockerfiles in one goroutine.
func BenchmarkThousand(b *testing.B) {
	l, err := lint.New(lint.Options{})
	if err != nil {
		b.Fatal(err)
	}
	files := thousand()
	for b.Loop() {
		for _, f := range files {
			l.File(f)
		}
	}
}

// BenchmarkFile is a file of 100 lines, as an editor asks for at every change.
func BenchmarkFile(b *testing.B) {
	l, err := lint.New(lint.Options{})
	if err != nil {
		b.Fatal(err)
	}
	in := input(long(100))
	for b.Loop() {
		l.File(in)
	}
}

// BenchmarkFix applies all fixes to a file of 600 lines.
func BenchmarkFix(b *testing.B) {
	l, err := lint.New(lint.Options{})
	if err != nil {
		b.Fatal(err)
	}
	in := input(long(600))
	for b.Loop() {
		b.ReportMetric(float64(len(l.Fix(in, finding.Suggestion).Applied)), "fixes/op")
	}
}

// long is a Dockerfile of that many lines, of real ones in a row.
func long(lines int) string {
	var text strings.Builder
	for n := 0; n < lines; {
		for _, c := range corpus.Real() {
			if k := strings.Count(c.Text, "\n"); n+k <= lines {
				text.WriteString(c.Text)
				n += k
			} else if n < lines {
				text.WriteString(strings.Repeat("# a comment\n", lines-n))
				n = lines
			}
		}
	}
	return text.String()
}
