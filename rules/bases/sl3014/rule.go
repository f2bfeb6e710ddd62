// Package sl3014 is the rule base-platform.
package sl3014

import (
	"strings"

	"schlank/dockerfile"
	"schlank/dockerfile/reference"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/bases/platform"
	"schlank/source"
)

// Rule is SL3014.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:       "SL3014",
		Name:     "base-platform",
		Aliases:  []string{"InvalidBaseImagePlatform"},
		Category: rule.Stages,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "The base image is for another platform",
			Why:   "BuildKit takes a base image even if it is not for the platform that is built for; the image then holds programs that run only under emulation, or not at all. Repositories such as arm64v8/alpine hold images for one platform, where alpine has one for each.",
			Bad:   "FROM arm64v8/alpine:3.22\n",
			Good:  "FROM alpine:3.22\n",
			More: []rule.Example{
				{Name: "the platform is said", Dockerfile: "FROM --platform=linux/arm64 arm64v8/alpine:3.22\nFROM amd64/alpine:3.22\n"},
				{Name: "another is said", Dockerfile: "FROM --platform=linux/amd64 arm32v7/alpine:3.22 AS a\n", Lines: []int{1}},
				{Name: "somebody's name", Dockerfile: "FROM arm64/alpine:3.22\n"},
			},
			Since:   "0.2",
			Sources: []string{"https://github.com/docker-library/official-images#architectures-other-than-amd64"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	target, _ := p.File.Args.Get("TARGETPLATFORM")
	for _, s := range p.File.Stages {
		if s.Parent != nil {
			continue
		}
		is, official := actual(s)
		want := s.Platform.Text
		if want == "" {
			want = target
		}
		wanted, ok := platform.Parse(want)
		if !ok || is == (platform.Platform{}) || is == wanted {
			continue
		}
		f := finding.Finding{
			Span:    s.Base.Span,
			Message: s.Base.Text + " is for " + is.OS + "/" + is.Arch + ", not for " + wanted.OS + "/" + wanted.Arch,
			Hint:    "use an image for the platform",
		}
		if official != "" && !strings.Contains(s.Base.Raw, "$") {
			f.Hint = "use " + official + ", which is there for all platforms"
			f.Fixes = []finding.Fix{{Title: "use " + official, Safety: finding.Suggestion, Edits: []source.Edit{{Span: s.Base.Span, New: official}}}}
		}
		p.Report(f)
	}
}

// actual is the platform of a stage's base image as far as that is known, and
// the official image that is there for all platforms.
func actual(s *dockerfile.Stage) (is platform.Platform, official string) {
	if s.BasePlatform != "" {
		is, _ = platform.Parse(s.BasePlatform)
		return is, ""
	}
	r, ok := reference.Parse(s.Base.Text)
	if !ok || r.Registry != reference.Hub {
		return is, ""
	}
	owner, name, _ := strings.Cut(r.Repository, "/")
	arch := architecture(owner)
	if arch == "" {
		return is, ""
	}
	if r.Tag != "" {
		name += ":" + r.Tag
	}
	return platform.Platform{OS: "linux", Arch: arch}, name
}

// architecture is that of the images of an account for one architecture.
func architecture(owner string) string {
	switch owner {
	case "amd64":
		return "amd64"
	case "arm32v5", "arm32v6", "arm32v7":
		return "arm"
	case "arm64v8":
		return "arm64"
	case "i386":
		return "386"
	case "mips64le", "ppc64le", "riscv64", "s390x":
		return owner
	}
	return ""
}
