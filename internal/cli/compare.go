package cli

import (
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"
	"schlank"
	"schlank/compare"
	"schlank/internal/image"
	"schlank/report"
)

func (a *app) compareCommand() *cobra.Command {
	var b buildFlags
	var format string
	var d diffFlags
	c := &cobra.Command{
		Use:   "compare ITEM...",
		Short: "Measure images side by side",
		Long: `Build what is to be built and measure all items: disk, pull, visible and wasted
bytes, layers, files, packages, build time, and the ratio to the first.

An ITEM is a Dockerfile, Dockerfile#target, a build context, an image reference,
an OCI layout (DIR, oci:DIR@DIGEST) or an archive of docker save. Where an image
is can be said: docker:NAME, podman:NAME, containerd:NAME, registry:NAME,
archive:FILE, oci:DIR, dir:DIR. The build context of a Dockerfile is its directory.

An item that fails shows as failed with its reason, the others go on, and the
exit code is 3.

--diff says what differs between two items: what grew and what shrank, by cause,
package, instruction and path.`,
		Example: `  schlank compare examples/django/*.Dockerfile
  schlank compare Dockerfile Dockerfile.slim Dockerfile.slim#test
  schlank compare python:3.11 python:3.11-slim
  schlank compare --diff app:1.4 app:1.5
  schlank compare --format html . old.tar > report.html`,
		Args: operands(1, math.MaxInt, "at least one ITEM"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneOf("--format", format, "text", "json", "markdown", "html"); err != nil {
				return err
			}
			if d.diff {
				return a.diff(c, &b, args, d.top, format)
			}
			opt, done, err := a.compareOptions(c, &b)
			if err != nil {
				return err
			}
			defer done()
			rows, err := schlank.Compare(c.Context(), args, opt)
			if err != nil {
				return err
			}
			if err := a.printCompare(rows, format); err != nil {
				return err
			}
			return a.reportFailed(rows)
		},
	}
	b.add(c)
	hide(c, "file") // the items name the Dockerfiles
	addFormat(c, &format, "text", "json", "markdown", "html")
	c.Flags().BoolVar(&d.diff, "diff", false, "say what differs between two items, by cause, package and path")
	c.Flags().IntVar(&d.top, "top", 0, "lines of a table of --diff (default 20)")
	a.addEngineFlags(c)
	return c
}

// compareOptions makes the options; the engine starts with the first build
// and done ends it.
func (a *app) compareOptions(c *cobra.Command, b *buildFlags) (opt schlank.CompareOptions, done func(), err error) {
	if b.file != "" {
		return opt, nil, &schlank.UsageError{Msg: fmt.Sprintf("%s takes Dockerfiles as items, not by --file", c.Name())}
	}
	p, err := a.progress("")
	if err != nil {
		return opt, nil, err
	}
	opts, err := b.options("", p)
	if err != nil {
		return opt, nil, err
	}
	settings, err := a.settings()
	if err != nil {
		return opt, nil, err
	}
	var e *schlank.Engine
	opt = schlank.CompareOptions{
		Build:       opts,
		ProgressFor: a.progressFor(p),
		Image:       image.Options{Platform: b.platform, CacheDir: image.DefaultCacheDir(), Progress: a.readProgress(p.Mode)},
		Engine: func() (*schlank.Engine, error) {
			if e != nil {
				return e, nil
			}
			var err error
			e, err = a.openEngine(c.Context())
			return e, err
		},
	}
	if settings.Bases != "" {
		opt.Image.Stores = []string{settings.Bases}
	}
	opt.Image.Registries = imageRegistries(settings.Registries)
	return opt, func() {
		if e != nil {
			e.Close()
		}
	}, nil
}

// imageRegistries has image references reach registries as the engine does.
func imageRegistries(registries map[string]schlank.Registry) map[string]image.Registry {
	m := make(map[string]image.Registry, len(registries))
	for host, r := range registries {
		m[host] = image.Registry(r)
	}
	return m
}

func (a *app) printCompare(rows []compare.Row, format string) error {
	switch format {
	case "json":
		doc, err := compare.JSON(rows)
		if err == nil {
			_, err = a.stdout.Write(doc)
		}
		return err
	case "markdown":
		return report.Compare(rows).Markdown(a.stdout)
	case "html":
		return report.ComparePage(rows).HTML(a.stdout)
	}
	return report.Compare(rows).Text(a.stdout, a.style())
}

// reportFailed says on stderr what failed, in full, and sets the exit code.
func (a *app) reportFailed(rows []compare.Row) error {
	if compare.Failed(rows) == 0 {
		return nil
	}
	for _, r := range rows {
		if r.Err == nil {
			continue
		}
		msg := r.Err.Error()
		if !strings.HasPrefix(msg, r.Name) { // errors of files begin with the place
			msg = r.Name + ": " + msg
		}
		fmt.Fprintf(a.stderr, "schlank: %s\n", msg)
		if d := schlank.ErrorDetails(r.Err); d != "" {
			fmt.Fprint(a.stderr, indent(d))
		}
	}
	return errSaid
}
