package cli

import (
	"fmt"
	"strings"

	"schlank"
	"schlank/lint"
	"schlank/report"
	"schlank/rule"
	"schlank/rules"

	"github.com/spf13/cobra"
)

func (a *app) explainCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "explain RULE…",
		Short: "Say what a rule of lint is about, with examples",
		Example: `  schlank explain SL1101
  schlank explain DL3009`,
		Args: operands(1, 100, "a rule: its id, its name, or another tool's id for it"),
		RunE: func(_ *cobra.Command, args []string) error {
			for _, name := range args {
				found, err := findRules(name)
				if err != nil {
					return err
				}
				for _, r := range found {
					if _, err := fmt.Fprintln(a.stdout, r.Page()); err != nil {
						return err
					}
				}
			}
			return nil
		},
	}
	c.ValidArgsFunction = cobra.FixedCompletions(ruleNames(), cobra.ShellCompDirectiveNoFileComp)
	return c
}

// findRules are the rules that a name means, by the linter's own reading of
// names; another tool's id may be spread over several.
func findRules(name string) ([]*rule.Rule, error) {
	l, err := lint.New(lint.Options{Only: []string{name}})
	if err != nil {
		return nil, &schlank.UsageError{Msg: err.Error()}
	}
	return l.Rules(), nil
}

// listRules prints the rules that there are.
func (a *app) listRules(f *lintFlags) error {
	type entry struct {
		ID       string   `json:"rule"`
		Name     string   `json:"name"`
		Title    string   `json:"title"`
		Category string   `json:"category"`
		Severity string   `json:"severity"`
		Default  bool     `json:"default"`
		Aliases  []string `json:"aliases"`
		Fix      string   `json:"fix"`
	}
	list := []entry{}
	for _, r := range rules.All() {
		list = append(list, entry{r.ID, r.Name, r.Doc.Title, string(r.Category), r.Severity.String(), r.Off == "", append([]string{}, r.Aliases...), r.Fixes()})
	}
	if f.format == "json" {
		return a.printJSON(list)
	}
	t := report.Table{Columns: []report.Column{{Title: "rule"}, {Title: "name"}, {Title: "severity"}, {Title: "fix"}, {Title: "about", Wrap: true}, {Title: "elsewhere", Wrap: true}}}
	for _, e := range list {
		severity := e.Severity
		if !e.Default {
			severity = "off"
		}
		t.Rows = append(t.Rows, report.Row{{Text: e.ID}, {Text: e.Name}, {Text: severity}, {Text: e.Fix}, {Text: e.Title}, {Text: strings.Join(e.Aliases, " ")}})
	}
	switch f.format {
	case "text":
		return t.Text(a.stdout, a.style())
	case "markdown":
		return t.Markdown(a.stdout)
	}
	return &schlank.UsageError{Msg: fmt.Sprintf("--rules can't be printed as %s", f.format), Hint: "use text, json or markdown"}
}
