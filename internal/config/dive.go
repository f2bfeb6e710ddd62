package config

import (
	"fmt"

	"schlank/internal/bounded"
	"sigs.k8s.io/yaml"
)

// DiveFile is the file in which dive keeps its rules for CI.
const DiveFile = ".dive-ci"

// Dive is the rules of a .dive-ci file, as they stand in it.
type Dive struct {
	LowestEfficiency         string `json:"lowestEfficiency"`
	HighestWastedBytes       string `json:"highestWastedBytes"`
	HighestUserWastedPercent string `json:"highestUserWastedPercent"`
}

// LoadDive reads a .dive-ci file. The error is fs.ErrNotExist if there is
// none.
func LoadDive(file string) (Dive, error) {
	text, err := bounded.ReadFile(file, maxBytes)
	if err != nil {
		return Dive{}, err
	}
	return parseDive(file, text)
}

func parseDive(name string, text []byte) (Dive, error) {
	var doc struct {
		Rules Dive `json:"rules"`
	}
	if err := yaml.UnmarshalStrict(text, &doc); err != nil {
		return Dive{}, fmt.Errorf("%s: %w", name, err)
	}
	return doc.Rules, nil
}
