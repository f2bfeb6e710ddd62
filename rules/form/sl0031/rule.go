// Package sl0031 is the rule copied-archive-unpacked.
package sl0031

import (
	"path"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/archive"
)

// Rule is SL0031.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0031",
		Name:     "copied-archive-unpacked",
		Aliases:  []string{"DL3010"},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "An archive is copied and then unpacked",
			Why:   "The archive stays in the layer of the COPY, whatever later instructions do with it, so the image carries its content twice. ADD unpacks it without keeping it, and so does a RUN that mounts it.",
			Bad:   "FROM debian:13-slim\nCOPY rootfs.tar.gz /tmp/\nRUN tar -xzf /tmp/rootfs.tar.gz -C /opt && rm /tmp/rootfs.tar.gz\n",
			Good:  "FROM debian:13-slim\nADD rootfs.tar.gz /opt/\n",
			More: []rule.Example{
				{Name: "under another name", Dockerfile: "FROM debian:13-slim\nCOPY a/b.tar /x/c.tar\nRUN cd /x && tar xf c.tar\n", Lines: []int{2}},
				{Name: "into a directory without a slash", Dockerfile: "FROM debian:13-slim\nCOPY b.tar /x\nRUN tar --extract --file=/x/b.tar\n", Lines: []int{2}},
				{Name: "not unpacked", Dockerfile: "FROM debian:13-slim\nCOPY b.tar /x/\nRUN tar cf c.tar /y && tar tf b.tar\n"},
				{Name: "in another stage", Dockerfile: "FROM debian:13-slim\nCOPY b.tar /x/\nFROM debian:13-slim\nRUN tar xf b.tar\n"},
				{Name: "mounted", Dockerfile: "FROM debian:13-slim\nRUN --mount=source=b.tar,target=/b.tar tar xf /b.tar\n"},
				{Name: "paths of Windows", Dockerfile: "FROM debian:13-slim\nCOPY a\\b.tar \"C:\\Program Files\\c.tar\"\nRUN tar xf c.tar\n", Lines: []int{2}},
				{Name: "from a stage", Dockerfile: "FROM debian:13-slim AS a\nFROM debian:13-slim\nCOPY --from=a /b.tar /\nRUN tar xf /b.tar\n", Lines: []int{3}, Aliases: []string{""}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/dockerfile/#add"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, s := range p.File.Stages {
		copied := map[string]copiedArchive{}
		for _, i := range s.Instructions {
			if o, ok := i.Command.(*dockerfile.Onbuild); ok && o.Trigger != nil {
				i = o.Trigger
			}
			if c, ok := i.Command.(*dockerfile.Copy); ok && !c.Add {
				note(copied, c)
			}
			for command := range rule.InstructionCommands(i) {
				for _, name := range unpacked(command) {
					if a, ok := copied[name]; ok {
						report(p, a)
						delete(copied, name)
					}
				}
			}
		}
	}
}

// copiedArchive is an archive as the source of a COPY.
type copiedArchive struct {
	dockerfile.Value
	fromStage bool
}

// note notes the archives that a COPY brings, by their names in the image.
func note(copied map[string]copiedArchive, c *dockerfile.Copy) {
	for _, v := range c.Sources {
		// As it is written, for in paths of Windows a backslash is no escape.
		if !archive.IsTar(v.Raw) {
			continue
		}
		name := base(v.Raw)
		if archive.IsTar(c.Dest.Raw) {
			name = base(c.Dest.Raw)
		}
		copied[name] = copiedArchive{v, c.From.Raw != ""}
	}
}

// base is the last part of a path of either system.
func base(name string) string {
	return path.Base(strings.ReplaceAll(strings.Trim(name, `"'`), `\`, "/"))
}

// unpacked are the names of the archives that a command unpacks.
func unpacked(c rule.Shell) []string {
	if c.Name != "tar" && c.Name != "bsdtar" {
		return nil
	}
	extracts := false
	var names []string
	for k, w := range c.Words[1:] {
		text := w.Text
		if w.Static {
			text = w.Value
		}
		short := strings.HasPrefix(text, "-") && !strings.HasPrefix(text, "--")
		switch {
		case text == "--extract" || text == "--get", (short || k == 0) && !strings.ContainsAny(text, "./=") && strings.Contains(text, "x"):
			extracts = true
		case archive.IsTar(text):
			_, value, ok := strings.Cut(text, "=")
			if !ok {
				value = text
			}
			names = append(names, base(value))
		}
	}
	if !extracts {
		return nil
	}
	return names
}

func report(p *rule.Pass, v copiedArchive) {
	f := finding.Finding{
		Span:    v.Span,
		Message: "the archive stays in this layer after it is unpacked",
		Hint:    "write ADD, which unpacks it, or mount it in the RUN that unpacks it",
	}
	if v.fromStage {
		f.Hint = "mount it in the RUN that unpacks it, or unpack it in the stage that it comes from"
		f.Aliases = []string{} // hadolint looks only where ADD could do it
		p.Report(f)
		return
	}
	if p.Context != nil {
		if info, ok := p.Context.Stat(strings.TrimPrefix(path.Clean("/"+v.Text), "/")); ok && !info.Dir && info.Size > 0 {
			f.Cost = finding.Cost{Bytes: info.Size, Basis: finding.Estimated}
		}
	}
	p.Report(f)
}
