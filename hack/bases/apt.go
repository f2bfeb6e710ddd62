package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// debianRelease is the release that all recipes are made from.
const debianRelease = "bookworm"

// readApt asks apt where this machine gets Debian from.
func (m *machine) readApt(ctx context.Context) error {
	targets, err := exec.CommandContext(ctx, "apt-get", "indextargets",
		"--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages").Output()
	if err != nil {
		return fmt.Errorf("asking apt for its sources: %w (the stand-ins are made on Debian)", err)
	}
	osRelease, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return fmt.Errorf("finding this machine's release: %w", err)
	}
	if m.aptSources, err = sourcesFile(string(targets), setting(string(osRelease), "VERSION_CODENAME")); err != nil {
		return err
	}
	conf, err := exec.CommandContext(ctx, "apt-config", "dump").Output()
	if err != nil {
		return fmt.Errorf("asking apt for its configuration: %w", err)
	}
	m.aptConf = connectionSettings(string(conf))
	return nil
}

// sourcesFile makes a sources file for debianRelease from lines "URI release
// component" of a machine that runs the release codename. Third-party
// repositories are none of the images' business.
func sourcesFile(targets, codename string) ([]byte, error) {
	var b strings.Builder
	seen := map[string]bool{}
	for line := range strings.Lines(targets) {
		f := strings.Fields(line)
		if len(f) != 3 || f[2] != "main" || seen[line] {
			continue
		}
		seen[line] = true
		pocket := strings.TrimPrefix(f[1], codename)
		if codename == "" || !slices.Contains([]string{"", "-updates", "-security"}, pocket) {
			continue
		}
		if hasPassword(f[0]) {
			return nil, fmt.Errorf("apt's source for %s has a password in its URI, which images must not carry: put it into /etc/apt/auth.conf.d", f[1])
		}
		fmt.Fprintf(&b, "Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n",
			f[0], debianRelease+pocket)
	}
	if b.Len() == 0 {
		return nil, fmt.Errorf("apt has no source for Debian %q on this machine: the stand-ins are made on Debian", codename)
	}
	return []byte(b.String()), nil
}

// connectionSettings picks from apt's configuration how it connects. Lines
// with passwords are left out.
func connectionSettings(dump string) []byte {
	var b strings.Builder
	for line := range strings.Lines(dump) {
		name, value, _ := strings.Cut(line, " ")
		option := strings.ToLower(name)
		if !strings.HasPrefix(option, "acquire::http::") && !strings.HasPrefix(option, "acquire::https::") {
			continue
		}
		wanted := slices.ContainsFunc([]string{"::proxy", "::verify-"}, func(s string) bool { return strings.Contains(option, s) })
		if wanted && !hasPassword(value) {
			b.WriteString(line)
		}
	}
	return []byte(b.String())
}
