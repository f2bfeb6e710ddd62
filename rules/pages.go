package rules

import (
	"fmt"
	"strings"

	"schlank/rule"
	"schlank/rules/bases"
	"schlank/rules/form"
	"schlank/rules/layers"
	"schlank/rules/packages"
	"schlank/rules/runtime"
	"schlank/rules/security"
	"schlank/rules/shell"
	"schlank/rules/style"
)

// Group is rules that belong together.
type Group struct {
	// Title is what they are about: "Package managers".
	Title string
	Rules []*rule.Rule
}

// Groups are the groups in order of the first digit of their rules' IDs.
func Groups() []Group {
	return []Group{
		{"Form and meaning", form.All()},
		{"Package managers", packages.All()},
		{"Layers and copies", layers.All()},
		{"Stages and base images", bases.All()},
		{"Security", security.All()},
		{"The shell", shell.All()},
		{"How the image runs", runtime.All()},
		{"Style and metadata", style.All()},
	}
}

// Pages are the pages about the rules in Markdown, by file name.
func Pages() map[string]string {
	pages := map[string]string{"README.md": index()}
	for _, r := range All() {
		pages[r.ID+".md"] = r.Page()
	}
	return pages
}

// index is the list of all rules by group.
func index() string {
	var b strings.Builder
	b.WriteString("# Rules\n\nWhat `schlank lint` finds. A rule in *italics* is off by default; its page says why.\n" +
		"The last column has the IDs that hadolint (DL), trivy (DS), dockle (CIS-DI, DKL), checkov (CKV) and BuildKit (names) have for the same;\n" +
		"schlank knows them wherever it asks for a rule.\n")
	for _, g := range Groups() {
		if len(g.Rules) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n| rule | name | about | severity | fix | elsewhere |\n|---|---|---|---|---|---|\n", g.Title)
		for _, r := range g.Rules {
			name := r.Name
			if r.Off != "" {
				name = "*" + name + "*"
			}
			fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s | %s | %s | %s |\n", r.ID, r.ID, name, r.Doc.Title, r.Severity, r.Fixes(), strings.Join(r.Aliases, ", "))
		}
	}
	return b.String()
}
