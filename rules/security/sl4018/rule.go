// Package sl4018 is the rule secret-in-variable.
package sl4018

import (
	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/security/secret"
)

// Rule is SL4018.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL4018",
		Name:     "secret-in-variable",
		Aliases:  []string{"SecretsUsedInArgOrEnv", "DL3064", "DS-0031", "CIS-DI-0010"},
		Category: rule.Security,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A variable that by its name holds a secret is set with ENV or ARG",
			Why: "What ENV sets is in the image's configuration, and what ARG gets is in its history; whoever can pull the image can read both. " +
				"Give a secret to a RUN with --mount=type=secret, and to the program when it is started. What is only a place or a fingerprint, and what stays in a builder, is no more than a note.",
			Bad:  "FROM node:24-slim\nENV DB_PASSWORD=hunter2\nCMD [\"node\", \"app.js\"]\n",
			Good: "FROM node:24-slim\nCMD [\"node\", \"app.js\"]\n",
			More: []rule.Example{
				{Name: "words in names", Dockerfile: "FROM alpine:3.22\nENV api_key=a PUBLIC_KEY=b keys=c TOKEN_FILE=d\nARG GITHUB_TOKEN\nARG MONKEY\n", Lines: []int{2, 3}, Aliases: []string{"SecretsUsedInArgOrEnv,DL3064,CIS-DI-0010", "SecretsUsedInArgOrEnv,DL3064,DS-0031"}},
				{Name: "before the first FROM", Dockerfile: "ARG AWS_ACCESS_KEY_ID\nFROM alpine:3.22\n", Lines: []int{1}, Aliases: []string{"DL3064"}},
				{Name: "known names, and names of one's own", Dockerfile: "FROM alpine:3.22\nENV AZURE_CLIENT_ID=a\nENV PEPPER=b\n", Lines: []int{2, 3}, Aliases: []string{"DS-0031,CIS-DI-0010", "DS-0031,CIS-DI-0010"}, Setup: rule.Setup{Settings: rule.Settings{Secrets: []string{"PEPPER"}}}},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/", "https://docs.docker.com/build/building/secrets/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, i := range p.File.Global {
		look(p, i)
	}
	for i := range p.Instructions() {
		look(p, i)
	}
}

func look(p *rule.Pass, i *dockerfile.Instruction) {
	switch c := i.Command.(type) {
	case *dockerfile.Arg:
		for _, v := range c.Vars {
			report(p, i, v, false)
		}
	case *dockerfile.EnvVars:
		for _, v := range c.Vars {
			report(p, i, v, true)
		}
	}
}

func report(p *rule.Pass, i *dockerfile.Instruction, v dockerfile.Var, env bool) {
	words, known := secret.Words(v.Name), secret.Known(v.Name, p.Settings.Secrets)
	if !words && !known {
		return
	}
	f := finding.Finding{
		Span:    v.NameSpan,
		Message: v.Name + " may hold a secret, which " + place(env) + " shows to whoever has the image",
		Hint:    "mount it in the RUN that needs it, --mount=type=secret, or give it to the container when it is started",
		Aliases: aliases(i, words, known, env),
	}
	if harmless(p, i, v, env) {
		f.Severity = finding.Info
	}
	p.Report(f)
}

func place(env bool) string {
	if env {
		return "the configuration of the image"
	}
	return "its history"
}

// aliases are the other tools that would say so too. BuildKit does not look
// before the first FROM, and neither into ONBUILD.
func aliases(i *dockerfile.Instruction, words, known, env bool) []string {
	out := []string{}
	if words && i.Stage != nil && !i.Held() {
		out = append(out, "SecretsUsedInArgOrEnv")
	}
	if words {
		out = append(out, "DL3064")
	}
	if known && i.Stage != nil {
		out = append(out, "DS-0031")
	}
	if env {
		out = append(out, "CIS-DI-0010")
	}
	return out
}

// harmless reports whether it is likely that there is no secret, or that it
// does not get into an image that is for others.
func harmless(p *rule.Pass, i *dockerfile.Instruction, v dockerfile.Var, env bool) bool {
	return secret.Harmless(v.Name) || secret.Location(v.Name) || env && v.Value.Raw == "" ||
		i.Stage == nil || !p.Shipped(i.Stage)
}
