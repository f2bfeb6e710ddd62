package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestListText(t *testing.T) {
	l := List{Title: "Moves", Items: []ListItem{
		{Head: "slim base", Value: "saves 859.1 MB", Text: "the same software", Points: []string{"one two three four five six", "a\x1b[31mb"}},
		{Head: "targets"},
	}}
	var b strings.Builder
	if err := l.Text(&b, Style{Width: 24}); err != nil {
		t.Fatal(err)
	}
	want := `Moves
  slim base  saves 859.1 MB
    the same software
    - one two three four
      five six
    - a�[31mb
  targets
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 10, nil},
		{"a b c", 3, []string{"a b", "c"}},
		{"aaaaaaaa b", 3, []string{"aaaaaaaa", "b"}},
		{"ä ö ü", 3, []string{"ä ö", "ü"}},
		{"a b", -1, []string{"a", "b"}},
	} {
		if d := cmp.Diff(c.want, wrap(c.text, c.width)); d != "" {
			t.Errorf("wrap(%q, %d): %s", c.text, c.width, d)
		}
	}
}
