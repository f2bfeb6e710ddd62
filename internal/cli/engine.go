package cli

import (
	"fmt"

	"github.com/spf13/cobra"
	"schlank"
)

func (a *app) engineCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "engine",
		Short: "Look after the engine's disk space",
		Example: `  schlank engine du
  schlank engine prune --keep-gb 10`,
	}
	asGroup(c)
	c.AddCommand(a.engineUsageCommand(), a.enginePruneCommand())
	return c
}

func (a *app) engineUsageCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "du",
		Short: "Show what the build cache and the built images take on disk",
		Example: `  schlank engine du
  schlank engine du --format json`,
		Args: operands(0, 0, "no operands"),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := oneOf("--format", format, "text", "json"); err != nil {
				return err
			}
			e, err := a.openEngine(c.Context())
			if err != nil {
				return err
			}
			defer e.Close()
			u, err := schlank.DiskUsage(c.Context(), e)
			if err != nil {
				return err
			}
			if format == "json" {
				return a.printJSON(u)
			}
			_, err = fmt.Fprintf(a.stdout, "engine       %s\nbuild cache  %s in %d records, %s reclaimable\nimages       %s in %d images\n",
				e.Describe(), megabytes(u.CacheBytes), u.CacheRecords, megabytes(u.ReclaimableBytes), megabytes(u.ImageBytes), u.Images)
			return err
		},
	}
	addFormat(c, &format, "text", "json")
	a.addEngineFlags(c)
	return c
}

func (a *app) enginePruneCommand() *cobra.Command {
	var keepGB float64
	c := &cobra.Command{
		Use:   "prune",
		Short: "Free the build cache and the built images",
		Example: `  schlank engine prune
  schlank engine prune --keep-gb 10`,
		Args: operands(0, 0, "no operands"),
		RunE: func(c *cobra.Command, _ []string) error {
			if keepGB < 0 {
				return &schlank.UsageError{Msg: "--keep-gb must not be negative"}
			}
			e, err := a.openEngine(c.Context())
			if err != nil {
				return err
			}
			defer e.Close()
			freed, err := schlank.Prune(c.Context(), e, int64(keepGB*1e9))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.stdout, "freed %s\n", megabytes(freed))
			return err
		},
	}
	c.Flags().Float64Var(&keepGB, "keep-gb", 0, "keep this much of the build cache, in 10^9 bytes, and all images")
	a.addEngineFlags(c)
	return c
}

// megabytes prints bytes in units of 10^6, as docker images does.
func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
