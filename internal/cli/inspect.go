package cli

import (
	"fmt"
	"io"

	"schlank"
	"schlank/attribute"
	"schlank/inspect"
	"schlank/inspect/page"

	"github.com/spf13/cobra"
)

// inspectFlags are the flags of inspect.
type inspectFlags struct {
	build              buildFlags
	format, output, by string
	base, dockerfile   string
	why                []string
	top, layer, depth  int
	tree, dive         bool
	interactive        bool
	extract            []string
	to                 string
	force, noVerify    bool
}

func (a *app) inspectCommand() *cobra.Command {
	var f inspectFlags
	c := &cobra.Command{
		Use:   "inspect IMAGE",
		Short: "Say where the bytes of an image are, why, and what would make them go away",
		Long: `inspect reads an image and gives each stored byte its cause: the base image, a
package and who asked for it, build tools left over, caches, files that a later
layer hides. The causes sum to the size of the image, to the byte.

IMAGE is a reference, an archive, an OCI layout, or a project to build. Where it is
looked for can be said: docker:NAME, podman:NAME, containerd:NAME, registry:NAME,
archive:FILE, oci:DIR, dir:DIR. Of images that were built here the lines of the
Dockerfile are known; for others --dockerfile tells them.`,
		Example: `  schlank inspect python:3.11
  schlank inspect .
  schlank inspect app:latest --interactive
  schlank inspect app.tar --by package --top 30
  schlank inspect app:latest --why /usr/lib/x86_64-linux-gnu/libicudata.so.72
  schlank inspect app:latest --format html -o app.html
  schlank inspect app:latest --extract /etc/ssl --to ./ssl`,
		Args: operands(1, 1, "an image, or a project to build"),
		RunE: func(c *cobra.Command, args []string) error { return a.inspect(c, &f, args[0]) },
	}
	fs := c.Flags()
	fs.StringVar(&f.by, "by", "", "sum up by cause, layer, instruction, package, owner or path")
	fs.IntVar(&f.top, "top", 0, "lines of a table (default 20)")
	fs.StringArrayVar(&f.why, "why", nil, "explain a path: which layer and instruction, which package, who asked for it, what would remove it")
	fs.IntVar(&f.layer, "layer", 0, "show one layer, counted from 1")
	fs.BoolVar(&f.tree, "tree", false, "show the size tree")
	fs.IntVar(&f.depth, "depth", 3, "levels of the size tree")
	fs.BoolVarP(&f.interactive, "interactive", "i", false, "explore the image in the terminal; ? shows the keys")
	fs.BoolVar(&f.dive, "dive", false, "show the figures of dive, by its own definitions, too")
	fs.StringArrayVar(&f.extract, "extract", nil, "copy a path out of the image; see --to")
	fs.StringVar(&f.to, "to", "", "where --extract puts it: a directory, or - for the content of one file")
	fs.BoolVar(&f.force, "force", false, "let --extract, and copying in --interactive, overwrite files")
	fs.BoolVar(&f.noVerify, "no-verify", false, "skim uncompressed archives: layers are not checked, duplicates not found, several times as fast")
	fs.StringVar(&f.base, "base", "", "base image, by reference (default: recognised)")
	fs.StringVar(&f.dockerfile, "dockerfile", "", "Dockerfile[#TARGET] that the image was built from (known for what was built here)")
	addFormat(c, &f.format, "text", "json", "markdown", "html")
	fs.StringVarP(&f.output, "output", "o", "", "write to this file")
	f.build.add(c)
	hide(c, "file") // the item names it
	a.addEngineFlags(c)
	complete(c, "by", groupings()...)
	return c
}

// groupings are what --by takes.
func groupings() []string {
	var out []string
	for _, g := range attribute.Groupings() {
		out = append(out, string(g))
	}
	return append(out, "path")
}

