package shellcmd_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile/shellcmd"
	"schlank/source"
)

func TestFeatures(t *testing.T) {
	tests := []struct{ in, want string }{
		{"cat <(echo a)", "SC3001 <(echo a)"},
		{"x=$'a\\n'; y=$\"b\"", "SC3003 $'a\\n', SC3004 $\"b\""},
		{"for ((i=0;i<3;i++)); do ((i)); done", "SC3005 ((i=0;i<3;i++)), SC3006 ((i))"},
		{"if [[ $a == b ]]; then source x; fi", "SC3010 [[ $a == b ]], SC3046 source"},
		{"function f { echo -e 'a\\n'; }", "SC2112 function, SC3037 -e"},
		{"a=(1 2); a+=(3); b+=c; echo ${a[0]}", "SC3030 a=(1 2), SC3030 a+=(3), SC3024 b+=c, SC3054 ${a[0]}"},
		{"cmd &> f; cmd >& g; cmd 2>&1; cat <<< x", "SC3020 &>, SC3021 >&, SC3011 <<<"},
		{"echo ${!a} ${a:1:2} ${a/x/y} ${a^^} $RANDOM", "SC3053 ${!a}, SC3057 ${a:1:2}, SC3060 ${a/x/y}, SC3059 ${a^^}, SC3028 $RANDOM"},
		{"mkdir -p /a/{b,c} /x/{1..3}; echo '{a,b}' {x} \"{a,b}\" y={a,b}", "SC3009 /a/{b,c}, SC3009 /x/{1..3}, SC3009 y={a,b}"},
		{"pushd x && popd; declare a=1; local b; let c=1", "SC3044 pushd, SC3044 popd, SC3044 declare, SC3039 let"},
		{"[ a == b ]; test a = b; [ a = == ]", "SC3014 ==, SC3014 =="},
		{"set -euo pipefail; set -o pipefail; set -e; trap x ERR", "SC3040 pipefail, SC3040 pipefail, SC3047 ERR"},
		{"a |& b", "SC2118 |&"},
		{"echo -n a; echo -- b; . ./x; a=b; echo ${a:-b} $(c) $((1+1)); f() { local x; }", ""},
		{"cat <<EOF\n{a,b} [[ x ]]\nEOF\n", ""},
		{"x={a,b}", ""},
	}
	for _, tt := range tests {
		var got []string
		s := script(tt.in)
		for _, f := range s.Features() {
			got = append(got, f.ID+" "+tt.in[f.Span.Start:f.Span.End])
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.in, diff)
		}
	}
}

func TestVariables(t *testing.T) {
	tests := []struct{ in, uses, set string }{
		{`echo $a "$b" ${c:-$d} ${e:?}`, "a, b quoted, c guarded, d, e guarded", ""},
		{`x=$a y="$b" cmd $x; export z=$w; unset q`, "a quoted, b quoted, x, w quoted", "q x y z"},
		{`for f in $list; do echo "$f"; done; read -r line < $in`, "list, f quoted, in quoted", "f line"},
		{`[[ $a ]] && [ $b ] && case $c in $d) echo $e;; esac`, "a quoted, b, c quoted, d quoted, e", ""},
		{"cat <<E\n$a\nE\ncat <<'E'\n$b\nE\n", "a quoted", ""},
		{`echo "$(cmd $a "$b")" $((c + $d)) ${#e} ${f%/} ${g:=1}`, "a, b quoted, d quoted, e quoted derived, f derived, g guarded", "g"},
		{`echo $1 $@ $# $? '$a' \$b`, "", ""},
	}
	for _, tt := range tests {
		var got, names []string
		uses, set := script(tt.in).Variables()
		for _, v := range uses {
			text := v.Name
			if v.Quoted {
				text += " quoted"
			}
			if v.Guarded {
				text += " guarded"
			} else if !v.Plain {
				text += " derived"
			}
			got = append(got, text)
			if !v.Word.Contains(v.Span) || !strings.HasPrefix(tt.in[v.Span.Start:], "$") {
				t.Errorf("%s: %s at %v in %v", tt.in, v.Name, v.Span, v.Word)
			}
		}
		for _, n := range []string{"f", "g", "line", "q", "x", "y", "z"} {
			if set[n] {
				names = append(names, n)
			}
		}
		if diff := cmp.Diff([]string{tt.uses, tt.set}, []string{strings.Join(got, ", "), strings.Join(names, " ")}); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.in, diff)
		}
		if len(set) != len(names) {
			t.Errorf("%s: set %v", tt.in, set)
		}
	}
}

func FuzzFeatures(f *testing.F) {
	for _, s := range []string{"[[ a ]]", "echo ${a[1]} {1..2}", "a=(1)", "cat <<E\n$a\nE", "x+=", "function f() { :; }"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		whole := source.Span{End: len(in)}
		for _, shell := range []string{"sh", "bash", "zsh", "ksh"} {
			s := shellcmd.Parse(source.Verbatim([]byte(in), whole), shell)
			for _, x := range s.Features() {
				if !whole.Contains(x.Span) || !whole.Contains(x.Orig) || x.ID == "" {
					t.Fatalf("%s: %+v", shell, x)
				}
			}
			uses, _ := s.Variables()
			for _, v := range uses {
				if !whole.Contains(v.Span) || v.Name == "" {
					t.Fatalf("%s: %+v", shell, v)
				}
			}
		}
	})
}
