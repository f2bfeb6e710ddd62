package rule

import (
	"fmt"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/source"
)

// Safeties are the safeties of the fixes that the rule offers for its bad
// example, without repeats, in order of appearance.
func (r *Rule) Safeties() []finding.Safety {
	if r.Run == nil {
		return nil
	}
	f := dockerfile.Parse(source.File{Name: "Dockerfile", Bytes: []byte(r.Doc.Bad)})
	var out []finding.Safety
	seen := map[finding.Safety]bool{}
	for _, x := range Run(r, f, r.Doc.Setup.Settings, r.Doc.Setup.Context()) {
		for _, fix := range x.Fixes {
			if !seen[fix.Safety] {
				seen[fix.Safety] = true
				out = append(out, fix.Safety)
			}
		}
	}
	return out
}

// Page is the rule's page in Markdown.
func (r *Rule) Page() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s %s\n\n%s.\n\n", r.ID, r.Name, r.Doc.Title)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "| %s | %s |\n", name, value)
		}
	}
	b.WriteString("| | |\n|---|---|\n")
	row("category", string(r.Category))
	row("severity", r.Severity.String())
	row("on by default", r.byDefault())
	row("fix", r.Fixes())
	row("other tools call it", strings.Join(r.Aliases, ", "))
	row("since", r.Doc.Since)
	fmt.Fprintf(&b, "\n%s\n", r.Doc.Why)
	if s := r.Doc.Setup; s.Ignore != nil {
		fmt.Fprintf(&b, "\nWith this `.dockerignore`:\n\n```\n%s```\n", ended(*s.Ignore))
	}
	fmt.Fprintf(&b, "\n## Bad\n\n```dockerfile\n%s```\n", ended(r.Doc.Bad))
	fmt.Fprintf(&b, "\n## Good\n\n```dockerfile\n%s```\n", ended(r.Doc.Good))
	fmt.Fprintf(&b, "\nTo leave it be for one instruction, write above it:\n\n```dockerfile\n# schlank: ignore=%s reason=…\n```\n", r.ID)
	if len(r.Doc.Sources) > 0 {
		b.WriteString("\n## Sources\n\n")
		for _, s := range r.Doc.Sources {
			fmt.Fprintf(&b, "- <%s>\n", s)
		}
	}
	return b.String()
}

func (r *Rule) byDefault() string {
	if r.Off != "" {
		return "no: " + r.Off
	}
	return "yes"
}

// Fixes says what fixes the rule has: their safeties, or no.
func (r *Rule) Fixes() string {
	var names []string
	for _, s := range r.Safeties() {
		names = append(names, s.String())
	}
	if len(names) == 0 {
		return "no"
	}
	return strings.Join(names, ", ")
}

// ended is text that ends with a newline. What no page is wide enough for is
// left out.
func ended(text string) string {
	const width = 200
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for k, l := range lines {
		if len(l) > width {
			lines[k] = strings.ToValidUTF8(l[:width], "") + "…"
		}
	}
	return strings.Join(lines, "\n") + "\n"
}