// check finds mistakes before anything is read.
func (f *inspectFlags) check() error {
	if err := oneOf("format", f.format, "text", "json", "markdown", "html"); err != nil {
		return err
	}
	if f.by != "" {
		if err := oneOf("by", f.by, groupings()...); err != nil {
			return err
		}
	}
	views := 0
	for _, set := range []bool{f.by != "", len(f.why) > 0, f.layer != 0, f.tree, len(f.extract) > 0, f.interactive} {
		if set {
			views++
		}
	}
	switch {
	case views > 1:
		return &schlank.UsageError{Msg: "--by, --why, --layer, --tree, --extract and --interactive are different views", Hint: "choose one"}
	case views == 1 && !f.interactive && (f.format == "json" || f.format == "html"):
		return &schlank.UsageError{Msg: fmt.Sprintf("--format %s holds all views", f.format), Hint: "leave --by, --why, --layer, --tree and --extract out"}
	case f.dive && f.format == "html":
		return &schlank.UsageError{Msg: "--format html does not show dive's figures", Hint: "use text, json or markdown"}
	case f.layer < 0, f.top < 0, f.depth < 0:
		return &schlank.UsageError{Msg: "--layer, --top and --depth count from 1"}
	case f.to != "" && len(f.extract) == 0:
		return &schlank.UsageError{Msg: "--to is where --extract puts files", Hint: "say what to copy with --extract PATH"}
	case f.to == "" && len(f.extract) > 0:
		return &schlank.UsageError{Msg: "--extract needs a place", Hint: "give --to DIR, or --to - for the content of one file"}
	}
	return nil
}

func (a *app) inspect(c *cobra.Command, f *inspectFlags, item string) error {
	if err := f.check(); err != nil {
		return err
	}
	for _, name := range []string{"layer", "top", "depth"} {
		if fl := c.Flags().Lookup(name); fl.Changed && fl.Value.String() == "0" {
			return &schlank.UsageError{Msg: "--" + name + " counts from 1"}
		}
	}
	if f.interactive {
		if err := a.checkInteractive(f); err != nil {
			return err
		}
	}
	opt, done, err := a.inspectOptions(c, f)
	if err != nil {
		return err
	}
	defer done()
	i, err := schlank.Inspect(c.Context(), item, opt)
	if err != nil {
		return err
	}
	defer i.Close()
	if len(f.extract) > 0 {
		return a.extract(c.Context(), i, f)
	}
	if f.interactive {
		return a.explore(c.Context(), i, f.force)
	}
	return a.output(f.output, func(w io.Writer) error { return a.writeInspection(w, i, f) })
}

// inspectOptions translates flags and settings.
func (a *app) inspectOptions(c *cobra.Command, f *inspectFlags) (schlank.InspectOptions, func(), error) {
	spareMemory()
	shared, done, err := a.compareOptions(c, &f.build)
	if err != nil {
		return schlank.InspectOptions{}, nil, err
	}
	settings, err := a.settings()
	if err != nil {
		return schlank.InspectOptions{}, nil, err
	}
	build := shared.Build
	if shared.ProgressFor != nil {
		build.Progress = shared.ProgressFor("")
	}
	shared.Image.Unverified = f.noVerify
	return schlank.InspectOptions{
		Image: shared.Image, Build: build, Engine: shared.Engine,
		Dockerfile: f.dockerfile, Base: f.base, State: settings.State,
	}, done, nil
}

// writeInspection prints what was asked for.
func (a *app) writeInspection(w io.Writer, i *schlank.Inspection, f *inspectFlags) error {
	s := i.Subject()
	switch f.format {
	case "json":
		return writeJSON(w, inspect.NewDocument(s))
	case "html":
		return page.Write(w, s)
	}
	parts, err := f.parts(s)
	if err != nil {
		return err
	}
	return a.writeParts(w, parts, f.format)
}

// parts are the parts of the report that the flags ask for.
func (f *inspectFlags) parts(s *inspect.Subject) ([]inspect.Part, error) {
	o := inspect.Options{Top: f.top}
	var parts []inspect.Part
	var err error
	switch {
	case f.by == "path":
		parts = inspect.ByPath(s, o)
	case f.by != "":
		parts = inspect.By(s, attribute.Grouping(f.by), o)
	case len(f.why) > 0:
		for _, path := range f.why {
			why, werr := inspect.Why(s, path, o)
			if werr != nil {
				return nil, &schlank.UsageError{Msg: werr.Error(), Hint: "paths are absolute; --tree and --by path show them"}
			}
			parts = append(parts, why...)
		}
	case f.layer > 0:
		if parts, err = inspect.Layer(s, f.layer-1, o); err != nil {
			return nil, &schlank.UsageError{Msg: err.Error()}
		}
	case f.tree:
		parts = inspect.Tree(s, f.depth, o)
	default:
		parts = inspect.Summary(s, o)
	}
	if f.dive {
		parts = append(parts, inspect.Dive(s, o)...)
	}
	return parts, nil
}
