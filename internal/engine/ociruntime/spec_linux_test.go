package ociruntime

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"schlank/internal/bounded"
)

func TestDecodeSpecRefuses(t *testing.T) {
	tests := []struct {
		want string
		edit func(*specs.Spec)
	}{
		{"root.path is missing", func(s *specs.Spec) { s.Root = nil }},
		{"root.path is missing", func(s *specs.Spec) { s.Root.Path = "" }},
		{"root.path holds a NUL", func(s *specs.Spec) { s.Root.Path = "a\x00" }},
		{"process is missing", func(s *specs.Spec) { s.Process = nil }},
		{"linux is missing", func(s *specs.Spec) { s.Linux = nil }},
		{"process: args is empty", func(s *specs.Spec) { s.Process.Args = nil }},
		{"process: args is empty", func(s *specs.Spec) { s.Process.Args = []string{""} }},
		{`process: cwd "tmp" is not absolute`, func(s *specs.Spec) { s.Process.Cwd = "tmp" }},
		{"process: terminals are not supported", func(s *specs.Spec) { s.Process.Terminal = true }},
		{"process: scheduler", func(s *specs.Spec) { s.Process.Scheduler = &specs.Scheduler{} }},
		{`process: env: "A" is not`, func(s *specs.Spec) { s.Process.Env = []string{"A"} }},
		{`process: env: "=b" is not`, func(s *specs.Spec) { s.Process.Env = []string{"=b"} }},
		{"NUL byte", func(s *specs.Spec) { s.Process.Args = []string{"a\x00"} }},
		{"unknown type", func(s *specs.Spec) { s.Process.Rlimits = []specs.POSIXRlimit{{Type: "NOFILE"}} }},
		{"above the hard limit", func(s *specs.Spec) {
			s.Process.Rlimits = []specs.POSIXRlimit{{Type: "RLIMIT_CPU", Soft: 2, Hard: 1}}
		}},
		{"oomScoreAdj 1001", func(s *specs.Spec) { n := 1001; s.Process.OOMScoreAdj = &n }},
		{"a mount namespace is required", func(s *specs.Spec) { s.Linux.Namespaces = s.Linux.Namespaces[:1] }},
		{`type "time" is not supported`, func(s *specs.Spec) { s.Linux.Namespaces[0].Type = specs.TimeNamespace }},
		{`type "ipc" is listed twice`, func(s *specs.Spec) { s.Linux.Namespaces[0].Type = specs.IPCNamespace }},
		{"joining a mount namespace", func(s *specs.Spec) { s.Linux.Namespaces[3].Path = "/x" }},
		{"needs uidMappings", func(s *specs.Spec) { s.Linux.Namespaces[0].Type = specs.UserNamespace }},
		{"rootfsPropagation", func(s *specs.Spec) { s.Linux.RootfsPropagation = "loud" }},
		{"personality", func(s *specs.Spec) { s.Linux.Personality = &specs.LinuxPersonality{} }},
		{"hooks are not supported", func(s *specs.Spec) { s.Hooks = &specs.Hooks{Poststop: []specs.Hook{{}}} }},
		{"mounts[8]: destination is missing", func(s *specs.Spec) { s.Mounts = append(s.Mounts, specs.Mount{}) }},
		{"mounts[0]: id-mapped", func(s *specs.Spec) { s.Mounts[0].UIDMappings = make([]specs.LinuxIDMapping, 1) }},
		{"mounts[6]: bind mount on /etc/resolv.conf has no source", func(s *specs.Spec) { s.Mounts[6].Source = "" }},
		{`unknown type "x" of device /dev/d`, func(s *specs.Spec) { s.Linux.Devices = []specs.LinuxDevice{{Path: "/dev/d", Type: "x"}} }},
		{`device path "d" is not absolute`, func(s *specs.Spec) { s.Linux.Devices = []specs.LinuxDevice{{Path: "d", Type: "c"}} }},
		{`path "proc" is not absolute`, func(s *specs.Spec) { s.Linux.MaskedPaths = []string{"proc"} }},
	}
	for _, tc := range tests {
		spec := buildkitSpec()
		tc.edit(spec)
		text, err := json.Marshal(spec)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeSpec(text); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("error %v, want %q", err, tc.want)
		}
	}
	for _, text := range []string{"", "{", "[]", "{} {}", "null"} {
		if _, err := decodeSpec([]byte(text)); err == nil {
			t.Errorf("decodeSpec(%q) accepts", text)
		}
	}
}

