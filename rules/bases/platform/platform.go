// Package platform reads platforms such as linux/arm64/v8 as BuildKit does.
package platform

import (
	"regexp"
	"slices"
	"strings"
)

// Platform is an operating system and an architecture in their usual names.
type Platform struct{ OS, Arch string }

// component is a part of a platform. An operating system may have a version in
// parentheses, and features.
var (
	component = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	system    = regexp.MustCompile(`^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)((?:\+[A-Za-z0-9_.-]+)*)\))?$`)
)

// Parse reads os, arch, os/arch or os/arch/variant. What a single word leaves
// out is linux, or amd64.
func Parse(text string) (Platform, bool) {
	parts := strings.Split(text, "/")
	if len(parts) > 3 || slices.ContainsFunc(parts[1:], func(p string) bool { return !component.MatchString(p) }) {
		return Platform{}, false
	}
	match := system.FindStringSubmatch(parts[0])
	if match == nil {
		return Platform{}, false
	}
	first := strings.ToLower(match[1])
	if len(parts) > 1 {
		return Platform{OS: normalOS(first), Arch: normalArch(parts[1])}, true
	}
	switch {
	case slices.Contains(systems(), normalOS(first)):
		return Platform{OS: normalOS(first), Arch: "amd64"}, true
	case slices.Contains(architectures(), normalArch(parts[0])):
		return Platform{OS: "linux", Arch: normalArch(parts[0])}, true
	}
	return Platform{}, false
}

func normalOS(name string) string {
	if name == "macos" {
		return "darwin"
	}
	return name
}

func normalArch(name string) string {
	switch name = strings.ToLower(name); name {
	case "i386":
		return "386"
	case "x86_64", "x86-64":
		return "amd64"
	case "aarch64":
		return "arm64"
	case "armhf", "armel":
		return "arm"
	}
	return name
}

// systems are the operating systems that Go knows.
func systems() []string {
	return []string{
		"aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
		"openbsd", "plan9", "solaris", "windows", "zos",
	}
}

// architectures are those that Go knows.
func architectures() []string {
	return []string{
		"386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "ppc64", "ppc64le", "loong64", "mips", "mipsle",
		"mips64", "mips64le", "mips64p32", "mips64p32le", "ppc", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm",
	}
}
