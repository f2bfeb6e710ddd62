package dockerfile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile"
)

// last is the last instruction of a file.
func last(t *testing.T, text string) (*dockerfile.File, *dockerfile.Instruction) {
	t.Helper()
	f := parse(text)
	if len(f.Findings) > 0 {
		t.Fatalf("%q: %+v", text, f.Findings)
	}
	in := f.Target("").Instructions
	return f, in[len(in)-1]
}

// TestRunForms checks what the shell gets, and where its second command is in
// the file.
func TestRunForms(t *testing.T) {
	tests := []struct {
		name, in, text, args string
		second               string // the text of the second command in the file
	}{
		{"shell form", "RUN a && \\\n  # c\n  b \\\n  d\n", "a &&   b   d", "/bin/sh -c a &&   b   d", "b \\\n  d"},
		{"another shell", "SHELL [\"/bin/bash\", \"-ec\"]\nRUN a; [[ b ]]\n", "a; [[ b ]]", "/bin/bash -ec a; [[ b ]]", "[[ b ]]"},
		{"exec form", "RUN [\"a\", \"b\\u0020c\"]\n", "", "a b c", ""},
		{"a heredoc is the script", "RUN <<EOF\na\nb c\nEOF\n", "a\nb c\n", "/bin/sh -c a\nb c\n", "b c"},
		{"tabs don't count", "RUN <<-EOF\n\ta\n\t\tb \\\n\tc\n\tEOF\n", "a\nb \\\nc\n", "/bin/sh -c a\nb \\\nc\n", "b \\\n\tc"},
		{"heredocs of the shell", "RUN cat <<X > y && b\nx $z\nX\n", "cat <<X > y && b\nx $z\nX", "/bin/sh -c cat <<X > y && b\nx $z\nX", "b"},
		{"two heredocs", "RUN cat <<A <<-B && b\na\nA\n\tb\n\tB\n", "cat <<A <<-B && b\na\nA\n\tb\nB", "/bin/sh -c cat <<A <<-B && b\na\nA\n\tb\nB", "b"},
		{"a script for bash", "RUN <<EOF\n#!/bin/bash -e\na\nb <(c)\nEOF\n", "#!/bin/bash -e\na\nb <(c)\n", "/dev/pipes/EOF", "b <(c)"},
	}
	for _, tt := range tests {
		f, i := last(t, "FROM x\n"+tt.in)
		run := i.Command.(*dockerfile.Run)
		if diff := cmp.Diff([]string{tt.text, tt.args}, []string{run.Text.Text(), strings.Join(run.Args, " ")}); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		second := ""
		if len(run.Script.Commands) > 1 {
			second = f.Source.Text(run.Script.Commands[1].Orig)
		}
		if second != tt.second {
			t.Errorf("%s: the second command is %q, want %q", tt.name, second, tt.second)
		}
	}
	_, i := last(t, "FROM x\nRUN <<EOF\n#!/usr/bin/env -S python3 -u\nprint(1)\nEOF\n")
	if run := i.Command.(*dockerfile.Run); run.Interpreter != "python3" || !run.Script.Opaque || !run.Heredoc {
		t.Errorf("the script is run by %q", run.Interpreter)
	}
}

