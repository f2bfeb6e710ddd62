package start_test

import (
	"strings"
	"testing"

	"schlank/dockerfile"
	"schlank/rules/runtime/start"
	"schlank/source"
)

func TestPrograms(t *testing.T) {
	tests := []struct{ in, want string }{
		{"CMD a b", "a b"},
		{"CMD [\"/usr/bin/a\", \"b\"]", "a b"},
		{"ENTRYPOINT [\"tini\", \"-g\", \"--\", \"a\"]\nCMD b", "a|b"},
		{"CMD sh -c 'a && exec b c'", "a|b c"},
		{"CMD poetry run flask run", "flask run"},
		{"CMD npx --yes vite", "vite"},
		{"CMD bundle exec puma -C x", "puma -C x"},
		{"CMD x\nENTRYPOINT y", "y|x"},
		{"CMD gosu app node x.js", "node x.js"},
		{"CMD exec $A", ""},
		{"CMD npx", "npx"},
	}
	for _, tt := range tests {
		f := dockerfile.Parse(source.File{Bytes: []byte("FROM a\n" + tt.in + "\n")})
		var got []string
		for _, p := range start.Programs(f.Stages[0]) {
			words := []string{p.Name}
			for k := 1; k < len(p.Words); k++ {
				words = append(words, start.Word(p.Effective, k))
			}
			got = append(got, strings.Join(words, " "))
		}
		if strings.Join(got, "|") != tt.want {
			t.Errorf("%q runs %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestInstructions(t *testing.T) {
	tests := []struct{ in, want string }{
		{"FROM a AS b\nCMD x\nFROM b\n", " x"},
		{"FROM a AS b\nCMD x\nFROM b\nENTRYPOINT y\n", "y "},
		{"FROM a AS b\nCMD x\nENTRYPOINT y\nFROM b\nCMD z\n", "y z"},
	}
	for _, tt := range tests {
		f := dockerfile.Parse(source.File{Bytes: []byte(tt.in)})
		e, c := start.Instructions(f.Target(""))
		got := ""
		if e != nil {
			got = start.Exec(e).Text.Text()
		}
		got += " "
		if c != nil {
			got += start.Exec(c).Text.Text()
		}
		if got != tt.want {
			t.Errorf("%q starts %q, want %q", tt.in, got, tt.want)
		}
	}
}
