package dockerfile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile"
	"schlank/source"
)

// TestAliases checks which findings other tools have a name for.
func TestAliases(t *testing.T) {
	tests := []struct{ in, want string }{
		{"FROM a AS x\nFROM b\nCOPY --from=y c d\nFROM e AS y\n", "SL0018 DL3022"},
		{"FROM a AS x\nCOPY --from=x c d\n", "SL0018 DL3023,DS-0006"},
		{"FROM a\nEXPOSE 80000\n", "SL0015 DL3011,DS-0008"},
		{"FROM a\nEXPOSE 1-80000\n", "SL0015 DL3011,DS-0008"},
		{"FROM a\nEXPOSE http\n", "SL0015 "},
		{"FROM a AS x\nFROM b AS x\n", "SL0017 DuplicateStageName,DL3024,DS-0012,CKV_DOCKER_11"},
		{"FROM a\nRUN b \\\n\n c\n", "SL0012 NoEmptyContinuation"},
		{"LABEL a=b\nFROM c\n", "SL0002 DL3061"},
		{"RUN a\n", "SL0002 DL3061"},
		{"FROM a\nONBUILD MAINTAINER b\n", "SL0022 DL3043"},
		{"ARG X\nFROM $X\n", "SL0020 InvalidDefaultArgInFrom"},
		{"ARG X\nFROM --platform=$X a\n", "SL0020 "},
	}
	for _, tt := range tests {
		var got []string
		for _, f := range parse(tt.in).Findings {
			got = append(got, f.ID+" "+strings.Join(f.Aliases, ","))
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%q (-want +got)\n%s", tt.in, diff)
		}
	}
}

func TestVariable(t *testing.T) {
	tests := []struct{ in, name, want string }{
		{"FROM a\nUSER x$AB-${A}", "A", "${>A<}"},
		{"FROM a\nUSER x$AB-${A:-b}", "AB", "$>AB<-"},
		{"FROM a\nCOPY x$\\\nA y", "A", "\n>A< "},
		{"FROM a\nUSER plain", "A", " >plain<"},
		{"FROM a\nUSER ${A#$B}", "B", "$>B<}"},
	}
	for _, tt := range tests {
		f := parse(tt.in)
		var v dockerfile.Value
		switch c := f.Stages[0].Instructions[0].Command.(type) {
		case *dockerfile.User:
			v = c.User
		case *dockerfile.Copy:
			v = c.Sources[0]
		}
		span := v.Variable(tt.name)
		marked := tt.in[:span.Start] + ">" + tt.in[span.Start:span.End] + "<" + tt.in[span.End:]
		if !strings.Contains(marked, tt.want) {
			t.Errorf("%q: %s is at %q", tt.in, tt.name, marked)
		}
	}
}

func TestDefaults(t *testing.T) {
	f := parse("FROM a\nARG A=1 B=$A$C C D=${B}2\n")
	i := f.Stages[0].Instructions[0]
	var got []string
	for _, v := range f.Defaults(i) {
		got = append(got, v.Text+" "+strings.Join(v.Missing, ","))
	}
	if diff := cmp.Diff([]string{"1 ", "1 C", " ", "12 "}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := f.Defaults(f.Stages[0].From); got != nil {
		t.Errorf("a FROM has the defaults %v", got)
	}
}

func TestDefaultBase(t *testing.T) {
	src := source.File{Bytes: []byte("ARG A=x\nARG B=${A}y\nFROM $B\n")}
	f := dockerfile.ParseWith(src, dockerfile.Options{BuildArgs: map[string]string{"A": "1", "B": "2"}})
	if got := f.Stages[0].Base.Text + " " + f.DefaultBase(f.Stages[0]).Text; got != "2 xy" {
		t.Errorf("the bases are %s", got)
	}
}

func TestBaseKnown(t *testing.T) {
	base := func(ref string) (dockerfile.Base, bool) { return dockerfile.Base{}, ref == "known" }
	src := source.File{Bytes: []byte("FROM known AS a\nFROM a\nFROM other AS b\nFROM b\nFROM scratch\n")}
	f := dockerfile.ParseWith(src, dockerfile.Options{Base: base})
	var got []bool
	for _, s := range f.Stages {
		got = append(got, s.BaseKnown)
	}
	if diff := cmp.Diff([]bool{true, true, false, false, true}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if root := f.Stages[3].Root(); root != f.Stages[2] {
		t.Errorf("the root is stage %d", root.Index)
	}
}
