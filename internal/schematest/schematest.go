// Package schematest holds documents to their JSON schemas, for tests. It knows
// as much of JSON Schema as the schemas in schema/ use, and says so when it
// meets more.
package schematest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
)

// Validate returns what is wrong with a document by a schema. With strict, so
// are fields that the schema does not describe, which is for our own
// documents: readers must put up with further fields.
func Validate(schema, document []byte, strict bool) ([]string, error) {
	var root map[string]any
	if err := json.Unmarshal(schema, &root); err != nil {
		return nil, fmt.Errorf("the schema: %w", err)
	}
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		return nil, fmt.Errorf("the document: %w", err)
	}
	v := validator{root: root, strict: strict}
	v.check("", root, value)
	return v.problems, nil
}

// validator collects problems.
type validator struct {
	root     map[string]any
	strict   bool
	problems []string
}

func (v *validator) problem(at, format string, args ...any) {
	v.problems = append(v.problems, at+": "+fmt.Sprintf(format, args...))
}

func (v *validator) check(at string, schema map[string]any, value any) {
	for _, key := range slices.Sorted(maps.Keys(schema)) {
		arg := schema[key]
		switch key {
		case "$schema", "$id", "$defs", "title", "description", "default":
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
			if !slices.Contains(arg.([]any), value) {
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
			for name := range object {
				if _, known := arg.(map[string]any)[name]; v.strict && !known {
					v.problem(at, "the schema does not describe %s", name)
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
