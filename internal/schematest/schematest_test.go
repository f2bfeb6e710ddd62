package schematest

import "testing"

func TestValidate(t *testing.T) {
	schema := []byte(`{"type":"object","required":["a"],"properties":{"a":{"$ref":"#/$defs/x"},"b":{"enum":["", "c"]}},
		"$defs":{"x":{"type":"array","items":{"type":"integer","minimum":0}}}}`)
	for doc, want := range map[string]int{
		`{"a":[]}`:                   0,
		`{"a":[1,2],"b":"c"}`:        0,
		`{"a":[-1],"b":"d"}`:         2,
		`{"a":[1.5]}`:                1,
		`{}`:                         1,
		`[]`:                         2,
		`{"a":[],"further":"field"}`: 1,
	} {
		got, err := Validate(schema, []byte(doc), true)
		if err != nil || len(got) != want {
			t.Errorf("%s: %v, %v; want %d problems", doc, got, err, want)
		}
	}
	if got, err := Validate(schema, []byte(`{"a":[],"further":"field"}`), false); err != nil || len(got) != 0 {
		t.Errorf("further fields: %v, %v", got, err)
	}
	if got, err := Validate([]byte(`{"not":{}}`), []byte(`1`), false); err != nil || len(got) != 1 {
		t.Errorf("a keyword it does not know: %v, %v", got, err)
	}
	if _, err := Validate([]byte(`{`), nil, false); err == nil {
		t.Error("a broken schema is no error")
	}
	if _, err := Validate(schema, []byte(`{`), false); err == nil {
		t.Error("a broken document is no error")
	}
}
