// Package corpus holds Dockerfiles for the tests of the rooms that read them:
// our own, chosen for the corners of the language, and those that the peers'
// tests use, where they are at hand. It imports nothing of this module.
package corpus

import (
	"bufio"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"testing"
)

// Case is a Dockerfile and where it is from.
type Case struct{ Name, Text string }

// Own are the cases that are part of this repository.
func Own() []Case {
	var out []Case
	for k, text := range own() {
		out = append(out, Case{Name: fmt.Sprintf("own/%d", k), Text: text})
	}
	return out
}

//go:embed real/*.Dockerfile
var real embed.FS

// Real are Dockerfiles of the kind and the size that projects have, with the
// mistakes that they have.
func Real() []Case {
	names, err := fs.Glob(real, "real/*")
	if err != nil {
		panic(err) // the pattern is above
	}
	var out []Case
	for _, name := range names {
		text, err := real.ReadFile(name)
		if err != nil {
			panic(err) // it is in the program
		}
		out = append(out, Case{Name: name, Text: string(text)})
	}
	return out
}

// Peers are the cases from the tests of other tools, in the directory
// ../shared/cases as seen from the root of the repository, which the caller
// opens. It skips the test, and says why, when they are not there.
func Peers(t *testing.T, dir fs.FS) []Case {
	t.Helper()
	names, err := fs.Glob(dir, "*.jsonl")
	if err != nil || len(names) == 0 {
		t.Skip("no *.jsonl in ../shared/cases: the peers' cases are not part of the repository")
	}
	var out []Case
	for _, name := range names {
		out = append(out, read(t, dir, name)...)
	}
	return out
}

// read is the Dockerfiles in one file of cases.
func read(t *testing.T, dir fs.FS, name string) []Case {
	t.Helper()
	file, err := dir.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out []Case
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<24)
	for n := 1; lines.Scan(); n++ {
		var c struct {
			Dockerfile string `json:"dockerfile"`
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("%s:%d: %v", name, n, err)
		}
		out = append(out, Case{Name: fmt.Sprintf("%s:%d", name, n), Text: c.Dockerfile})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
