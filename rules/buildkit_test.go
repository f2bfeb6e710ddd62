package rules_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"schlank/dockerfile"
	"schlank/finding"
	"schlank/internal/corpus"
	linter "schlank/lint"
	"schlank/rules"
	"schlank/source"
)

// TestBuildKit lets BuildKit's own linter look at all files of the corpus: it
// finds what we find, in the same lines. Files that it refuses are left out.
func TestBuildKit(t *testing.T) {
	o := newBuildKit(t)
	t.Run("own", func(t *testing.T) { o.all(t, corpus.Own()) })
	t.Run("checks", func(t *testing.T) { o.all(t, checks()) })
	t.Run("peers", func(t *testing.T) { o.all(t, corpus.Peers(t, os.DirFS("../../shared/cases"))) })
}

// TestChecks: each of BuildKit's checks is covered by a rule.
func TestChecks(t *testing.T) {
	covered := newBuildKit(t).names
	for _, name := range []string{
		"StageNameCasing", "FromAsCasing", "NoEmptyContinuation", "ConsistentInstructionCasing", "DuplicateStageName", "ReservedStageName",
		"JSONArgsRecommended", "MaintainerDeprecated", "UndefinedArgInFrom", "WorkdirRelativePath", "UndefinedVar", "MultipleInstructionsDisallowed",
		"LegacyKeyValueFormat", "RedundantTargetPlatform", "SecretsUsedInArgOrEnv", "InvalidDefaultArgInFrom", "FromPlatformFlagConstDisallowed",
		"InvalidDefinitionDescription", "ExposeProtoCasing", "ExposeInvalidFormat", "InvalidBaseImagePlatform",
	} {
		if !slices.Contains(covered, name) {
			t.Errorf("no rule covers %s", name)
		}
	}
}

// FuzzBuildKit looks for files on which the two disagree.
func FuzzBuildKit(f *testing.F) {
	o := newBuildKit(f)
	for _, c := range append(corpus.Own(), checks()...) {
		f.Add(c.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return // BuildKit spoils such bytes
		}
		// Names in comments that switch checks off count in any case here. What
		// an ONBUILD holds is looked at where it stands; BuildKit looks at it in
		// the FROM of a stage that starts from there.
		if lower := strings.ToLower(text); strings.Contains(lower, "skip") || strings.Contains(lower, "onbuild") {
			return
		}
		if diff, _ := o.compare(text); diff != "" {
			t.Errorf("%q\n%s", text, diff)
		}
	})
}

// checks are files for the corners of BuildKit's checks.
func checks() []corpus.Case {
	var out []corpus.Case
	for k, text := range []string{
		"from alpine as Build\nFROM build\nEnv A b\nRUN x\n",
		"FROM alpine AS a\nFROM alpine AS a\nFROM a as context\n",
		"FROM alpine\nCMD a\nCMD b\nENTRYPOINT c\nSHELL [\"x\"]\nENTRYPOINT d\nCMD e\n",
		"FROM alpine AS a\nSHELL [\"x\"]\nFROM a\nCMD b\n",
		"FROM alpine\nWORKDIR a\nWORKDIR b\nFROM alpine AS c\nWORKDIR /d\nFROM c\nWORKDIR e\n",
		"FROM alpine\nWORKDIR $X\nENV Y=z\nWORKDIR $Y\n",
		"FROM alpine\nENV A=$B C=$B D=$D\nARG E=$F G=$E\nUSER $H\nCOPY --chown=$I $J $K/\nADD --checksum=$L https://x/y /\nLABEL m=$N\nVOLUME $O\nSTOPSIGNAL ${P:-9}\nEXPOSE $Q\n",
		"FROM alpine\nRUN --mount=type=cache,target=$R,id=$S echo $T\nCOPY <<EOF <<'X' /\n$U\nEOF\n$V\nX\nHEALTHCHECK CMD $W\n",
		"ARG A\nFROM alpine AS a\nARG B\nENV C=$A D=$B\nFROM a\nENV E=$B F=$C\n",
		"ARG A=alpine\nFROM $A$B\nFROM ${A}:$C\nFROM --platform=$D/amd64 $A\n",
		"ARG X\nFROM alpine:$X\nFROM --platform=$TARGETPLATFORM alpine AS y\nFROM --platform=linux/arm64 alpine AS arm64\nFROM --platform=linux/amd64 alpine\nFROM --platform=${BUILDPLATFORM:-x} scratch\n",
		"# A is a\nARG A=1\n# B is no\nARG C=2\n# foo\nFROM alpine AS bar\n\n# baz\n\nFROM bar AS baz\n#\nFROM baz AS e\n# f\nFROM e\n",
		"FROM alpine\nEXPOSE 80/TCP 1:2/udp 1.2.3.4:5:6/Udp $X\n",
		"FROM alpine\nARG P=80/TCP\nEXPOSE $P 1$P\nMAINTAINER x\n",
		"FROM alpine AS p\nONBUILD CMD x\nONBUILD MAINTAINED y\n",
		"FROM alpine\nENV a b\nLABEL c d\nRUN x \\\n\n y\nRUN z \\\n\n\n zz\n",
		"FROM scratch\nENV PATH=/x:$PATH\n",
		"FROM alpine AS ARM64\nFROM alpine as b\nFrom alpine As c\nfrom alpine AS d\n",
		"FROM alpine\nHEALTHCHECK NONE\nHEALTHCHECK CMD x\nCMD [\"a\"]\nCMD []\nCMD\n",
		"FROM alpine\n# check=skip=JSONArgsRecommended\nCMD x\n# check=skip=all\nMAINTAINER y\n",
		"FROM alpine\nENV API_KEY=1 PUBLIC_KEY=2 x_token_y=3 KEYS=4\nARG PASSWORD\nARG password_file=x\n",
	} {
		out = append(out, corpus.Case{Name: fmt.Sprintf("checks/%d", k), Text: text})
	}
	return out
}

