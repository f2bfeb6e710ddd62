package config

import (
	"bufio"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

// hadolint is the part of .hadolint.yaml that is about what is found
// (https://github.com/hadolint/hadolint#configure). How results are printed
// is not taken over.
type hadolint struct {
	Ignored  []string `json:"ignored"`
	Override struct {
		Error   []string `json:"error"`
		Warning []string `json:"warning"`
		Info    []string `json:"info"`
		Style   []string `json:"style"`
	} `json:"override"`
	TrustedRegistries   []string          `json:"trustedRegistries"`
	LabelSchema         map[string]string `json:"label-schema"`
	StrictLabels        bool              `json:"strict-labels"`
	DisableIgnorePragma bool              `json:"disable-ignore-pragma"`
	FailureThreshold    string            `json:"failure-threshold"`
	NoFail              bool              `json:"no-fail"`
}

// addHadolint takes over what a .hadolint.yaml says.
func (p *Project) addHadolint(name string, text []byte) error {
	var h hadolint
	if err := yaml.Unmarshal(text, &h); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	l := &p.Lint
	for _, set := range []struct {
		level Level
		ids   []string
	}{
		{"off", h.Ignored},
		{"error", h.Override.Error},
		{"warning", h.Override.Warning},
		{"info", h.Override.Info},
		{"info", h.Override.Style},
	} {
		for _, id := range set.ids {
			l.setLevel(id, set.level)
		}
	}
	if len(l.TrustedRegistries) == 0 {
		l.TrustedRegistries = h.TrustedRegistries
	}
	if len(l.Labels) == 0 && len(h.LabelSchema) > 0 {
		l.Labels = map[string]string{}
		for label, form := range h.LabelSchema {
			if form == "" {
				form = "text"
			}
			if !slices.Contains(labelForms, form) {
				return fmt.Errorf("%s: label-schema: %s has the form %q: use one of %s", name, label, form, strings.Join(labelForms, ", "))
			}
			l.Labels[label] = form
		}
		l.StrictLabels = l.StrictLabels || h.StrictLabels
	}
	l.NoInlineIgnores = l.NoInlineIgnores || h.DisableIgnorePragma
	if l.FailOn == "" {
		l.FailOn = failOn(h)
	}
	return nil
}

// failOn translates hadolint's threshold, whose default is info. Its two
// lowest severities are one here.
func failOn(h hadolint) Level {
	switch {
	case h.NoFail || h.FailureThreshold == "none":
		return "never"
	case h.FailureThreshold == "error", h.FailureThreshold == "warning":
		return Level(h.FailureThreshold)
	case h.FailureThreshold == "":
		return ""
	default:
		return "info"
	}
}

// addTrivyIgnore takes over the checks that a .trivyignore or
// .trivyignore.yaml names (https://trivy.dev/docs/latest/configuration/filtering/).
// Vulnerabilities and secrets in it are not about Dockerfiles. An entry that
// has expired counts no more.
func (p *Project) addTrivyIgnore(name string, text []byte) error {
	if strings.HasSuffix(name, ".yaml") {
		return p.addTrivyYAML(name, text)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		words := strings.Fields(line)
		if len(words) == 0 || !isTrivyCheck(words[0]) {
			continue
		}
		if len(words) > 1 && expired(strings.TrimPrefix(words[1], "exp:")) {
			continue
		}
		p.Lint.setLevel(words[0], "off")
	}
	return lines.Err()
}

func (p *Project) addTrivyYAML(name string, text []byte) error {
	var doc struct {
		Misconfigurations []struct {
			ID        string   `json:"id"`
			Paths     []string `json:"paths"`
			ExpiredAt string   `json:"expired_at"`
		} `json:"misconfigurations"`
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, m := range doc.Misconfigurations {
		// One that is about some paths only must not silence the others.
		if isTrivyCheck(m.ID) && len(m.Paths) == 0 && !expired(m.ExpiredAt) {
			p.Lint.setLevel(m.ID, "off")
		}
	}
	return nil
}

// isTrivyCheck reports whether an id is that of a Dockerfile check: DS-0001,
// DS001, AVD-DS-0001.
func isTrivyCheck(id string) bool {
	return strings.HasPrefix(strings.TrimPrefix(strings.ToUpper(id), "AVD-"), "DS")
}

// expired reports whether a day, as in 2026-01-31, is past.
func expired(day string) bool {
	t, err := time.Parse(time.DateOnly, day)
	return err == nil && time.Now().After(t.AddDate(0, 0, 1))
}
