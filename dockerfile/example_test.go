package dockerfile_test

import (
	"fmt"

	"schlank/dockerfile"
	"schlank/source"
)

// How a rewriter edits a Dockerfile: it asks for places, collects edits, and
// applies them to the bytes. What it does not touch stays as it was.
func Example_edits() {
	src := source.File{Name: "Dockerfile", Bytes: []byte(`FROM python:3.11 AS build
# what the app needs
RUN apt-get update && \
    # the client library
    apt-get install -y libpq-dev curl && \
    rm -rf /var/lib/apt/lists/*
COPY . /app
`)}
	f := dockerfile.Parse(src)
	stage := f.Target("build")
	var edits []source.Edit

	// A flag right after RUN.
	run := stage.Instructions[0]
	edits = append(edits, source.Insert(run.AfterKeyword(), " --mount=type=cache,target=/var/cache/apt"))

	// One word of the second command.
	script := run.Command.(*dockerfile.Run).Script
	install := script.Commands[1]
	for _, w := range install.Words {
		if w.Value == "libpq-dev" {
			edits = append(edits, source.Edit{Span: w.Orig, New: "libpq5"})
		}
	}

	// The third command with the && before it.
	for _, span := range script.Steps[2].OrigRemoval {
		edits = append(edits, source.Delete(span))
	}

	// The destination of a COPY.
	copied := stage.Instructions[1].Command.(*dockerfile.Copy)
	edits = append(edits, source.Edit{Span: copied.Dest.Span, New: "/srv/app"})

	out, err := source.Apply(src.Bytes, edits)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s", out)
	// Output:
	// FROM python:3.11 AS build
	// # what the app needs
	// RUN --mount=type=cache,target=/var/cache/apt apt-get update && \
	//     # the client library
	//     apt-get install -y libpq5 curl
	// COPY . /srv/app
}

// What stages need of each other, and a stage's text as it stands.
func ExampleFile_Needed() {
	f := dockerfile.Parse(source.File{Name: "Dockerfile", Bytes: []byte(`ARG TAG=3.11
FROM python:${TAG} AS base
FROM base AS docs
RUN make docs
# the wheel
FROM base AS build
RUN make wheel
FROM python:${TAG}-slim
COPY --from=build /wheel /wheel
`)})
	for _, s := range f.Needed(f.Target("")) {
		fmt.Println(s.Index, s.Name, s.Base.Text)
	}
	fmt.Printf("%s", f.Source.Text(f.Target("build").Span))
	// Output:
	// 0 base python:3.11
	// 2 build base
	// 3  python:3.11-slim
	// # the wheel
	// FROM base AS build
	// RUN make wheel
}
