package discover

import (
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// bakeHCL reads the targets of a bake file in HCL. Expressions are evaluated
// with the defaults of the file's variables; one that needs more, such as a
// function, is taken as not given.
func bakeHCL(name string, text []byte) ([]build, error) {
	file, diags := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, errors.New(diags[0].Summary + ": " + diags[0].Detail)
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return nil, errors.New("no HCL body")
	}
	vars := &hcl.EvalContext{Variables: map[string]cty.Value{}}
	for _, b := range body.Blocks {
		if b.Type != "variable" || len(b.Labels) != 1 {
			continue
		}
		vars.Variables[b.Labels[0]] = cty.StringVal("")
		if v, ok := one(b.Body, "default", nil); ok {
			vars.Variables[b.Labels[0]] = cty.StringVal(v)
		}
	}
	var out []build
	for _, b := range body.Blocks {
		if b.Type != "target" || len(b.Labels) != 1 {
			continue
		}
		t := build{name: b.Labels[0]}
		t.context, _ = one(b.Body, "context", vars)
		t.dockerfile, _ = one(b.Body, "dockerfile", vars)
		t.inline, _ = one(b.Body, "dockerfile-inline", vars)
		t.inherits = list(b.Body, "inherits", vars)
		out = append(out, t)
	}
	return inherited(out), nil
}

// one is the value of an attribute that is one string.
func one(body *hclsyntax.Body, name string, vars *hcl.EvalContext) (string, bool) {
	a, ok := body.Attributes[name]
	if !ok {
		return "", false
	}
	v, diags := a.Expr.Value(vars)
	if diags.HasErrors() || !v.IsWhollyKnown() || v.IsNull() || v.Type() != cty.String {
		return "", false
	}
	return v.AsString(), true
}

// list is the strings of an attribute that is a list of them.
func list(body *hclsyntax.Body, name string, vars *hcl.EvalContext) (out []string) {
	a, ok := body.Attributes[name]
	if !ok {
		return nil
	}
	v, diags := a.Expr.Value(vars)
	if diags.HasErrors() || !v.IsWhollyKnown() || v.IsNull() || !v.CanIterateElements() {
		return nil
	}
	for _, e := range v.Elements() {
		if e.Type() == cty.String && !e.IsNull() {
			out = append(out, e.AsString())
		}
	}
	return out
}
