package driver

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	gatewayapi "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/opencontainers/go-digest"
	"schlank/engine"
)

// buildError turns a failed solve into the error users see: the place in
// the Dockerfile, the end of the step's log and a hint.
func buildError(ctx context.Context, err error, req engine.BuildRequest, st *status, seen *recorder) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("building %s: %w", req.Name, cause)
	}
	be := &engine.BuildError{File: req.Name, ExitCode: -1}
	d := st.failed()
	var v *errdefs.VertexError
	if errors.As(err, &v) {
		d = digest.Digest(v.Digest)
	}
	be.LogTail = st.tails[d].end()
	if vtx := st.vertices[d]; vtx != nil {
		be.Step = vtx.Name
	}
	if src := errdefs.Sources(err); len(src) > 0 {
		// The innermost source is the instruction itself.
		place(be, src[0])
	} else if src := seen.source(d); src != nil {
		place(be, src) // an old BuildKit's errors do not say where
	}
	msg := innermost(err)
	be.Hint = hint(msg)
	if code, ok := exitCode(err); ok {
		be.ExitCode = code
		msg = fmt.Sprintf("%s ended with exit code %d", quoteStep(be.Step), code)
		be.Hint = exitHint(code, be.LogTail)
	}
	if ref := seen.unresolved(); ref != "" {
		msg = fmt.Sprintf("getting base image %s: %s", ref, msg)
		be.Hint = "check the name and tag of the image and that its registry can be reached; without a registry, give a base store with --bases DIR"
	}
	be.Err = errors.New(msg)
	return be
}

var exitMessage = regexp.MustCompile(`(?s)executor failed running .*: exit code: (\d{1,3})$`)

// exitCode is the exit code of the process that err tells of.
func exitCode(err error) (int, bool) {
	var exit *gatewayapi.ExitError
	if !errors.As(err, &exit) {
		// An old BuildKit says it in the message only.
		m := exitMessage.FindStringSubmatch(err.Error())
		if m == nil {
			return 0, false
		}
		code, err := strconv.Atoi(m[1])
		return code, err == nil
	}
	// The executor says 255 too when it does not know; only a process that
	// did exit so has the number in the message.
	unknown := exit.ExitCode == gatewayapi.UnknownExitStatus && !strings.HasSuffix(err.Error(), "exit code: 255")
	return int(exit.ExitCode), !unknown
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
var wrapping = regexp.MustCompile(`^(failed to run Build function|failed to solve|rpc error: code = \w+ desc =|failed to compute cache key|failed to load cache key|failed to calculate checksum of ref \S+|failed to process "[^"]*"|dockerfile parse error on line \d+):? `)

// innermost strips the wrapping from a message.
func innermost(err error) string {
	msg := err.Error()
	for {
		short := strings.TrimPrefix(wrapping.ReplaceAllString(msg, ""), ": ")
		if short == msg {
			return msg
		}
		msg = short
	}
}

// hints are the failures users meet most, by a part of BuildKit's message.
var hints = []struct{ part, hint string }{
	{diskFull, diskFullHint},
	{": not found", "the file is not in the build context, or .dockerignore excludes it"},
	{"target stage", "`--target` takes the name or number of a stage of this Dockerfile"},
	{"unknown instruction", "correct the spelling of the instruction; BuildKit knows those of the Dockerfile reference only"},
	{"the Dockerfile cannot be empty", noStageHint},
	{"file with no instructions", noStageHint},
	{"no build stage in current context", noStageHint},
}

const (
	diskFull     = "no space left on device"
	diskFullHint = "the disk is full: `schlank engine prune` frees the build cache, --state DIR puts it elsewhere"
	noStageHint  = "a Dockerfile begins with FROM; only ARG, comments and parser directives may stand before it"
)

func hint(msg string) string {
	for _, h := range hints {
		if strings.Contains(msg, h.part) {
			return h.hint
		}
	}
	return ""
}

// exitHint explains the exit code of a RUN.
func exitHint(code int, log []string) string {
	for _, l := range log {
		if strings.Contains(strings.ToLower(l), diskFull) {
			return diskFullHint
		}
	}
	switch code {
	case 127:
		return "exit code 127: a command was not found; it may be missing in this stage's image"
	case 137:
		return "exit code 137: the process was killed, most often for lack of memory"
	}
	return ""
}
