// Package sl0030 is the rule add-for-plain-files.
package sl0030

import (
	"path"
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/form/archive"
	"schlank/source"
)

// Rule is SL0030.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL0030",
		Name:     "add-for-plain-files",
		Aliases:  []string{"DL3020", "DS-0005", "CIS-DI-0009", "CKV_DOCKER_4"},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "ADD where COPY says the same",
			Why: "ADD also loads from addresses and unpacks archives that it recognises by their content. For files and directories of the build context " +
				"COPY does the same without surprises: nobody has to wonder whether a file might be unpacked.",
			Bad:  "FROM python:3.13-slim\nADD requirements.txt /app/\n",
			Good: "FROM python:3.13-slim\nCOPY requirements.txt /app/\n",
			More: []rule.Example{
				{Name: "archives and addresses", Dockerfile: "FROM alpine:3.22\nADD rootfs.tar.xz /\nADD https://example.com/a /a\nADD git@example.com:a.git /b\nADD a.tgz b /c/\n"},
				{Name: "a zip archive is not unpacked", Dockerfile: "FROM alpine:3.22\nADD a.zip /\n", Lines: []int{2}},
				{Name: "what only ADD can", Dockerfile: "FROM alpine:3.22\nADD --unpack=true a /\n"},
				{Name: "in lower case, held by ONBUILD", Dockerfile: "from alpine:3.22\nonbuild add --chown=1:1 . /app\n", Lines: []int{2}, Fixed: "from alpine:3.22\nonbuild copy --chown=1:1 . /app\n"},
				{Name: "a name that may be an archive's", Dockerfile: "FROM alpine:3.22\nADD rootfs /\n", Lines: []int{2}, Safety: finding.Equivalent, Fixed: "FROM alpine:3.22\nADD rootfs /\n"},
				{Name: "a directory", Dockerfile: "FROM alpine:3.22\nADD rootfs /\n", Lines: []int{2}, Safety: finding.Identity, Fixed: "FROM alpine:3.22\nCOPY rootfs /\n",
					Setup: rule.Setup{Files: map[string]string{"rootfs/etc/motd": "hello"}}},
				{Name: "as docker history shows it", Dockerfile: "FROM alpine:3.22\nADD file:8b8864b3 /xyz\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/best-practices/#add-or-copy"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for i := range p.Instructions() {
		c, ok := i.Command.(*dockerfile.Copy)
		if !ok || !c.Add || len(c.Sources) == 0 || needsAdd(i, c) {
			continue
		}
		keyword := "COPY"
		if strings.ToLower(i.Keyword) == i.Keyword {
			keyword = "copy"
		}
		p.Report(finding.Finding{
			Span:    i.KeywordSpan,
			Message: "ADD does nothing here that COPY doesn't",
			Hint:    "write COPY",
			Fixes: []finding.Fix{{
				Title:  "write COPY",
				Safety: safety(p, c),
				Edits:  []source.Edit{{Span: i.KeywordSpan, New: keyword}},
			}},
		})
	}
}

// needsAdd reports whether an ADD does, or may do, what COPY can't.
func needsAdd(i *dockerfile.Instruction, c *dockerfile.Copy) bool {
	for _, flag := range []string{"checksum", "keep-git-dir", "unpack"} {
		if i.Flag(flag) != nil {
			return true
		}
	}
	return slices.ContainsFunc(c.Sources, func(v dockerfile.Value) bool {
		s := v.Text
		return !v.Known || strings.Contains(s, "://") || strings.HasPrefix(s, "git@") || strings.HasPrefix(s, "file:") || archive.IsTar(s)
	})
}

// safety says how sure it is that no source is an archive: ADD looks at the
// content, not at the name.
func safety(p *rule.Pass, c *dockerfile.Copy) finding.Safety {
	least := finding.Identity
	for _, v := range c.Sources {
		least = min(least, sourceSafety(p, v.Text))
	}
	return least
}

func sourceSafety(p *rule.Pass, s string) finding.Safety {
	name := strings.TrimPrefix(path.Clean("/"+s), "/")
	switch {
	case name == "" || strings.HasSuffix(s, "/"):
		return finding.Identity
	case strings.ContainsAny(s, "*?["):
		return finding.Suggestion
	}
	if p.Context != nil {
		if info, ok := p.Context.Stat(name); ok && info.Dir {
			return finding.Identity
		}
	}
	if path.Ext(name) == "" {
		return finding.Suggestion
	}
	return finding.Identity
}
