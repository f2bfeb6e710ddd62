package shellcmd_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile/shellcmd"
	"schlank/source"
)

// script reads text as sh would.
func script(text string) *shellcmd.Script {
	return shellcmd.Parse(source.Verbatim([]byte(text), source.Span{End: len(text)}), "sh")
}

// dump is the commands of a script, one a line: where they are, their words
// and what joins them to the next.
func dump(s *shellcmd.Script) string {
	var b strings.Builder
	for _, c := range s.Commands {
		for _, w := range c.Within {
			fmt.Fprintf(&b, "%s/", w)
		}
		if c.Piped {
			b.WriteString("| ")
		}
		if c.Negated {
			b.WriteString("! ")
		}
		for _, a := range c.Assigns {
			fmt.Fprintf(&b, "%s=%s ", a.Name, show(a.Value))
		}
		if len(c.Words) == 0 && c.Name != "" {
			fmt.Fprintf(&b, "<%s>", c.Name)
		}
		for k, w := range c.Words {
			if k > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(show(w))
		}
		for _, r := range c.Redirs {
			fmt.Fprintf(&b, " %s%s%s", r.FD, r.Op, show(r.Target))
			if r.Body.Len() > 0 {
				fmt.Fprintf(&b, "{%q}", s.Text.Text()[r.Body.Start:r.Body.End])
			}
		}
		if c.Next != shellcmd.End {
			fmt.Fprintf(&b, " %s", strings.ReplaceAll(string(c.Next), "\n", "NEWLINE"))
		}
		b.WriteByte('\n')
	}
	for _, p := range s.Problems {
		fmt.Fprintf(&b, "problem at %v: %s\n", p.Span, p.Message)
	}
	return b.String()
}

// show is a word: its value in brackets, or its text if that is not known.
func show(w shellcmd.Word) string {
	switch {
	case !w.Static:
		return "$(" + w.Text + ")"
	case w.Glob:
		return "*[" + w.Value + "]"
	}
	return "[" + w.Value + "]"
}

func TestParse(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"a list", "a b && c || d; e & f\ng", "[a] [b] &&\n[c] ||\n[d] ;\n[e] &\n[f] NEWLINE\n[g]\n"},
		{"a pipeline", "a | b |& c && ! d", "[a] |\n| [b] |&\n| [c] &&\n! [d]\n"},
		{"quotes", `a 'b c' "d \"e\" \x" f\ g h"i"'j' "" $'k' \$l`, "[a] [b c] [d \"e\" \\x] [f g] [hij] [] [k] [$l]\n"},
		{"what runs decide", "a $b \"${c}\" ~/d e$(f g) `h` $((1+1))", "[a] $($b) $(\"${c}\") $(~/d) $(e$(f g)) $(`h`) $($((1+1)))\nsubstitution/[f] [g]\nsubstitution/[h]\n"},
		{"wildcards", `rm /var/*.deb a\* 'b*' c?`, "[rm] *[/var/*.deb] [a*] [b*] *[c?]\n"},
		{"assignments", "A=1 B='x y' C=$d E= f && G=h", "A=[1] B=[x y] C=$($d) E=[] [f] &&\nG=[h] \n"},
		{"redirections", "a >b 2>&1 <'c d' && > e", "[a] >[b] 2>&[1] <[c d] &&\n >[e]\n"},
		{"heredoc", "cat <<EOF >x && b\nhello $w\nEOF\nc", "[cat] <<[EOF]{\"hello $w\\nEOF\\n\"} >[x] &&\n[b] NEWLINE\n[c]\n"},
		{"subshell and group", "(a; b) && { c; }", "subshell/[a] ;\nsubshell/[b]\ngroup/[c] ;\n"},
		{"if", "if a; then b; elif c; then d; else e; fi; f", "condition/[a] ;\nbranch/[b] ;\ncondition/[c] ;\nbranch/[d] ;\nbranch/[e] ;\n[f]\n"},
		{"loops", "for x in $(a); do b; done; while c; do d; done", "substitution/[a]\nloop/[b] ;\ncondition/[c] ;\nloop/[d] ;\n"},
		{"case", "case $x in a) b;; *) c; d;; esac", "branch/[b]\nbranch/[c] ;\nbranch/[d]\n"},
		{"function", "f() { a; }; f", "function/group/[a] ;\n[f]\n"},
		{"export", "export A=1 B=\"x y\" C && local d", "[export] [A=1] [B=x y] [C] &&\n[local] [d]\n"},
		{"tests", "[ -f a ] && [[ $b ]] && ((1))", "[[] [-f] [a] []] &&\n<[[> &&\n<((>\n"},
		{"time", "time -p a && time", "[a] &&\n"},
		{"process substitution", "a <(b c)", "[a] $(<(b c))\nsubstitution/[b] [c]\n"},
		{"joined lines", "a \\\n b && c\\\nd", "[a] [b] &&\n[cd]\n"},
		{"comments", "a # b && c\nd", "[a] NEWLINE\n[d]\n"},
		{"nothing", "", ""},
		{"only a comment", "# a", ""},
		{"bytes that are no text", "a \xff\xfe", "[a] [\xff\xfe]\n"},
		{"POSIX only", "a\n((b) && c)", "[a] NEWLINE\nsubshell/subshell/[b]\nsubshell/[c]\n"},
	}
	for _, tt := range tests {
		got := dump(script(tt.in))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		in    string
		place string // the text of the place
		names string // the commands before it
	}{
		{"a && b; if then", "if", "a b"},
		{"a; b \"c", "\"c", "a"},
		{"a && && b", "&&", ""},
		{"a;; b", ";;", "a"},
		{"a\n(b", "(b", "a"},
		{"a\nb | ", "|", "a"},
		{"a\ndone", "done", "a"},
		{"a $(b", "$(b", ""},
	}
	for _, tt := range tests {
		s := script(tt.in)
		if len(s.Problems) != 1 {
			t.Errorf("%q: problems are %+v", tt.in, s.Problems)
			continue
		}
		p := s.Problems[0]
		if got := tt.in[p.Span.Start:p.Span.End]; got != tt.place || p.Hint == "" {
			t.Errorf("%q: the problem is at %q, want %q: %s", tt.in, got, tt.place, p.Message)
		}
		var names []string
		for _, c := range s.Commands {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != tt.names {
			t.Errorf("%q: commands are %q, want %q", tt.in, got, tt.names)
		}
	}
}