// buildKit is BuildKit's linter, with images that all are alike, and ours.
type buildKit struct {
	linter *linter.Linter
	// names are the checks that our rules cover.
	names []string
}

func newBuildKit(t testing.TB) buildKit {
	t.Helper()
	o := buildKit{}
	for _, r := range rules.All() {
		for _, a := range r.Aliases {
			// BuildKit's names have no digits, and no - or :. CopyIgnoredFile needs
			// a client that sends a context; the cases of its tests are for that.
			if !strings.ContainsAny(a, "0123456789-:") && a != "CopyIgnoredFile" && !slices.Contains(o.names, a) {
				o.names = append(o.names, a)
			}
		}
	}
	base := func(string) (dockerfile.Base, bool) {
		return dockerfile.Base{Env: []string{"PATH=/bin"}, Platform: "linux/amd64"}, true
	}
	var err error
	o.linter, err = linter.New(linter.Options{All: true, Dockerfile: dockerfile.Options{Base: base}})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (o buildKit) all(t *testing.T, cases []corpus.Case) {
	looked := 0
	for _, c := range cases {
		for _, text := range []string{c.Text, "FROM alpine\n" + c.Text, "# check=experimental=all\n" + c.Text} {
			diff, ok := o.compare(text)
			if diff != "" {
				t.Errorf("%s:\n%s\n%s", c.Name, text, diff)
			}
			if ok {
				looked++
			}
		}
	}
	t.Logf("%d files were compared", looked)
}

// compare is what differs, and whether BuildKit took the file.
func (o buildKit) compare(text string) (diff string, ok bool) {
	want, ok := o.theirs(text)
	if !ok {
		return "", false
	}
	return cmp.Diff(want, o.ours(text)), true
}

// theirs is what BuildKit finds, as rule and line.
func (o buildKit) theirs(text string) ([]string, bool) {
	linux := ocispecs.Platform{OS: "linux", Architecture: "amd64"}
	caps := pb.Caps.CapSet(pb.Caps.All())
	sources := llb.NewSourceMap(nil, "Dockerfile", "dockerfile", []byte(text))
	sources.Definition = &llb.Definition{}
	results, err := dockerfile2llb.DockerfileLint(context.Background(), []byte(text), dockerfile2llb.ConvertOpt{
		SourceMap:      sources,
		LLBCaps:        &caps,
		MetaResolver:   alike{},
		TargetPlatform: &linux,
	})
	if err != nil || results.Error != nil {
		return nil, false
	}
	experimental := strings.HasPrefix(text, "# check=experimental=all")
	var out []string
	for _, w := range results.Warnings {
		line := int(w.Location.Ranges[0].Start.Line)
		if w.RuleName == "WorkdirRelativePath" && windows.MatchString(strings.Split(text, "\n")[line-1]) {
			continue // to BuildKit a path of Windows is relative unless it builds for Windows
		}
		if slices.Contains(o.names, w.RuleName) && (experimental || w.RuleName != "InvalidDefinitionDescription") {
			out = append(out, fmt.Sprintf("%s %d", w.RuleName, line))
		}
	}
	slices.Sort(out)
	return out, true
}

// ours is what we find. BuildKit knows no more of a place than the first line
// of the instruction, and speaks of blank lines once, at its end.
func (o buildKit) ours(text string) []string {
	result := o.linter.File(linter.Input{Source: source.File{Name: "Dockerfile", Bytes: []byte(text)}})
	experimental := strings.HasPrefix(text, "# check=experimental=all")
	var out []string
	for _, f := range result.Findings {
		for _, a := range f.Aliases {
			if slices.Contains(o.names, a) && (experimental || a != "InvalidDefinitionDescription") {
				out = append(out, fmt.Sprintf("%s %d", a, lineOf(result.File, f, a)))
			}
		}
	}
	slices.Sort(out)
	return slices.CompactFunc(out, func(a, b string) bool { return a == b && strings.HasPrefix(a, "NoEmptyContinuation ") })
}

// windows is a WORKDIR with a path of Windows.
var windows = regexp.MustCompile(`(?i)^\s*WORKDIR\s+['"]?([a-z]:|\\)`)

func lineOf(file *dockerfile.File, f finding.Finding, alias string) int {
	at := f.Span.Start
	for _, i := range file.Syntax.Instructions {
		if i.Span.Contains(f.Span) {
			at = i.Span.Start
			if alias == "NoEmptyContinuation" {
				at = i.Pieces[len(i.Pieces)-1].Span.Start
			}
		}
	}
	line, _ := file.Source.Position(at)
	return line
}

// alike is a registry in which all images are alike.
type alike struct{}

func (alike) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	config, err := json.Marshal(ocispecs.Image{
		Platform: ocispecs.Platform{OS: "linux", Architecture: "amd64"},
		Config:   ocispecs.ImageConfig{Env: []string{"PATH=/bin"}},
		RootFS:   ocispecs.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromString("")}},
	})
	return ref, digest.FromBytes(config), config, err
}
