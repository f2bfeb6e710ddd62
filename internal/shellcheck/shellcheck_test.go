package shellcheck

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/source"
)

func parse(text string) *dockerfile.File {
	return dockerfile.Parse(source.File{Name: "Dockerfile", Bytes: []byte(text)})
}

// TestReal asks the real program; it is skipped where that is not installed.
func TestReal(t *testing.T) {
	c := Find()
	if c == nil {
		t.Skip("shellcheck is not installed")
	}
	text := `FROM debian:12
ARG WHERE=/x
ENV é=1
RUN echo "é" && \
    # a comment
    cp $WHERE/a $other \
    && read line
SHELL ["/bin/bash", "-c"]
RUN [[ -f a ]] && arr=(a b)
RUN <<EOF
echo $UNQUOTED_
EOF
SHELL ["powershell"]
RUN Write-Output $x
ONBUILD RUN true
`
	f := parse(text)
	found, err := c.Check(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, x := range found {
		line, _ := f.Source.Position(x.Span.Start)
		if x.ID != ID || x.Message == "" || !strings.HasPrefix(x.Aliases[0], "SC") || x.Severity == 0 {
			t.Errorf("%+v", x)
		}
		got[x.Aliases[0]+" "+f.Source.Text(x.Span)] = strings.Repeat("|", line)
	}
	for want, line := range map[string]int{
		"SC2086 $WHERE":     6,
		"SC2086 $other":     6,
		"SC2154 $other":     6,
		"SC2162 read":       7,
		"SC2086 $UNQUOTED_": 11,
	} {
		at, ok := got[want]
		if !ok || len(at) != line {
			t.Errorf("no finding %q in line %d: %v", want, line, got)
		}
	}
	for name := range got {
		if strings.Contains(name, "[[") || strings.Contains(name, "WHERE") && strings.HasPrefix(name, "SC2154") {
			t.Errorf("%s is wrong", name)
		}
	}
	fixed := text
	for _, x := range found {
		if x.Aliases[0] == "SC2086" && f.Source.Text(x.Span) == "$other" {
			b, err := source.Apply([]byte(text), x.Fixes[0].Edits)
			if err != nil {
				t.Fatal(err)
			}
			fixed = string(b)
		}
	}
	if !strings.Contains(fixed, `cp $WHERE/a "$other" \`) {
		t.Errorf("fixed is\n%s", fixed)
	}
}

// TestShells: what sh is depends on the image, and an ARG without a value is
// set all the same.
func TestShells(t *testing.T) {
	c := Find()
	if c == nil {
		t.Skip("shellcheck is not installed")
	}
	const run = "ARG given\nRUN [[ -f \"$given\" ]] && echo {a,b}\n"
	for base, want := range map[string]string{
		"debian:12":   "SC3010 SC3009",
		"alpine:3.20": "SC3009",
		"fedora:41":   "",
		"example/x":   "SC3010 SC3009",
	} {
		found, err := c.Check(t.Context(), parse("FROM "+base+"\n"+run))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range found {
			got = append(got, x.Aliases...)
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", base, diff)
		}
	}
}

// fake is a program that prints an answer and ends with a code.
func fake(t *testing.T, script string) *Checker {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("scripts can't be programs here")
	}
	name := filepath.Join(t.TempDir(), "shellcheck")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return &Checker{name}
}

func TestAnswers(t *testing.T) {
	f := parse("FROM a\nRUN a \\\n  b\n")
	for name, tt := range map[string]struct{ script, want, err string }{
		"nothing":      {script: `echo '{"comments":[]}'`},
		"one":          {script: `echo '{"comments":[{"file":"x/0.sh","line":2,"endLine":2,"column":1,"endColumn":2,"level":"style","code":1,"message":"Do  it."}]}'; exit 1`, want: "a: info Do it (SC0001)\n"},
		"out of place": {script: `echo '{"comments":[{"file":"x/0.sh","line":99,"column":1},{"file":"7.sh","line":2},{"file":"../../etc","line":1},{"file":"0.sh","line":1,"column":1}]}'; exit 1`},
		"no JSON":      {script: "echo hello", err: "reading shellcheck's answer"},
		"broken":       {script: "echo sorry >&2; exit 3", err: "sorry"},
		"endless":      {script: "exec yes", err: "reading shellcheck's answer"},
	} {
		t.Run(name, func(t *testing.T) {
			script := tt.script
			if name == "endless" {
				script = "yes | head -c 40000000"
			}
			found, err := fake(t, script).Check(t.Context(), f)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %v, want an error with %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, x := range found {
				got += f.Source.Text(x.Span) + ": " + x.Severity.String() + " " + x.Message + " (" + strings.Join(x.Aliases, ",") + ")\n"
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestNothingToAsk: a file without scripts needs no program.
func TestNothingToAsk(t *testing.T) {
	c := &Checker{"/does/not/exist"}
	for _, text := range []string{"", "FROM a\n", "FROM a\nRUN [\"a\", \"b\"]\n", "FROM a\nSHELL [\"powershell\"]\nRUN x\n"} {
		if found, err := c.Check(t.Context(), parse(text)); err != nil || len(found) > 0 {
			t.Errorf("%q: %v, %v", text, found, err)
		}
	}
	if _, err := c.Check(t.Context(), parse("FROM a\nRUN x\n")); err == nil {
		t.Error("a missing program is no error")
	}
}

func FuzzComment(f *testing.F) {
	f.Add("é a\nb", 2, 1, 3, 2)
	scripts := collect(parse("FROM a\nRUN <<EOF\né a\nb\nEOF\n"))
	f.Fuzz(func(t *testing.T, text string, line, column, endLine, endColumn int) {
		if line > 1000 || endLine > 1000 || column > 1000 || endColumn > 1000 {
			return
		}
		a := at{line, endLine, column, endColumn}
		if s, ok := a.span(text); ok && (s.Start < 0 || s.End < s.Start || s.End > len(text)) {
			t.Errorf("%v in %d bytes", s, len(text))
		}
		c := comment{File: "0.sh", at: a, Level: "info", Code: 1}
		if x, ok := c.finding(scripts); ok && x.Severity != finding.Info {
			t.Error("severity")
		}
	})
}
