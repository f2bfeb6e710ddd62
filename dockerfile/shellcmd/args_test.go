package shellcmd_test

import (
	"fmt"
	"strings"
	"testing"

	"schlank/dockerfile/shellcmd"
	"schlank/source"
)

func TestArgs(t *testing.T) {
	tests := []struct {
		in   string
		o    shellcmd.Options
		want string
	}{
		{"apt-get install -yq --no-install-recommends curl", shellcmd.Options{}, "-y@2 -q@2 --no-install-recommends@3 | 1 4"},
		{"apt-get -o Dpkg::Use-Pty=0 -t bookworm install a -- -b", shellcmd.Options{Values: []string{"-o", "-t"}}, "-o=Dpkg::Use-Pty=0@1,2 -t=bookworm@3,4 | 5 6 8"},
		{"pip install --target=/x -r a.txt -rb.txt -qr c.txt", shellcmd.Options{Values: []string{"-r", "--target"}}, "--target=/x@2,2 -r=a.txt@3,4 -r=b.txt@5,5 -q@6 -r=c.txt@6,7 | 1"},
		{"find / -name '*.pyc' -delete", shellcmd.Options{Values: []string{"-name"}, LongSingle: true}, "-name=*.pyc@2,3 -delete@4 | 1"},
		{"a $x -\"$y\" - --z", shellcmd.Options{Values: []string{"--z"}}, "-\"@2 -$@2 -y@2 -\"@2 --z@4 | 1 3"},
		{"a", shellcmd.Options{}, " |"},
	}
	for _, tt := range tests {
		args := script(tt.in).Commands[0].Args(tt.o)
		var flags, operands []string
		for _, f := range args.Flags {
			if f.HasValue {
				flags = append(flags, fmt.Sprintf("%s=%s@%d,%d", f.Name, f.Value, f.Word, f.ValueWord))
			} else {
				flags = append(flags, fmt.Sprintf("%s@%d", f.Name, f.Word))
			}
		}
		for _, o := range args.Operands {
			operands = append(operands, fmt.Sprint(o))
		}
		got := strings.TrimRight(strings.Join(flags, " ")+" | "+strings.Join(operands, " "), " ")
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.in, got, tt.want)
		}
	}
	args := script("a -t 1 --t=2 -t3").Commands[0].Args(shellcmd.Options{Values: []string{"-t"}})
	if v, ok := args.Value("-t"); !ok || v != "3" || !args.Has("-x", "--t") || args.Has("-x") {
		t.Errorf("the value is %q, %v", v, ok)
	}
	if _, ok := args.Value("-x"); ok {
		t.Error("a flag that is not there has a value")
	}
}

func TestEffective(t *testing.T) {
	tests := []struct{ in, want string }{
		{"a b", "a: a b"},
		{"/usr/bin/apt-get update", "apt-get: /usr/bin/apt-get update"},
		{"sudo -u root -E A=1 a b", "sudo a: a b"},
		{"sudo --user=root -- a", "sudo a: a"},
		{"sudo -l", "sudo: sudo -l"},
		{"env -i A=1 B=$c nice -n 5 a", "env nice a: a"},
		{"env -u HOME $cmd x", "env : $cmd x"},
		{"env", "env: env"},
		{"exec a", "exec a: a"},
		{"exec >x", "exec: exec"},
		{"command -v a", "command: command -v a"},
		{"command a -v", "command a: a -v"},
		{"timeout -k 5 10 a -b", "timeout a: a -b"},
		{"gosu www:www a", "gosu a: a"},
		{"time -p nohup a", "nohup a: a"},
		{"$x a", ": $x a"},
	}
	for _, tt := range tests {
		e := script(tt.in).Commands[0].Effective()
		var words []string
		for _, w := range e.Words {
			words = append(words, w.Text)
		}
		got := strings.Join(append(e.Wrappers, e.Name), " ") + ": " + strings.Join(words, " ")
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.in, got, tt.want)
		}
	}
}

// TestNested looks into sh -c and sh <<E and finds the bytes of the file.
func TestNested(t *testing.T) {
	tests := []struct{ in, place string }{
		{`sh -c 'a && rm -rf "/x y"'`, `"/x y"`},
		{`sudo bash -exc "a && rm -rf '/x y'" arg`, `'/x y'`},
		{`bash -o pipefail -c "a && rm -rf \"/x y\""`, `\"/x y\"`},
		{`sh -c "sh -c 'a && rm -rf \"/x y\"'"`, `\"/x y\"`},
		{"<<E bash -ex\na\nrm -rf '/x y'\nE\n", "'/x y'"},
		{"sudo sh -s a <<-'E'\n\ta\n\trm -rf '/x y'\n\tE", "'/x y'"},
		{"sh <<E\nbash <<F\na; rm -rf '/x y'\nF\nE\n", "'/x y'"},
	}
	for _, tt := range tests {
		c := script(tt.in).Commands[0]
		for e := c.Effective(); e.Script != nil; e = c.Effective() {
			c = e.Script.Commands[len(e.Script.Commands)-1]
		}
		if len(c.Words) != 3 || c.Words[2].Value != "/x y" {
			t.Errorf("%s: the last command is %+v", tt.in, c)
			continue
		}
		if got := tt.in[c.Words[2].Orig.Start:c.Words[2].Orig.End]; got != tt.place {
			t.Errorf("%s: the word is at %q, want %q", tt.in, got, tt.place)
		}
	}
	for _, in := range []string{"sh a.sh", "sh -c", `sh -c "$x"`, "sh", "python -c 'a'", "sh a.sh <<E\na\nE\n", "cat <<E\na\nE\n", "sh 3<<E\na\nE\n", "sh <<E\nE\n", "sh <<< 'a'"} {
		if e := script(in).Commands[0].Effective(); e.Script != nil {
			t.Errorf("%s: there is a script", in)
		}
	}
}

