package ociruntime

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"schlank/internal/bounded"
)

// maxConfigSize bounds config.json and process files. BuildKit's, with a
// seccomp profile in it, have about 60 KB.
const maxConfigSize = 16 << 20

// loadSpec reads and checks a bundle's config.json. Relative paths in it are
// made absolute.
func loadSpec(bundle string) (*specs.Spec, error) {
	path := filepath.Join(bundle, "config.json")
	b, err := bounded.ReadFile(path, maxConfigSize)
	if err != nil {
		return nil, err
	}
	spec, err := decodeSpec(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if !filepath.IsAbs(spec.Root.Path) {
		spec.Root.Path = filepath.Join(bundle, spec.Root.Path)
	}
	for i, m := range spec.Mounts {
		if isBind(m) && !filepath.IsAbs(m.Source) {
			spec.Mounts[i].Source = filepath.Join(bundle, m.Source)
		}
	}
	return spec, nil
}

// loadProcess reads and checks the file of exec --process.
func loadProcess(path string) (*specs.Process, error) {
	b, err := bounded.ReadFile(path, maxConfigSize)
	if err != nil {
		return nil, err
	}
	p, err := decodeProcess(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// decodeSpec decodes a configuration and refuses what this runtime would get
// wrong. What it leaves out by design passes; see the package comment.
func decodeSpec(b []byte) (*specs.Spec, error) {
	spec := new(specs.Spec)
	if err := decodeJSON(b, spec); err != nil {
		return nil, err
	}
	if spec.Root == nil || spec.Root.Path == "" {
		return nil, errors.New("root.path is missing")
	}
	if strings.ContainsRune(spec.Root.Path, 0) {
		return nil, errors.New("root.path holds a NUL byte")
	}
	if spec.Process == nil {
		return nil, errors.New("process is missing")
	}
	if err := checkProcess(spec.Process); err != nil {
		return nil, fmt.Errorf("process: %w", err)
	}
	if spec.Linux == nil {
		return nil, errors.New("linux is missing")
	}
	if err := checkNamespaces(spec.Linux); err != nil {
		return nil, fmt.Errorf("linux.namespaces: %w", err)
	}
	switch p := spec.Linux.RootfsPropagation; p {
	case "", "slave", "rslave", "private", "rprivate":
	default:
		return nil, fmt.Errorf("linux.rootfsPropagation %q is not supported by the built-in runtime: use slave or private, or install runc", p)
	}
	if l := spec.Linux; l.Personality != nil || l.IntelRdt != nil || len(l.NetDevices) > 0 {
		return nil, errors.New("linux: personality, intelRdt and netDevices are not supported by the built-in runtime: install runc")
	}
	if hasHooks(spec.Hooks) {
		return nil, errors.New("hooks are not supported by the built-in runtime: install runc")
	}
	for i, m := range spec.Mounts {
		if err := checkMount(m); err != nil {
			return nil, fmt.Errorf("mounts[%d]: %w", i, err)
		}
	}
	for i, d := range spec.Linux.Devices {
		if _, err := deviceMode(d); err != nil {
			return nil, fmt.Errorf("linux.devices[%d]: %w", i, err)
		}
	}
	for _, p := range slices.Concat(spec.Linux.MaskedPaths, spec.Linux.ReadonlyPaths) {
		if !filepath.IsAbs(p) || strings.ContainsRune(p, 0) {
			return nil, fmt.Errorf("linux: masked or read-only path %q is not absolute", p)
		}
	}
	return spec, nil
}

func decodeProcess(b []byte) (*specs.Process, error) {
	p := new(specs.Process)
	if err := decodeJSON(b, p); err != nil {
		return nil, err
	}
	return p, checkProcess(p)
}

func decodeJSON(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("decoding: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("decoding: unexpected data after the object")
	}
	return nil
}

func checkProcess(p *specs.Process) error {
	switch {
	case p.Terminal:
		return errors.New("terminals are not supported by the built-in runtime: run without one, or install runc")
	case len(p.Args) == 0 || p.Args[0] == "":
		return errors.New("args is empty")
	case !filepath.IsAbs(p.Cwd):
		return fmt.Errorf("cwd %q is not absolute", p.Cwd)
	case p.Scheduler != nil || p.IOPriority != nil || p.ExecCPUAffinity != nil:
		return errors.New("scheduler, ioPriority and execCPUAffinity are not supported by the built-in runtime: install runc")
	}
	for _, s := range slices.Concat(p.Args, p.Env, []string{p.Cwd}) {
		if strings.ContainsRune(s, 0) {
			return fmt.Errorf("%q holds a NUL byte", s)
		}
	}
	for _, e := range p.Env {
		if i := strings.IndexByte(e, '='); i <= 0 {
			return fmt.Errorf("env: %q is not NAME=VALUE", e)
		}
	}
	for _, r := range p.Rlimits {
		if _, ok := rlimitResources()[r.Type]; !ok {
			return fmt.Errorf("rlimits: unknown type %q", r.Type)
		}
		if r.Soft > r.Hard {
			return fmt.Errorf("rlimits: %s: soft limit %d is above the hard limit %d", r.Type, r.Soft, r.Hard)
		}
	}
	if n := p.OOMScoreAdj; n != nil && (*n < -1000 || *n > 1000) {
		return fmt.Errorf("oomScoreAdj %d is outside -1000 to 1000", *n)
	}
	return nil
}

func checkNamespaces(l *specs.Linux) error {
	flags := namespaceFlags()
	seen := map[specs.LinuxNamespaceType]bool{}
	for _, ns := range l.Namespaces {
		if _, ok := flags[ns.Type]; !ok {
			return fmt.Errorf("type %q is not supported by the built-in runtime", ns.Type)
		}
		if seen[ns.Type] {
			return fmt.Errorf("type %q is listed twice", ns.Type)
		}
		seen[ns.Type] = true
		joinable := ns.Type != specs.MountNamespace && ns.Type != specs.UserNamespace
		if ns.Path != "" && !joinable {
			return fmt.Errorf("joining a %s namespace by path is not supported by the built-in runtime", ns.Type)
		}
		if strings.ContainsRune(ns.Path, 0) {
			return fmt.Errorf("%s: the path holds a NUL byte", ns.Type)
		}
	}
	if !seen[specs.MountNamespace] {
		return errors.New("a mount namespace is required")
	}
	if seen[specs.UserNamespace] && (len(l.UIDMappings) == 0 || len(l.GIDMappings) == 0) {
		return errors.New("a user namespace needs uidMappings and gidMappings")
	}
	return nil
}

func checkMount(m specs.Mount) error {
	if m.Destination == "" {
		return errors.New("destination is missing")
	}
	if len(m.UIDMappings) > 0 || len(m.GIDMappings) > 0 {
		return errors.New("id-mapped mounts are not supported by the built-in runtime: install runc")
	}
	for _, s := range slices.Concat([]string{m.Destination, m.Source, m.Type}, m.Options) {
		if strings.ContainsRune(s, 0) {
			return fmt.Errorf("%q holds a NUL byte", s)
		}
	}
	if isBind(m) && m.Source == "" {
		return fmt.Errorf("bind mount on %s has no source", m.Destination)
	}
	return nil
}

func hasHooks(h *specs.Hooks) bool {
	if h == nil {
		return false
	}
	//lint:ignore SA1019 Prestart is deprecated but still decoded, so still to be refused
	return len(h.Prestart)+len(h.CreateRuntime)+len(h.CreateContainer)+
		len(h.StartContainer)+len(h.Poststart)+len(h.Poststop) > 0
}
