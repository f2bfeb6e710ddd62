package attribute

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// DiveRules are the rules of a .dive-ci file as they stand in it, each a
// number, an amount ("20MB"), or "disabled". An empty rule is disabled.
type DiveRules struct {
	LowestEfficiency         string `json:"lowestEfficiency"`
	HighestWastedBytes       string `json:"highestWastedBytes"`
	HighestUserWastedPercent string `json:"highestUserWastedPercent"`
}

// DefaultDiveRules are the rules that hold where dive finds no file.
func DefaultDiveRules() DiveRules {
	return DiveRules{LowestEfficiency: "0.9", HighestWastedBytes: "disabled", HighestUserWastedPercent: "0.1"}
}

// DiveResult is what a rule says of an image.
type DiveResult struct {
	// Rule is its name in the file, Limit its value there.
	Rule, Limit string
	Disabled    bool
	Passed      bool
	// Got is the figure that the rule is about.
	Got string
}

// Check applies the rules. A value that is no rule's is an error that names
// the rule.
func (r DiveRules) Check(f DiveFigures) ([]DiveResult, error) {
	rules := []struct {
		name, limit string
		parse       func(string) (float64, error)
		got         float64
		text        string
		lowest      bool
	}{
		{"lowestEfficiency", r.LowestEfficiency, ratio, f.Efficiency, formatRatio(f.Efficiency), true},
		{"highestWastedBytes", r.HighestWastedBytes, parseBytes, float64(f.WastedBytes), strconv.FormatInt(f.WastedBytes, 10), false},
		{"highestUserWastedPercent", r.HighestUserWastedPercent, ratio, f.UserWastedPercent, formatRatio(f.UserWastedPercent), false},
	}
	var list []DiveResult
	for _, rule := range rules {
		res := DiveResult{Rule: rule.name, Limit: strings.TrimSpace(rule.limit), Got: rule.text}
		if disabled(rule.limit) {
			res.Disabled, res.Passed, res.Limit = true, true, "disabled"
			list = append(list, res)
			continue
		}
		limit, err := rule.parse(res.Limit)
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", rule.name, err)
		}
		res.Passed = rule.got <= limit
		if rule.lowest {
			res.Passed = rule.got >= limit
		}
		list = append(list, res)
	}
	return list, nil
}

func disabled(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "disabled", "off", "false":
		return true
	}
	return false
}

func formatRatio(x float64) string { return strconv.FormatFloat(x, 'f', 4, 64) }

// ratio reads a number from 0 to 1.
func ratio(s string) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) {
		return 0, fmt.Errorf("%q is no number", s)
	}
	if x < 0 || x > 1 {
		return 0, fmt.Errorf("%s is not between 0 and 1", s)
	}
	return x, nil
}

// parseBytes reads an amount: a number and a unit, decimal ("20MB", "20 m")
// or binary ("20MiB"), in any case.
func parseBytes(s string) (float64, error) {
	i := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ',' })
	if i < 0 {
		i = len(s)
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(s[:i], ",", ""), 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no amount of bytes", s)
	}
	unit := strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s[i:])), "b")
	factor := 1000.0
	if strings.HasSuffix(unit, "i") {
		unit, factor = unit[:len(unit)-1], 1024
	}
	power := strings.Index("kmgtpe", unit)
	switch {
	case unit == "" && factor == 1000:
		return x, nil
	case len(unit) != 1 || power < 0:
		return 0, fmt.Errorf("%q has no unit of bytes", s)
	}
	return math.Floor(x * math.Pow(factor, float64(power+1))), nil
}
