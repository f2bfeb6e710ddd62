package pkgmgr

import "strings"

// Facts from "go help install", "go help environment" and the Go modules
// reference.

var goManagers = []*Manager{{
	Name:       "go",
	Ecosystem:  Go,
	programs:   []string{"go"},
	Manifests:  []string{"go.mod"},
	Lockfiles:  []string{"go.sum"},
	longSingle: true,
	verbs: verbs(
		verb{Install, "install,get"},
		verb{Download, "mod download,mod vendor,mod tidy"},
		verb{Build, "build,test,generate,vet,list"},
		verb{Run, "run"},
		verb{Clean, "clean"},
	),
	values: []string{
		"-o", "-tags", "-ldflags", "-gcflags", "-asmflags", "-mod", "-p", "-C", "-overlay", "-modfile", "-buildmode", "-pkgdir",
		"-toolexec", "-installsuffix", "-compiler", "-gccgoflags", "-pgo", "-covermode", "-coverpkg", "-exec", "-run", "-count", "-timeout",
		"-coverprofile", "-reuse", "-cpu", "-parallel",
	},
	flags: []flagRow{
		flag(Frozen, "-mod", "readonly", "vendor"),
		flag(Dry, "-n"),
	},
	kind: func(a *Action) Kind {
		switch a.Verb {
		case Install, Run:
			return Named
		}
		return ""
	},
	one: func(v Verb) bool { return v == Run },
	pkg: func(p *Package) {
		if strings.HasPrefix(p.Text, ".") || strings.HasPrefix(p.Text, "/") || strings.HasSuffix(p.Text, ".go") {
			p.Kind = Local
			return
		}
		p.Name = p.Text
		if i := strings.LastIndexByte(p.Text, '@'); i > 0 {
			p.Name, p.Constraint = p.Text[:i], p.Text[i:]
		}
	},
	Stores: []Store{
		{
			// The official images set GOPATH=/go.
			Kind: Downloads, Verbs: []Verb{Install, Download, Build, Run}, Reused: true,
			Env: []EnvDir{{"GOMODCACHE", ""}, {"GOPATH", "pkg/mod"}}, Paths: []string{"/go/pkg/mod", "~/go/pkg/mod"}, CleanUp: "go clean -modcache",
		},
		{
			Kind: Builds, Verbs: []Verb{Install, Build, Run}, Reused: true,
			Env: []EnvDir{{"GOCACHE", ""}, {"XDG_CACHE_HOME", "go-build"}}, Paths: []string{"~/.cache/go-build"}, CleanUp: "go clean -cache",
		},
	},
}}
