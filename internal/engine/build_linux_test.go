package engine_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"schlank/engine"
	"schlank/internal/engine/enginetest"
)

// TestDockerfiles builds what Dockerfiles can say and looks for one file in
// the result: /out, with the wanted text.
func TestDockerfiles(t *testing.T) {
	tests := []struct {
		name       string
		dockerfile string
		files      map[string]string
		change     func(t *testing.T, r *engine.BuildRequest)
		want       string
	}{
		{
			name:       "heredocs",
			dockerfile: "FROM busybox\nCOPY <<one <<two /\nfirst\none\nsecond\ntwo\nRUN <<EOF\nset -e\ncat /one /two > /out\nEOF\n",
			want:       "first\nsecond\n",
		},
		{
			name:       "heredoc for a program",
			dockerfile: "FROM busybox\nRUN cat > /out <<-'EOF'\n\t$HOME stays\nEOF\n",
			want:       "$HOME stays\n",
		},
		{
			name:       "several stages",
			dockerfile: "FROM busybox AS build\nRUN echo made > /made\nFROM scratch\nCOPY --from=build /made /out\n",
			want:       "made\n",
		},
		{
			name:       "target",
			dockerfile: "FROM busybox AS one\nRUN echo one > /out\nFROM busybox AS two\nRUN exit 1\n",
			change:     func(_ *testing.T, r *engine.BuildRequest) { r.Target = "one" },
			want:       "one\n",
		},
		{
			name:       "arguments",
			dockerfile: "ARG BASE=missing\nFROM ${BASE}\nARG WHO=nobody\nRUN echo $WHO > /out\n",
			change: func(_ *testing.T, r *engine.BuildRequest) {
				r.Args = map[string]string{"BASE": "busybox", "WHO": "somebody"}
			},
			want: "somebody\n",
		},
		{
			name:       "secret",
			dockerfile: "FROM busybox\nRUN --mount=type=secret,id=token wc -c < /run/secrets/token > /out\n",
			change: func(t *testing.T, r *engine.BuildRequest) {
				file := filepath.Join(t.TempDir(), "token")
				if err := os.WriteFile(file, []byte("12345"), 0o600); err != nil {
					t.Fatal(err)
				}
				r.Secrets = map[string]string{"token": file}
			},
			want: "5\n",
		},
		{
			name:       "cache mount",
			dockerfile: "FROM busybox\nRUN --mount=type=cache,target=/c,id=schlank-test echo kept > /c/f\nRUN --mount=type=cache,target=/c,id=schlank-test cp /c/f /out && ls -A /c/f\nRUN test ! -e /c/f\n",
			want:       "kept\n",
		},
		{
			name:       "bind and tmpfs mounts",
			dockerfile: "FROM busybox\nRUN --mount=type=bind,target=/src --mount=type=tmpfs,target=/scratch cp /src/in /scratch/x && cp /scratch/x /out\n",
			files:      map[string]string{"in": "bound\n"},
			want:       "bound\n",
		},
		{
			name:       "linked copy",
			dockerfile: "FROM busybox AS build\nRUN echo linked > /a\nFROM busybox\nCOPY --link --from=build /a /out\n",
			want:       "linked\n",
		},
		{
			name:       "owner and mode",
			dockerfile: "FROM busybox\nCOPY --chown=12:34 --chmod=640 in /in\nRUN stat -c '%u:%g %a' /in > /out\n",
			files:      map[string]string{"in": "x"},
			want:       "12:34 640\n",
		},
		{
			name:       "archive",
			dockerfile: "FROM busybox\nADD a.tar /there/\nRUN cat /there/in > /out\n",
			files:      map[string]string{"a.tar": string(enginetest.Layer(enginetest.File{Name: "in", Mode: 0o644, Body: "unpacked\n"}))},
			want:       "unpacked\n",
		},
		{
			name:       "onbuild",
			dockerfile: "FROM busybox AS parent\nONBUILD RUN echo triggered > /out\nFROM parent\n",
			want:       "triggered\n",
		},
		{
			name:       "shell and workdir",
			dockerfile: "FROM busybox\nSHELL [\"/bin/sh\", \"-ec\"]\nWORKDIR /w/x\nENV A=b\nRUN echo \"$PWD $A $0\" > /out\n",
			want:       "/w/x b /bin/sh\n",
		},
		{
			name:       "syntax line without a registry",
			dockerfile: "# syntax=localhost:1/no/such-frontend:1\nFROM busybox\nRUN echo built > /out\n",
			want:       "built\n",
		},
		{
			name:       "crlf",
			dockerfile: "FROM busybox\r\nRUN echo a \\\r\n  && echo b > /out\r\n",
			want:       "b\n",
		},
		{
			name:       "dockerignore",
			dockerfile: "FROM busybox\nCOPY . /ctx\nRUN ls -A /ctx > /out\n",
			files:      map[string]string{"keep": "", "drop.log": "", ".dockerignore": "*.log\n.dockerignore\n"},
			want:       "keep\n",
		},
		{
			name:       "ignore file of the Dockerfile",
			dockerfile: "FROM busybox\nCOPY . /ctx\nRUN ls -A /ctx > /out\n",
			files:      map[string]string{"keep": "", "drop.log": "", ".dockerignore": "keep\n"},
			change:     func(_ *testing.T, r *engine.BuildRequest) { r.Ignore = []byte("*.log\n.dockerignore\n") },
			want:       "keep\n",
		},
		{
			name:       "named directory",
			dockerfile: "FROM busybox\nCOPY --from=other in /out\n",
			change: func(t *testing.T, r *engine.BuildRequest) {
				r.Contexts = map[string]string{"other": enginetest.Project(t, "", map[string]string{"in": "other\n"}).Context}
			},
			want: "other\n",
		},
		{
			name:       "named OCI layout",
			dockerfile: "FROM thing\nRUN echo from layout > /out\n",
			change: func(t *testing.T, r *engine.BuildRequest) {
				r.Contexts = map[string]string{"thing": "oci-layout://" + enginetest.Bases(t) + ":" + enginetest.Base}
			},
			want: "from layout\n",
		},
		{
			name:       "platform",
			dockerfile: "FROM --platform=$BUILDPLATFORM busybox AS build\nARG TARGETARCH\nRUN echo $TARGETARCH > /made\nFROM scratch\nCOPY --from=build /made /out\n",
			change:     func(_ *testing.T, r *engine.BuildRequest) { r.Platform = "linux/s390x" },
			want:       "s390x\n",
		},
		{
			name:       "network of the host and none",
			dockerfile: "FROM busybox\nRUN --network=none test $(tail -n +3 /proc/net/dev | wc -l) = 1\nRUN --network=host echo asked > /out\n",
			want:       "asked\n",
		},
		{
			name:       "base in its full spelling",
			dockerfile: "FROM docker.io/library/busybox:latest\nRUN echo $FROM_BASE > /out\n",
			want:       "yes\n",
		},
	}
	e := enginetest.Engine(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := enginetest.Project(t, tt.dockerfile, tt.files)
			if tt.change != nil {
				tt.change(t, &req)
			}
			res := enginetest.Build(t, e, req)
			got := enginetest.ReadFile(t, res.Image, "out")
			if got != tt.want {
				t.Errorf("/out is %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPlatformOfImage(t *testing.T) {
	e := enginetest.Engine(t)
	for _, tt := range []struct{ platform, want string }{{"", runtime.GOARCH}, {"linux/s390x", "s390x"}} {
		req := enginetest.Project(t, "FROM scratch\nCOPY in /\n", map[string]string{"in": "x"})
		req.Platform = tt.platform
		img := enginetest.ReadImage(t, enginetest.Build(t, e, req).Image)
		if img.Config.Architecture != tt.want {
			t.Errorf("platform %q: image is for %s, want %s", tt.platform, img.Config.Architecture, tt.want)
		}
	}
}

func TestNoCache(t *testing.T) {
	e := enginetest.Engine(t)
	req := enginetest.Project(t, "FROM busybox\nRUN head -c 8 /dev/urandom | od -x > /out\n", nil)
	first := enginetest.Build(t, e, req)
	again := enginetest.Build(t, e, req)
	if first.Image != again.Image || !again.Steps[len(again.Steps)-1].Cached {
		t.Errorf("the second build was not cached: %s and %s", first.Image.Digest, again.Image.Digest)
	}
	req.NoCache = true
	anew := enginetest.Build(t, e, req)
	if anew.Image == first.Image || anew.Steps[len(anew.Steps)-1].Cached {
		t.Error("NoCache used the cache")
	}
}

func TestChangedDockerfileOfEqualSize(t *testing.T) {
	e := enginetest.Engine(t)
	req := enginetest.Project(t, "", nil)
	for _, word := range []string{"one", "two", "six"} {
		req.Dockerfile = []byte("FROM busybox\nRUN echo " + word + " > /out\n")
		if got := enginetest.ReadFile(t, enginetest.Build(t, e, req).Image, "out"); got != word+"\n" {
			t.Errorf("/out is %q, want %q", got, word)
		}
	}
}

func TestFrontendWarnings(t *testing.T) {
	e := enginetest.Engine(t)
	res := enginetest.Build(t, e, enginetest.Project(t, "FROM busybox AS Mixed\nMAINTAINER me\n", nil))
	all := strings.Join(res.Warnings, "\n")
	for _, want := range []string{"StageNameCasing", "MaintainerDeprecated"} {
		if !strings.Contains(all, want) {
			t.Errorf("no warning %s in:\n%s", want, all)
		}
	}
}
