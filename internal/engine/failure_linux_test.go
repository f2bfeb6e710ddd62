package engine_test

import (
	"errors"
	"strings"
	"testing"

	"schlank/engine"
	"schlank/internal/engine/enginetest"
)

// TestFailures builds what cannot be built and looks at the error users get.
func TestFailures(t *testing.T) {
	tests := []struct {
		name       string
		dockerfile string
		change     func(*engine.BuildRequest)
		// first and last are the lines of the failing instruction, code is
		// its exit code.
		first, last, code int
		// message, excerpt, log and hint have to appear in those parts.
		message, excerpt, log, hint string
	}{
		{
			name:       "failing command",
			dockerfile: "FROM busybox\nRUN echo begun && \\\n  echo oops >&2 && \\\n  exit 7\nRUN true\n",
			first:      2, last: 4, code: 7,
			message: "RUN echo begun &&", excerpt: ">>>   exit 7", log: "oops",
		},
		{
			name:       "exit code 255",
			dockerfile: "FROM busybox\nRUN exit 255\n",
			first:      2, last: 2, code: 255,
			message: "ended with exit code 255",
		},
		{
			name:       "missing command",
			dockerfile: "FROM busybox\nRUN no-such-command\n",
			first:      2, last: 2, code: 127,
			log: "not found", hint: "a command was not found",
		},
		{
			name:       "missing program of an exec form",
			dockerfile: "FROM busybox\nRUN [\"/no/such/program\"]\n",
			first:      2, last: 2, code: 1, log: "no such file or directory",
		},
		{
			name:       "missing base",
			dockerfile: "ARG X\nFROM localhost:1/no/such:1\n",
			first:      2, last: 2, code: -1,
			message: "localhost:1/no/such:1", excerpt: ">>> FROM localhost:1/no/such:1", hint: "--bases",
		},
		{
			name:       "missing source",
			dockerfile: "FROM busybox\nCOPY nothing /\n",
			first:      2, last: 2, code: -1,
			message: `Dockerfile:2: "/nothing": not found`, excerpt: ">>> COPY nothing /", hint: ".dockerignore",
		},
		{
			name:       "unknown instruction",
			dockerfile: "FROM busybox\nRUM true\n",
			first:      2, last: 2, code: -1,
			message: "unknown instruction: RUM", excerpt: ">>> RUM true", hint: "correct the spelling",
		},
		{
			name:       "bad flag",
			dockerfile: "FROM busybox\n\nCOPY --nope=1 a b\n",
			first:      3, last: 3, code: -1,
			message: "nope", excerpt: ">>> COPY --nope=1 a b",
		},
		{
			name:       "unknown target",
			dockerfile: "FROM busybox AS one\n",
			change:     func(r *engine.BuildRequest) { r.Target = "two" },
			code:       -1, message: `"two"`, hint: "--target",
		},
		{
			name: "empty file", dockerfile: "", code: -1,
			message: "empty", hint: "FROM",
		},
		{
			name: "only comments", dockerfile: "# nothing\n", first: 1, last: 1, code: -1,
			message: "no instructions", hint: "FROM",
		},
		{
			name: "no stage", dockerfile: "RUN true\n", first: 1, last: 1, code: -1,
			message: "no build stage", hint: "FROM",
		},
		{
			name:       "unknown platform",
			dockerfile: "FROM busybox\n",
			change:     func(r *engine.BuildRequest) { r.Platform = "linux/!" },
			code:       -1, message: "linux/!",
		},
	}
	e := enginetest.Engine(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := enginetest.Project(t, tt.dockerfile, nil)
			req.Name = "some/Dockerfile"
			if tt.change != nil {
				tt.change(&req)
			}
			_, err := e.Build(enginetest.Context(t), req)
			var be *engine.BuildError
			if !errors.As(err, &be) {
				t.Fatalf("error is %v, want a BuildError", err)
			}
			if be.File != "some/Dockerfile" || be.FirstLine != tt.first || be.LastLine != tt.last || be.ExitCode != tt.code {
				t.Errorf("place is %s:%d-%d, exit code %d; want lines %d-%d, code %d",
					be.File, be.FirstLine, be.LastLine, be.ExitCode, tt.first, tt.last, tt.code)
			}
			for _, part := range []struct{ what, got, want string }{
				{"message", be.Error(), tt.message},
				{"excerpt", be.Excerpt, tt.excerpt},
				{"log", strings.Join(be.LogTail, "\n"), tt.log},
				{"hint", be.Hint, tt.hint},
			} {
				if !strings.Contains(part.got, part.want) {
					t.Errorf("%s is %q, want %q in it", part.what, part.got, part.want)
				}
			}
			t.Logf("%v\n%s", be, be.Details())
		})
	}
}
