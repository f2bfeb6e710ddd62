package sl4003

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/security/secret"
	"schlank/source"
)

func run(p *rule.Pass) {
	for in := range p.Instructions() {
		switch c := in.Command.(type) {
		case *dockerfile.EnvVars:
			values(p, c.Vars)
		case *dockerfile.Arg:
			values(p, c.Vars)
		case *dockerfile.Label:
			values(p, c.Labels)
		case *dockerfile.Copy:
			for _, s := range c.Sources {
				inText(p, s.Mapped())
			}
		case *dockerfile.Run:
			for _, s := range p.CommandsOf(in) {
				command(p, s)
			}
		}
	}
}

// values looks for tokens in the values of variables.
func values(p *rule.Pass, vars []dockerfile.Var) {
	for _, v := range vars {
		inText(p, v.Value.Mapped())
	}
}

// inText looks for a known token, or a password in an address, and reports
// whether there is one.
func inText(p *rule.Pass, text source.Mapped) bool {
	if what, span, ok := secret.Token(text.Text()); ok {
		report(p, text.OrigSpan(span), what+" stands in the Dockerfile")
		return true
	}
	if span, ok := secret.URL(text.Text()); ok {
		report(p, text.OrigSpan(span), "a password stands in an address")
		return true
	}
	return false
}

func report(p *rule.Pass, span source.Span, message string, aliases ...string) {
	p.Report(finding.Finding{
		Span: span, Message: message, Aliases: append([]string{}, aliases...),
		Hint: "give it to the command with RUN --mount=type=secret,id=…, and replace the secret: it is known",
	})
}

// command looks at one command of a RUN.
func command(p *rule.Pass, s rule.Shell) {
	if len(s.Words) == 0 || s.Script.Opaque {
		return
	}
	inWords(p, s)
	if stores(s) && p.Shipped(s.In.Stage) && !hasSecretMount(s.Run) {
		report(p, s.Words[0].Orig.Hull(s.Words[min(2, len(s.Words)-1)].Orig), s.Name+" writes credentials into the layer", "DS-0031")
	}
}

// inWords looks at the words of a command.
func inWords(p *rule.Pass, s rule.Shell) {
	for k, w := range s.Words {
		text := s.Script.Text.Slice(w.Span)
		if w.Static {
			text = w.Mapped()
		}
		if inText(p, text) {
			continue
		}
		if span, ok := header(text.Text()); ok {
			report(p, text.OrigSpan(span), "a credential stands in the header of a request")
			continue
		}
		if k > 0 {
			flag(p, s, k)
		}
	}
}

// header finds the credential in a header such as Authorization: Bearer x.
func header(text string) (source.Span, bool) {
	lower := strings.ToLower(text)
	for _, name := range []string{"authorization:", "private-token:", "x-api-key:", "job-token:", "x-auth-token:"} {
		if !strings.HasPrefix(lower, name) {
			continue
		}
		rest := strings.TrimLeft(text[len(name):], " ")
		for _, scheme := range []string{"Bearer ", "Basic ", "token ", "Token "} {
			rest = strings.TrimPrefix(rest, scheme)
		}
		if rest == "" || strings.ContainsAny(rest, "$`<") {
			return source.Span{}, false
		}
		return source.Span{Start: len(text) - len(rest), End: len(text)}, true
	}
	return source.Span{}, false
}

// flag looks at the flag that word k is, if its value is a secret in plain
// text.
func flag(p *rule.Pass, s rule.Shell, k int) {
	w := s.Words[k]
	name, value, joined := strings.Cut(w.Text, "=")
	userPass := s.Name == "curl" && (name == "-u" || name == "--user" || name == "--proxy-user" || name == "-U")
	if !userPass && !secretFlag(name) {
		return
	}
	span := source.Span{Start: w.Span.Start + len(name) + 1, End: w.Span.End}
	if !joined {
		if k+1 >= len(s.Words) {
			return
		}
		next := s.Words[k+1]
		value, span = next.Text, next.Span
	}
	value = strings.Trim(value, `"'`)
	if userPass {
		_, password, ok := strings.Cut(value, ":")
		if !ok {
			return
		}
		value = password
	}
	if plain(value) {
		report(p, s.Script.File(span), "the value of "+name+" is in plain text")
	}
}

// secretFlag reports whether the value of a flag is a secret.
func secretFlag(name string) bool {
	switch name {
	case "--password", "--passwd", "--pass", "--token", "--auth-token", "--api-key", "--apikey", "--secret", "--secret-key",
		"--http-password", "--ftp-password", "--proxy-password", "--access-key", "--client-secret":
		return true
	}
	return false
}

// plain reports whether a value could be a secret: it is no variable, path,
// flag or well-known default.
func plain(value string) bool {
	switch value {
	case "", "changeit", "-", "none", "true", "false":
		return false
	}
	return !strings.ContainsAny(value, "$`@<>*") && !strings.HasPrefix(value, "-") && !strings.HasPrefix(value, "/")
}

// stores reports whether a command stores credentials by itself.
func stores(s rule.Shell) bool {
	words := make([]string, 0, 4)
	for _, w := range s.Words[1:min(4, len(s.Words))] {
		words = append(words, w.Text)
	}
	text := strings.Join(words, " ")
	switch s.Name {
	case "aws":
		return strings.HasPrefix(text, "configure set aws_access_key_id") || strings.HasPrefix(text, "configure set aws_secret_access_key")
	case "gcloud":
		return strings.HasPrefix(text, "auth activate-service-account")
	case "az":
		return strings.HasPrefix(text, "login")
	}
	return false
}

// hasSecretMount reports whether a RUN gets a secret by mount.
func hasSecretMount(r *dockerfile.Run) bool {
	return slices.ContainsFunc(r.Mounts, func(m dockerfile.Mount) bool { return m.Type == "secret" })
}
