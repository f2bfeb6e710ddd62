package rule

// Settings are what users configure for rules. The zero value is the default.
type Settings struct {
	// TrustedRegistries are the registries base images may come from, with
	// * as wildcard; none means that all may.
	TrustedRegistries []string
	// Labels maps label names to the form that their values must have.
	Labels map[string]LabelForm
	// StrictLabels makes labels that Labels does not name findings.
	StrictLabels bool
	// Secrets are further names of variables that hold secrets.
	Secrets []string
}

// LabelForm is the form of a label's value, as hadolint's label schema
// names them.
type LabelForm string

// The forms of label values.
const (
	LabelText    LabelForm = "text"
	LabelURL     LabelForm = "url"
	LabelTime    LabelForm = "rfc3339"
	LabelSPDX    LabelForm = "spdx"
	LabelGitHash LabelForm = "hash"
	LabelSemVer  LabelForm = "semver"
	LabelEmail   LabelForm = "email"
)
