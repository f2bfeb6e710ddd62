package lint_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/lint"
	"schlank/rule"
	"schlank/rules/form"
	"schlank/source"
)

// words is a rule that finds a word, and would put another in its place.
func words(id, name, word, by string, off string, aliases ...string) *rule.Rule {
	return &rule.Rule{
		ID: id, Name: name, Aliases: aliases, Category: rule.Style, Severity: finding.Warning, Off: off,
		Run: func(p *rule.Pass) {
			for i := range p.Instructions() {
				text := p.Text(i.Span)
				if k := strings.Index(text, word); k >= 0 {
					span := source.Span{Start: i.Span.Start + k, End: i.Span.Start + k + len(word)}
					p.Report(finding.Finding{Span: span, Message: "there is " + word, Fixes: []finding.Fix{
						{Title: "write " + by, Safety: finding.Equivalent, Edits: []source.Edit{{Span: span, New: by}}},
					}})
				}
			}
		},
	}
}

// testRules are three rules, of which the last is off by default, and those
// about form.
func testRules() []*rule.Rule {
	return append(form.All(),
		words("SL1001", "no-apple", "apple", "pear", "", "DL3001", "DS-0001"),
		words("SL2001", "no-copper", "copper", "tin", "", "CopperDisallowed"),
		words("SL7001", "no-zebra", "zebra", "horse", "a matter of taste", "DL3999"),
	)
}

