package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"schlank"
	"schlank/engine"
	"schlank/finding"
	"schlank/internal/bounded"
	"schlank/lint"
	"schlank/report"
	"schlank/report/lintout"
	"schlank/rule"
	"schlank/rules"

	"github.com/spf13/cobra"
)

// lintFormats are how findings can be printed.
var lintFormats = []string{"text", "json", "sarif", "github", "gitlab", "checkstyle", "junit", "markdown"}

// lintFlags are the flags of lint.
type lintFlags struct {
	format, output, config, failOn, stdinName, fix string
	only, skip, enable, exclude, categories        []string
	all, list, diff, noConfig, reason, noShell     bool
	image                                          string
	build                                          buildFlags
}

func (a *app) lintCommand() *cobra.Command {
	var f lintFlags
	c := &cobra.Command{
		Use:   "lint [PATH…]",
		Short: "Find what is wasteful, fragile or wrong in Dockerfiles, and fix it",
		Long: `lint reads Dockerfiles without building them and reports what makes images big,
builds slow, and containers insecure or wrong, at its exact place, with what it
costs and how to fix it.

A PATH is a Dockerfile or a directory, which is searched; compose and bake files
lead to the Dockerfiles they name. "-" is standard input. Settings come from
schlank.yaml, .hadolint.yaml and .trivyignore beside or above each file. Comments
leave findings be: "# schlank: ignore=SL1101 reason=…"; those of hadolint, trivy
and BuildKit count as well.

--fix applies fixes that change nothing that matters (identity, equivalent);
--fix=suggestion also those that need a build to prove them: see schlank optimize.`,
		Example: `  schlank lint
  schlank lint --fix --diff Dockerfile
  schlank lint --rule DL3009,context-leak --format sarif services/ > lint.sarif
  cat Dockerfile | schlank lint -`,
		RunE: func(c *cobra.Command, args []string) error { return a.lint(c, &f, args) },
	}
	fs := c.Flags()
	fs.StringVar(&f.fix, "fix", "", "apply fixes that are at least that safe: identity, equivalent, suggestion")
	fs.Lookup("fix").NoOptDefVal = finding.Equivalent.String()
	fs.BoolVar(&f.diff, "diff", false, "show what --fix would change, and write nothing")
	fs.StringSliceVar(&f.only, "rule", nil, "run these rules only, by id, name or another tool's id")
	fs.StringSliceVar(&f.skip, "skip", nil, "do not run these rules")
	fs.StringSliceVar(&f.enable, "enable", nil, "run these rules too, which are off by default")
	fs.StringSliceVar(&f.categories, "category", nil, "run the rules of these categories only: "+strings.Join(categories(), ", "))
	fs.BoolVar(&f.all, "all-rules", false, "run the rules that are off by default too")
	fs.BoolVar(&f.list, "rules", false, "list the rules and do nothing else")
	addFormat(c, &f.format, lintFormats...)
	fs.StringVarP(&f.output, "output", "o", "", "write the findings to this file")
	fs.StringVar(&f.failOn, "fail-on", "", "exit with 1 from this severity on: info, warning, error, never (default warning)")
	fs.StringVar(&f.config, "config", "", "settings to use instead of those found beside and above the files")
	fs.BoolVar(&f.noConfig, "no-config", false, "use no settings")
	fs.StringSliceVar(&f.exclude, "exclude", nil, "leave out paths that match these patterns")
	fs.StringVar(&f.stdinName, "stdin-name", "", "path that standard input stands for")
	fs.BoolVar(&f.reason, "require-reason", false, "report ignore comments without a reason")
	fs.BoolVar(&f.noShell, "no-shellcheck", false, "do not ask shellcheck even if it is installed")
	fs.StringVar(&f.image, "image", "", "image that the Dockerfile has made: measure costs in it")
	complete(c, "fix", "identity", "equivalent", "suggestion")
	complete(c, "fail-on", "info", "warning", "error", "never")
	complete(c, "category", categories()...)
	for _, name := range []string{"rule", "skip", "enable"} {
		complete(c, name, ruleNames()...)
	}
	return c
}

