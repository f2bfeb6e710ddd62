package cli

import (
	"fmt"

	"github.com/spf13/cobra"
	"schlank"
	"schlank/attribute"
	"schlank/report"
)

func (a *app) checkCommand() *cobra.Command {
	var f inspectFlags
	var disk, pull, wasted, dive string
	c := &cobra.Command{
		Use:   "check IMAGE",
		Short: "Hold an image to budgets and rules, for CI",
		Long: `check reads an image, or builds a project, and holds it to budgets and to the rules
of a .dive-ci file. It ends with 1 if one is broken.`,
		Example: `  schlank check app:latest --max-disk 200MB
  schlank check . --max-pull 80MB --max-wasted 1MB
  schlank check app.tar --dive-ci ci/.dive-ci`,
		Args: operands(1, 1, "an image, or a project to build"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneOf("format", f.format, "text", "json", "markdown"); err != nil {
				return err
			}
			opt := schlank.CheckOptions{DiveCI: dive}
			for _, b := range []struct {
				flag, value string
				to          **int64
			}{{"max-disk", disk, &opt.MaxDisk}, {"max-pull", pull, &opt.MaxPull}, {"max-wasted", wasted, &opt.MaxWasted}} {
				if b.value == "" {
					continue
				}
				n, err := attribute.ParseBytes(b.value)
				if err != nil || n < 0 {
					return &schlank.UsageError{Msg: fmt.Sprintf("--%s %s is no budget", b.flag, b.value), Hint: "write it as 200MB or 1.5GB"}
				}
				*b.to = &n
			}
			var done func()
			var err error
			if opt.InspectOptions, done, err = a.inspectOptions(c, &f); err != nil {
				return err
			}
			defer done()
			res, err := schlank.CheckImage(c.Context(), args[0], opt)
			if err != nil {
				return err
			}
			return a.printCheck(res, f.format)
		},
	}
	fs := c.Flags()
	fs.StringVar(&disk, "max-disk", "", "most that all layers may hold together, uncompressed: 200MB")
	fs.StringVar(&pull, "max-pull", "", "most that may be transferred")
	fs.StringVar(&wasted, "max-wasted", "", "most that may be stored and not seen")
	fs.StringVar(&dive, "dive-ci", "", "file with dive's rules (default .dive-ci, if there is one)")
	addFormat(c, &f.format, "text", "json", "markdown")
	f.build.add(c)
	hide(c, "file") // the item names it
	a.addEngineFlags(c)
	return c
}

// printCheck prints the results and chooses the exit code.
func (a *app) printCheck(res *schlank.Checked, format string) error {
	type entry struct {
		Check  string `json:"check"`
		From   string `json:"from,omitempty"`
		Limit  string `json:"limit"`
		Got    string `json:"got"`
		Passed bool   `json:"passed"`
		Off    bool   `json:"off,omitempty"`
	}
	doc := struct {
		Schema string  `json:"schema"`
		Image  string  `json:"image"`
		Passed bool    `json:"passed"`
		Checks []entry `json:"checks"`
	}{"schlank.check/1", res.Name, res.Passed(), []entry{}}
	t := report.Table{Title: res.Name, Columns: []report.Column{{Title: "check"}, {Title: "limit", Align: report.Right}, {Title: "is", Align: report.Right}, {Title: ""}}}
	for _, r := range res.Results {
		doc.Checks = append(doc.Checks, entry(r))
		outcome := report.Cell{Text: "passed", Tone: report.Good}
		switch {
		case r.Off:
			outcome = report.Cell{Text: "off", Tone: report.Faint}
		case !r.Passed:
			outcome = report.Cell{Text: "broken", Tone: report.Bad}
		}
		t.Rows = append(t.Rows, report.Row{{Text: r.Check}, {Text: r.Limit}, {Text: r.Got}, outcome})
	}
	var err error
	switch format {
	case "json":
		err = a.printJSON(doc)
	case "markdown":
		err = t.Markdown(a.stdout)
	default:
		err = t.Text(a.stdout, a.style())
	}
	if err == nil && !res.Passed() {
		err = errFindings
	}
	return err
}
