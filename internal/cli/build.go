package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"schlank"
	"schlank/engine"
)

// buildFlags are the flags shared by all verbs that build a Dockerfile.
type buildFlags struct {
	file, target, platform  string
	args, secrets, contexts []string
	noCache, pull           bool
}

func (b *buildFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.StringVarP(&b.file, "file", "f", "", "Dockerfile (default PATH/Dockerfile)")
	f.StringVar(&b.platform, "platform", "", "platform to build for, or to take of an image for several, as os/arch[/variant]")
	f.StringArrayVar(&b.args, "build-arg", nil, "build argument, as KEY=VALUE")
	f.StringArrayVar(&b.secrets, "secret", nil, "secret for RUN --mount=type=secret, as id=ID,src=FILE")
	f.StringArrayVar(&b.contexts, "build-context", nil, "named build context, as NAME=DIR|docker-image://REF|oci-layout://DIR")
	f.BoolVar(&b.noCache, "no-cache", false, "build every step anew")
	f.BoolVar(&b.pull, "pull", false, "ask the registry again for every base image")
}

func (b *buildFlags) options(path string, p engine.Progress) (schlank.BuildOptions, error) {
	opt := schlank.BuildOptions{
		Path: path, File: b.file, Target: b.target, Platform: b.platform,
		NoCache: b.noCache, Pull: b.pull, Progress: p,
	}
	var err error
	if opt.Args, err = pairs("--build-arg", "KEY=VALUE", b.args); err != nil {
		return opt, err
	}
	if opt.Contexts, err = pairs("--build-context", "NAME=DIR", b.contexts); err != nil {
		return opt, err
	}
	opt.Secrets, err = secretFiles(b.secrets)
	return opt, err
}

// pairs splits words like KEY=VALUE.
func pairs(flag, form string, words []string) (map[string]string, error) {
	m := map[string]string{}
	for _, w := range words {
		k, v, ok := strings.Cut(w, "=")
		if !ok || k == "" {
			return nil, &schlank.UsageError{Msg: fmt.Sprintf("%s %q: want %s", flag, w, form)}
		}
		m[k] = v
	}
	return m, nil
}

func secretFiles(words []string) (map[string]string, error) {
	m := map[string]string{}
	for _, w := range words {
		var id, src string
		for _, kv := range strings.Split(w, ",") {
			k, v, _ := strings.Cut(kv, "=")
			switch k {
			case "id":
				id = v
			case "src", "source":
				src = v
			default:
				return nil, &schlank.UsageError{Msg: fmt.Sprintf("--secret %q: unknown key %q", w, k), Hint: "want id=ID,src=FILE"}
			}
		}
		if id == "" || src == "" {
			return nil, &schlank.UsageError{Msg: fmt.Sprintf("--secret %q: id or src is missing", w), Hint: "want id=ID,src=FILE"}
		}
		m[id] = src
	}
	return m, nil
}

func (a *app) buildCommand() *cobra.Command {
	var b buildFlags
	var format string
	c := &cobra.Command{
		Use:   "build [PATH]",
		Short: "Build a Dockerfile on the engine",
		Long: `Build the Dockerfile of PATH (a context directory or a Dockerfile; default ".")
and print where the image is: an OCI layout and the digest of its manifest, in
the form that compare takes.`,
		Example: `  schlank build .
  schlank build --target test --build-arg VERSION=3 .
  schlank build --format json . | jq '.steps[] | select(.cached | not)'`,
		Args: operands(0, 1, "one PATH"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneOf("--format", format, "text", "json"); err != nil {
				return err
			}
			p, err := a.progress("")
			if err != nil {
				return err
			}
			opt, err := b.options(cmp.Or(append(args, ".")...), p)
			if err != nil {
				return err
			}
			// Mistakes in the call show before the engine starts.
			if err := opt.Check(); err != nil {
				return err
			}
			e, err := a.openEngine(c.Context())
			if err != nil {
				return err
			}
			defer e.Close()
			res, err := schlank.Build(c.Context(), e, opt)
			if err != nil {
				return err
			}
			return a.printBuild(res, format)
		},
	}
	b.add(c)
	c.Flags().StringVar(&b.target, "target", "", "stage to build (default the last)")
	addFormat(c, &format, "text", "json")
	a.addEngineFlags(c)
	return c
}

func oneOf(flag, value string, allowed ...string) error {
	for _, s := range allowed {
		if s == value {
			return nil
		}
	}
	return &schlank.UsageError{Msg: fmt.Sprintf("%s %q is unknown", flag, value), Hint: "use " + strings.Join(allowed, ", ")}
}

// buildDocument is the JSON form of a build, schema schlank.build/1.
type buildDocument struct {
	Schema       string      `json:"schema"`
	Image        string      `json:"image"`
	Digest       string      `json:"digest"`
	BuildSeconds float64     `json:"build_seconds"`
	Bases        []buildBase `json:"bases"`
	Steps        []buildStep `json:"steps"`
	Warnings     []string    `json:"warnings"`
}

type buildBase struct {
	Ref     string  `json:"ref"`
	Digest  string  `json:"digest"`
	StandIn *string `json:"stand_in"`
}

type buildStep struct {
	Name        string  `json:"name"`
	FirstLine   int     `json:"first_line"`
	LastLine    int     `json:"last_line"`
	LayerDigest *string `json:"layer_digest"`
	LayerBytes  int64   `json:"layer_bytes"`
	Seconds     float64 `json:"seconds"`
	Cached      bool    `json:"cached"`
}

func (a *app) printBuild(res *engine.BuildResult, format string) error {
	ref := "oci:" + res.Image.Layout + "@" + res.Image.Digest
	if format == "text" {
		_, err := fmt.Fprintln(a.stdout, ref)
		return err
	}
	doc := buildDocument{
		Schema: "schlank.build/1", Image: ref, Digest: res.Image.Digest, BuildSeconds: res.Duration.Seconds(),
		Bases: []buildBase{}, Steps: []buildStep{}, Warnings: append([]string{}, res.Warnings...),
	}
	for _, b := range res.Bases {
		doc.Bases = append(doc.Bases, buildBase{Ref: b.Ref, Digest: b.Digest, StandIn: orNull(b.StandIn)})
	}
	for _, s := range res.Steps {
		doc.Steps = append(doc.Steps, buildStep{
			Name: s.Name, FirstLine: s.FirstLine, LastLine: s.LastLine, LayerDigest: orNull(s.LayerDigest),
			LayerBytes: s.LayerBytes, Seconds: s.Duration.Seconds(), Cached: s.Cached,
		})
	}
	return a.printJSON(doc)
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (a *app) printJSON(doc any) error { return writeJSON(a.stdout, doc) }

func writeJSON(w io.Writer, doc any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(doc)
}