func (a *app) lint(c *cobra.Command, f *lintFlags, args []string) error {
	if err := oneOf("format", f.format, lintFormats...); err != nil {
		return err
	}
	if f.list {
		return a.listRules(f)
	}
	if f.failOn != "" {
		if err := oneOf("fail-on", f.failOn, "info", "warning", "error", "never"); err != nil {
			return err
		}
	}
	opt, err := f.options(args, a.stdin)
	if err != nil {
		return err
	}
	if f.image != "" {
		if f.fix != "" {
			return &schlank.UsageError{Msg: "--image measures what an image holds, and --fix changes the file that made it", Hint: "use one, then the other"}
		}
		a.engine.progress = string(engine.ProgressNone) // nothing is built
		inspection, done, err := a.inspectOptions(c, &inspectFlags{build: f.build})
		if err != nil {
			return err
		}
		defer done()
		opt.Image, opt.Inspect = f.image, inspection
	}
	res, err := schlank.Lint(c.Context(), opt)
	if err != nil {
		return err
	}
	for _, p := range res.Problems {
		fmt.Fprintf(a.stderr, "schlank: %s\n", report.Plain(p.Error()))
	}
	f.override(res)
	if err := a.printLint(res, f, opt); err != nil {
		return err
	}
	if res.Fails() || f.diff && changes(res) {
		return errFindings
	}
	return nil
}

// options translates the flags.
func (f *lintFlags) options(args []string, stdin io.Reader) (schlank.LintOptions, error) {
	opt := schlank.LintOptions{
		Paths: args, StdinName: f.stdinName, Config: f.config, NoConfig: f.noConfig,
		All: f.all, Enable: f.enable, Only: f.only, Skip: f.skip,
		RequireReason: f.reason, Exclude: f.exclude, NoShellcheck: f.noShell, DryRun: f.diff,
	}
	for _, name := range f.categories {
		if err := oneOf("category", name, categories()...); err != nil {
			return opt, err
		}
		opt.Categories = append(opt.Categories, rule.Category(name))
	}
	if f.diff && f.fix == "" {
		f.fix = finding.Equivalent.String()
	}
	if f.fix != "" {
		if err := oneOf("fix", f.fix, "identity", "equivalent", "suggestion"); err != nil {
			return opt, err
		}
		opt.Fix = map[string]finding.Safety{"identity": finding.Identity, "equivalent": finding.Equivalent, "suggestion": finding.Suggestion}[f.fix]
	}
	if f.config != "" && f.noConfig {
		return opt, &schlank.UsageError{Msg: "--config and --no-config exclude each other", Hint: "leave one out"}
	}
	if !slices.Contains(args, "-") {
		if f.stdinName != "" {
			return opt, &schlank.UsageError{Msg: "--stdin-name names standard input", Hint: "give - as the path"}
		}
		return opt, nil
	}
	if len(args) > 1 {
		return opt, &schlank.UsageError{Msg: "standard input is looked at alone", Hint: "give - and no other path"}
	}
	text, err := bounded.Read(stdin, "standard input", maxStdin)
	if err != nil {
		return opt, fmt.Errorf("reading standard input: %w", err)
	}
	opt.Stdin = append([]byte{}, text...)
	return opt, nil
}

// maxStdin bounds a Dockerfile from standard input, in bytes.
const maxStdin = 8 << 20

// override puts --fail-on in the place of what settings say.
func (f *lintFlags) override(res *schlank.Linted) {
	if f.failOn == "" {
		return
	}
	least := map[string]finding.Severity{"info": finding.Info, "warning": finding.Warning, "error": finding.Error}[f.failOn]
	for k := range res.Files {
		res.Files[k].FailOn = least
	}
}

