package dockerfile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile"
	"schlank/source"
)

// TestState follows the environment through a file, as its last instruction
// sees it.
func TestState(t *testing.T) {
	base := func(ref string) (dockerfile.Base, bool) {
		return dockerfile.Base{Env: []string{"PATH=/bin", "LANG=C"}, Workdir: "/srv", User: "app"}, ref == "known"
	}
	tests := []struct {
		name, in string
		args     map[string]string
		env      string // NAME=value; ? after what is not sure
		workdir  string
		user     string
		shell    string
	}{
		{"nothing is known of an image", "FROM a\nRUN x", nil, "", "", "", "/bin/sh -c"},
		{"scratch", "FROM scratch\nRUN x", nil, "", "/", "root", "/bin/sh -c"},
		{"a known image", "FROM known\nENV PATH=/x:$PATH\nWORKDIR y\nRUN x", nil, "LANG=C PATH=/x:/bin", "/srv/y", "app", "/bin/sh -c"},
		{"an unknown variable", "FROM a\nENV PATH=/x:$PATH\nENV B=$PATH C=d\nRUN x", nil, "B=/x:? C=d PATH=/x:?", "", "", "/bin/sh -c"},
		{"an ENV sees what was before it", "FROM a\nENV A=1\nENV A=2 B=$A\nRUN x", nil, "A=2 B=1", "", "", "/bin/sh -c"},
		{"ARGs in a row see each other", "FROM a\nARG A=1 B=$A\nRUN x", nil, "A=1 B=1", "", "", "/bin/sh -c"},
		{"a global ARG must be declared", "ARG A=1\nFROM a\nARG A\nARG B\nRUN x", nil, "A=1", "", "", "/bin/sh -c"},
		{"a global ARG that is not", "ARG A=1\nFROM a\nENV B=$A\nRUN x", nil, "B=?", "", "", "/bin/sh -c"},
		{"a default beats the global", "ARG A=1\nFROM a\nARG A=2\nRUN x", nil, "A=2", "", "", "/bin/sh -c"},
		{"what is given beats all", "ARG A=1\nFROM a\nARG A=2\nARG B\nRUN x", map[string]string{"A": "3", "B": "4", "C": "5"}, "A=3 B=4", "", "", "/bin/sh -c"},
		{"platform", "FROM a\nARG TARGETARCH TARGETOS TARGETVARIANT\nRUN x", nil, "TARGETARCH=amd64 TARGETOS=linux TARGETVARIANT=", "", "", "/bin/sh -c"},
		{"a stage inherits", "FROM a AS b\nARG A=1\nENV B=2\nUSER u\nWORKDIR /w\nSHELL [\"bash\", \"-c\"]\nFROM b\nRUN x", nil, "A=1 B=2", "/w", "u", "bash -c"},
		{"but not from its neighbour", "FROM a AS b\nENV B=2\nFROM a\nRUN x", nil, "", "", "", "/bin/sh -c"},
		{"directories", "FROM a\nWORKDIR b\nWORKDIR ../c\nRUN x", nil, "", "c", "", "/bin/sh -c"},
		{"directories from the root", "FROM a\nENV D=/e\nWORKDIR $D/f/..\nRUN x", nil, "D=/e", "/e", "", "/bin/sh -c"},
		{"ONBUILD works in the child", "FROM a AS p\nONBUILD ENV A=1\nONBUILD USER u\nFROM p\nRUN x", nil, "A=1", "", "u", "/bin/sh -c"},
		{"quotes and escapes", "FROM a\nENV A=\"b c\" D='$e' F=g\\ h I=\"\\\"\"\nRUN x", nil, "A=b c D=$e F=g h I=\"", "", "", "/bin/sh -c"},
	}
	for _, tt := range tests {
		f := dockerfile.ParseWith(source.File{Bytes: []byte(tt.in)}, dockerfile.Options{BuildArgs: tt.args, Base: base})
		last := f.Target("").Instructions
		s := last[len(last)-1].Before
		var env []string
		for _, name := range s.Env.Names() {
			value, _ := s.Env.Get(name)
			if !s.Env.Known(name) {
				value += "?"
			}
			env = append(env, name+"="+value)
		}
		want := []string{tt.env, tt.workdir, tt.user, tt.shell}
		got := []string{strings.Join(env, " "), s.Workdir, s.User, strings.Join(s.Shell, " ")}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}

func TestImageEnv(t *testing.T) {
	f := parse("FROM a\nARG X=0\nENV B=1 A=2\nENV B=3\nENV C=$X\n")
	if diff := cmp.Diff([]string{"B=3", "A=2", "C=0"}, f.Target("").End.Env.Image()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestBase(t *testing.T) {
	in := "ARG V=3.11\nARG IMAGE=python:${V}\nFROM --platform=$BUILDPLATFORM ${IMAGE}-slim AS base\nFROM ${X:-base}\nFROM Base\n"
	f := parse(in)
	var got []string
	for _, s := range f.Stages {
		parent := ""
		if s.Parent != nil {
			parent = s.Parent.Name
		}
		got = append(got, s.Base.Text+" "+s.Platform.Text+" "+parent)
	}
	// Names of stages match in any case in --from, but not after FROM.
	want := []string{"python:3.11-slim linux/amd64 ", "base  base", "Base  "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	f = dockerfile.ParseWith(source.File{Bytes: []byte(in)}, dockerfile.Options{
		BuildArgs: map[string]string{"V": "3.12"}, BuildPlatform: "linux/arm64/v8",
	})
	if got, want := f.Stages[0].Base.Text+f.Stages[0].Platform.Text, "python:3.12-slimlinux/arm64/v8"; got != want {
		t.Errorf("with other arguments it is %q, want %q", got, want)
	}
}
