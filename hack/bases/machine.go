package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"schlank/internal/bounded"
)

// machine is what images get from the machine they are made on, so that
// package managers reach their registries from inside as they do outside.
// Nothing secret is in it.
type machine struct {
	// bundle is the PEM file of all trusted authorities, nil when the
	// machine trusts only those that every Debian does.
	bundle []byte
	// extraCAs are the authorities, in PEM, that only this machine trusts.
	extraCAs [][]byte
	// env are the variables for the image, sorted.
	env []string
	// aptSources is a deb822 sources file for Debian bookworm.
	aptSources []byte
	// aptConf are apt's proxy and TLS settings.
	aptConf []byte
}

// bundlePath is where Debian and Alpine have the bundle of authorities.
const bundlePath = "/etc/ssl/certs/ca-certificates.crt"

// bundleVariables name the bundle for programs that bring their own: pip,
// requests, node, cargo, curl, git and all that use OpenSSL or Go.
var bundleVariables = []string{
	"CARGO_HTTP_CAINFO", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS",
	"PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE",
}

// registryVariables are carried over from this process's environment.
var registryVariables = []string{
	"GONOSUMDB", "GOPROXY", "GOSUMDB", "PIP_DEFAULT_TIMEOUT", "PIP_EXTRA_INDEX_URL",
	"PIP_INDEX_URL", "PIP_TRUSTED_HOST", "npm_config_registry",
}

// readMachine looks around. Only what a recipe among list needs is asked for.
func readMachine(ctx context.Context, list []*recipe, notice io.Writer) (*machine, error) {
	m := &machine{}
	if err := m.readAuthorities(hostBundle(), "/usr/share/ca-certificates"); err != nil {
		return nil, err
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = "/nonexistent"
	}
	vars := registrySettings(os.LookupEnv, os.ReadFile, home)
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if hasPassword(vars[name]) {
			fmt.Fprintf(notice, "%s has a password in it and is left out of the images\n", name)
			continue
		}
		m.env = append(m.env, name+"="+vars[name])
	}
	if m.bundle != nil {
		for _, v := range bundleVariables {
			m.env = append(m.env, v+"="+bundlePath)
		}
	}
	slices.Sort(m.env)
	if slices.ContainsFunc(list, func(r *recipe) bool { return r.Apt }) {
		if err := m.readApt(ctx); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// hostBundle is the PEM file this machine's programs trust.
func hostBundle() string {
	if f := os.Getenv("SSL_CERT_FILE"); f != "" {
		return f
	}
	return bundlePath
}

// registrySettings finds which package registries this machine uses:
// variables first, then the configuration files of pip and npm.
func registrySettings(lookup func(string) (string, bool), read func(string) ([]byte, error), home string) map[string]string {
	vars := map[string]string{}
	fromFile := func(variable, key string, names ...string) {
		for _, name := range names {
			text, err := read(name)
			if v := setting(string(text), key); err == nil && v != "" {
				vars[variable] = v
			}
		}
	}
	// Later files win, as they do for pip and npm.
	pip := []string{"/etc/pip.conf", filepath.Join(home, ".pip/pip.conf"), filepath.Join(home, ".config/pip/pip.conf")}
	fromFile("PIP_INDEX_URL", "index-url", pip...)
	fromFile("PIP_EXTRA_INDEX_URL", "extra-index-url", pip...)
	fromFile("PIP_TRUSTED_HOST", "trusted-host", pip...)
	fromFile("npm_config_registry", "registry", "/usr/etc/npmrc", "/etc/npmrc", filepath.Join(home, ".npmrc"))
	for _, v := range registryVariables {
		if value, ok := lookup(v); ok && value != "" {
			vars[v] = value
		}
	}
	return vars
}

// setting finds "key = value" in a file of such lines.
func setting(text, key string) string {
	found := ""
	for line := range strings.Lines(text) {
		k, v, ok := strings.Cut(line, "=")
		if ok && strings.TrimSpace(k) == key {
			found = strings.Trim(strings.TrimSpace(v), `"'`)
		}
	}
	return found
}

// hasPassword tells whether a word of s is a URL with a user in it.
func hasPassword(s string) bool {
	words := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\n,|\"'", r) })
	return slices.ContainsFunc(words, func(w string) bool {
		u, err := url.Parse(strings.TrimRight(w, ";"))
		return err == nil && u.User != nil
	})
}

// readBounded reads a file of at most max bytes; one that does not exist is
// empty.
func readBounded(name string, max int64) ([]byte, error) {
	b, err := bounded.ReadFile(name, max)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}
