//go:build unix

package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"schlank/internal/schematest"
	"sort"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// json FILE PATH WANT expects a value of a JSON document, or stdout, by a path
// like items.0.name; "*" stands for any value but null.
func jsonValue(ts *testscript.TestScript, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: json FILE PATH WANT")
	}
	v, err := lookup(ts.ReadFile(args[0]), args[1])
	ts.Check(err)
	b, err := json.Marshal(v)
	ts.Check(err)
	got := string(b)
	if s, ok := v.(string); ok {
		got = s
	}
	if got != args[2] && (args[2] != "*" || v == nil) {
		ts.Fatalf("%s is %s, want %s", args[1], got, args[2])
	}
}

// schema FILE NAME expects a document, or stdout, to follow schema/NAME.json,
// and that to describe all of its fields.
func followsSchema(ts *testscript.TestScript, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: schema FILE NAME")
	}
	schema, err := os.ReadFile(filepath.Join(schemaDir, args[1]+".json"))
	ts.Check(err)
	problems, err := schematest.Validate(schema, []byte(ts.ReadFile(args[0])), true)
	ts.Check(err)
	if len(problems) > 0 {
		ts.Fatalf("the document does not follow its schema:\n%s", strings.Join(problems, "\n"))
	}
}

// schemaDir is where the published schemas lie.
const schemaDir = "../../schema"

// jsonkeys FILE PATH KEY… expects an object with exactly these keys.
func jsonKeys(ts *testscript.TestScript, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: jsonkeys FILE PATH KEY...")
	}
	v, err := lookup(ts.ReadFile(args[0]), args[1])
	ts.Check(err)
	obj, ok := v.(map[string]any)
	if !ok {
		ts.Fatalf("%s is no object", args[1])
	}
	var got []string
	for k := range obj {
		got = append(got, k)
	}
	want := append([]string{}, args[2:]...)
	sort.Strings(got)
	sort.Strings(want)
	if strings.Join(got, " ") != strings.Join(want, " ") {
		ts.Fatalf("%s has the keys %v, want %v", args[1], got, want)
	}
}

// lookup finds a value in a document; the path "." is the document.
func lookup(doc, path string) (any, error) {
	var v any
	if err := json.Unmarshal([]byte(doc), &v); err != nil {
		return nil, fmt.Errorf("not JSON: %w\n%s", err, doc)
	}
	if path == "." {
		return v, nil
	}
	for _, step := range strings.Split(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			next, ok := at[step]
			if !ok {
				return nil, fmt.Errorf("%s: there is no %q", path, step)
			}
			v = next
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(at) {
				return nil, fmt.Errorf("%s: there is no item %s of %d", path, step, len(at))
			}
			v = at[i]
		default:
			return nil, fmt.Errorf("%s: %q leads nowhere", path, step)
		}
	}
	return v, nil
}
