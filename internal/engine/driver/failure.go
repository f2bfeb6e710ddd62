package driver

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	gatewayapi "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/opencontainers/go-digest"
	"schlank/engine"
)

// buildError turns a failed solve into the error users see: the place in
// the Dockerfile, the end of the step's log and a hint.
func buildError(ctx context.Context, err error, req engine.BuildRequest, st *status) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("building %s: %w", req.Name, cause)
	}
	be := &engine.BuildError{File: req.Name, ExitCode: -1}
	var v *errdefs.VertexError
	if errors.As(err, &v) {
		d := digest.Digest(v.Digest)
		be.LogTail = st.tails[d].end()
		if vtx := st.vertices[d]; vtx != nil {
			be.Step = vtx.Name
		}
	}
	if src := errdefs.Sources(err); len(src) > 0 {
		// The innermost source is the instruction itself.
		place(be, src[0])
	}
	var exit *gatewayapi.ExitError
	if errors.As(err, &exit) && exit.ExitCode < gatewayapi.UnknownExitStatus {
		be.ExitCode = int(exit.ExitCode)
	}
	msg := innermost(err)
	be.Err = errors.New(msg)
	if be.ExitCode >= 0 {
		be.Err = fmt.Errorf("%s ended with exit code %d", quoteStep(be.Step), be.ExitCode)
	}
	be.Hint = hint(msg, be)
	return be
}

// place sets the lines and the excerpt, which marks the failing lines.
func place(be *engine.BuildError, src *errdefs.Source) {
	for i, r := range src.Ranges {
		if i == 0 || int(r.Start.Line) < be.FirstLine {
			be.FirstLine = int(r.Start.Line)
		}
		be.LastLine = max(be.LastLine, int(r.End.Line), int(r.Start.Line))
	}
	if src.Info != nil {
		src.Info.Filename = be.File
	}
	var b strings.Builder
	if src.Print(&b) == nil {
		be.Excerpt = b.String()
	}
}

func quoteStep(name string) string {
	if name == "" {
		return "the step"
	}
	return strings.ReplaceAll(name, "\n", " ")
}

// wrapping is what the layers between us and the engine put before the
// message that matters.
var wrapping = regexp.MustCompile(`^(failed to run Build function|failed to solve|rpc error: code = \w+ desc =|failed to load cache key|failed to process "[^"]*"|dockerfile parse error on line \d+):? `)

// innermost strips the wrapping from a message.
func innermost(err error) string {
	msg := err.Error()
	for {
		short := wrapping.ReplaceAllString(msg, "")
		short = strings.TrimPrefix(short, ": ")
		if short == msg {
			return msg
		}
		msg = short
	}
}

// hint knows the failures users meet most.
func hint(msg string, be *engine.BuildError) string {
	switch {
	case strings.Contains(msg, "no space left on device"):
		return "the disk is full: `schlank engine prune` frees the build cache, --state DIR puts it elsewhere"
	case strings.Contains(msg, "failed to resolve source metadata"), strings.Contains(msg, "pull access denied"):
		return "check the name and tag of the base image; without a registry, give a base store with --bases DIR"
	case strings.Contains(msg, "failed to calculate checksum") || strings.Contains(msg, "failed to compute cache key"):
		return "the file is not in the build context, or .dockerignore excludes it"
	case strings.Contains(msg, "target stage") && strings.Contains(msg, "could not be found"):
		return "`--target` takes the name or number of a stage of this Dockerfile"
	case be.ExitCode == 127:
		return "exit code 127: a command was not found; it may be missing in this stage's image"
	case be.ExitCode == 137:
		return "exit code 137: the process was killed, most often for lack of memory"
	case strings.Contains(msg, "unknown instruction"):
		return "BuildKit does not know this instruction; `schlank lint` shows the place and the nearest name"
	}
	return ""
}
