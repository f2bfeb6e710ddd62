package cli

import (
	"context"
	"io"
)

const agentVerb = "__agent"

func agentMain(context.Context, io.Reader, io.Writer, io.Writer) int { return exitUsage }