func TestLoadSpecMakesPathsAbsolute(t *testing.T) {
	dir := t.TempDir()
	spec := buildkitSpec()
	spec.Mounts = []specs.Mount{
		{Destination: "/a", Type: "bind", Source: "a"},
		{Destination: "/b", Type: "none", Source: "b", Options: []string{"rbind"}},
		{Destination: "/c", Type: "tmpfs", Source: "tmpfs"},
	}
	writeJSON(t, filepath.Join(dir, "config.json"), spec)
	got, err := loadSpec(dir)
	if err != nil {
		t.Fatal(err)
	}
	sources := []string{got.Root.Path, got.Mounts[0].Source, got.Mounts[1].Source, got.Mounts[2].Source}
	want := []string{filepath.Join(dir, "rootfs"), filepath.Join(dir, "a"), filepath.Join(dir, "b"), "tmpfs"}
	if diff := cmp.Diff(want, sources); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestReadBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("12345"), 0o644); err != nil {
		t.Fatal(err)
	}
	if b, err := bounded.ReadFile(path, 5); err != nil || string(b) != "12345" {
		t.Errorf("got %q, %v", b, err)
	}
	if _, err := bounded.ReadFile(path, 4); err == nil {
		t.Error("no error beyond the limit")
	}
}

// FuzzDecodeSpec: what is accepted has all that the stages dereference, means
// the same when written out again, and its parts can be translated.
func FuzzDecodeSpec(f *testing.F) {
	full := buildkitSpec()
	mode := os.FileMode(0o640)
	full.Linux.Devices = []specs.LinuxDevice{{Path: "/dev/x", Type: "c", Major: 1, Minor: 3, FileMode: &mode}}
	full.Process.Rlimits = []specs.POSIXRlimit{{Type: "RLIMIT_CORE"}}
	full.Linux.RootfsPropagation = "rslave"
	for _, spec := range []*specs.Spec{buildkitSpec(), full, {}} {
		text, err := json.Marshal(spec)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"root":{"path":"r"},"process":{"cwd":"/","args":["a"]},"linux":{"namespaces":[{"type":"mount"}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		spec, err := decodeSpec(text)
		if err != nil {
			return
		}
		if !hasNew(spec.Linux, specs.MountNamespace) {
			t.Error("accepted without a mount namespace")
		}
		again, err := json.Marshal(spec)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeSpec(again); err != nil {
			t.Errorf("refused when written out again: %v", err)
		}
		for _, m := range spec.Mounts {
			o := parseMountOptions(m.Options)
			if o.set&o.clear != 0 || o.attr.Attr_set&o.attr.Attr_clr != 0 {
				t.Errorf("options %q both set and clear a flag", m.Options)
			}
		}
		c := parseCapabilities(spec.Process.Capabilities)
		if all := uint64(1)<<len(capabilityNames()) - 1; (c.bounding|c.effective|c.permitted|c.inheritable|c.ambient)&^all != 0 {
			t.Errorf("capabilities %x", c)
		}
		seen := map[string]bool{}
		for _, e := range environment(spec.Process.Env, spec.Process.User.UID) {
			name, _, _ := strings.Cut(e, "=")
			if seen[name] {
				t.Errorf("%s is set twice", name)
			}
			seen[name] = true
		}
	})
}

// FuzzDecodeProcess: as FuzzDecodeSpec, for the file of exec.
func FuzzDecodeProcess(f *testing.F) {
	text, err := json.Marshal(buildkitSpec().Process)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"cwd":"/","args":["a"],"env":["A=b","A=c","HOME="]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := decodeProcess(text)
		if err != nil {
			return
		}
		if len(p.Args) == 0 || !filepath.IsAbs(p.Cwd) || p.Terminal {
			t.Errorf("accepted %+v", p)
		}
		again, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeProcess(again); err != nil {
			t.Errorf("refused when written out again: %v", err)
		}
	})
}
