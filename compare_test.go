package schlank

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestItems(t *testing.T) {
	tar := strings.Repeat("\x00", 257) + "ustar" + strings.Repeat("\x00", 250)
	project(t, map[string]string{
		"Dockerfile": "FROM a\n", "layout/oci-layout": "{}", "context/file": "",
		"old.tar": tar, "old.tgz": "\x1f\x8b", "old.zst": "\x28\xb5\x2f\xfd", "short": "us", "empty.tar": "",
		"saved/manifest.json": "[]", "root/bin/x": "", "root/etc/x": "", "root/usr/x": "",
		"both/Dockerfile": "FROM scratch\nCOPY . /\n", "both/bin/x": "", "both/etc/x": "", "both/usr/x": "",
	})
	for name, want := range map[string]bool{
		"Dockerfile": true, "context": true, "short": true, "missing/Dockerfile.prod": true, "both": true,
		"layout": false, "saved": false, "root": false, "old.tar": false, "old.tgz": false, "old.zst": false, "empty.tar": false,
		"python:3.11": false, "registry.lan/dockerfile:1": false, "missing": false,
	} {
		if got := isProject(name); got != want {
			t.Errorf("%s is taken for a project: %t", name, got)
		}
	}
	for name, want := range map[string]bool{
		"./x": true, "../x": true, "/x": true, "x.tar": true, "x.tar.gz": true,
		"x": false, "x/y": false, "python:3.11": false, ".x": false, "tar": false,
	} {
		if got := isFileName(name); got != want {
			t.Errorf("%s is taken for a file: %t", name, got)
		}
	}
}

// TestCompareWithoutEngine fails items that cannot be measured, and starts
// no engine for what cannot be built.
func TestCompareWithoutEngine(t *testing.T) {
	project(t, map[string]string{"Dockerfile": "FROM a\n", "bad.Dockerfile": "FROM a\nRUM\n"})
	started := 0
	broken := errors.New("no engine today")
	opt := CompareOptions{Engine: func() (*Engine, error) { started++; return nil, broken }}
	rows, err := Compare(context.Background(), []string{"missing.tar", "bad.Dockerfile", "Dockerfile#nope", "Dockerfile"}, opt)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"missing.tar: no such file", "unknown instruction RUM", `no stage "nope"`, broken.Error()} {
		if rows[i].Err == nil || !strings.Contains(rows[i].Err.Error(), want) {
			t.Errorf("%s: error is %v, want %q", rows[i].Name, rows[i].Err, want)
		}
	}
	if started != 1 {
		t.Errorf("the engine was asked for %d times", started)
	}
	opt.Engine = func() (*Engine, error) { return nil, ErrNoEmbedded }
	if _, err := Compare(context.Background(), []string{"Dockerfile", "missing.tar"}, opt); !errors.Is(err, ErrNoEmbedded) {
		t.Errorf("without any engine: %v", err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(broken)
	if _, err := Compare(ctx, []string{"missing.tar"}, opt); !errors.Is(err, broken) {
		t.Errorf("cancelled: %v", err)
	}
}
