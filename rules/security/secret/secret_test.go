package secret

import (
	"strings"
	"testing"

	"schlank/source"
)

func TestNames(t *testing.T) {
	for name, want := range map[string]struct{ words, harmless, known bool }{
		"DB_PASSWORD":               {words: true},
		"GITHUB_TOKEN":              {words: true, known: true},
		"VITE_OPENAI_API_KEY":       {words: true, known: true},
		"AWS_ACCESS_KEY_ID":         {words: true, known: true},
		"PUBLIC_KEY":                {},
		"MY_SECRET":                 {words: true, known: true},
		"apikey":                    {words: true},
		"MONKEY":                    {},
		"GPG_KEY":                   {words: true, harmless: true},
		"POSTGRES_PASSWORD_FILE":    {},
		"TOKEN_VERSION":             {},
		"GITHUB_TOKENS":             {},
		"AWS_SECRET_ACCESS_KEY":     {words: true, known: true},
		"KEY_PATH":                  {words: true, harmless: true},
		"VITE_STRIPE_PUBLISHABLE_X": {},
	} {
		if got := Words(name); got != want.words {
			t.Errorf("Words(%q) = %t", name, got)
		}
		if got := want.words && Harmless(name); got != want.harmless {
			t.Errorf("Harmless(%q) = %t", name, got)
		}
		if got := Known(name, []string{"MY_SECRET"}); got != want.known {
			t.Errorf("Known(%q) = %t", name, got)
		}
	}
	if !Location("GOOGLE_APPLICATION_CREDENTIALS") || Location("PATH") {
		t.Error("Location is wrong")
	}
}

func TestFile(t *testing.T) {
	secrets := []string{
		".env", "./.env.production", "app/prod.env", ".npmrc", "/root/.netrc", "id_rsa", "~/.ssh/id_ed25519", ".ssh/", ".aws/credentials",
		".docker/config.json", "server.pem", "tls/server.key", "store.p12", ".kube/config", "config/master.key", "prod.tfvars", "auth.json",
	}
	for _, name := range secrets {
		if File(name) == "" {
			t.Errorf("File(%q) finds nothing", name)
		}
	}
	plain := []string{
		".env.example", ".env.sample", "env", "id_rsa.pub", "cert.pem", "ca-bundle.pem", "fullchain.pem", "config.json", "src/config", "app.py", "pubkey.pem",
		"keyboard.json", "auth.go", "", ".", "src/auth.json", "environment",
	}
	for _, name := range plain {
		if what := File(name); what != "" {
			t.Errorf("File(%q) = %q", name, what)
		}
	}
}

func TestToken(t *testing.T) {
	long := strings.Repeat("a1B2c3D4e5", 5)
	for text, want := range map[string]string{
		"key=AKIAABCDEFGHIJKLMNOP":                    "an AWS access key",
		"Authorization: Bearer ghp_" + long:           "a GitHub token",
		"//r/:_authToken=npm_" + long:                 "an npm token",
		"-----BEGIN RSA PRIVATE KEY-----\\nMII":       "a private key",
		"-----BEGIN CERTIFICATE-----":                 "",
		"AKIA":                                        "",
		"xAKIAABCDEFGHIJKLMNOP":                       "",
		"npm_config_loglevel=warn":                    "",
		"npm_config ghp_short then glpat-" + long:     "a GitLab token",
		"first AKIAABCDEFGHIJKLMNOP then ghp_" + long: "an AWS access key",
	} {
		what, span, ok := Token(text)
		if what != want || ok != (want != "") {
			t.Errorf("Token(%q) = %q, %t", text, what, ok)
		}
		if ok && (span.Start < 0 || span.End > len(text) || span.Len() == 0) {
			t.Errorf("Token(%q) is at %v", text, span)
		}
	}
}

func TestURL(t *testing.T) {
	for text, want := range map[string]string{
		"https://user:pass@host/x.git":      "pass",
		"https://oauth2:a@b@host/x.git":     "a@b",
		"https://user:$TOKEN@host/x.git":    "",
		"https://user:${TOKEN}@host/":       "",
		"https://user@host/":                "",
		"https://host/a:b@c":                "",
		"user:pass@host":                    "",
		"postgres://u:hunter2@db:5432/name": "hunter2",
	} {
		span, ok := URL(text)
		if got := text[span.Start:span.End]; got != want || ok != (want != "") {
			t.Errorf("URL(%q) = %q, %t", text, got, ok)
		}
	}
}

func FuzzSecrets(f *testing.F) {
	for _, s := range []string{"https://a:b@c", "AKIAABCDEFGHIJKLMNOP", "-----BEGIN PRIVATE KEY-----", ".env"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		whole := source.Span{End: len(text)}
		if _, span, ok := Token(text); ok && !whole.Contains(span) {
			t.Fatalf("token at %v of %q", span, text)
		}
		if span, ok := URL(text); ok && (!whole.Contains(span) || span.Len() == 0) {
			t.Fatalf("password at %v of %q", span, text)
		}
		File(text)
		Words(text)
	})
}
