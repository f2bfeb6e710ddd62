package cli

import (
	"context"
	"fmt"
	"io"

	"schlank/internal/agent"
)

const agentVerb = agent.Verb

// agentMain is the program inside a container under test.
func agentMain(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) int {
	if err := agent.Serve(ctx, stdin, stdout); err != nil {
		fmt.Fprintf(stderr, "schlank: %v\n", err)
		return exitFailed
	}
	return exitOK
}
