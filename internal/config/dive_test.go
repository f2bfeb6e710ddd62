package config

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDive(t *testing.T) {
	for text, want := range map[string]Dive{
		"rules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20MB\n  highestUserWastedPercent: disabled\n": {"0.95", "20MB", "disabled"},
		"rules:\n  lowestEfficiency: \"1\"\n": {LowestEfficiency: "1"},
		"":                                    {},
	} {
		got, err := parseDive(DiveFile, []byte(text))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v, -want +got\n%s", text, err, diff)
		}
	}
	if _, err := parseDive(DiveFile, []byte("rules:\n  lowestEfficency: 1\n")); err == nil {
		t.Error("a rule that does not exist is no error")
	}
	if _, err := LoadDive(filepath.Join(t.TempDir(), DiveFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file is %v", err)
	}
}

func FuzzDive(f *testing.F) {
	f.Add([]byte("rules: {lowestEfficiency: 0.95}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if d, err := parseDive("x", text); err != nil && d != (Dive{}) {
			t.Error("both rules and an error")
		}
	})
}
