package lintout

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"schlank/finding"
	"schlank/source"
)

// The parts of SARIF 2.1.0 that are written
// (https://docs.oasis-open.org/sarif/sarif/v2.1.0/).
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string       `json:"id"`
		Name             string       `json:"name,omitempty"`
		ShortDescription *sarifText   `json:"shortDescription,omitempty"`
		FullDescription  *sarifText   `json:"fullDescription,omitempty"`
		HelpURI          string       `json:"helpUri,omitempty"`
		Configuration    *sarifConfig `json:"defaultConfiguration,omitempty"`
		Properties       *sarifProps  `json:"properties,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifProps struct {
		Tags []string `json:"tags"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Fixes        []sarifFix        `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted *sarifText  `json:"insertedContent,omitempty"`
	}
)

// SARIF writes the report in the Static Analysis Results Interchange Format.
func (r *Report) SARIF(w io.Writer) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "schlank", Version: r.Version, Rules: []sarifRule{}}
	index := map[string]int{}
	for _, f := range r.Files {
		seen := map[string]int{}
		for _, x := range f.Findings {
			k, ok := index[x.ID]
			if !ok {
				k = len(run.Tool.Driver.Rules)
				index[x.ID] = k
				run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, describe(r.rule(x.ID)))
			}
			print := fingerprint(f, x, seen)
			run.Results = append(run.Results, sarifResult{
				RuleID: x.ID, RuleIndex: k, Level: sarifLevel(x.Severity),
				Message:      sarifText{sentence(x)},
				Locations:    []sarifLocation{{sarifPhysical{artifact(f.Source.Name), region(f.Source, x.Span)}}},
				Fingerprints: map[string]string{"schlank/v1": print},
				Fixes:        sarifFixes(f.Source, x.Fixes),
			})
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

func describe(r Rule) sarifRule {
	out := sarifRule{ID: r.ID, Name: r.Name, HelpURI: r.URL}
	if r.Title != "" {
		out.ShortDescription = &sarifText{r.Title}
	}
	if r.Why != "" {
		out.FullDescription = &sarifText{r.Why}
	}
	if r.Severity != 0 {
		out.Configuration = &sarifConfig{sarifLevel(r.Severity)}
	}
	if r.Category != "" {
		out.Properties = &sarifProps{append([]string{r.Category}, r.Aliases...)}
	}
	return out
}

func sarifLevel(s finding.Severity) string {
	switch s {
	case finding.Error:
		return "error"
	case finding.Warning:
		return "warning"
	}
	return "note"
}

// artifact is a relative path as a URI reference.
func artifact(name string) sarifArtifact {
	u := url.URL{Path: filepath.ToSlash(name)}
	return sarifArtifact{u.String()}
}

// region is a span in lines and columns of code points. Unlike the place that
// people see it may end at the start of a line: a fix deletes line endings.
func region(f source.File, span source.Span) sarifRegion {
	var r sarifRegion
	r.StartLine, r.StartColumn = points(f, span.Start)
	r.EndLine, r.EndColumn = points(f, span.End)
	return r
}

// points is a position whose column counts code points.
func points(f source.File, offset int) (line, column int) {
	line, _ = f.Position(offset)
	start := f.Line(offset).Start
	offset = max(start, min(offset, len(f.Bytes)))
	return line, utf8.RuneCount(f.Bytes[start:offset]) + 1
}

func sarifFixes(f source.File, fixes []finding.Fix) []sarifFix {
	var out []sarifFix
	for _, fix := range fixes {
		change := sarifChange{Artifact: artifact(f.Name), Replacements: []sarifReplacement{}}
		for _, e := range fix.Edits {
			rep := sarifReplacement{Deleted: region(f, e.Span)}
			if e.New != "" {
				rep.Inserted = &sarifText{e.New}
			}
			change.Replacements = append(change.Replacements, rep)
		}
		out = append(out, sarifFix{sarifText{fix.Title + " (" + fix.Safety.String() + ")"}, []sarifChange{change}})
	}
	return out
}

// fingerprint identifies a finding as long as its line stays the same,
// wherever the line moves; seen counts equal ones in a file.
func fingerprint(f File, x finding.Finding, seen map[string]int) string {
	key := strings.Join([]string{filepath.ToSlash(f.Source.Name), x.ID, strings.TrimSpace(f.Source.LineText(x.Span.Start)), x.Message}, "\x00")
	seen[key]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, seen[key]))
	return hex.EncodeToString(sum[:16])
}
