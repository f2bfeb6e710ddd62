package engine_test

import (
	"fmt"
	"testing"

	"schlank/engine"
	"schlank/internal/engine/enginetest"
)

// In these Dockerfiles the instruction that starts at line N makes a file
// called lN, so that a layer tells which instruction made it.
var mappedDockerfiles = map[string]string{
	"plain": `FROM busybox
RUN touch /l2
COPY in /l3
ENV A=b
RUN touch \
  /l5
WORKDIR /l7
ADD in /l8
`,
	"linked copies": `FROM busybox AS build
RUN echo > /other
FROM busybox
RUN touch /l4
COPY --link --from=build /other /l5
COPY --link in /l6
RUN touch /l7
COPY --link in /l8
`,
	"stage upon stage": `FROM busybox AS one
RUN touch /l2
FROM one AS unused
RUN touch /never
FROM one AS two
RUN touch /l6
FROM two
COPY in /l8
`,
	"from nothing": `FROM scratch
COPY in /l2
COPY --link in /l3
`,
	"heredocs": `FROM busybox
RUN <<EOF
touch /l2
EOF
COPY <<EOF /l5
text
EOF
RUN touch /l8
`,
	"several sources": `FROM busybox
COPY in more /l2/
COPY --chown=1:2 in more /l3/
RUN --mount=type=cache,target=/c --mount=type=bind,target=/b touch /l4
`,
	"triggers": `FROM busybox AS parent
RUN touch /l2
ONBUILD COPY in /triggered
FROM parent
RUN touch /l5
`,
}

func TestInstructionsToLayers(t *testing.T) {
	e := enginetest.Engine(t)
	for name, dockerfile := range mappedDockerfiles {
		t.Run(name, func(t *testing.T) {
			req := enginetest.Project(t, dockerfile, map[string]string{"in": "in", "more": "more"})
			res := enginetest.Build(t, e, req)
			checkMapping(t, res)
			again := enginetest.Build(t, e, req)
			checkMapping(t, again)
			for _, s := range again.Steps {
				if !s.Cached {
					t.Errorf("line %d (%s) was not cached on the second run", s.FirstLine, s.Name)
				}
			}
		})
	}
}

// checkMapping compares what a result says of its layers with the layers.
func checkMapping(t *testing.T, res *engine.BuildResult) {
	t.Helper()
	img := enginetest.ReadImage(t, res.Image)
	base := 0
	if len(res.Bases) > 0 {
		base = enginetest.BaseLayers
	}
	if res.BaseLayers != base {
		t.Errorf("%d base layers, want %d", res.BaseLayers, base)
	}
	claimed := map[int]bool{}
	for _, s := range res.Steps {
		if s.Layer < 0 {
			continue
		}
		if claimed[s.Layer] {
			t.Errorf("layer %d is claimed twice", s.Layer)
		}
		claimed[s.Layer] = true
		if l := img.Manifest.Layers[s.Layer]; s.LayerDigest != l.Digest.String() || s.LayerBytes != l.Size {
			t.Errorf("line %d: layer is %s of %d bytes, want %s of %d", s.FirstLine, s.LayerDigest, s.LayerBytes, l.Digest, l.Size)
		}
		made := fmt.Sprintf("l%d", s.FirstLine)
		if _, ok := img.Layers[s.Layer]["triggered"]; !ok && img.Layers[s.Layer][made] == "" {
			t.Errorf("line %d-%d (%s): %s is not in layer %d: %v", s.FirstLine, s.LastLine, s.Name, made, s.Layer, img.Layers[s.Layer])
		}
	}
	for i := base; i < len(img.Layers); i++ {
		if !claimed[i] {
			t.Errorf("no step claims layer %d: %v", i, img.Layers[i])
		}
	}
}

func TestStepLinesAndNames(t *testing.T) {
	e := enginetest.Engine(t)
	res := enginetest.Build(t, e, enginetest.Project(t, "# note\nFROM busybox AS build\nRUN sleep 0.2 && \\\n  touch /made\n\nFROM scratch\nCOPY --from=build /made /\n", nil))
	type place struct {
		name        string
		first, last int
	}
	var got []place
	for _, s := range res.Steps {
		got = append(got, place{s.Name, s.FirstLine, s.LastLine})
		if s.FirstLine == 3 && s.Duration.Milliseconds() < 200 {
			t.Errorf("the RUN took %v, it sleeps for 200ms", s.Duration)
		}
	}
	want := []place{
		{"[build 1/2] RUN sleep 0.2 &&   touch /made", 3, 4},
		{"[stage-1 1/1] COPY --from=build /made /", 7, 7},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("steps are\n%v, want\n%v", got, want)
	}
}

func TestBases(t *testing.T) {
	e := enginetest.Engine(t)
	res := enginetest.Build(t, e, enginetest.Project(t, "FROM busybox AS a\nFROM scratch\nCOPY --from=a /etc/passwd /\n", nil))
	if len(res.Bases) != 1 {
		t.Fatalf("bases are %+v, want one", res.Bases)
	}
	b := res.Bases[0]
	if b.Ref != "busybox" || b.Digest == "" || !b.FromStore || b.StandIn != enginetest.StandIn {
		t.Errorf("base is %+v", b)
	}
	if res.BaseLayers != 0 {
		t.Errorf("%d base layers in an image from scratch", res.BaseLayers)
	}
}
