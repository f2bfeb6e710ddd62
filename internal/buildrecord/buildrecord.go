// Package buildrecord remembers how images were built: from which Dockerfile,
// which instruction made which layer, and which layers are the base image's.
// So an image that was built here can be explained later, wherever it has
// been in between: a record is found by the image's layers.
package buildrecord

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"schlank/engine"
	"schlank/internal/atomicfile"
	"schlank/internal/bounded"
)

// Record is how one image was built.
type Record struct {
	Schema string `json:"schema"`
	// Name is what the Dockerfile is called, Dockerfile its text.
	Name       string `json:"name"`
	Dockerfile []byte `json:"dockerfile"`
	Target     string `json:"target,omitempty"`
	// Steps, BaseLayers and Bases are the build's.
	Steps      []engine.Step `json:"steps"`
	BaseLayers int           `json:"base_layers"`
	Bases      []engine.Base `json:"bases,omitempty"`
}

const schema = "schlank.record/1"

// maxRecord bounds a record, in bytes, and keep is how many stay.
const (
	maxRecord = 16 << 20
	keep      = 200
)

// Save writes the record of an image into dir, which is made if need be. The
// image is known by the diffIDs of its layers. The oldest records go.
func Save(dir string, diffIDs []string, r Record) error {
	r.Schema = schema
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("recording a build: %w", err)
	}
	if len(b) > maxRecord {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("recording a build: %w", err)
	}
	if err := atomicfile.Write(file(dir, diffIDs), b, 0o644); err != nil {
		return fmt.Errorf("recording a build: %w", err)
	}
	return tidy(dir)
}

// Find is the record of the image with these layers, nil when there is none
// or it is of no use.
func Find(dir string, diffIDs []string) (*Record, error) {
	b, err := bounded.ReadFile(file(dir, diffIDs), maxRecord)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the record of a build: %w", err)
	}
	var r Record
	if json.Unmarshal(b, &r) != nil || r.Schema != schema || r.BaseLayers > len(diffIDs) {
		return nil, nil
	}
	return &r, nil
}

// file is where the record of an image lies.
func file(dir string, diffIDs []string) string {
	sum := sha256.Sum256([]byte(strings.Join(diffIDs, "\n")))
	return filepath.Join(dir, hex.EncodeToString(sum[:])+".json")
}

// tidy removes the oldest records beyond those kept.
func tidy(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("tidying the records of builds: %w", err)
	}
	type aged struct {
		name string
		age  int64
	}
	var all []aged
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasSuffix(e.Name(), ".json") {
			all = append(all, aged{e.Name(), info.ModTime().UnixNano()})
		}
	}
	slices.SortFunc(all, func(a, b aged) int { return cmp.Or(cmp.Compare(b.age, a.age), cmp.Compare(a.name, b.name)) })
	for _, e := range all[min(keep, len(all)):] {
		// Another process may have been quicker.
		if err := os.Remove(filepath.Join(dir, e.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("tidying the records of builds: %w", err)
		}
	}
	return nil
}
