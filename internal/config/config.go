// Package config reads the user's own settings: which engine, where state
// and bases lie, and how registries are reached.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"schlank/internal/bounded"
	"sigs.k8s.io/yaml"
)

// Config is the content of the file. Flags and environment variables take
// precedence over it. Paths in it are absolute once read: "~/" is the home
// directory, and what is relative is so to the file.
type Config struct {
	// Engine is the default of --engine.
	Engine string `json:"engine,omitempty"`
	// State is the default of --state.
	State string `json:"state,omitempty"`
	// Bases is the default of --bases.
	Bases string `json:"bases,omitempty"`
	// CacheGB limits the build cache of the embedded engine, in units of
	// 10^9 bytes.
	CacheGB float64 `json:"cache_gb,omitempty"`
	// Registries maps hosts ("docker.io", "localhost:5000") to settings.
	Registries map[string]Registry `json:"registries,omitempty"`
}

// Registry says how a registry host is reached.
type Registry struct {
	Mirrors  []string `json:"mirrors,omitempty"`
	HTTP     bool     `json:"http,omitempty"`
	Insecure bool     `json:"insecure,omitempty"`
	CA       []string `json:"ca,omitempty"`
}

// maxBytes bounds the file.
const maxBytes = 1 << 20

// Path is where the file is looked for: $SCHLANK_CONFIG, else
// schlank/config.yaml under the user's configuration directory.
func Path() (string, error) {
	if p := os.Getenv("SCHLANK_CONFIG"); p != "" {
		return p, nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "schlank", "config.yaml"), nil
}

// Load reads the file. A file that does not exist is an empty configuration,
// unless it was named by $SCHLANK_CONFIG.
func Load() (Config, error) {
	name, err := Path()
	if err != nil {
		return Config{}, nil //nolint:nilerr // no home directory: nothing configured
	}
	b, err := bounded.ReadFile(name, maxBytes)
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("SCHLANK_CONFIG") == "" {
		return Config{}, nil
	}
	if err != nil {
		return Config{}, fmt.Errorf("reading the configuration: %w", err)
	}
	return parse(name, b)
}

func parse(name string, b []byte) (Config, error) {
	var c Config
	if len(b) > maxBytes {
		return c, fmt.Errorf("%s: larger than %d bytes", name, maxBytes)
	}
	if err := yaml.UnmarshalStrict(b, &c); err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	if c.CacheGB < 0 {
		return c, fmt.Errorf("%s: cache_gb must not be negative", name)
	}
	return c, c.resolve(name)
}

// resolve makes the paths of the file name absolute.
func (c *Config) resolve(name string) error {
	paths := []*string{&c.State, &c.Bases}
	for _, r := range c.Registries {
		for i := range r.CA {
			paths = append(paths, &r.CA[i])
		}
	}
	for _, p := range paths {
		rest, home := strings.CutPrefix(*p, "~/")
		switch {
		case *p == "" || filepath.IsAbs(*p):
		case home:
			dir, err := os.UserHomeDir()
			if err != nil {
				return fmt.Errorf("%s: %s: %w", name, *p, err)
			}
			*p = filepath.Join(dir, rest)
		default:
			abs, err := filepath.Abs(filepath.Join(filepath.Dir(name), *p))
			if err != nil {
				return fmt.Errorf("%s: %s: %w", name, *p, err)
			}
			*p = abs
		}
	}
	return nil
}
