package pragma_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/dockerfile"
	"schlank/rule/pragma"
	"schlank/source"
)

func parse(text string) *dockerfile.File {
	return dockerfile.Parse(source.File{Name: "Dockerfile", Bytes: []byte(text)})
}

// shown is a pragma in a line: what it names and the lines that it covers.
func shown(f *dockerfile.File, p pragma.Pragma) string {
	var ids []string
	for _, id := range p.IDs {
		if got := f.Source.Text(id.Span); got != id.Text {
			ids = append(ids, fmt.Sprintf("%s at %q", id.Text, got))
			continue
		}
		ids = append(ids, id.Text)
	}
	if p.All {
		ids = append(ids, "all")
	}
	out := fmt.Sprintf("%s %s", p.Dialect, strings.Join(ids, ","))
	if p.Covers.Len() == 0 {
		return out + " nowhere"
	}
	first, _ := f.Source.Position(p.Covers.Start)
	last, _ := f.Source.Position(p.Covers.End - 1)
	out += fmt.Sprintf(" %d-%d", first, last)
	if p.Reason != "" {
		out += " because " + p.Reason
	}
	if p.Errors {
		out += " errors"
	}
	if !p.Expires.IsZero() {
		out += " until " + p.Expires.Format("2006-01-02")
	}
	return out
}

func TestRead(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"none", "# a comment\nFROM a\n# ignore=x\nRUN b\n", nil},
		{"the next instruction", "FROM a\n# schlank: ignore=SL1001\nRUN b \\\n c\nRUN d\n", []string{"schlank SL1001 2-4"}},
		{"several, with a reason", "FROM a\n  #schlank: ignore=SL1001 , apt-pin,DL3008 reason=old, but = good\n\n# more\nRUN b\n", []string{"schlank SL1001,apt-pin,DL3008 2-5 because old, but = good"}},
		{"the stage", "FROM a\nFROM b\n# schlank: ignore-stage=X\nRUN c\n# about d\nFROM d\n", []string{"schlank X 2-4"}},
		{"the stage from above", "# schlank: ignore-stage=X\nFROM a\nRUN b\nFROM c\n", []string{"schlank X 1-3"}},
		{"the file", "FROM a\n# schlank: ignore-file=X\nFROM b\n", []string{"schlank X 1-3"}},
		{"inside an instruction", "FROM a\nRUN b && \\\n  # schlank: ignore=X\n  c\nRUN d\n", []string{"schlank X 2-4"}},
		{"above nothing", "FROM a\n# schlank: ignore=X\n", []string{"schlank X nowhere"}},
		{"hadolint", "FROM a\n# hadolint ignore=DL3002,DL3003 # why\nUSER root\n", []string{"hadolint DL3002,DL3003 3-3 because why"}},
		{"hadolint with blanks", "FROM a\n#hadolint   ignore = DL3002 , SC2046 \nUSER root\n", []string{"hadolint DL3002,SC2046 3-3"}},
		{"hadolint not right above", "FROM a\n# hadolint ignore=DL3002\n# x\nUSER root\n", []string{"hadolint DL3002 nowhere"}},
		{"hadolint's global", "# hadolint global ignore=DL3002\nFROM a\nUSER root\n", []string{"hadolint DL3002 1-3"}},
		{"hadolint's stage", "FROM a\nFROM b\n# hadolint stage ignore=DL3002\nUSER root\n", []string{"hadolint DL3002 2-4"}},
		{"hadolint's shell is none", "# hadolint shell=bash\nFROM a\n", nil},
		{"check directive", "#check=skip=A, B;error=true\nFROM a\n", []string{"check A,B 1-2 errors"}},
		{"check all", "# syntax=x\n# check=skip=all\nFROM a\n", []string{"check all 1-3"}},
		{"check above an instruction", "FROM a\n# check=skip=A;error=true because\n\nRUN b\nRUN c\n", []string{"check A 4-4"}},
		{"only the first check counts", "FROM a\n# check=skip=A\n# check=skip=B\nRUN b\n", []string{"check A 4-4"}},
		{"an empty comment ends the block", "FROM a\n# check=skip=A\n#\nRUN b\n", nil},
		{"a check that BuildKit refuses", "FROM a\n# check=bogus=A\nRUN b\n# check=skip\nRUN c\n# check=error=maybe\nRUN d\n", nil},
		{"trivy", "FROM a\n#trivy:ignore:AVD-DS-0002\n# trivy:ignore:DS005:exp:2024-05-01 trivy:ignore:*\nUSER root\n", []string{"trivy AVD-DS-0002 4-4", "trivy DS005,all 4-4 until 2024-05-01"}},
		{"trivy not right above", "FROM a\n#trivy:ignore:DS001\n\nUSER root\n", []string{"trivy DS001 nowhere"}},
		{"checkov", "FROM a\n#checkov:skip=CKV_DOCKER_2,CKV_DOCKER_3: one shot\nRUN b\n", []string{"checkov CKV_DOCKER_2,CKV_DOCKER_3 1-3 because one shot"}},
		{"checkov without a reason", "# checkov:skip=CKV_DOCKER_2\nFROM a\n", []string{"checkov CKV_DOCKER_2 1-2"}},
		{"CRLF", "FROM a\r\n# schlank: ignore=X reason=y\r\nRUN b\r\n", []string{"schlank X 2-3 because y"}},
		{"without a FROM", "# schlank: ignore-stage=X\nRUN b\n", []string{"schlank X 1-2"}},
		{"in a heredoc", "FROM a\nRUN <<E\n# schlank: ignore=X\nb\nE\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := parse(tt.in)
			var got []string
			for _, p := range pragma.Read(f) {
				if p.Problem != "" {
					t.Errorf("problem: %s", p.Problem)
				}
				got = append(got, shown(f, p))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	for _, comment := range []string{
		"# schlank: ignore", "# schlank: ignore SL1001", "# schlank: ignore=", "# schlank: ignore= reason=x", "# schlank: skip=X", "# schlank:",
		"# schlank: ignore=A B", "#schlank:ignore-all=A", "# schlank: nolint",
	} {
		p := pragma.Read(parse("FROM a\n" + comment + "\nRUN b\n"))
		if len(p) != 1 || p[0].Problem == "" {
			t.Errorf("%s: got %+v", comment, p)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("# check=skip=A;error=1\nFROM a\n# schlank: ignore=A,B reason=c\nRUN b\n# hadolint stage ignore=X\n# trivy:ignore:Y:exp:2020-01-01\nUSER c\n")
	f.Add("FROM a\nRUN b \\\n# schlank: ignore=,,a , b\nc")
	f.Add("# schlank: ignore-stage=x\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := parse(text)
		for _, p := range pragma.Read(file) {
			for _, id := range p.IDs {
				if got := file.Source.Text(id.Span); got != id.Text {
					t.Fatalf("%q says it is at %q", id.Text, got)
				}
			}
			if !p.Line.Contains(p.Span) || p.Covers.End > len(text) || p.Covers.Start > p.Covers.End {
				t.Fatalf("spans of %+v", p)
			}
		}
	})
}
