package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// searchPath is the PATH of every official image that sets no other.
const searchPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// makeRootfs runs a recipe's rootfs.sh and makes an image of the tars that it
// leaves in $OUT, one layer each in the order of their names, with the
// machine's files on top. Its blobs lie in dir.
func makeRootfs(ctx context.Context, r *recipe, m *machine, dir string, env []string, epoch time.Time) (v1.Image, error) {
	work, out := filepath.Join(dir, "recipe"), filepath.Join(dir, "out")
	for _, d := range []string{work, out} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return nil, err
		}
	}
	if err := r.unpack(work); err != nil {
		return nil, fmt.Errorf("unpacking the recipe: %w", err)
	}
	env = append(slices.Clone(env), "OUT="+out, fmt.Sprintf("SOURCE_DATE_EPOCH=%d", epoch.Unix()))
	if r.Apt {
		sources, conf := filepath.Join(dir, "machine.sources"), filepath.Join(dir, "machine.conf")
		if err := os.WriteFile(sources, m.aptSources, 0o644); err != nil {
			return nil, err
		}
		if err := os.WriteFile(conf, m.aptConf, 0o644); err != nil {
			return nil, err
		}
		env = append(env, "APT_SOURCES="+sources, "APT_CONF="+conf)
	}
	if err := r.runScript(ctx, work, rootfsFile, env...); err != nil {
		return nil, err
	}
	layers, err := rootfsLayers(r, m, dir, epoch)
	if err != nil {
		return nil, err
	}
	return assemble(layers, append([]string{searchPath}, m.env...), r.Cmd, epoch)
}

func rootfsLayers(r *recipe, m *machine, dir string, epoch time.Time) ([]mutate.Addendum, error) {
	tars, err := filepath.Glob(filepath.Join(dir, "out", "*.tar"))
	if err != nil {
		return nil, err
	}
	if len(tars) == 0 {
		return nil, fmt.Errorf("%s left no tar in $OUT", rootfsFile)
	}
	var layers []mutate.Addendum
	add := func(l v1.Layer, by string) {
		layers = append(layers, mutate.Addendum{Layer: l, History: v1.History{Created: v1.Time{Time: epoch}, CreatedBy: by}})
	}
	for _, name := range tars {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		l, err := layerFile(f, name+".gz", epoch)
		f.Close()
		if err != nil {
			return nil, err
		}
		add(l, fmt.Sprintf("%s %s: %s", r.Name, rootfsFile, filepath.Base(name)))
	}
	own, err := m.layer(r.Apt, epoch)
	if err != nil || own == nil {
		return layers, err
	}
	l, err := layerFile(bytes.NewReader(own), filepath.Join(dir, "machine.tar.gz"), epoch)
	if err != nil {
		return nil, err
	}
	add(l, "settings of the machine that made this stand-in")
	return layers, nil
}

func assemble(layers []mutate.Addendum, env, cmd []string, epoch time.Time) (v1.Image, error) {
	img := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	img, err := mutate.Append(img, layers...)
	if err != nil {
		return nil, fmt.Errorf("putting the layers together: %w", err)
	}
	cfg, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	cfg = cfg.DeepCopy()
	cfg.OS, cfg.Architecture = "linux", runtime.GOARCH
	cfg.Created = v1.Time{Time: epoch}
	cfg.Config.Env, cfg.Config.Cmd = env, cmd
	return mutate.ConfigFile(img, cfg)
}
