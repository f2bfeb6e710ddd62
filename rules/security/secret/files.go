package secret

import (
	"path"
	"strings"
)

// File says what secret a file of that path holds, "" when it is none that
// can be told by its name. The answer is a noun: "a private key".
func File(name string) string {
	name = strings.TrimSuffix(name, "/")
	base := strings.ToLower(path.Base(name))
	dir := strings.ToLower(path.Base(path.Dir(name)))
	if sample(base) {
		return ""
	}
	switch base {
	case ".netrc", "_netrc", ".npmrc", ".yarnrc", ".pypirc", ".git-credentials", ".pgpass", ".my.cnf", ".dockercfg", ".htpasswd", ".vault-token", ".boto", ".s3cfg":
		return "a file of credentials"
	case "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk":
		return "a private SSH key"
	case ".ssh", ".aws", ".azure", ".kube", ".gnupg":
		return "a directory of credentials"
	case "kubeconfig":
		return "the access to a cluster"
	case "service-account.json", "service_account.json", "serviceaccount.json", "application_default_credentials.json", "google-credentials.json", "gcloud-service-key.json":
		return "the key of a service account"
	case "terraform.tfstate", "terraform.tfstate.backup":
		return "a Terraform state, which holds secrets in plain text"
	case "secrets.yml", "secrets.yaml", "secrets.json", "secrets.toml", "secrets.env", "credentials.json", "master.key":
		return "a file of secrets"
	case "config.json":
		if dir == ".docker" {
			return "the credentials for registries"
		}
	case "config", "credentials":
		if dir == ".aws" || dir == ".kube" {
			return "a file of credentials"
		}
	case "auth.json":
		if dir == ".composer" || dir == "." || dir == "containers" {
			return "a file of credentials"
		}
	}
	return byForm(base)
}

// byForm is File for what shows in the shape of a name.
func byForm(base string) string {
	switch {
	case base == ".env" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env"):
		return "a file of environment variables"
	}
	switch path.Ext(base) {
	case ".pem", ".key":
		if !strings.Contains(base, "pub") && !strings.Contains(base, "cert") && !strings.Contains(base, "ca-") && !strings.Contains(base, "chain") {
			return "a private key"
		}
	case ".p12", ".pfx", ".jks", ".keystore", ".ppk", ".kdbx":
		return "a store of keys"
	case ".tfvars":
		return "a file of Terraform variables"
	}
	return ""
}

// sample reports whether a name says that its file is only an example.
func sample(base string) bool {
	for _, word := range []string{"example", "sample", "template", ".dist", "dummy", "default"} {
		if strings.Contains(base, word) {
			return true
		}
	}
	return false
}
