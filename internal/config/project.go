package config

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"schlank/internal/bounded"
	"sigs.k8s.io/yaml"
)

// ProjectFile is the name of a project's own settings.
const ProjectFile = "schlank.yaml"

// Project is the content of a project's schlank.yaml, together with what the
// files of other tools beside it say. The zero value is the default.
type Project struct {
	Lint Lint `json:"lint,omitempty"`

	// Files are the files that were read, by path.
	Files []string `json:"-"`
}

// Lint is how a project's Dockerfiles are linted. Rules are named by our id,
// our name, or the id that another tool gives them.
type Lint struct {
	// AllRules switches on what is off by default.
	AllRules bool `json:"all-rules,omitempty"`
	// Rules gives a rule a level: off, info, warning or error. A level
	// switches a rule on that is off by default.
	Rules map[string]Level `json:"rules,omitempty"`
	// Exclude are patterns of paths that are not linted.
	Exclude []string `json:"exclude,omitempty"`
	// FailOn is the least severity that makes the command fail: info,
	// warning (the default), error, or never.
	FailOn Level `json:"fail-on,omitempty"`
	// RequireReason makes ignore comments without a reason findings.
	RequireReason bool `json:"require-reason,omitempty"`
	// NoInlineIgnores makes ignore comments count for nothing.
	NoInlineIgnores bool `json:"no-inline-ignores,omitempty"`
	// TrustedRegistries are the registries base images may come from.
	TrustedRegistries []string `json:"trusted-registries,omitempty"`
	// Labels maps labels to the form of their values.
	Labels map[string]string `json:"labels,omitempty"`
	// StrictLabels allows no other labels than those.
	StrictLabels bool `json:"strict-labels,omitempty"`
	// Secrets are further names of variables that hold secrets.
	Secrets []string `json:"secrets,omitempty"`
	// Shellcheck says whether shellcheck is asked about the shell in RUN:
	// auto (the default: if it is installed), or off.
	Shellcheck Level `json:"shellcheck,omitempty"`
}

// Level is a severity, or off. It is a type of its own because YAML takes
// the word off for a boolean.
type Level string

// UnmarshalJSON reads a level; false is off, as a boolean and as the word
// that the YAML library makes of it.
func (l *Level) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "false", `"false"`:
		*l = "off"
		return nil
	case "true":
		*l = "true"
		return nil
	}
	return json.Unmarshal(b, (*string)(l))
}

// levels are what Lint.Rules may say of a rule.
var levels = []Level{"off", "info", "warning", "error"}

// labelForms are what Lint.Labels may say of a label.
var labelForms = []string{"text", "url", "rfc3339", "spdx", "hash", "semver", "email"}

// FindProject reads the settings that hold for files in dir: the nearest
// schlank.yaml, .hadolint.yaml and .trivyignore in it or above, up to the
// root of the repository. Where they contradict, schlank.yaml wins.
func FindProject(dir string) (Project, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Project{}, err
	}
	var p Project
	for _, kind := range []struct {
		names []string
		merge func(*Project, string, []byte) error
	}{
		{[]string{ProjectFile, "schlank.yml", ".schlank.yaml"}, (*Project).parse},
		{[]string{".hadolint.yaml", ".hadolint.yml"}, (*Project).addHadolint},
		{[]string{".trivyignore", ".trivyignore.yaml"}, (*Project).addTrivyIgnore},
	} {
		file := nearest(abs, kind.names)
		if file == "" {
			continue
		}
		if err := p.read(file, kind.merge); err != nil {
			return Project{}, err
		}
	}
	return p, nil
}

// LoadProject reads one schlank.yaml, or the configuration of hadolint if
// its name says so, and nothing beside it.
func LoadProject(file string) (Project, error) {
	var p Project
	merge := (*Project).parse
	if strings.Contains(filepath.Base(file), "hadolint") {
		merge = (*Project).addHadolint
	}
	return p, p.read(file, merge)
}

func (p *Project) read(file string, merge func(*Project, string, []byte) error) error {
	text, err := bounded.ReadFile(file, maxBytes)
	if err != nil {
		return fmt.Errorf("reading the project's settings: %w", err)
	}
	if err := merge(p, file, text); err != nil {
		return err
	}
	p.Files = append(p.Files, file)
	return nil
}

// nearest is the first of names in dir or the directories above, "" when
// there is none up to the root of the repository.
func nearest(dir string, names []string) string {
	for {
		for _, n := range names {
			file := filepath.Join(dir, n)
			if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
				return file
			}
		}
		up := filepath.Dir(dir)
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil || up == dir {
			return ""
		}
		dir = up
	}
}

// parse reads a schlank.yaml.
func (p *Project) parse(name string, text []byte) error {
	if err := yaml.UnmarshalStrict(text, p); err != nil {
		return fmt.Errorf("%s: %s", name, strings.TrimPrefix(err.Error(), "error unmarshaling JSON: while decoding JSON: json: "))
	}
	l := &p.Lint
	for id, level := range l.Rules {
		if !slices.Contains(levels, level) {
			return fmt.Errorf("%s: lint.rules.%s is %q: use off, info, warning or error", name, id, level)
		}
	}
	for label, form := range l.Labels {
		if !slices.Contains(labelForms, form) {
			return fmt.Errorf("%s: lint.labels.%s is %q: use one of %s", name, label, form, strings.Join(labelForms, ", "))
		}
	}
	if f := cmp.Or(l.FailOn, "warning"); !slices.Contains([]Level{"info", "warning", "error", "never"}, f) {
		return fmt.Errorf("%s: lint.fail-on is %q: use info, warning, error or never", name, f)
	}
	if s := cmp.Or(l.Shellcheck, "auto"); s != "auto" && s != "off" {
		return fmt.Errorf("%s: lint.shellcheck is %q: use auto or off", name, s)
	}
	return nil
}

// setLevel gives a rule a level unless it has one.
func (l *Lint) setLevel(id string, level Level) {
	if l.Rules == nil {
		l.Rules = map[string]Level{}
	}
	for known := range l.Rules {
		if strings.EqualFold(known, id) {
			return
		}
	}
	l.Rules[id] = level
}