func TestShells(t *testing.T) {
	text := "[[ a ]] && f <(b)"
	for shell, opaque := range map[string]bool{
		"": false, "/bin/sh": false, "/bin/bash": false, "zsh": false, "mksh": false, "powershell": true, "cmd": true, "python3": true,
		`bash.exe`: false,
	} {
		s := shellcmd.Parse(source.Verbatim([]byte(text), source.Span{End: len(text)}), shell)
		if s.Opaque != opaque || shellcmd.Shell(shell) == opaque {
			t.Errorf("%q: opaque is %v", shell, s.Opaque)
		}
	}
	if s := script(strings.Repeat("(", 65<<10)); !s.Opaque {
		t.Error("a text that is too long is read")
	}
	if s := script(strings.Repeat("$(", 32<<10)); s.Opaque || len(s.Problems) != 1 {
		t.Error("deep brackets are no problem")
	}
}

// TestRemoval removes each step, and each command in a construct, in turn.
func TestRemoval(t *testing.T) {
	tests := []struct {
		in   string
		want []string // what is left without step 0, 1, …
	}{
		{"a && b && c", []string{"b && c", "a && c", "a && b"}},
		{"a; b;", []string{"b;", "a;"}},
		{"a\nb\nc\n", []string{"b\nc\n", "a\nc\n", "a\nb\n"}},
		{"a | b && c & d", []string{"c & d", "a | b & d", "a | b && c &"}},
		{"a && b; c", []string{"b; c", "a; c", "a && b"}},
		{"a || b\nc", []string{"b\nc", "a\nc", "a || b"}},
		{"a; b;#c", []string{"b;#c", "a;#c"}},
		{"a # x\n  b\n  c\n", []string{"b\n  c\n", "a # x\n  c\n", "a # x\n  b\n"}},
		{"a", []string{""}},
		{"if a; then b; fi && c >d", []string{"c >d", "if a; then b; fi"}},
		{"cat <<E && b\nx\nE\nc\n", []string{"b\nc\n", "cat <<E\nx\nE\nc\n", "cat <<E && b\nx\nE\n"}},
		{"a && cat <<E\nx\nE\nb", []string{"cat <<E\nx\nE\nb", "a\nb", "a && cat <<E\nx\nE\n"}},
		{"cat <<E\nE\nb", nil}, // where an empty heredoc ends is not known
		{"a\ncat <<E\nx\nE\nb", []string{"cat <<E\nx\nE\nb", "a\nb", "a\ncat <<E\nx\nE\n"}},
		{"cat <<E &&\nx\nE\nb", nil},
	}
	for _, tt := range tests {
		s := script(tt.in)
		for k, step := range s.Steps {
			var edits []source.Edit
			for _, span := range step.OrigRemoval {
				edits = append(edits, source.Delete(span))
			}
			if edits == nil {
				continue
			}
			got, err := source.Apply([]byte(tt.in), edits)
			if err != nil || string(got) != tt.want[k] {
				t.Errorf("%q without step %d is %q, want %q (%v)", tt.in, k, got, tt.want[k], err)
			}
		}
	}
	nested := script("{ a; b; } && (c)")
	for k, want := range []string{"{ b; } && (c)", "{ a; } && (c)", ""} {
		spans := nested.Commands[k].Removal
		if len(spans) == 0 {
			if want != "" {
				t.Errorf("command %d can't be removed", k)
			}
			continue
		}
		got, err := source.Apply([]byte(nested.Text.Text()), []source.Edit{source.Delete(spans[0])})
		if err != nil || string(got) != want {
			t.Errorf("without command %d it is %q, want %q (%v)", k, got, want, err)
		}
	}
}
