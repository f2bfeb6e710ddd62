package script_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile"
	"schlank/rules/script"
	"schlank/source"
)

func parse(text string) *dockerfile.File {
	return dockerfile.Parse(source.File{Name: "Dockerfile", Bytes: []byte(text)})
}

func TestOf(t *testing.T) {
	tests := []struct{ in, want string }{
		{"FROM debian\nRUN a", "sh dash [-c]: a"},
		{"FROM python:3.12-alpine\nRUN a", "sh ash [-c]: a"},
		{"FROM fedora:41\nRUN a", "sh bash [-c]: a"},
		{"FROM registry.example/x\nRUN a", "sh plain [-c]: a"},
		{"FROM debian AS b\nFROM b\nRUN bash -ec 'x y'", "sh dash [-c]: bash -ec 'x y'; bash bash [-ec]: x y"},
		{"FROM debian\nSHELL [\"/bin/bash\", \"-eo\", \"pipefail\", \"-c\"]\nRUN a", "bash bash [-eo pipefail -c]: a"},
		{"FROM debian\nRUN [\"bash\", \"-c\", \"x\"]", "bash bash [-c]: x"},
		{"FROM debian\nRUN <<EOF\n#!/usr/bin/env bash -e\nx\nEOF\n", "bash bash [-e]: #!/usr/bin/env bash -e x"},
		{"FROM debian\nSHELL [\"pwsh\", \"-c\"]\nRUN a", ""},
		{"FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN dir", ""},
		{"FROM debian\nCOPY a b", ""},
	}
	for _, tt := range tests {
		s := parse(tt.in).Stages
		last := s[len(s)-1].Instructions
		var got []string
		for _, x := range script.Of(last[len(last)-1]) {
			got = append(got, fmt.Sprintf("%s %s %v: %s", x.Shell, x.Kind(), x.Options, strings.Join(strings.Fields(x.Text.Text()), " ")))
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.in, diff)
		}
	}
}

func TestOption(t *testing.T) {
	tests := []struct {
		shell, run string
		e, pipe    bool
	}{
		{`["/bin/sh", "-c"]`, "a", false, false},
		{`["/bin/bash", "-eo", "pipefail", "-c"]`, "a", true, true},
		{`["/bin/bash", "-o", "pipefail", "-c"]`, "a", false, true},
		{`["/bin/sh", "-c"]`, "set -eux; a", true, false},
		{`["/bin/sh", "-c"]`, "set -euo pipefail && a", true, true},
		{`["/bin/sh", "-ec"]`, "set +e; a", false, false},
		{`["/bin/sh", "-c"]`, "(set -e); a", false, false},
		{`["/bin/sh", "-c"]`, "set -- -e; a", false, false},
	}
	for _, tt := range tests {
		in := parse("FROM debian\nSHELL " + tt.shell + "\nRUN " + tt.run).Stages[0].Instructions[1]
		s := script.Of(in)[0]
		last := len(s.Commands) - 1
		e, pipe := s.OptionAt(last, 'e', "errexit"), s.OptionAt(last, 0, "pipefail")
		if e != tt.e || pipe != tt.pipe {
			t.Errorf("%s %s: errexit %t, pipefail %t", tt.shell, tt.run, e, pipe)
		}
	}
}
