package lint_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/finding"
	"schlank/internal/schematest"
	"schlank/lint"
)

func TestDocument(t *testing.T) {
	l := newLinter(t, lint.Options{})
	var results []lint.Result
	for _, text := range []string{"FROM a\nRUN apple\nBOGUS\n", "", "FROM a\n", "FROM a\nRUN copper \\\n"} {
		results = append(results, l.File(input(text)))
	}
	results[0].Findings[0].Cost = finding.Cost{Bytes: 1 << 40, Basis: finding.Estimated}
	data, err := json.MarshalIndent(lint.NewDocument(results...), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if problems := validate(t, data); len(problems) > 0 {
		t.Errorf("the document does not follow its schema:\n%s", strings.Join(problems, "\n"))
	}
	want := `    {
      "file": "Dockerfile",
      "line": 2,
      "column": 5,
      "end_line": 2,
      "end_column": 10,
      "rule": "SL1001",
      "aliases": [
        "DL3001",
        "DS-0001"
      ],
      "severity": "warning",
      "message": "there is apple",
      "bytes": 1099511627776,
      "basis": "estimated",
      "fixes": [
        {
          "title": "write pear",
          "safety": "equivalent"
        }
      ]
    },`
	if !strings.Contains(string(data), want) {
		t.Errorf("(-want +got)\n%s", cmp.Diff(want, string(data)))
	}
}

// TestValidate: the schema refuses what it should.
func TestValidate(t *testing.T) {
	empty, err := json.Marshal(lint.NewDocument())
	if err != nil || len(validate(t, empty)) > 0 {
		t.Errorf("the empty document %s: %v", empty, validate(t, empty))
	}
	good := `{"file":"f","line":1,"column":1,"end_line":1,"end_column":1,"rule":"SL0001","aliases":[],"severity":"info","message":"m","bytes":0,"basis":"unknown","fixes":[]}`
	for _, edit := range [][2]string{
		{`"line":1`, `"line":0`}, {`"file":"f"`, `"file":1`}, {`"SL0001"`, `"DL3001"`}, {`"info"`, `"bad"`}, {`"fixes":[]`, `"fixes":[{}]`},
		{`"aliases":[]`, `"aliases":null`}, {`"bytes":0`, `"bytes":0.5`}, {`,"basis":"unknown"`, ``}, {`"m"`, `""`},
	} {
		bad := strings.Replace(good, edit[0], edit[1], 1)
		if len(validate(t, []byte(`{"schema":"schlank.lint/1","findings":[`+good+`]}`))) > 0 {
			t.Fatal("the good finding is refused")
		}
		if len(validate(t, []byte(`{"schema":"schlank.lint/1","findings":[`+bad+`]}`))) == 0 {
			t.Errorf("%s is not refused", edit[1])
		}
	}
}

// validate is what is wrong with a document by schema/lint-1.json.
func validate(t *testing.T, data []byte) []string {
	t.Helper()
	schema, err := os.ReadFile("../schema/lint-1.json")
	if err != nil {
		t.Fatal(err)
	}
	problems, err := schematest.Validate(schema, data, false)
	if err != nil {
		t.Fatal(err)
	}
	return problems
}
