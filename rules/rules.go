// Package rules lists all rules. Each is a value in a directory of its own,
// rules/<group>/slNNNN, made by `go run ./internal/newrule SL1234 some-name`.
package rules

import "schlank/rule"

// All are all rules in order of their IDs.
func All() []*rule.Rule {
	var out []*rule.Rule
	for _, g := range Groups() {
		out = append(out, g.Rules...)
	}
	return out
}
