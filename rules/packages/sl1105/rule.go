// Package sl1105 is the rule unanswered-question.
package sl1105

import (
	"fmt"
	"strings"

	"schlank/dockerfile/pkgmgr"
	"schlank/finding"
	"schlank/rule"
	"schlank/rules/edit"
	"schlank/rules/packages/calls"
	"schlank/source"
)

// Rule is SL1105.
func Rule() *rule.Rule {
	return &rule.Rule{
		ID:   "SL1105",
		Name: "unanswered-question",
		Aliases: []string{
			"DL3014", "DL3030", "DL3034", "DL3038", "DS-0021", "parfum:aptGetInstallUseY", "parfum:yumInstallForceYes",
		},
		Category: rule.Correctness,
		Severity: finding.Warning,
		Doc: rule.Doc{
			Title: "A package manager asks whether to go on, and nobody answers",
			Why:   "Nobody sits at a build. Where apt-get, dnf, yum, zypper or conda ask before they install, or pip before it removes, the answer is no, and the build fails or goes on without the packages.",
			Bad:   "FROM debian:12\nRUN apt-get update && apt-get install curl && rm -rf /var/lib/apt/lists/*\n",
			Good:  "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
			More: []rule.Example{
				{
					Name:       "each has its flag",
					Dockerfile: "FROM a\nRUN yum install b\nRUN dnf upgrade\nRUN zypper install b\n",
					Lines:      []int{2, 3, 4},
					Aliases:    []string{"DL3030,parfum:yumInstallForceYes", "DL3038", "DL3034"},
					Fixed:      "FROM a\nRUN yum install -y b\nRUN dnf upgrade -y\nRUN zypper install -y b\n",
				},
				{
					Name:       "conda, and pip when it removes",
					Dockerfile: "FROM a\nRUN conda install b && conda env create -f e.yml && conda install -y b\nRUN pip install b && pip uninstall b\nENV CONDA_ALWAYS_YES=true\nRUN mamba install b\n",
					Lines:      []int{2, 3},
					Fixed:      "FROM a\nRUN conda install -y b && conda env create -f e.yml && conda install -y b\nRUN pip install b && pip uninstall -y b\nENV CONDA_ALWAYS_YES=true\nRUN mamba install b\n",
				},
				{
					Name:       "in scripts for another shell",
					Dockerfile: "FROM a\nRUN <<EOF bash -ex\napt-get install b\nEOF\nRUN bash -c 'apt-get install b'\n",
					Lines:      []int{3, 5},
					Fixed:      "FROM a\nRUN <<EOF bash -ex\napt-get install -y b\nEOF\nRUN bash -c 'apt-get install -y b'\n",
				},
				{
					Name:       "answered in one way or another",
					Dockerfile: "FROM a\nRUN apt-get -qq install b && apt-get -q=2 install b && apt-get -q -q install b && apt-get -fmy install b\nRUN dnf -y install b && zypper -n install b && yes | apt-get install b\nRUN apt-get install b --assume-yes && apt-get install -s b\n",
				},
				{
					Name:       "some part of it may answer",
					Dockerfile: "FROM a\nARG OPTIONS\nRUN apt-get $OPTIONS install b\n",
				},
			},
			Since:   "0.2",
			Sources: []string{"https://manpages.debian.org/bookworm/apt/apt-get.8.en.html"},
		},
		Run: run,
	}
}

func run(p *rule.Pass) {
	for _, c := range calls.All(p) {
		ids, asks := aliases(c)
		if !asks || c.Dynamic && flagsUnknown(c) || c.Has(pkgmgr.Yes, pkgmgr.Dry) || quiet(c) || fed(c) {
			continue
		}
		p.Report(finding.Finding{
			Span:    c.CallSpan(),
			Message: fmt.Sprintf("%s asks whether to go on, and nobody answers", c.Program),
			Hint:    "add -y",
			Aliases: ids,
			Fixes: []finding.Fix{{
				Title: "add -y", Safety: finding.Equivalent,
				Edits: []source.Edit{edit.After(c.Action.Words[c.VerbWord], "-y")},
			}},
		})
	}
}

// aliases are the other tools' IDs for a call, and whether it asks at all.
func aliases(c calls.Call) ([]string, bool) {
	switch c.Verb {
	case pkgmgr.Install, pkgmgr.Upgrade, pkgmgr.DistUpgrade, pkgmgr.Remove:
	default:
		return nil, false
	}
	install := c.Verb == pkgmgr.Install
	switch c.Manager.Name {
	case "conda":
		return []string{}, !strings.HasPrefix(c.VerbText, "env ") && !c.Enabled(pkgmgr.Yes, c.Env)
	case "pip":
		return []string{}, c.Verb == pkgmgr.Remove
	case "apt":
		if install {
			return []string{"DL3014", "DS-0021", "parfum:aptGetInstallUseY"}, true
		}
		return []string{}, c.Program != "aptitude"
	case "zypper":
		if install {
			return []string{"DL3034"}, true
		}
		return []string{}, true
	}
	if c.Manager.Ecosystem != pkgmgr.RPM {
		return nil, false
	}
	switch {
	case c.Program != "yum":
		return []string{"DL3038"}, true
	case install:
		return []string{"DL3030", "parfum:yumInstallForceYes"}, true
	}
	return []string{}, true
}

// flagsUnknown reports whether a variable before the packages may hold flags.
func flagsUnknown(c calls.Call) bool {
	for _, w := range c.Action.Words[:c.VerbWord] {
		if !w.Static {
			return true
		}
	}
	return false
}

// quiet reports whether apt is so quiet that it takes yes for granted: -qq,
// -q -q or -q=2 (apt-get(8)).
func quiet(c calls.Call) bool {
	if c.Manager.Name != "apt" {
		return false
	}
	n := 0
	for _, f := range c.Action.Args.Flags {
		if f.Name == "-q" || f.Name == "--quiet" {
			n++
		}
	}
	for _, w := range c.Action.Words {
		if strings.HasPrefix(w.Text, "-q=") && w.Text >= "-q=2" || strings.HasPrefix(w.Text, "--quiet=") && w.Text >= "--quiet=2" {
			return true
		}
	}
	return n > 1
}

// fed reports whether a pipe answers: yes | apt-get install.
func fed(c calls.Call) bool { return c.Command().Piped }