func TestWords(t *testing.T) {
	file := []byte(`["sh", "-c", "a && b"]`)
	var words []source.Mapped
	for _, s := range []source.Span{{Start: 2, End: 4}, {Start: 8, End: 10}, {Start: 14, End: 20}} {
		words = append(words, source.Verbatim(file, s))
	}
	s := shellcmd.Words(words)
	if got := dump(s); got != "[sh] [-c] [a && b]\n" {
		t.Errorf("commands are %s", got)
	}
	if got := s.Text.Text(); got != "sh -c a && b" {
		t.Errorf("text is %q", got)
	}
	nested := s.Commands[0].Effective().Script.Commands[1]
	if got := string(file[nested.Orig.Start:nested.Orig.End]); got != "b" {
		t.Errorf("the second command is at %q", got)
	}
	if s := shellcmd.Words(nil); len(s.Commands) != 0 {
		t.Error("no words are a command")
	}
}

// FuzzShell looks for a text that makes the reader fail, for places outside of
// the text, for values that are not what their places say, and for removals
// that leave something else than valid shell.
func FuzzShell(f *testing.F) {
	for _, in := range []string{
		"a b && c || d; e & f\ng", "a | b |& ! c", `a 'b' "c \" $d" e\ f $'g' ~/h *`, "cat <<E >x && b\nhello $w\nE\nc", "if a; then b; elif c; then d; else e; fi",
		"for x in $(a); do b; done", "case $x in a) b;; *) c;; esac", "f() { a; }; f", "export A=1 B=\"x y\" C", "[[ -f a ]] && ((1+1))", "time -p a", "a <(b) >(c)",
		"sh -c \"a && b \\\"c\\\"\"", "sudo env A=1 nice -n 5 bash -exc 'a; b'", "a # b\nc", "a \\\n b", "a && && b", "a \"b", "a $(b", "(a", "\xff", "a\x00b", "a\r\nb", "A=1 >x 2>&1",
		"let a=1", "coproc a", "a=(b c) d", "declare -a x=(1 2)", "a <<-E\n\tb\n\tE\n", "a <<E", "cat <<A <<B\na\nA\nb\nB\nc", "sh <<A\nbash -e <<-B\n\ta; b\n\tB\nA\n",
	} {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) { checkScript(t, in, script(in), 0) })
}

// checkScript checks a script that stands somewhere in file.
func checkScript(t *testing.T, file string, s *shellcmd.Script, level int) {
	text := s.Text.Text()
	check := func(what string, span, orig source.Span) {
		t.Helper()
		if span.Start < 0 || span.Start > span.End || span.End > len(text) {
			t.Fatalf("%q: %s is at %v", text, what, span)
		}
		if orig.Start < 0 || orig.Start > orig.End || orig.End > len(file) {
			t.Fatalf("%q: %s is in the file at %v", text, what, orig)
		}
	}
	for _, p := range s.Problems {
		check("problem", p.Span, p.Orig)
	}
	for _, c := range s.Commands {
		check("command", c.Span, c.Orig)
		check("operator", c.NextSpan, s.File(c.NextSpan))
		for _, w := range c.Words {
			check("word", w.Span, w.Orig)
			if text[w.Span.Start:w.Span.End] != w.Text {
				t.Fatalf("%q: the word %q is at %v", text, w.Text, w.Span)
			}
			if w.Static && w.Mapped().Text() != w.Value {
				t.Fatalf("%q: the word %q is %q, mapped %q", text, w.Text, w.Value, w.Mapped().Text())
			}
		}
		for _, a := range c.Assigns {
			check("assignment", a.Span, a.Orig)
		}
		for _, r := range c.Redirs {
			check("redirection", r.Span, r.Orig)
			check("body", r.Body, s.File(r.Body))
		}
		c.Args(shellcmd.Options{Values: []string{"-c", "--x"}})
		if e := c.Effective(); e.Script != nil && level < 3 {
			checkScript(t, file, e.Script, level+1)
		}
	}
	at := 0
	for k, step := range s.Steps {
		check("step", step.Span, s.File(step.Span))
		if step.First != at || step.Last < step.First || step.Last > len(s.Commands) {
			t.Fatalf("%q: step %d has commands %d to %d, after %d", text, k, step.First, step.Last, at)
		}
		at = step.Last
		var edits []source.Edit
		for _, span := range step.Removal {
			check("removal", span, s.File(span))
			edits = append(edits, source.Delete(span))
		}
		if len(edits) == 0 || len(s.Problems) > 0 {
			continue
		}
		left, err := source.Apply([]byte(text), edits)
		if err != nil {
			t.Fatalf("%q: step %d: %v", text, k, err)
		}
		rest := script(string(left))
		if len(rest.Problems) > 0 || len(rest.Steps) != len(s.Steps)-1 {
			t.Fatalf("%q without step %d is %q: %d steps of %d, %+v", text, k, left, len(rest.Steps), len(s.Steps), rest.Problems)
		}
	}
	if at != len(s.Commands) {
		t.Fatalf("%q: the steps have %d of %d commands", text, at, len(s.Commands))
	}
}
