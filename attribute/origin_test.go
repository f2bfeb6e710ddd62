package attribute_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/attribute"
	"schlank/dockerfile"
	"schlank/engine"
	"schlank/inventory"
	"schlank/source"
)

// historyOf is an image of which only the history of its layers is known.
func historyOf(createdBy ...string) *inventory.Image {
	img := &inventory.Image{}
	for _, c := range createdBy {
		img.Layers = append(img.Layers, inventory.Layer{CreatedBy: c})
	}
	return img
}

func parse(text string) *dockerfile.File {
	return dockerfile.Parse(source.File{Name: "Dockerfile", Bytes: []byte(text)})
}

func TestFromHistory(t *testing.T) {
	for _, tt := range []struct{ history, want string }{
		{"RUN /bin/sh -c apt-get update   && true # buildkit", "RUN apt-get update && true"},
		{"RUN |2 A=b C=d e /bin/sh -c make all # buildkit", "RUN make all"},
		{"COPY . . # buildkit", "COPY . ."},
		{"/bin/sh -c #(nop) COPY dir:0a1b in /app ", "COPY dir:0a1b in /app"},
		{"/bin/sh -c #(nop)  CMD [\"bash\"]", "CMD [\"bash\"]"},
		{"/bin/sh -c apt-get update", "RUN apt-get update"},
		{"|1 A=b /bin/sh -c make", "RUN make"},
		{"RUN /bin/bash -o pipefail -c curl x | sh # buildkit", "RUN curl x | sh"},
		{"debian rootfs.sh: rootfs.tar", "debian rootfs.sh: rootfs.tar"},
		{"", ""},
	} {
		if got := attribute.FromHistory(historyOf(tt.history))[0].Text; got != tt.want {
			t.Errorf("%q: %q, want %q", tt.history, got, tt.want)
		}
	}
}

func TestOriginString(t *testing.T) {
	for _, tt := range []struct {
		origin attribute.Origin
		want   string
	}{
		{attribute.Origin{Text: "COPY . .", FirstLine: 14, LastLine: 14}, "`COPY . .` (line 14)"},
		{attribute.Origin{Text: "COPY . ."}, "`COPY . .`"},
		{attribute.Origin{}, "unknown instruction"},
		{attribute.Origin{Text: "RUN apt-get update && apt-get install -y gcc ääää make libpq-dev"}, "`RUN apt-get update && apt-get install -y gcc ääää make…`"},
	} {
		if got := tt.origin.String(); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.origin, got, tt.want)
		}
	}
}

const twoStages = `FROM debian:12 AS base
RUN apt-get update
WORKDIR /app

FROM base
ARG WHERE=/srv
RUN apt-get install \
    # for building
    gcc
COPY --chown=1:1 . .
COPY a b $WHERE/
RUN <<EOF
make
EOF
CMD ["/app/run"]
`

func TestFromDockerfile(t *testing.T) {
	img := historyOf(
		"debian rootfs.sh: rootfs.tar",
		"COPY . . # buildkit", // the base's own
		"RUN /bin/sh -c apt-get update # buildkit",
		"WORKDIR /app",
		"RUN |1 WHERE=/srv /bin/sh -c apt-get install     gcc # buildkit",
		"COPY --chown=1:1 . . # buildkit",
		"COPY a b /srv/ # buildkit",
		"RUN |1 WHERE=/srv /bin/sh -c <<EOF (make) # buildkit",
		"RUN /bin/sh -c something else # buildkit",
	)
	var got []int
	for _, o := range attribute.FromDockerfile(img, parse(twoStages), "") {
		got = append(got, o.FirstLine, o.LastLine)
	}
	want := []int{0, 0, 0, 0, 2, 2, 3, 3, 7, 9, 10, 10, 11, 11, 12, 14, 0, 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestFromDockerfileOfOlderBuilder(t *testing.T) {
	img := historyOf("ADD file:1 in / ", "/bin/sh -c apt-get update", "/bin/sh -c #(nop) COPY dir:2 in /app ", "/bin/sh -c make")
	var got []int
	for _, o := range attribute.FromDockerfile(img, parse("FROM x\nRUN apt-get update\nCOPY . /app\nRUN make\n"), "") {
		got = append(got, o.FirstLine)
	}
	if diff := cmp.Diff([]int{0, 2, 3, 4}, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestFromSteps(t *testing.T) {
	img := historyOf("base", "RUN a", "COPY . . # buildkit")
	steps := []engine.Step{{FirstLine: 2, LastLine: 2, Layer: 1}, {FirstLine: 7, LastLine: 9, Layer: 2}, {FirstLine: 3, Layer: -1}, {FirstLine: 3, Layer: 99}}
	got := attribute.FromSteps(img, parse(twoStages), steps)
	want := []attribute.Origin{
		{Text: "base"},
		{Text: "RUN apt-get update", File: "Dockerfile", FirstLine: 2, LastLine: 2},
		{Text: "RUN apt-get install gcc", File: "Dockerfile", FirstLine: 7, LastLine: 9},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("origins (-want +got):\n%s", diff)
	}
}

func TestSameWordsBeatVariables(t *testing.T) {
	img := historyOf("ADD file:1 in / ", "COPY b /y # buildkit")
	got := attribute.FromDockerfile(img, parse("FROM x\nCOPY b /y\nCOPY $UNKNOWN /z\n"), "")[1].FirstLine
	if got != 2 {
		t.Errorf("line %d, want 2", got)
	}
}
