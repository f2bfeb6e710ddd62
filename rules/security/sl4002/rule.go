// Package sl4002 is the rule secret-file-copied.
package sl4002

import (
	"bytes"
	"path"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/security/secret"
	"schlank/source"
)

// Rule is SL4002.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4002",
		Name:     "secret-file-copied",
		Aliases:  []string{"DS-0031", "CIS-DI-0010"},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A file with secrets is copied into the image",
			Why: "Whoever can pull the image can read it. Deleting the file in a later instruction does not help: the layer that has it is still there. " +
				"For the build, RUN --mount=type=secret shows the file to one command and stores it nowhere; at run time the orchestrator hands it in.",
			Bad:  "FROM node:22\nWORKDIR /app\nCOPY .npmrc package.json ./\nRUN npm ci\n",
			Good: "FROM node:22\nWORKDIR /app\nCOPY package.json ./\nRUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci\n",
			More: []rule.Example{
				{
					Name:       "deleting it later does not help",
					Dockerfile: "FROM debian:12\nCOPY keys/id_rsa /root/.ssh/\nRUN git clone git@host:x && rm -f /root/.ssh/id_rsa\n",
					Lines:      []int{2},
					Aliases:    []string{"CIS-DI-0010"},
				},
				{
					Name:       "a builder's layers stay behind, but what it built does not",
					Dockerfile: "FROM node:22 AS build\nCOPY .npmrc ./\nRUN npm ci\nFROM node:22-slim\nCOPY --from=build /app/.env.example /app/dist /app/\n",
				},
				{
					Name:       "settings without a token are no secret",
					Dockerfile: "FROM node:22\nCOPY .npmrc cert.pem tls.pem ./\n",
					Setup: rule.Setup{Files: map[string]string{
						".npmrc": "registry=https://npm.example/\n//npm.example/:_authToken=${NPM_TOKEN}\n", "tls.pem": "-----BEGIN CERTIFICATE-----\n",
					}},
				},
				{
					Name:       "with a token they are",
					Dockerfile: "FROM node:22\nCOPY .npmrc tls.pem ./\n",
					Setup: rule.Setup{Files: map[string]string{
						".npmrc": "//npm.example/:_authToken=0123456789\n", "tls.pem": "-----BEGIN PRIVATE KEY-----\n",
					}},
					Lines: []int{2, 2},
				},
				{
					Name:       "a variable tells where the copied credentials are",
					Dockerfile: "FROM busybox\nCOPY creds /credentials\nENV GOOGLE_APPLICATION_CREDENTIALS=/credentials/service.json\n",
					Lines:      []int{3},
					Aliases:    []string{"DS-0031"},
				},
				{
					Name:       "the variable is the destination",
					Dockerfile: "FROM busybox\nARG HF_TOKEN_PATH=/token\nCOPY token $HF_TOKEN_PATH\n",
					Lines:      []int{2, 3},
					Aliases:    []string{"DS-0031", "DS-0031"},
				},
				{
					Name:       "credentials that are mounted at run time",
					Dockerfile: "FROM busybox\nCOPY src /src\nENV GOOGLE_APPLICATION_CREDENTIALS=/run/secrets/service.json\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/secrets/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for in := range p.Instructions() {
		if in.Stage == nil || !p.Shipped(in.Stage) {
			continue
		}
		switch c := in.Command.(type) {
		case *dockerfile.Copy:
			sources(p, in, c)
			destination(p, c)
		case *dockerfile.EnvVars:
			locations(p, in, c.Vars)
		case *dockerfile.Arg:
			locations(p, in, c.Vars)
		}
	}
}

// sources looks at the files that an instruction copies.
func sources(p *rule.Pass, in *dockerfile.Instruction, c *dockerfile.Copy) {
	for _, s := range c.Sources {
		what := secret.File(s.Text)
		if what == "" || strings.Contains(s.Text, "://") || c.From.Text == "" && harmless(p.Context, s.Text) {
			continue
		}
		p.Report(finding.Finding{
			Span:    s.Span,
			Message: path.Base(s.Text) + " is " + what + later(p, in, path.Base(s.Text)),
			Hint:    "mount it for the command that needs it, RUN --mount=type=secret,id=…, and leave it out of the context with .dockerignore",
			Aliases: []string{"CIS-DI-0010"},
		})
	}
}

// harmless reports whether the context has the file and there is no secret in
// it.
func harmless(c rule.Context, name string) bool {
	if c == nil {
		return false
	}
	text, ok := c.Read(path.Clean(strings.TrimPrefix(name, "/")))
	if !ok {
		return false
	}
	switch base := path.Base(name); {
	case base == ".npmrc" || base == ".yarnrc":
		return !hasToken(string(text))
	case strings.HasSuffix(base, ".pem") || strings.HasSuffix(base, ".key"):
		return !bytes.Contains(text, []byte("PRIVATE KEY-----"))
	}
	return len(bytes.TrimSpace(text)) == 0
}

// hasToken reports whether npm's settings hold a token or a password, not only
// the name of a variable.
func hasToken(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		name, value, ok := strings.Cut(line, "=")
		name = name[strings.LastIndexByte(name, ':')+1:]
		switch strings.TrimSpace(name) {
		case "_authToken", "_auth", "_password":
			if ok && !strings.Contains(value, "${") && strings.TrimSpace(value) != "" {
				return true
			}
		}
	}
	return false
}

// later says whether a later instruction deletes the file, which comes too
// late.
func later(p *rule.Pass, in *dockerfile.Instruction, base string) string {
	for next := range p.Instructions() {
		if next.Stage != in.Stage || next.Span.Start <= in.Span.Start {
			continue
		}
		for _, c := range p.CommandsOf(next) {
			if c.Name != "rm" && c.Name != "shred" {
				continue
			}
			for _, w := range c.Words[1:] {
				if w.Static && path.Base(w.Value) == base {
					return ", and deleting it in a later layer leaves it in this one"
				}
			}
		}
	}
	return ", and whoever can pull the image can read it"
}

// destination looks at copies to where a variable of credentials points.
func destination(p *rule.Pass, c *dockerfile.Copy) {
	name := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(c.Dest.Raw, "$"), "{"), "}")
	if name == c.Dest.Raw || !secret.Location(name) {
		return
	}
	report(p, c.Dest.Span, name+" is where credentials are read from, and this copies them into the image")
}

// locations looks at variables that say where credentials lie.
func locations(p *rule.Pass, in *dockerfile.Instruction, vars []dockerfile.Var) {
	for _, v := range vars {
		if !secret.Location(v.Name) || v.Value.Text == "" {
			continue
		}
		at := absolute(in.Before.Workdir, v.Value.Text)
		for other := range p.Instructions() {
			c, ok := other.Command.(*dockerfile.Copy)
			if !ok || other.Stage != in.Stage {
				continue
			}
			dest := absolute(other.Before.Workdir, c.Dest.Text)
			if strings.HasPrefix(c.Dest.Raw, "$") {
				dest = at
			}
			if at == dest || dest != "/" && strings.HasPrefix(at, dest+"/") {
				report(p, v.Span, v.Name+" points to credentials that are copied into the image")
				break
			}
		}
	}
}

// absolute is a path from the root on.
func absolute(dir, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join("/", dir, name)
}

func report(p *rule.Pass, span source.Span, message string) {
	p.Report(finding.Finding{
		Span: span, Message: message, Aliases: []string{"DS-0031"},
		Hint: "hand the file in at run time, or mount it for the command that needs it, RUN --mount=type=secret,id=…",
	})
}
