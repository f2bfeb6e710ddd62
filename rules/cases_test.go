package rules_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"schlank/dockerfile"
	"schlank/dockerfile/syntax"
	"schlank/finding"
	"schlank/lint"
	"schlank/rule"
	"schlank/source"
)

// casesDir has what other tools' tests expect of Dockerfiles. It is not part
// of the repository.
const casesDir = "../../shared/cases"

// enough is the share of cases that must come out as the peer expects.
const enough = 0.97

// TestCases runs the cases of other tools by the IDs that they use, with all
// rules on. What comes out otherwise is listed in docs/deviations.md.
func TestCases(t *testing.T) {
	listed := readDeviations(t)
	for _, peer := range []string{"hadolint", "buildkit", "trivy"} {
		t.Run(peer, func(t *testing.T) {
			cases := readCases(t, peer)
			seen := map[deviation]bool{}
			good := 0
			for _, c := range cases {
				expected, ours := c.outcome(t)
				if expected == ours {
					good++
					continue
				}
				d := deviation{c.name(), c.rule(), expected, ours}
				if !seen[d] && !listed[d] {
					t.Errorf("not as expected, and not listed: | %s | %s | %s | %s | |\n%s", d.source, d.rule, d.expected, d.ours, c.Dockerfile)
				}
				seen[d] = true
			}
			for d := range listed {
				if strings.HasPrefix(d.source, peer+":") && !seen[d] {
					t.Errorf("listed, but not so any more: | %s | %s | %s | %s |", d.source, d.rule, d.expected, d.ours)
				}
			}
			share := float64(good) / float64(len(cases))
			t.Logf("%s: %d of %d as expected, %.1f %%", peer, good, len(cases), 100*share)
			if share < enough {
				t.Errorf("%s: %.1f %% as expected, wanted %.0f %%", peer, 100*share, 100*enough)
			}
		})
	}
}

// peerCase is a line of a file of cases; which fields there are depends on the
// peer.
type peerCase struct {
	peer       string
	Dockerfile string
	Rule       string
	Expect     bool
	Source     string
	Onbuild    bool
	// Count is how many findings there are, if that is known.
	Count *int
	// Config is hadolint's configuration as its tests write it.
	Config string
	// Kind, Form, Lines and Rules are BuildKit's: a case of its parser, one
	// about a rule, or all findings of a file.
	Kind, Form string
	Name       string
	Lines      []int
	Rules      []struct {
		Rule string
		Line int
	}
	ExpectOK     bool   `json:"expect_ok"`
	DockerIgnore string `json:"dockerignore"`
	Attrs        map[string]string
	// NeedsData is set for trivy's case with a name that is only a secret by
	// configuration.
	NeedsData bool `json:"needs_data"`
}

func readCases(t *testing.T, peer string) []peerCase {
	t.Helper()
	f, err := os.Open(filepath.Join(casesDir, peer+".jsonl"))
	if err != nil {
		t.Skip("no ../shared/cases: the peers' cases are not part of the repository")
	}
	defer f.Close()
	var out []peerCase
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		c := peerCase{peer: peer}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	if err := lines.Err(); err != nil || len(out) == 0 {
		t.Fatalf("%d cases: %v", len(out), err)
	}
	return out
}

// name is a short form of where the case is from.
func (c peerCase) name() string {
	name := c.peer + ":" + path.Base(c.Source)
	if c.Kind == "parse" {
		name = c.peer + ":" + c.Name
	}
	if c.Form == "exact_set" {
		name += " all"
	}
	if c.Onbuild {
		name += " onbuild"
	}
	return name
}

// rule is what the case is about.
func (c peerCase) rule() string {
	switch {
	case c.Kind == "parse":
		return "parsing"
	case c.Form == "exact_set":
		return "all"
	default:
		return c.Rule
	}
}

