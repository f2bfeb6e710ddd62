// Package secret knows what secrets look like: the names of variables that
// hold them, the files they are kept in, and the forms of well-known tokens.
// It is data with a little reading, for the rules about secrets.
package secret

import (
	"slices"
	"strings"
)

// Words reports whether a variable's name says that it holds a secret, going
// by the words in it: DB_PASSWORD, api_key, TOKEN, but not PUBLIC_KEY and
// TOKEN_FILE. These are the words of BuildKit's check SecretsUsedInArgOrEnv.
func Words(name string) bool {
	found := false
	for word := range strings.SplitSeq(strings.ToLower(name), "_") {
		switch word {
		case "public", "file", "version":
			return false
		case "apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token":
			found = true
		}
	}
	return found
}

// Harmless reports whether a name that Words accepts stands for no secret all
// the same: for the fingerprint of a signature, or for a place where a secret
// is, such as DB_PASSWORD_FILE.
func Harmless(name string) bool {
	upper := strings.ToUpper(name)
	for _, suffix := range []string{"_FILE", "_PATH", "_DIR", "_URL", "_URI", "_ID", "_NAME", "_HASH", "_SHA256", "_FINGERPRINT", "_LENGTH", "_TTL", "_EXPIRY"} {
		if strings.HasSuffix(upper, suffix) && !slices.Contains(known(), upper) {
			return true
		}
	}
	return strings.HasPrefix(upper, "GPG_KEY") || upper == "APT_KEY" || strings.HasSuffix(upper, "_GPG_KEY")
}

// Known reports whether name is a variable from which a program of a cloud or
// a hoster reads a credential, or one of those in more. The prefixes with
// which front-end tools pass variables on, VITE_ and REACT_APP_, don't count.
func Known(name string, more []string) bool {
	for _, prefix := range []string{"VITE_", "REACT_APP_"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return slices.Contains(known(), name) || slices.Contains(more, name)
}

// known are the variables that trivy's check DS-0031 names; the manuals of the
// programs that read them are their source.
func known() []string {
	return []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
		"AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "GITHUB_TOKEN", "OPENAI_API_KEY", "HF_TOKEN",
	}
}

// Location reports whether a variable of that name holds the path of a file of
// credentials.
func Location(name string) bool {
	switch name {
	case "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "HF_TOKEN_PATH", "GOOGLE_APPLICATION_CREDENTIALS", "KUBECONFIG":
		return true
	}
	return false
}
