// Package sl3010 is the rule ships-builder.
package sl3010

import (
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/reference"
	"schlank/finding"
	"schlank/rule"
	"schlank/siblings"
)

// Rule is SL3010.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL3010",
		Name:     "ships-builder",
		Aliases:  []string{},
		Category: rule.Size,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The last stage starts from what builds",
			Why:   "An image for building holds compilers, tools and caches, hundreds of megabytes that are of no use where the program runs, and of much use to someone who breaks in. Start the last stage from what the program needs to run, and copy the result of the build.",
			Bad:   "FROM golang:1.25\nCOPY . /src\nRUN cd /src && go build -o /app .\nCMD [\"/app\"]\n",
			Good:  "FROM golang:1.25 AS build\nCOPY . /src\nRUN cd /src && CGO_ENABLED=0 go build -o /app .\nFROM gcr.io/distroless/static-debian13\nCOPY --from=build /app /app\nCMD [\"/app\"]\n",
			More: []rule.Example{
				{Name: "by its name", Dockerfile: "FROM node:24-slim AS builder\nRUN npm ci\nFROM builder\nCMD [\"node\", \"a.js\"]\n", Lines: []int{3}},
				{Name: "kits for Java and .NET", Dockerfile: "FROM eclipse-temurin:21-jdk\nCMD [\"java\", \"-jar\", \"a.jar\"]\nFROM mcr.microsoft.com/dotnet/sdk:9.0\nCMD [\"dotnet\", \"a.dll\"]\nFROM eclipse-temurin:21-jre\n", Lines: []int{}},
				{Name: "a kit for Java", Dockerfile: "FROM eclipse-temurin:21-jdk-alpine\nCMD [\"java\", \"-jar\", \"a.jar\"]\n", Lines: []int{1}},
				{Name: "a kit for .NET", Dockerfile: "FROM mcr.microsoft.com/dotnet/sdk:9.0\nENTRYPOINT [\"dotnet\", \"a.dll\"]\n", Lines: []int{1}},
				{Name: "an image to build with", Dockerfile: "FROM golang:1.25\nRUN go install example.com/x@latest\n"},
				{Name: "a stage for tests at the end", Dockerfile: "FROM golang:1.25 AS build\nFROM build AS test\nCMD [\"go\", \"test\"]\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://docs.docker.com/build/building/multi-stage/"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	s := p.Final()
	if s == nil || isForWork(s.Name) || !starts(s) {
		return
	}
	f := finding.Finding{
		Span: s.Base.Span,
		Hint: "start from what the program needs to run, and copy the result of the build with COPY --from",
	}
	if s.Parent != nil && builds(s.Parent.Name) {
		f.Message = "the image ships the stage " + s.Parent.Name + " with all that building needed"
		p.Report(f)
		return
	}
	root := s.Root()
	if what := kit(root.Base.Text); what != "" {
		f.Span = root.Base.Span
		f.Message = "the image ships " + what
		if sibling, err := siblings.Find(root.Base.Text, "trixie"); err == nil && sibling.Saves > 0 {
			f.Cost = finding.Cost{Bytes: sibling.Saves, Basis: finding.Estimated}
		}
		p.Report(f)
	}
}

// starts reports whether a stage is meant to run something: it says what.
func starts(s *dockerfile.Stage) bool {
	for ; s != nil; s = s.Parent {
		for _, i := range s.Instructions {
			if n := i.Name(); n == "CMD" || n == "ENTRYPOINT" {
				return true
			}
		}
	}
	return false
}

// isForWork reports whether the name of a stage says that it is not for
// production.
func isForWork(name string) bool {
	return builds(name) || strings.Contains(name, "dev") || strings.Contains(name, "test") || strings.Contains(name, "ci") || strings.Contains(name, "debug")
}

// builds reports whether the name of a stage says that it builds.
func builds(name string) bool {
	return strings.HasPrefix(name, "build") || strings.HasSuffix(name, "build") || strings.HasSuffix(name, "builder") || strings.HasPrefix(name, "compile")
}

// kit is what an image for building holds, "" for others.
func kit(base string) string {
	r, ok := reference.Parse(base)
	if !ok {
		return ""
	}
	switch r.Official() {
	case "golang":
		return "the Go compiler"
	case "rust":
		return "the Rust compiler"
	case "gcc":
		return "the GNU compilers"
	case "maven", "gradle":
		return "a build tool and the Java development kit"
	case "haskell", "swift", "clojure", "buildpack-deps":
		return "compilers and their libraries"
	case "eclipse-temurin", "ibm-semeru-runtimes", "sapmachine":
		if strings.Contains(r.Tag, "jdk") || !strings.Contains(r.Tag, "jre") {
			return "the Java development kit"
		}
	}
	if r.Name() == "mcr.microsoft.com/dotnet/sdk" {
		return "the .NET SDK"
	}
	return ""
}
