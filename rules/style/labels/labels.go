// Package labels is what the rules about labels that users ask for share.
package labels

import (
	"iter"
	"strings"

	"schlank/dockerfile"
	"schlank/rule"
)

// All are the labels in a file with the instructions that set them.
func All(p *rule.Pass) iter.Seq2[*dockerfile.Instruction, dockerfile.Var] {
	return func(yield func(*dockerfile.Instruction, dockerfile.Var) bool) {
		for i := range p.Instructions() {
			c, ok := i.Command.(*dockerfile.Label)
			if !ok {
				continue
			}
			for _, l := range c.Labels {
				l.Name = strings.Trim(l.Name, `"'`)
				if !yield(i, l) {
					return
				}
			}
		}
	}
}