func TestMounts(t *testing.T) {
	f, i := last(t, `FROM x AS deps
FROM y
ARG C=/cache
RUN --mount=type=cache,id=pip,sharing=Locked,target=$C/pip \
    --mount=from=DEPS,source=/a,dst=/b,rw --mount="type=secret,id=s,required" --mount=type=tmpfs,'"target=/t,u"' --network=none a
`)
	run := i.Command.(*dockerfile.Run)
	type mount struct {
		Type, From, Source, Target, ID, Sharing string
		ReadOnly, Required                      bool
	}
	want := []mount{
		{Type: "cache", Target: "/cache/pip", ID: "pip", Sharing: "locked"},
		{Type: "bind", From: "deps", Source: "/a", Target: "/b"},
		{Type: "secret", ID: "s", ReadOnly: true, Required: true},
		{Type: "tmpfs", Target: "/t,u"},
	}
	var got []mount
	for _, m := range run.Mounts {
		from := ""
		if m.FromStage != nil {
			from = m.FromStage.Name
		}
		got = append(got, mount{m.Type, from, m.Source.Text, m.Target.Text, m.ID.Text, m.Sharing, m.ReadOnly, m.Required})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := f.Source.Text(run.Mounts[0].Target.Span); got != "$C/pip" {
		t.Errorf("the target is at %q", got)
	}
	if got := f.Source.Text(run.Mounts[2].Span); got != `--mount="type=secret,id=s,required"` {
		t.Errorf("the mount is at %q", got)
	}
	if run.Network != "none" {
		t.Errorf("the network is %q", run.Network)
	}
}

func TestCopy(t *testing.T) {
	f, i := last(t, "FROM a AS b\nFROM c\nENV D=/srv\nCOPY --from=B --chown=1:1 --chmod=644 --link --parents --exclude=*.a --exclude=b x \"y$D\" <<EOF $D/\nhello\nEOF\n")
	c := i.Command.(*dockerfile.Copy)
	var sources []string
	for _, s := range c.Sources {
		sources = append(sources, s.Text)
	}
	got := []string{
		c.FromStage.Name, c.Chown.Text, c.Chmod.Text, strings.Join(sources, " "), c.Dest.Text, f.Source.Text(c.Dest.Span),
		c.Inline[0].Name, c.Inline[0].Content(f.Syntax).Text(), c.Excludes[0].Text, c.Excludes[1].Text,
	}
	want := []string{"b", "1:1", "644", "x y/srv", "/srv/", "$D/", "EOF", "hello\n", "*.a", "b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !c.Link || !c.Parents || c.Add {
		t.Errorf("flags are %v %v %v", c.Link, c.Parents, c.Add)
	}
}

func TestExpose(t *testing.T) {
	_, i := last(t, "FROM a\nARG P=\"1 2\" Q\nEXPOSE 80 53/UDP 8000-8010/tcp $P 0.0.0.0:90:91 $R\n")
	var got [][2]int
	protos := ""
	for _, p := range i.Command.(*dockerfile.Expose).Ports {
		got = append(got, [2]int{p.First, p.Last})
		protos += p.Proto + " "
	}
	want := [][2]int{{80, 80}, {53, 53}, {8000, 8010}, {1, 1}, {2, 2}, {91, 91}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if protos != "tcp udp tcp tcp tcp tcp " {
		t.Errorf("protocols are %s", protos)
	}
}

func TestHealthcheck(t *testing.T) {
	_, i := last(t, "FROM a\nHEALTHCHECK --interval=5m --timeout=3s --retries=2 CMD curl -f http://localhost/ || exit 1\n")
	c := i.Command.(*dockerfile.Healthcheck)
	if c.None || c.JSON || c.Interval != 5*time.Minute || c.Timeout != 3*time.Second || c.Retries != 2 || c.Script.Commands[1].Name != "exit" {
		t.Errorf("it is %+v", c)
	}
	_, i = last(t, "FROM a\nHEALTHCHECK CMD [\"a\", \"b\"]\n")
	if c := i.Command.(*dockerfile.Healthcheck); !c.JSON || strings.Join(c.Args, " ") != "a b" {
		t.Errorf("it is %+v", c)
	}
	_, i = last(t, "FROM a\nHEALTHCHECK none\n")
	if c := i.Command.(*dockerfile.Healthcheck); !c.None {
		t.Errorf("it is %+v", c)
	}
}

func TestGraph(t *testing.T) {
	f := parse(`FROM a AS base
FROM base AS docs
FROM b AS tools
FROM base AS build
RUN --mount=from=tools,target=/t x
FROM c AS onbuild
ONBUILD COPY --from=docs / /
FROM onbuild AS child
FROM scratch
COPY --from=build / /
COPY --from=1 / /
COPY --from=d:1 / /
`)
	tests := []struct{ target, want string }{
		{"", "base docs tools build 6"},
		{"BUILD", "base tools build"},
		{"0", "base"},
		{"child", "base docs onbuild child"},
		{"onbuild", "onbuild"},
		{"7", ""},
		{"none", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, s := range f.Needed(f.Target(tt.target)) {
			name := s.Name
			if name == "" {
				name = "6"
			}
			got = append(got, name)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%q needs %v, want %s", tt.target, got, tt.want)
		}
	}
	if got := f.Source.Text(f.Target("build").Deps[1].Span); got != "tools" {
		t.Errorf("the reference is at %q", got)
	}
}

func TestStageSpans(t *testing.T) {
	f := parse("# syntax=x\n# about\n\n# first\nFROM a\nRUN b\n\n# second\n# more\nFROM c\nRUN d\n# tail\n")
	var got []string
	for _, s := range f.Stages {
		got = append(got, f.Source.Text(s.Span), f.Source.Text(s.Body))
	}
	want := []string{
		"# first\nFROM a\nRUN b\n\n", "FROM a\nRUN b\n",
		"# second\n# more\nFROM c\nRUN d\n# tail\n", "FROM c\nRUN d\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
