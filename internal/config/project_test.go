package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFindProject(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  Lint
		read  []string
	}{
		{name: "nothing"},
		{
			name: "ours, above",
			files: map[string]string{
				"schlank.yaml": "lint:\n  all-rules: true\n  rules:\n    SL1001: off\n    DL3008: error\n  fail-on: never\n  shellcheck: off\n",
			},
			want: Lint{AllRules: true, Rules: map[string]Level{"SL1001": "off", "DL3008": "error"}, FailOn: "never", Shellcheck: "off"},
			read: []string{"schlank.yaml"},
		},
		{
			name: "not above the repository",
			files: map[string]string{
				"schlank.yaml":    "lint: {all-rules: true}\n",
				"a/.git/HEAD":     "",
				"a/b/Dockerfile":  "",
				"a/.trivyignore":  "CVE-2020-1\nAVD-DS-0002 # no\nDS001 exp:2020-01-01\nDS-0026 exp:2999-01-01\n",
				"a/.hadolint.yml": "ignored: [DL3006]\n",
			},
			want: Lint{Rules: map[string]Level{"AVD-DS-0002": "off", "DS-0026": "off", "DL3006": "off"}},
			read: []string{"a/.hadolint.yml", "a/.trivyignore"},
		},
		{
			name: "ours wins",
			files: map[string]string{
				"a/b/schlank.yaml": "lint:\n  rules: {dl3008: warning}\n  labels: {a: url}\n  trusted-registries: [docker.io]\n",
				".hadolint.yaml": `ignored: [DL3008, DL3013]
override:
  style: [DL3015]
  error: [DL3013]
trustedRegistries: [example.org]
label-schema: {b: hash}
strict-labels: true
failure-threshold: style
disable-ignore-pragma: true
format: json
`,
			},
			want: Lint{
				Rules:             map[string]Level{"dl3008": "warning", "DL3013": "off", "DL3015": "info"},
				TrustedRegistries: []string{"docker.io"},
				Labels:            map[string]string{"a": "url"},
				FailOn:            "info",
				NoInlineIgnores:   true,
			},
			read: []string{"a/b/schlank.yaml", ".hadolint.yaml"},
		},
		{
			name: "ignore file in YAML",
			files: map[string]string{
				".trivyignore.yaml": "misconfigurations:\n  - id: AVD-DS-0001\n  - id: DS-0002\n    paths: [a]\n  - id: DS-0005\n    expired_at: 2020-01-01\nvulnerabilities:\n  - id: CVE-1\n",
				".hadolint.yaml":    "label-schema: {a: ''}\nno-fail: true\n",
			},
			want: Lint{Rules: map[string]Level{"AVD-DS-0001": "off"}, Labels: map[string]string{"a": "text"}, FailOn: "never"},
			read: []string{".hadolint.yaml", ".trivyignore.yaml"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, map[string]string{".git/HEAD": ""})
			write(t, root, tt.files)
			dir := filepath.Join(root, "a", "b")
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			got, err := FindProject(dir)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.Lint); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			var read []string
			for _, f := range got.Files {
				rel, err := filepath.Rel(root, f)
				if err != nil {
					t.Fatal(err)
				}
				read = append(read, filepath.ToSlash(rel))
			}
			if diff := cmp.Diff(tt.read, read); diff != "" {
				t.Errorf("files: -want +got\n%s", diff)
			}
		})
	}
}

func TestProjectMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"lint: {rules: {SL1001: fatal}}\n":   `lint.rules.SL1001 is "fatal": use off, info, warning or error`,
		"lint: {labels: {a: date}}\n":        `lint.labels.a is "date": use one of text`,
		"lint: {fail-on: often}\n":           `lint.fail-on is "often"`,
		"lint: {shellcheck: on}\n":           `lint.shellcheck is "true"`,
		"lint: {shellcheck: always}\n":       `lint.shellcheck is "always"`,
		"lint: {all_rules: true}\n":          `unknown field "all_rules"`,
		"lint: [\n":                          "yaml",
		strings.Repeat("#", maxBytes) + "\n": "larger",
	} {
		file := filepath.Join(t.TempDir(), ProjectFile)
		write(t, filepath.Dir(file), map[string]string{ProjectFile: text})
		_, err := LoadProject(file)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), ProjectFile) {
			t.Errorf("%.40q: got %v, want an error with %q", text, err, want)
		}
	}
	if _, err := LoadProject(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a missing file is no error")
	}
}

// TestSchema holds the published schema to the settings that there are.
func TestSchema(t *testing.T) {
	b, err := os.ReadFile("../../schema/schlank-yaml-1.json")
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	sameProperties(t, "", s, reflect.TypeFor[Project]())
}

func sameProperties(t *testing.T, at string, schema map[string]any, typ reflect.Type) {
	t.Helper()
	props, _ := schema["properties"].(map[string]any)
	known := map[string]bool{}
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		known[name] = true
		p, ok := props[name].(map[string]any)
		if !ok {
			t.Errorf("the schema lacks %s.%s", at, name)
			continue
		}
		if f.Type.Kind() == reflect.Struct {
			sameProperties(t, at+"."+name, p, f.Type)
		} else if p["description"] == nil {
			t.Errorf("%s.%s has no description", at, name)
		}
	}
	for name := range props {
		if !known[name] {
			t.Errorf("the schema has %s.%s, the settings have not", at, name)
		}
	}
}

func FuzzProject(f *testing.F) {
	f.Add([]byte("lint:\n  rules: {a: off}\n"), uint8(0))
	f.Add([]byte("ignored: [DL3006]\nlabel-schema: {a: b}\n"), uint8(1))
	f.Add([]byte("DS001 exp:2020-01-01 # x\n"), uint8(2))
	f.Add([]byte("misconfigurations: [{id: DS1}]\n"), uint8(3))
	f.Fuzz(func(t *testing.T, text []byte, kind uint8) {
		var p Project
		var err error
		switch kind % 4 {
		case 0:
			err = p.parse("schlank.yaml", text)
		case 1:
			err = p.addHadolint(".hadolint.yaml", text)
		case 2:
			err = p.addTrivyIgnore(".trivyignore", text)
		case 3:
			err = p.addTrivyIgnore(".trivyignore.yaml", text)
		}
		if err != nil && strings.TrimSpace(err.Error()) == "" {
			t.Error("an error without words")
		}
	})
}
