// Command schlank turns a project's Dockerfile into one that builds a slim
// image, and proves that the image still works.
package main

import (
	"context"
	"os"

	"schlank/internal/cli"
)

func main() {
	os.Exit(cli.Main(context.Background(), os.Args, os.Stdin, os.Stdout, os.Stderr))
}