// changes reports whether fixing changed, or would change, a file.
func changes(res *schlank.Linted) bool {
	return slices.ContainsFunc(res.Files, func(f schlank.LintedFile) bool {
		return f.Fix != nil && string(f.Fix.Text) != string(f.Original)
	})
}

// printLint prints what was found, and what was fixed.
func (a *app) printLint(res *schlank.Linted, f *lintFlags, opt schlank.LintOptions) error {
	if f.diff {
		return a.printDiffs(res)
	}
	if opt.Stdin != nil && opt.Fix != 0 {
		// The fixed file is what was asked for; the findings are talk.
		if _, err := a.stdout.Write(res.Files[0].Fix.Text); err != nil {
			return err
		}
		return a.writeFindings(a.stderr, res, f.format)
	}
	a.sayFixed(res)
	return a.output(f.output, func(w io.Writer) error { return a.writeFindings(w, res, f.format) })
}

func (a *app) printDiffs(res *schlank.Linted) error {
	for _, file := range res.Files {
		if file.Fix == nil {
			continue
		}
		d := report.Diff(file.Name, file.Name, string(file.Original), string(file.Fix.Text), a.style())
		if _, err := io.WriteString(a.stdout, d); err != nil {
			return err
		}
		a.sayRefused(file)
	}
	return nil
}

// sayFixed tells which fixes were applied.
func (a *app) sayFixed(res *schlank.Linted) {
	for _, file := range res.Files {
		if file.Fix == nil {
			continue
		}
		for _, x := range file.Fix.Applied {
			fmt.Fprintf(a.stderr, "%s:%d: fixed %s: %s (%s)\n", report.Plain(file.Name), x.Line, x.Rule, report.Plain(x.Title), x.Safety)
		}
		a.sayRefused(file)
		if !file.Written && len(file.Fix.Applied) > 0 && strings.Contains(file.Name, "#") {
			fmt.Fprintf(a.stderr, "%s: not written: it stands inside of another file\n", report.Plain(file.Name))
		}
	}
}

func (a *app) sayRefused(file schlank.LintedFile) {
	for _, x := range file.Fix.Refused {
		fmt.Fprintf(a.stderr, "%s:%d: did not fix %s: %s\n", report.Plain(file.Name), x.Line, x.Rule, report.Plain(x.Reason))
	}
}

// writeFindings writes the findings in a format.
func (a *app) writeFindings(w io.Writer, res *schlank.Linted, format string) error {
	if format == "json" {
		results := make([]lint.Result, len(res.Files))
		for k, f := range res.Files {
			results[k] = f.Result
		}
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(lint.NewDocument(results...))
	}
	r := lintReport(res)
	switch format {
	case "sarif":
		return r.SARIF(w)
	case "github":
		return r.GitHub(w)
	case "gitlab":
		return r.GitLab(w)
	case "checkstyle":
		return r.Checkstyle(w)
	case "junit":
		return r.JUnit(w)
	case "markdown":
		return r.Markdown(w)
	}
	st := report.Style{}
	if w == a.stdout {
		st = a.style()
	}
	return r.Text(w, st)
}

func lintReport(res *schlank.Linted) *lintout.Report {
	r := &lintout.Report{Version: version()}
	for _, f := range res.Files {
		r.Files = append(r.Files, lintout.File{Source: f.Result.File.Source, Findings: f.Result.Findings})
	}
	for _, x := range res.Rules {
		r.Rules = append(r.Rules, lintout.Rule{
			ID: x.ID, Name: x.Name, Title: x.Doc.Title, Why: x.Doc.Why, Category: string(x.Category), Aliases: x.Aliases, Severity: x.Severity,
		})
	}
	return r
}

// categories are the categories that rules have.
func categories() []string {
	var out []string
	for _, r := range rules.All() {
		out = append(out, string(r.Category))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ruleNames are what rules can be called on the command line.
func ruleNames() []string {
	var out []string
	for _, r := range rules.All() {
		out = append(out, r.ID+"\t"+r.Doc.Title, r.Name+"\t"+r.ID)
	}
	return out
}
