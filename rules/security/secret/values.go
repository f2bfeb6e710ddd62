package secret

import (
	"strings"

	"schlank/source"
)

// form is the shape of a token: a prefix, and how many of which characters
// follow at least.
type form struct {
	prefix, what string
	min          int
	chars        string
}

const (
	upperDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	alnum       = upperDigits + "abcdefghijklmnopqrstuvwxyz"
	urlSafe     = alnum + "_-"
)

// forms are tokens whose issuers gave them a prefix so that they can be found.
func forms() []form {
	return []form{
		{"AKIA", "an AWS access key", 16, upperDigits},
		{"ASIA", "an AWS access key", 16, upperDigits},
		{"ghp_", "a GitHub token", 36, alnum},
		{"gho_", "a GitHub token", 36, alnum},
		{"ghs_", "a GitHub token", 36, alnum},
		{"ghu_", "a GitHub token", 36, alnum},
		{"github_pat_", "a GitHub token", 40, alnum + "_"},
		{"glpat-", "a GitLab token", 20, urlSafe},
		{"npm_", "an npm token", 36, alnum},
		{"pypi-AgE", "a PyPI token", 40, urlSafe},
		{"xoxb-", "a Slack token", 20, alnum + "-"},
		{"xoxp-", "a Slack token", 20, alnum + "-"},
		{"sk_live_", "a Stripe key", 20, alnum},
		{"sk-ant-", "an Anthropic key", 20, urlSafe},
		{"sk-proj-", "an OpenAI key", 20, urlSafe},
		{"hf_", "a Hugging Face token", 30, alnum},
		{"dckr_pat_", "a Docker token", 20, urlSafe},
		{"AIza", "a Google API key", 35, urlSafe},
		{"SG.", "a SendGrid key", 40, urlSafe + "."},
		{"-----BEGIN ", "a private key", 0, ""},
	}
}

// shortest is the length of the shortest token: AKIA and what follows it.
const shortest = 20

// Token finds the first well-known token in text, and says what it is. The
// span is in text.
func Token(text string) (what string, span source.Span, ok bool) {
	if len(text) < shortest {
		return "", source.Span{}, false
	}
	for _, f := range forms() {
		for from := 0; ; {
			at := strings.Index(text[from:], f.prefix)
			if at < 0 {
				break
			}
			at += from
			from = at + len(f.prefix)
			end, fits := f.end(text, at)
			if fits && (!ok || at < span.Start) {
				what, span, ok = f.what, source.Span{Start: at, End: end}, true
				break
			}
		}
	}
	return what, span, ok
}

// end is where the token that starts at an offset ends, if it is one.
func (f form) end(text string, at int) (int, bool) {
	if at > 0 && strings.IndexByte(alnum, text[at-1]) >= 0 {
		return 0, false
	}
	rest := text[at+len(f.prefix):]
	if f.chars == "" {
		line, _, _ := strings.Cut(rest, "\n")
		private := strings.Index(line, "PRIVATE KEY-----")
		return at + len(f.prefix) + private + len("PRIVATE KEY-----"), private >= 0
	}
	n := len(rest) - len(strings.TrimLeft(rest, f.chars))
	return at + len(f.prefix) + n, n >= f.min
}

// URL finds the password in an address such as https://user:password@host.
// It must stand there in plain text: a variable is none. The span is in text.
func URL(text string) (span source.Span, ok bool) {
	at := strings.Index(text, "://")
	if at < 0 {
		return source.Span{}, false
	}
	start := at + len("://")
	host := text[start:]
	if k := strings.IndexAny(host, "/?# \t\n'\""); k >= 0 {
		host = host[:k]
	}
	user, _, ok := cutLast(host, "@")
	if !ok {
		return source.Span{}, false
	}
	name, password, ok := strings.Cut(user, ":")
	if !ok || password == "" || strings.ContainsAny(password, "$`") {
		return source.Span{}, false
	}
	from := start + len(name) + 1
	return source.Span{Start: from, End: from + len(password)}, true
}

// cutLast is strings.Cut at the last separator.
func cutLast(s, sep string) (before, after string, ok bool) {
	k := strings.LastIndex(s, sep)
	if k < 0 {
		return s, "", false
	}
	return s[:k], s[k+len(sep):], true
}
