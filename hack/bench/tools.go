package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// tool is a program to be measured.
type tool struct {
	name string
	args []string
	env  []string
	// target is how this tool's time must compare with ours: ours at most
	// this multiple of it. 0 is none.
	target float64
	// does is what it does more or less than we do.
	does string
	// comparable marks the run of ours whose time the others' targets are for,
	// if that is not the first.
	comparable bool
	// warm says that it runs once before it is measured.
	warm bool
	// failure is an exit code that is none: dive's CI mode judges.
	failure int
}

// ours is the name of the tool that the others are compared with.
const ours = "schlank"

// modules are the peers that are built from Go modules.
var modules = map[string]string{
	"dive": "github.com/wagoodman/dive@v0.13.1",
	"syft": "github.com/anchore/syft/cmd/syft@v1.57.0",
}

// install builds the peers that are missing and our own program, and returns
// where they are.
func install(ctx context.Context, dir string, stderr io.Writer) (string, error) {
	bin := filepath.Join(dir, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return "", err
	}
	for name, module := range modules {
		if _, err := os.Stat(filepath.Join(bin, name)); err == nil {
			continue
		}
		fmt.Fprintf(stderr, "bench: building %s\n", module)
		cmd := exec.CommandContext(ctx, "go", "install", module)
		cmd.Dir = dir // outside of the module
		cmd.Env = append(os.Environ(), "GOBIN="+bin, "CGO_ENABLED=0")
		cmd.Stderr = stderr
		if err := cmd.Run(); err != nil {
			return "", fmt.Errorf("building %s: %w", module, err)
		}
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(bin, "inventory"), "./hack/bench/inventory")
	cmd.Stderr = stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("building our own program (run bench in the module's root): %w", err)
	}
	return bin, nil
}

// tools are the programs for a form of the image.
func tools(f *form, opt options, bin string) ([]tool, error) {
	archive := f.archive(opt.dir)
	inventory := filepath.Join(bin, "inventory")
	cache := filepath.Join(opt.dir, "layers")
	list := []tool{
		{name: ours, args: []string{inventory, archive}, env: []string{"SCHLANK_LAYER_CACHE=off"}, does: "tree, content digests, packages, ELF facts; all digests checked"},
		{name: "schlank, seen before", args: []string{inventory, archive}, env: []string{"SCHLANK_LAYER_CACHE=" + cache}, warm: true, does: "the same from its cache; blobs not read"},
	}
	if f.name == "plain" {
		list = append(list, tool{name: "schlank, skimming", args: []string{inventory, "-unverified", archive}, env: []string{"SCHLANK_LAYER_CACHE=off"}, comparable: true, does: "tree, packages, ELF facts; nothing hashed or checked"})
	}
	if opt.schlank != "" {
		list = append(list, tool{name: "schlank inspect", args: []string{opt.schlank, "inspect", "--format", "json", archive}, env: []string{"SCHLANK_LAYER_CACHE=off"}, does: "as the first, causes and fixes"})
	}
	if name := f.unpacker; name != "" {
		if _, err := exec.LookPath(name); err != nil {
			return nil, fmt.Errorf("%s is not here: install Debian's packages isal and zstd", name)
		}
		blobs, err := f.blobs(opt.dir)
		if err != nil {
			return nil, err
		}
		args := append([]string{name, "-dcq"}, blobs...)
		if name == "igzip" {
			args[1] = "-dc"
		}
		list = append(list, tool{name: name, args: args, target: 1.1, does: "unpacks only, on one core"})
	}
	dive, syft := 1/2.5, 1/4.5
	if f.name == "plain" {
		dive, syft = 1/4.5, 1/15.0
	}
	if f.name != "zstd" { // dive knows no zstd
		list = append(list, tool{name: "dive --ci", args: []string{filepath.Join(bin, "dive"), "docker-archive://" + archive},
			env: []string{"CI=true"}, target: dive, does: "tree and waste; no packages, no SHA-256, nothing checked", failure: 1})
	}
	return append(list,
		tool{name: "syft", args: []string{filepath.Join(bin, "syft"), "scan", "-q", "-o", "syft-json", "docker-archive:" + archive},
			env: []string{"SYFT_CHECK_FOR_APP_UPDATE=false"}, target: syft, does: "more kinds of packages, licences; digests of packages' files"}), nil
}

// blobs are the layers as files.
func (f *form) blobs(dir string) ([]string, error) {
	all, err := filepath.Glob(filepath.Join(f.layout(dir), "blobs", "sha256", "*"))
	if err != nil {
		return nil, err
	}
	var layers []string
	for _, name := range all {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		if info.Size() > 1<<20 { // the others are manifest and config
			layers = append(layers, name)
		}
	}
	return layers, nil
}
