package cli_test

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"schlank/internal/cli"
	"schlank/internal/engine/embedded"
	"schlank/internal/engine/enginetest"
)

// TestMain makes the test binary the program itself when a script calls it
// "schlank", when the engine calls it as its container runtime, and when it
// lies in a container as the agent, which is called "schlank" there too.
func TestMain(m *testing.M) {
	if code, ok := embedded.RuntimeMain(context.Background(), os.Args); ok {
		os.Exit(code)
	}
	testscript.Main(tests{m}, map[string]func(){
		"schlank": func() {
			os.Exit(cli.Main(context.Background(), os.Args, os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

// tests runs the tests of the package with what enginetest needs around them.
type tests struct{ m *testing.M }

func (t tests) Run() int { return enginetest.Main(t.m, nil) }
