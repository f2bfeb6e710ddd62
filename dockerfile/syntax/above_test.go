package syntax_test

import (
	"testing"

	"schlank/dockerfile/syntax"
)

func TestHeld(t *testing.T) {
	f := syntax.Parse([]byte("ONBUILD RUN a\n"))
	if i := f.Instructions[0]; i.Held() || !i.Nested.Held() {
		t.Errorf("held is %t, and %t of the nested one", i.Held(), i.Nested.Held())
	}
}

func TestAbove(t *testing.T) {
	tests := []struct{ in, before string }{
		{"FROM a\nRUN b\n", "FROM a\n"},
		{"FROM a\n# c\n  # d\nRUN b\n", "FROM a\n"},
		{"FROM a\n# c\n\nRUN b\n", "FROM a\n# c\n\n"},
		{"# syntax=x\nRUN b\n", "# syntax=x\n"},
		{"# c\nRUN b\n", ""},
	}
	for _, tt := range tests {
		f := syntax.Parse([]byte(tt.in))
		at := f.Above(f.Instructions[len(f.Instructions)-1])
		if got := tt.in[:at]; got != tt.before {
			t.Errorf("%q: it begins after %q, want %q", tt.in, got, tt.before)
		}
	}
	other := &syntax.Instruction{}
	if got := syntax.Parse([]byte("FROM a\n")).Above(other); got != 0 {
		t.Errorf("of an instruction of another file it is %d", got)
	}
}
