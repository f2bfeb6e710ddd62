package script

import (
	"slices"
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/reference"
)

// Kind is a kind of shell.
type Kind string

// The kinds. Plain is some shell that has what POSIX demands and maybe more.
const (
	Plain Kind = "plain"
	Dash  Kind = "dash"
	Ash   Kind = "ash"
	Bash  Kind = "bash"
	Other Kind = "other"
)

// Kind is what runs the script. For sh that depends on the base image: dash on
// Debian, busybox's ash on Alpine, bash on what descends from Red Hat.
func (s Script) Kind() Kind {
	switch s.Shell {
	case "sh":
		return SystemShell(s.In.Stage)
	case "dash":
		return Dash
	case "ash", "busybox":
		return Ash
	case "bash", "rbash":
		return Bash
	}
	return Other
}

// SystemShell is the kind of /bin/sh in the image that a stage starts from, as
// far as its name tells.
func SystemShell(s *dockerfile.Stage) Kind {
	if s == nil {
		return Plain
	}
	ref, ok := reference.Parse(root(s).Base.Text)
	if !ok {
		return Plain
	}
	name := ref.Repository[strings.LastIndexByte(ref.Repository, '/')+1:]
	tag := ref.Tag
	switch {
	case name == "busybox" || has(name, "alpine") || has(tag, "alpine") || has(tag, "busybox"):
		return Ash
	case slices.ContainsFunc(bashSystems(), func(s string) bool { return has(name, s) || has(tag, s) }):
		return Bash
	case slices.Contains(dashSystems(), name) || slices.ContainsFunc(dashReleases(), func(s string) bool { return has(tag, s) }):
		return Dash
	case ref.Official() != "" && slices.Contains(debianImages(), ref.Official()):
		return Dash
	}
	return Plain
}

// root is the stage at the start of the chain of parents.
func root(s *dockerfile.Stage) *dockerfile.Stage {
	for s.Parent != nil {
		s = s.Parent
	}
	return s
}

// has reports whether a word is in a name.
func has(name, word string) bool { return strings.Contains(name, word) }

// bashSystems are parts of the names of images whose sh is bash.
func bashSystems() []string {
	return []string{
		"fedora", "centos", "rockylinux", "almalinux", "amazonlinux", "oraclelinux", "ubi7", "ubi8", "ubi9", "ubi10",
		"rhel", "archlinux", "opensuse", "photon", "azurelinux",
	}
}

// dashSystems are images of the systems whose sh is dash.
func dashSystems() []string { return []string{"debian", "ubuntu", "buildpack-deps"} }

// dashReleases are releases of these, as they stand in tags.
func dashReleases() []string {
	return []string{"trixie", "bookworm", "bullseye", "buster", "noble", "jammy", "focal", "bionic"}
}

// debianImages are the official images that are built on Debian or Ubuntu
// unless their tag says otherwise.
func debianImages() []string {
	return []string{
		"python", "node", "ruby", "golang", "rust", "php", "perl", "gcc", "nginx", "httpd", "postgres", "redis", "mariadb",
		"tomcat", "eclipse-temurin", "maven", "gradle", "erlang", "elixir", "wordpress", "pypy",
	}
}

// Windows reports whether a stage starts from an image of Windows, going by
// its name.
func Windows(s *dockerfile.Stage) bool {
	if s == nil {
		return false
	}
	base := strings.ToLower(root(s).Base.Text)
	return has(base, "windows") || has(base, "nanoserver") || has(base, "servercore")
}