// outcome is what the peer expects and what we find.
func (c peerCase) outcome(t *testing.T) (expected, ours string) {
	t.Helper()
	result := c.lint(t)
	found := slices.DeleteFunc(slices.Clone(result.Findings), func(f finding.Finding) bool { return !c.isAbout(f) })
	switch {
	case c.Kind == "parse":
		return yes(!c.ExpectOK), yes(slices.ContainsFunc(result.File.Syntax.Problems, isRefused))
	case c.Form == "exact_set":
		return c.exactSet(result, found)
	case c.Lines != nil:
		return fmt.Sprint(c.Lines), fmt.Sprint(lineNumbers(result, found, c.Lines))
	case c.Count != nil:
		return fmt.Sprint(*c.Count), fmt.Sprint(len(found))
	default:
		return yes(c.Expect), yes(len(found) > 0)
	}
}

// lint runs all rules over the case.
func (c peerCase) lint(t *testing.T) lint.Result {
	t.Helper()
	o := lint.Options{All: true, Dockerfile: dockerfile.Options{BuildArgs: map[string]string{}}}
	for name, value := range c.Attrs {
		if arg, ok := strings.CutPrefix(name, "build-arg:"); ok {
			o.Dockerfile.BuildArgs[arg] = value
		}
	}
	if c.NeedsData {
		o.Settings.Secrets = []string{"MY_SECRET"}
	}
	c.configure(t, &o)
	l, err := lint.New(o)
	if err != nil {
		t.Fatal(err)
	}
	in := lint.Input{Source: source.File{Name: "Dockerfile", Bytes: []byte(c.Dockerfile)}}
	if c.DockerIgnore != "" {
		in.Context = rule.Setup{Ignore: &c.DockerIgnore, Files: map[string]string{"Dockerfile": c.Dockerfile}}.Context()
	}
	return l.File(in)
}

// isRefused reports whether BuildKit's parser refuses a file for a problem.
// What is wrong beyond that is not what its own cases are about.
func isRefused(p syntax.Problem) bool {
	return p.Code != syntax.LooksLikeJSON && p.Code != syntax.EmptyContinuation
}

var (
	hadolintID  = regexp.MustCompile(`^(DL|SC)\d{4}$`)
	shellID     = regexp.MustCompile(`^SC\d{4}$`)
	buildKitsID = regexp.MustCompile(`^[A-Z][a-z]+[A-Z]\w*$`)
)

// isAbout reports whether a finding is what the case is about.
func (c peerCase) isAbout(f finding.Finding) bool {
	switch {
	case c.Form == "exact_set":
		return slices.ContainsFunc(f.Aliases, buildKitsID.MatchString)
	case c.Rule == "*":
		return slices.ContainsFunc(f.Aliases, hadolintID.MatchString)
	case c.Rule == "SC*":
		return slices.ContainsFunc(f.Aliases, shellID.MatchString)
	default:
		return slices.Contains(f.Aliases, c.Rule)
	}
}

// exactSet compares all findings that BuildKit has names for.
func (c peerCase) exactSet(r lint.Result, found []finding.Finding) (expected, ours string) {
	var want, got []string
	var lines []int
	for _, x := range c.Rules {
		want = append(want, fmt.Sprintf("%s %d", x.Rule, x.Line))
		lines = append(lines, x.Line)
	}
	for _, f := range found {
		for _, a := range f.Aliases {
			if buildKitsID.MatchString(a) {
				got = append(got, fmt.Sprintf("%s %d", a, lineNumber(r, f, lines)))
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	return strings.Join(want, ", "), strings.Join(got, ", ")
}

func lineNumbers(r lint.Result, found []finding.Finding, expected []int) []int {
	out := []int{}
	for _, f := range found {
		out = append(out, lineNumber(r, f, expected))
	}
	slices.Sort(out)
	return out
}

// lineNumber is the line of a finding. BuildKit only knows the first and the
// last line of an instruction, so these are as good if it expects them.
func lineNumber(r lint.Result, f finding.Finding, expected []int) int {
	line, _ := r.File.Source.Position(f.Span.Start)
	if slices.Contains(expected, line) {
		return line
	}
	for _, i := range r.File.Syntax.Instructions {
		if !i.Span.Contains(f.Span) {
			continue
		}
		for _, at := range []int{i.KeywordSpan.Start, i.Bare().End} {
			if n, _ := r.File.Source.Position(at); slices.Contains(expected, n) {
				return n
			}
		}
	}
	return line
}

func yes(b bool) string {
	if b {
		return "finding"
	}
	return "none"
}
