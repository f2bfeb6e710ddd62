package platform_test

import (
	"strings"
	"testing"

	"github.com/containerd/platforms"

	"schlank/rules/bases/platform"
)

// texts are platforms, good and bad.
func texts() []string {
	return []string{
		"", "linux", "amd64", "LINUX/AMD64", "linux/arm64", "linux/arm64/v8", "linux/arm/v7", "x86_64", "linux/aarch64", "windows", "macos/arm64",
		"windows(10.0.17763)/amd64", "windows(10.0/amd64", "linux/", "/amd64", "linux/a/b/c", "foobar", "foobar/arm64", "linux/amd64 ", "armhf", "linux/i386", "a b/c",
		"linux()", "windows(10.0+win32k)/amd64", "linux(+)",
	}
}

// TestOracle compares with the library that BuildKit uses.
func TestOracle(t *testing.T) {
	for _, text := range texts() {
		compare(t, text)
	}
}

func FuzzOracle(f *testing.F) {
	for _, text := range texts() {
		f.Add(text)
	}
	f.Fuzz(compare)
}

func compare(t *testing.T, text string) {
	if strings.Contains(text, "%") {
		return // escapes in versions of Windows are of no use here
	}
	want, err := platforms.Parse(text)
	got, ok := platform.Parse(text)
	if ok != (err == nil) {
		t.Fatalf("%q: %v, the oracle says %v", text, ok, err)
	}
	if want.OS == "darwin" && got.OS == "darwin" && want.Architecture != "amd64" && got.Arch == "amd64" {
		return // the oracle fills in the architecture of this machine
	}
	if ok && (got.OS != want.OS || got.Arch != want.Architecture) {
		t.Fatalf("%q is %+v, the oracle says %s/%s", text, got, want.OS, want.Architecture)
	}
}
