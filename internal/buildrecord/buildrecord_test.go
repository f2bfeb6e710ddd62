package buildrecord

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"schlank/engine"
)

func TestSaveAndFind(t *testing.T) {
	dir := t.TempDir() + "/records"
	layers := []string{"sha256:a", "sha256:b"}
	if r, err := Find(dir, layers); r != nil || err != nil {
		t.Fatalf("found %v, %v where nothing is", r, err)
	}
	want := Record{
		Name:       "Dockerfile",
		Dockerfile: []byte("FROM debian\nRUN true\n"),
		Steps:      []engine.Step{{Name: "[2/2] RUN true", FirstLine: 2, LastLine: 2, Layer: 1, Duration: time.Second}},
		BaseLayers: 1,
		Bases:      []engine.Base{{Ref: "docker.io/library/debian:latest"}},
	}
	if err := Save(dir, layers, want); err != nil {
		t.Fatal(err)
	}
	got, err := Find(dir, layers)
	if err != nil || got == nil {
		t.Fatal(got, err)
	}
	want.Schema = schema
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if r, _ := Find(dir, layers[:1]); r != nil {
		t.Error("the base image has the record of the image")
	}
}

func TestDamagedRecords(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"", "{", `{"schema":"other/1"}`, `{"schema":"schlank.record/1","base_layers":9}`} {
		if err := os.WriteFile(file(dir, nil), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if r, err := Find(dir, nil); r != nil || err != nil {
			t.Errorf("%q: got %v, %v", text, r, err)
		}
	}
}

func TestOldestGo(t *testing.T) {
	dir := t.TempDir()
	for k := range keep + 5 {
		layers := []string{fmt.Sprint(k)}
		if err := Save(dir, layers, Record{}); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(time.Duration(k-2*keep) * time.Second)
		if err := os.Chtimes(file(dir, layers), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := Save(dir, []string{"last"}, Record{}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != keep {
		t.Errorf("%d records stay, %v; want %d", len(entries), err, keep)
	}
	for name, want := range map[string]bool{"0": false, "5": false, "6": true, "last": true} {
		if r, err := Find(dir, []string{name}); err != nil || (r != nil) != want {
			t.Errorf("record %s: %v, %v; want it: %v", name, r != nil, err, want)
		}
	}
}
