// Package restage computes a multi-stage Dockerfile from a Dockerfile and the
// evidence of the image it builds. The original instructions become build
// stages; the run-time stage starts from the slim sibling of their base,
// installs the packages that evidence names and copies what the instructions
// produced. It is pure; whether the result works is for the verdict to say.
package restage

import (
	"errors"
	"fmt"

	"schlank/dockerfile"
	"schlank/engine"
	"schlank/evidence"
	"schlank/inventory"
	"schlank/siblings"
	"schlank/stack/python"
)

// Input is a project's Dockerfile and what its build showed.
type Input struct {
	File *dockerfile.File
	// Stage is the stage whose image is rewritten: the last one.
	Stage *dockerfile.Stage
	// Image, BaseLayers and Steps are of the baseline.
	Image      *inventory.Image
	BaseLayers int
	Steps      []engine.Step
	// Sibling is the run-time base, Slim its inventory.
	Sibling siblings.Sibling
	Slim    *inventory.Image
	// Project is the build context.
	Project python.Project
	// Read and ReadSlim return files of the two images, by path.
	Read, ReadSlim func(paths []string, limit int64) (map[string][]byte, error)
	// NonRoot makes the run-time stage run as a user of its own where the
	// original runs as root.
	NonRoot bool
	// Withhold lists packages to leave out; see evidence.Input.
	Withhold []string
}

// Candidate is a rewritten Dockerfile.
type Candidate struct {
	// Name tells candidates apart.
	Name string
	// Text is the Dockerfile.
	Text []byte
	// Moves are the steps from the original to the candidate.
	Moves []Move
	// Ignore is the .dockerignore to go with it, nil when the project has
	// one or needs none.
	Ignore []byte
	// Targets are the stages for people to build, by name.
	Targets []string
	// Checks are commands whose answers show that the stack's packages load.
	Checks []string
}

// Move is one rewriting step and why it was made.
type Move struct {
	Name   string
	Reason string
	// Evidence are the facts the move rests on.
	Evidence []string
	// Bytes is what the move saves in the image, measured in the baseline;
	// negative for what it adds, 0 for moves that save time, not space.
	Bytes int64
}

// ErrNoRewrite is wrapped by errors that say why a way of rewriting does not
// fit a Dockerfile.
var ErrNoRewrite = errors.New("no rewrite")

func noRewrite(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNoRewrite, fmt.Sprintf(format, args...))
}

// Way is a way of rewriting.
type Way struct {
	Name string
	// Rewrite returns an error that wraps ErrNoRewrite when the way does not
	// fit.
	Rewrite func(Input) (*Candidate, error)
}

// Ways are the ways of rewriting, the one that gives the better Dockerfile
// first.
func Ways() []Way {
	return []Way{
		{Name: "python", Rewrite: rewritePython},
		{Name: "universal", Rewrite: rewriteUniversal},
	}
}

// collect gathers the evidence for a rewriting.
func collect(in Input, skip func(*inventory.File) bool) (*evidence.Result, error) {
	return evidence.Collect(evidence.Input{
		Image:         in.Image,
		BaseLayers:    in.BaseLayers,
		PackageLayers: packageLayers(in),
		Slim:          in.Slim,
		Asked:         askedPackages(in),
		Written:       writtenPaths(in),
		Skip:          skip,
		Read:          in.Read,
		Withhold:      in.Withhold,
	})
}

// place names a line for people: "line 12".
func place(in Input, i *dockerfile.Instruction) string {
	line, _ := in.File.Source.Position(i.KeywordSpan.Start)
	return fmt.Sprintf("line %d", line)
}

// atLine finds the instruction of a stage chain that covers a line.
func atLine(in Input, line int) *dockerfile.Instruction {
	for s := in.Stage; s != nil; s = s.Parent {
		for _, i := range s.Instructions {
			first, _ := in.File.Source.Position(i.KeywordSpan.Start)
			last, _ := in.File.Source.Position(max(i.Bare().End-1, i.KeywordSpan.Start))
			if first <= line && line <= last {
				return i
			}
		}
	}
	return nil
}

// instructionOf maps layers of the image to the instructions that made them.
func instructionOf(in Input) map[int]*dockerfile.Instruction {
	m := map[int]*dockerfile.Instruction{}
	for _, s := range in.Steps {
		if s.Layer >= 0 {
			if i := atLine(in, s.FirstLine); i != nil {
				m[s.Layer] = i
			}
		}
	}
	return m
}
