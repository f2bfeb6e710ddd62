package cli

import (
	"context"

	"github.com/spf13/cobra"
	"schlank"
	"schlank/internal/lsp"
)

func (a *app) lspCommand() *cobra.Command {
	var opt schlank.LintOptions
	c := &cobra.Command{
		Use:   "lsp",
		Short: "Serve editors: findings, fixes and explanations while Dockerfiles are written",
		Long: `lsp speaks the Language Server Protocol on standard input and output. An editor
starts it and shows what lint finds while a Dockerfile is being written, offers the
fixes, and explains rules, with what they cost, where the pointer rests.

Settings are those of lint: schlank.yaml beside or above each file.`,
		Example: `  # Neovim
  vim.lsp.config("schlank", { cmd = { "schlank", "lsp" }, filetypes = { "dockerfile" } })
  vim.lsp.enable("schlank")

  # Helix, languages.toml
  [language-server.schlank]
  command = "schlank"
  args = ["lsp"]`,
		Args: operands(0, 0, "no argument"),
		RunE: func(c *cobra.Command, _ []string) error {
			ended := make(chan error, 1)
			go func() { ended <- lsp.New(schlank.NewLintSession(opt), version()).Serve(c.Context(), a.stdin, a.stdout) }()
			select {
			case err := <-ended:
				return err
			case <-c.Context().Done(): // Serve may be waiting for the client
				return context.Cause(c.Context())
			}
		},
	}
	f := c.Flags()
	f.BoolVar(&opt.All, "all-rules", false, "run the rules that are off by default too")
	f.StringVar(&opt.Config, "config", "", "settings to use instead of those found beside and above the files")
	f.BoolVar(&opt.NoShellcheck, "no-shellcheck", false, "do not ask shellcheck even if it is installed")
	f.Bool("stdio", true, "speak on standard input and output, which is what it does anyway")
	hide(c, "stdio")
	return c
}
