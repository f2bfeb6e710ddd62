// Package rule is the contract between a rule about Dockerfiles and those that
// run it: what a rule says about itself, and what it can ask while it looks
// at a file. The rules themselves are values in schlank/rules, one directory
// each.
//
// A rule is pure: it sees the file's meaning, and what its caller knows of
// the build context, and reports findings. It imports dockerfile and below.
package rule

import (
	"schlank/finding"
)

// Rule is one rule. The zero value is invalid.
type Rule struct {
	// ID is "SL" and four digits and never changes its meaning. The first
	// digit is the group: 0 form and meaning, 1 packages, 2 layers and
	// copies, 3 stages and bases, 4 security, 5 shell, 6 how the image
	// runs, 7 style and metadata.
	ID string
	// Name is in kebab case: "apt-lists-left".
	Name string
	// Aliases are all ids of other tools that the rule covers. A finding
	// names those of them that it stands for itself.
	Aliases  []string
	Category Category
	Severity finding.Severity
	// Off says why the rule is off by default, "" for a rule that is on.
	// --all-rules and naming the rule switch it on.
	Off string
	// Cause is the kind of cause, as package attribute names it, by which the
	// cost of a finding is measured in an image that the file made:
	// "package-lists". "" for rules whose cost can't be measured so.
	Cause string
	Doc   Doc
	// Run looks at a file and reports findings. It is nil for the few rules
	// about the findings of the others, which the lint room reports.
	Run func(*Pass)
}

// Category says what a rule is about.
type Category string

// The categories.
const (
	Size        Category = "size"
	Cache       Category = "cache"
	Stages      Category = "stages"
	Security    Category = "security"
	Correctness Category = "correctness"
	Runtime     Category = "runtime"
	Style       Category = "style"
)

// Doc is what the rule's page says. It is executed: Bad fires, Good does not,
// and fixing Bad gives Good if the rule has a fix.
type Doc struct {
	// Title is one line, no full stop: "apt's package lists stay in a layer".
	Title string
	// Why says in a few sentences what is bad about it and what it costs.
	Why string
	// Bad and Good are whole Dockerfiles. Good is what the fix makes of Bad,
	// or, where there is no fix, what an expert would write.
	Bad, Good string
	// Setup is what both examples stand in.
	Setup Setup
	// More are further examples that are tested, but not shown.
	More []Example
	// Since is the version that had the rule first: "0.2".
	Since string
	// Sources are addresses of specifications and manuals.
	Sources []string
}

// Setup is the circumstances of an example.
type Setup struct {
	Settings Settings
	// Ignore is the .dockerignore, nil when there is none.
	Ignore *string
	// Files are files of the build context with their contents. Without
	// Ignore and Files nothing is known of the context.
	Files map[string]string
}

// Example is a Dockerfile with what the rule has to say about it.
type Example struct {
	Name       string
	Dockerfile string
	Setup      Setup
	// Lines are the lines, from 1, on which findings start, in order;
	// none for a file the rule is silent about.
	Lines []int
	// Aliases, if not nil, are the aliases of the findings, joined by
	// commas, one element a finding.
	Aliases []string
	// Fixed is the file after all fixes of the safeties asked for; "" when
	// that is not tested.
	Fixed string
	// Safety is the least safety of fixes to apply; Suggestion by default.
	Safety finding.Safety
}
