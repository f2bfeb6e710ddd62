package schlank

import (
	"errors"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	project(t, map[string]string{
		"Dockerfile":          "FROM debian:bookworm AS build\nFROM build\n",
		"unnamed.Dockerfile":  "FROM a\nFROM b\n",
		"unknown.Dockerfile":  "FROM a\nRUM true\n",
		"shell.Dockerfile":    "FROM a\nRUN if true; then\n",
		"token":               "secret",
		"assets/logo.svg":     "<svg/>",
		"elsewhere/.gitkeep":  "",
		"Dockerfile.slim/dir": "",
	})
	tests := []struct {
		name     string
		opt      BuildOptions
		wrong    string
		findings bool
	}{
		{name: "defaults"},
		{name: "everything", opt: BuildOptions{
			Target: "BUILD", Platform: "linux/arm/v7", Secrets: map[string]string{"t": "token"},
			Contexts: map[string]string{"a": "assets", "b": "docker-image://x", "c": "oci-layout://nowhere", "d": "https://example.org/x.git"},
		}},
		{name: "stage by number", opt: BuildOptions{Target: "1"}},
		{name: "the shell judges scripts", opt: BuildOptions{File: "shell.Dockerfile"}},
		{name: "no such stage", opt: BuildOptions{Target: "prod"}, wrong: `Dockerfile has no stage "prod" (it has build)`},
		{name: "no such number", opt: BuildOptions{File: "unnamed.Dockerfile", Target: "2"}, wrong: "give a number from 0 to 1"},
		{name: "platform", opt: BuildOptions{Platform: "linux/!"}, wrong: `platform "linux/!"`},
		{name: "platform without architecture", opt: BuildOptions{Platform: "linux"}, wrong: `platform "linux"`},
		{name: "secret", opt: BuildOptions{Secrets: map[string]string{"t": "nowhere"}}, wrong: "secret t: nowhere: "},
		{name: "context", opt: BuildOptions{Contexts: map[string]string{"a": "nowhere"}}, wrong: "build context a: nowhere: "},
		{name: "context that is a file", opt: BuildOptions{Contexts: map[string]string{"a": "token"}}, wrong: "build context a: token: not a directory"},
		{name: "unknown instruction", opt: BuildOptions{File: "unknown.Dockerfile"}, wrong: "unknown.Dockerfile:2:1: unknown instruction RUM", findings: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.opt.Check()
			var usage *UsageError
			var findings *FindingsError
			switch {
			case tt.wrong == "" && err != nil:
				t.Error(err)
			case tt.wrong == "":
			case err == nil || !strings.Contains(err.Error(), tt.wrong):
				t.Errorf("error is %v, want %q in it", err, tt.wrong)
			case tt.findings && (!errors.As(err, &findings) || !strings.Contains(ErrorDetails(err), "hint:")):
				t.Errorf("%v has no findings with a hint", err)
			case !tt.findings && !errors.As(err, &usage):
				t.Errorf("%v is no usage error", err)
			}
		})
	}
}

func TestCheckOptimize(t *testing.T) {
	project(t, map[string]string{
		"Dockerfile":       "FROM debian:bookworm\n",
		"shell/Dockerfile": "FROM a\nRUN if true; then\n",
		"taken/Dockerfile": "FROM a\n", "taken/Dockerfile.slim/dir": "",
		"ignore/Dockerfile": "FROM a\n", "ignore/.dockerignore": "[\n",
	})
	tests := []struct {
		name  string
		opt   OptimizeOptions
		wrong string
	}{
		{name: "defaults"},
		{name: "probes", opt: OptimizeOptions{Probes: []string{"/x", "cmd: true", "tcp://:5432"}}},
		{name: "dry runs write nothing", opt: OptimizeOptions{DryRun: true, Output: "nowhere/x"}},
		{name: "both places", opt: OptimizeOptions{InPlace: true, Output: "x"}, wrong: "exclude each other"},
		{name: "no directory", opt: OptimizeOptions{Output: "nowhere/x"}, wrong: "there is no directory nowhere"},
		{name: "a directory in the place", opt: OptimizeOptions{BuildOptions: BuildOptions{Path: "taken"}}, wrong: "no regular file"},
		{name: "probe", opt: OptimizeOptions{Probes: []string{"gopher://x"}}, wrong: `probe "gopher://x"`},
		{name: "script of a RUN", opt: OptimizeOptions{BuildOptions: BuildOptions{Path: "shell"}}, wrong: "the shell can't read this"},
		{name: "ignore file", opt: OptimizeOptions{BuildOptions: BuildOptions{Path: "ignore"}}, wrong: "correct the pattern"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.opt.Check()
			if tt.wrong == "" && err != nil || tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)) {
				t.Errorf("error is %v, want %q", err, tt.wrong)
			}
		})
	}
}

func TestCheckEngine(t *testing.T) {
	for address, ok := range map[string]bool{
		"": true, "embedded": true, "docker": true, "tcp://host:1234": true, "unix:///run/x.sock": true, "kube-pod://x": true,
		"dockre": false, "unix://": false, "http://host": false, "docker-container": false,
	} {
		var usage *UsageError
		if err := (EngineOptions{Address: address}).Check(); ok != (err == nil) || err != nil && !errors.As(err, &usage) {
			t.Errorf("engine %q: %v", address, err)
		}
	}
	if err := (EngineOptions{Bases: t.TempDir()}).Check(); err == nil || !strings.Contains(err.Error(), "index.json") {
		t.Errorf("a base store that is none: %v", err)
	}
}
