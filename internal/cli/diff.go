package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"schlank"
	"schlank/inspect"
)

// diffFlags are the flags of compare --diff.
type diffFlags struct {
	diff bool
	top  int
}

// diff says what differs between two items.
func (a *app) diff(c *cobra.Command, b *buildFlags, items []string, top int, format string) error {
	if len(items) != 2 {
		return &schlank.UsageError{Msg: fmt.Sprintf("--diff takes two items, not %d", len(items)), Hint: "give the one before and the one after"}
	}
	if format == "html" {
		return &schlank.UsageError{Msg: "--diff can't be printed as html", Hint: "use text, json or markdown"}
	}
	opt, done, err := a.inspectOptions(c, &inspectFlags{build: *b})
	if err != nil {
		return err
	}
	defer done()
	res, err := schlank.Diff(c.Context(), items[0], items[1], opt)
	if err != nil {
		return err
	}
	if format == "json" {
		return writeJSON(a.stdout, inspect.NewDeltaDocument(items[0], items[1], res.Delta))
	}
	return a.writeParts(a.stdout, inspect.Delta(res.From, res.To, res.Delta, inspect.Options{Top: top}), format)
}

// writeParts writes the parts of a report as text or Markdown.
func (a *app) writeParts(w io.Writer, parts []inspect.Part, format string) error {
	for k, p := range parts {
		var err error
		switch {
		case format == "markdown":
			err = p.Markdown(w)
		case k > 0:
			if _, err = io.WriteString(w, "\n"); err == nil {
				err = p.Text(w, styleFor(w))
			}
		default:
			err = p.Text(w, styleFor(w))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