func newLinter(t *testing.T, o lint.Options) *lint.Linter {
	t.Helper()
	if o.Rules == nil {
		o.Rules = testRules()
	}
	l, err := lint.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func input(text string) lint.Input {
	return lint.Input{Source: source.File{Name: "Dockerfile", Bytes: []byte(text)}}
}

// shown are findings as "line rule severity".
func shown(r lint.Result) []string {
	var out []string
	for _, f := range r.Findings {
		line, _ := r.File.Source.Position(f.Span.Start)
		out = append(out, fmt.Sprintf("%d %s %s", line, f.ID, f.Severity))
	}
	return out
}

func TestSelection(t *testing.T) {
	const text = "FROM a\nRUN apple copper\nRUN zebra\nBOGUS\n"
	const apple, copper, zebra, bogus = "2 SL1001 warning", "2 SL2001 warning", "3 SL7001 warning", "4 SL0003 error"
	tests := []struct {
		name    string
		options lint.Options
		want    []string
	}{
		{"by default", lint.Options{}, []string{apple, copper, bogus}},
		{"all", lint.Options{All: true}, []string{apple, copper, zebra, bogus}},
		{"one more", lint.Options{Enable: []string{"no-zebra"}}, []string{apple, copper, zebra, bogus}},
		{"one more by another's ID", lint.Options{Enable: []string{"dl3999"}}, []string{apple, copper, zebra, bogus}},
		{"only some", lint.Options{Only: []string{"SL7001", "no-copper"}}, []string{copper, zebra}},
		{"only some by another's ID", lint.Options{Only: []string{"AVD-DS-0001", "copperdisallowed"}}, []string{apple, copper}},
		{"without", lint.Options{Skip: []string{"sl1001"}}, []string{copper, bogus}},
		{"without another's", lint.Options{All: true, Skip: []string{"DS001", "DL3999"}}, []string{copper, bogus}},
		{"a category", lint.Options{Categories: []rule.Category{rule.Style}}, []string{apple, copper}},
		{"severities", lint.Options{Severity: map[string]finding.Severity{"no-apple": finding.Info, "CopperDisallowed": finding.Error}}, []string{"2 SL2001 error", "2 SL1001 info", bogus}},
		{"an alias counts before the ID", lint.Options{Only: []string{"SL1001"}, Severity: map[string]finding.Severity{"SL1001": finding.Error, "DL3001": finding.Info}}, []string{"2 SL1001 info"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := shown(newLinter(t, tt.options).File(input(text)))
			slices.Sort(got)
			want := slices.Sorted(slices.Values(tt.want))
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestUnknownRules(t *testing.T) {
	for _, o := range []lint.Options{
		{Only: []string{"no-aple"}}, {Skip: []string{"no-aple"}}, {Enable: []string{"no-aple"}},
		{Severity: map[string]finding.Severity{"no-aple": finding.Info}},
	} {
		o.Rules = testRules()
		_, err := lint.New(o)
		var unknown *lint.UnknownRuleError
		if !errors.As(err, &unknown) || unknown.Name != "no-aple" || unknown.Near != "no-apple" {
			t.Errorf("got %v", err)
		}
	}
	if !lint.Known(testRules(), "SC2086") || !lint.Known(testRules(), "ds001") || lint.Known(testRules(), "DS-0042") {
		t.Error("Known knows other rules")
	}
}

func TestIgnore(t *testing.T) {
	const apple, copper = "SL1001", "SL2001"
	tests := []struct {
		name, in string
		options  lint.Options
		want     []string // findings
		left     []string // rules of the findings that are left be
	}{
		{"by ID", "FROM a\n# schlank: ignore=SL1001\nRUN apple copper\nRUN apple\n", lint.Options{}, []string{"3 SL2001 warning", "4 SL1001 warning"}, []string{apple}},
		{"by name", "FROM a\n# schlank: ignore=No-Apple\nRUN apple\n", lint.Options{}, nil, []string{apple}},
		{"by another's ID", "FROM a\n# schlank: ignore=DS001\nRUN apple\n", lint.Options{}, nil, []string{apple}},
		{"the file", "# schlank: ignore-file=SL1001,SL2001\nFROM a\nRUN apple\nRUN copper\n", lint.Options{}, nil, []string{apple, copper}},
		{"a stage", "FROM a\nRUN apple\nFROM b\n# schlank: ignore-stage=SL1001\nRUN apple\nRUN apple\n", lint.Options{}, []string{"2 SL1001 warning"}, []string{apple, apple}},
		{"hadolint's", "FROM a\n# hadolint ignore=DL3001\nRUN apple\n", lint.Options{}, nil, []string{apple}},
		{"hadolint's of a rule that is not there", "FROM a\n# hadolint ignore=DL9999\nRUN apple\n", lint.Options{}, []string{"3 SL1001 warning"}, nil},
		{"trivy's", "FROM a\n# trivy:ignore:AVD-DS-0001\nRUN apple\n", lint.Options{}, nil, []string{apple}},
		{"all of trivy's", "FROM a\n# trivy:ignore:*\nRUN apple copper\n", lint.Options{}, []string{"3 SL2001 warning"}, []string{apple}},
		{"trivy's until today", "FROM a\n# trivy:ignore:DS001:exp:2026-01-02\nRUN apple\n", lint.Options{Now: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}, []string{"3 SL1001 warning"}, nil},
		{"trivy's until tomorrow", "FROM a\n# trivy:ignore:DS001:exp:2026-01-03\nRUN apple\n", lint.Options{Now: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}, nil, []string{apple}},
		{"BuildKit's", "FROM a\n# check=skip=CopperDisallowed\nRUN apple copper\n", lint.Options{}, []string{"3 SL1001 warning"}, []string{copper}},
		{"all of BuildKit's", "# check=skip=all\nFROM a\nRUN apple copper\n", lint.Options{}, []string{"3 SL1001 warning"}, []string{copper}},
		{"BuildKit's as errors", "# check=error=true\nFROM a\nRUN apple copper\n", lint.Options{}, []string{"3 SL1001 warning", "3 SL2001 error"}, nil},
		{
			"what the build says takes the place of the directive", "# check=skip=all\nFROM a\nRUN copper\n",
			lint.Options{Dockerfile: dockerfile.Options{BuildArgs: map[string]string{"BUILDKIT_DOCKERFILE_CHECK": "error=true"}}}, []string{"3 SL2001 error"}, nil,
		},
		{
			"what the build says leaves the other comments", "FROM a\n# check=skip=CopperDisallowed\nRUN copper\nRUN copper\n",
			lint.Options{Dockerfile: dockerfile.Options{BuildArgs: map[string]string{"BUILDKIT_DOCKERFILE_CHECK": "error=true"}}}, []string{"4 SL2001 error"}, []string{copper},
		},
		{"unused", "FROM a\n# schlank: ignore=SL1001\nRUN copper\n", lint.Options{}, []string{"2 SL0901 warning", "3 SL2001 warning"}, nil},
		{"half unused", "FROM a\n# schlank: ignore=SL1001,SL2001\nRUN copper\n", lint.Options{}, []string{"2 SL0901 warning"}, []string{copper}},
		{"not unused if the rule did not run", "FROM a\n# schlank: ignore=SL7001\nRUN x\n", lint.Options{}, nil, nil},
		{"not unused if the rule is skipped", "FROM a\n# schlank: ignore=SL1001\nRUN x\n", lint.Options{Skip: []string{"DL3001"}}, nil, nil},
		{"hadolint's may be for hadolint", "FROM a\n# hadolint ignore=DL3001\nRUN x\n", lint.Options{}, nil, nil},
		{"an unknown rule", "FROM a\n# schlank: ignore=SL9999\nRUN x\n", lint.Options{}, []string{"2 SL0902 warning"}, nil},
		{"shellcheck's rules are known", "FROM a\n# schlank: ignore=SC2086\nRUN x\n", lint.Options{}, nil, nil},
		{"not understood", "FROM a\n# schlank: ignore SL1001\nRUN x\n", lint.Options{}, []string{"2 SL0902 warning"}, nil},
		{"reasons", "FROM a\n# schlank: ignore=SL1001\nRUN apple\n# hadolint ignore=DL3001\nRUN apple\n", lint.Options{RequireReason: true}, []string{"2 SL0903 warning", "4 SL0903 warning"}, []string{apple, apple}},
		{"given reasons", "FROM a\n# schlank: ignore=SL1001 reason=x\nRUN apple\n# hadolint ignore=DL3001 # x\nRUN apple\n", lint.Options{RequireReason: true}, nil, []string{apple, apple}},
		{"the rules about comments can be ignored", "# schlank: ignore-file=SL0902,SL0901\nFROM a\n# schlank: ignore=SL9999,SL1001\nRUN x\n", lint.Options{}, nil, []string{"SL0902", "SL0901"}},
		{"a comment above nothing", "COPPER a\nFROM a\n# schlank: ignore=SL0003\n", lint.Options{Only: []string{"SL0003"}}, []string{"1 SL0003 error"}, nil},
		{"a fragment", "# schlank: ignore=SL1001\nRUN apple\nRUN copper\n", lint.Options{Skip: []string{"SL0002"}}, []string{"3 SL2001 warning"}, []string{apple}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newLinter(t, tt.options).File(input(tt.in))
			if diff := cmp.Diff(tt.want, shown(r), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("findings (-want +got)\n%s", diff)
			}
			var left []string
			for _, s := range r.Suppressed {
				left = append(left, s.ID)
			}
			if diff := cmp.Diff(tt.left, left, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("left be (-want +got)\n%s", diff)
			}
		})
	}
}

// TestOwnRules runs the examples of the rules whose findings the linter makes
// itself, and with them all others.
func TestOwnRules(t *testing.T) {
	for _, r := range form.All() {
		if r.Run != nil {
			continue
		}
		l := newLinter(t, lint.Options{Rules: form.All(), All: true, Skip: []string{"SL0904"}})
		has := func(text string) bool {
			return slices.ContainsFunc(l.File(input(text)).Findings, func(f finding.Finding) bool { return f.ID == r.ID })
		}
		if !has(r.Doc.Bad) {
			t.Errorf("%s: Bad does not fire", r.ID)
		}
		if has(r.Doc.Good) {
			t.Errorf("%s: Good fires", r.ID)
		}
		if r.ID == lint.UnusedIgnore {
			if got := l.Fix(input(r.Doc.Bad), finding.Identity); string(got.Text) != r.Doc.Good {
				t.Errorf("%s: Bad is fixed to\n%s", r.ID, got.Text)
			}
		}
	}
}

func TestFix(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"each in turn", "FROM a\nRUN apple\nRUN copper\n", "FROM a\nRUN pear\nRUN tin\n"},
		{"what is left be stays", "FROM a\n# schlank: ignore=SL1001\nRUN apple copper\n", "FROM a\n# schlank: ignore=SL1001\nRUN apple tin\n"},
		{"an unused ID", "FROM a\n# schlank: ignore=SL1001, SL2001 reason=r\nRUN copper\n", "FROM a\n# schlank: ignore=SL2001 reason=r\nRUN copper\n"},
		{"the last ID", "FROM a\n# schlank: ignore=SL2001,SL1001 reason=r\nRUN copper\n", "FROM a\n# schlank: ignore=SL2001 reason=r\nRUN copper\n"},
		{"an unused comment", "FROM a\r\n# schlank: ignore=SL2001,SL1001\r\nRUN x\r\n", "FROM a\r\nRUN x\r\n"},
		{"a fragment", "ARG x\nRUN apple\n", "ARG x\nRUN pear\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := newLinter(t, lint.Options{}).Fix(input(tt.in), finding.Equivalent)
			if diff := cmp.Diff(tt.want, string(got.Text)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestExtra: findings of others are selected and left be by their aliases.
func TestExtra(t *testing.T) {
	extra := func(*dockerfile.File) []finding.Finding {
		return []finding.Finding{
			{ID: "SL5999", Aliases: []string{"SC2086"}, Severity: finding.Info, Span: source.Span{Start: 7, End: 8}, Message: "a"},
			{ID: "SL5999", Aliases: []string{"SC2046"}, Severity: finding.Info, Span: source.Span{Start: 40, End: 41}, Message: "b"},
		}
	}
	in := input("FROM a\nRUN b\n# hadolint ignore=SC2046\nRUN c\n")
	in.Extra = extra
	r := newLinter(t, lint.Options{}).File(in)
	if diff := cmp.Diff([]string{"2 SL5999 info"}, shown(r)); diff != "" || len(r.Suppressed) != 1 {
		t.Errorf("%d left be, findings (-want +got)\n%s", len(r.Suppressed), diff)
	}
	if r := newLinter(t, lint.Options{Skip: []string{"SC2086"}}).File(in); len(r.Findings) != 0 {
		t.Errorf("findings are %v", r.Findings)
	}
}

// TestExtraUnsaid: what others find is reported, unless a rule has found the same.
func TestExtraUnsaid(t *testing.T) {
	l, err := lint.New(lint.Options{All: true})
	if err != nil {
		t.Fatal(err)
	}
	text := "FROM debian:12\nRUN cd /a\nRUN x\n"
	own := l.File(lint.Input{Source: source.File{Name: "Dockerfile", Bytes: []byte(text)}})
	var same finding.Finding
	for _, f := range own.Findings {
		if len(f.Aliases) > 0 {
			same = finding.Finding{ID: "SL5090", Severity: finding.Info, Span: f.Span, Message: "again", Aliases: f.Aliases[:1]}
		}
	}
	if same.ID == "" {
		t.Fatal("nothing found")
	}
	other := finding.Finding{ID: "SL5090", Severity: finding.Info, Span: source.Span{Start: len(text) - 2, End: len(text) - 1}, Message: "new", Aliases: []string{"SC0001"}}
	with := l.File(lint.Input{
		Source: source.File{Name: "Dockerfile", Bytes: []byte(text)},
		Extra:  func(*dockerfile.File) []finding.Finding { return []finding.Finding{same, other} },
	})
	if n := len(with.Findings) - len(own.Findings); n != 1 {
		t.Errorf("%d findings more, want one", n)
	}
}
