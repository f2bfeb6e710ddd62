package probe

import (
	"context"
	"fmt"
	"os"
	"testing"

	"schlank/internal/agent"
	"schlank/internal/engine/enginetest"
)

// TestMain lets the test binary be the agent, and the service under test: it
// is mounted into the containers anyway.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case agent.Verb:
			if err := agent.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		case serviceVerb:
			os.Exit(serve(os.Args[2:]))
		}
	}
	os.Exit(enginetest.Main(m, nil))
}
