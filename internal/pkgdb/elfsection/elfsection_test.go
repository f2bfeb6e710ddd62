package elfsection_test

import (
	"bytes"
	"testing"

	"schlank/internal/pkgdb/elfsection"
	"schlank/internal/pkgdb/elfsection/elftest"
)

func TestRead(t *testing.T) {
	file := elftest.File(".notes", []byte("what it is made of"))
	tests := []struct {
		name    string
		file    []byte
		section string
		limit   int64
		want    string
		wantErr bool
	}{
		{"there", file, ".notes", 100, "what it is made of", false},
		{"another", file, ".other", 100, "", false},
		{"too large", file, ".notes", 5, "", true},
		{"cut off", file[:70], ".notes", 100, "", false},
		{"no ELF", []byte("#!/bin/sh\n"), ".notes", 100, "", false},
	}
	for _, tt := range tests {
		got, err := elfsection.Read(bytes.NewReader(tt.file), tt.section, tt.limit)
		if string(got) != tt.want || (err != nil) != tt.wantErr {
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
	}
	if !elfsection.Is(file) || elfsection.Is([]byte("\x7fEL")) || !elfsection.Has(bytes.NewReader(file), ".notes") {
		t.Error("an ELF file is not told from others")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(elftest.File(".notes", []byte("content")))
	f.Add([]byte("\x7fELF"))
	f.Fuzz(func(t *testing.T, file []byte) {
		const limit = 64
		got, err := elfsection.Read(bytes.NewReader(file), ".notes", limit)
		if len(got) > limit || err != nil && got != nil {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if got != nil && !elfsection.Has(bytes.NewReader(file), ".notes") {
			t.Error("Has does not agree")
		}
	})
}
