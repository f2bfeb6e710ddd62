package lint_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/finding"
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
	text, err := os.ReadFile("../schema/lint-1.json")
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		t.Fatal(err)
	}
	v := validator{root: root}
	v.check("", root, value)
	return v.problems
}

// validator knows as much of JSON Schema as ours use, and says so when it
// meets more.
type validator struct {
	root     map[string]any
	problems []string
}

func (v *validator) problem(at, format string, args ...any) {
	v.problems = append(v.problems, at+": "+fmt.Sprintf(format, args...))
}

func (v *validator) check(at string, schema map[string]any, value any) {
	for key, arg := range schema {
		switch key {
		case "$schema", "$defs", "title", "description":
		case "$ref":
			name := strings.TrimPrefix(arg.(string), "#/$defs/")
			v.check(at, v.root["$defs"].(map[string]any)[name].(map[string]any), value)
		case "type":
			if got := typeOf(value); got != arg && !(got == "integer" && arg == "number") {
				v.problem(at, "is %s, not %s", got, arg)
			}
		case "const":
			if value != arg {
				v.problem(at, "is %v, not %v", value, arg)
			}
		case "enum":
			if !contains(arg.([]any), value) {
				v.problem(at, "is %v, not one of %v", value, arg)
			}
		case "required":
			object, _ := value.(map[string]any)
			for _, name := range arg.([]any) {
				if _, ok := object[name.(string)]; !ok {
					v.problem(at, "has no %s", name)
				}
			}
		case "properties":
			object, _ := value.(map[string]any)
			for name, sub := range arg.(map[string]any) {
				if field, ok := object[name]; ok {
					v.check(at+"/"+name, sub.(map[string]any), field)
				}
			}
		case "items":
			list, _ := value.([]any)
			for k, item := range list {
				v.check(fmt.Sprintf("%s/%d", at, k), arg.(map[string]any), item)
			}
		case "minimum":
			if n, ok := value.(float64); ok && n < arg.(float64) {
				v.problem(at, "is less than %v", arg)
			}
		case "minLength":
			if s, ok := value.(string); ok && len([]rune(s)) < int(arg.(float64)) {
				v.problem(at, "is too short")
			}
		case "pattern":
			if s, ok := value.(string); ok && !regexp.MustCompile(arg.(string)).MatchString(s) {
				v.problem(at, "%q does not match %v", s, arg)
			}
		default:
			v.problem(at, "the validator does not know %s", key)
		}
	}
}

func contains(list []any, value any) bool {
	for _, x := range list {
		if x == value {
			return true
		}
	}
	return false
}

func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64:
		if v == math.Trunc(v) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	default:
		return "object"
	}
}
