// Newrule makes the directory of a new rule, and everything that is generated
// from the rules:
//
//	go run ./internal/newrule SL1234 some-name
//	go run ./internal/newrule -generate
//
// It runs in any directory of the repository, also while rules don't compile.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	generate := flag.Bool("generate", false, "write the lists of rules and docs/rules anew")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: newrule SL1234 some-name, or newrule -generate")
	}
	flag.Parse()
	if err := run(*generate, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "newrule:", err)
		os.Exit(1)
	}
}

func run(generate bool, args []string) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	if generate && len(args) == 0 {
		if err := writeLists(root); err != nil {
			return err
		}
		pages := exec.Command("go", "run", "./internal/newrule/pages", filepath.Join(root, "docs", "rules"))
		pages.Dir, pages.Stdout, pages.Stderr = root, os.Stdout, os.Stderr
		return pages.Run()
	}
	if generate || len(args) != 2 {
		flag.Usage()
		return fmt.Errorf("an ID and a name are needed")
	}
	dir, err := makeRule(root, args[0], args[1])
	if err != nil {
		return err
	}
	fmt.Println("made", dir)
	return writeLists(root)
}

// findRoot is the directory of go.mod.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod here or above")
		}
		dir = up
	}
}
