package rule

import "schlank/dockerfile"

// Memo is what find finds out about the file, asked once for all rules that
// run over it. The key is a value of a type of the caller's own, as with
// context.WithValue, and always goes with the same T.
func Memo[T any](p *Pass, key any, find func() T) T {
	if known, ok := p.facts.memo[key]; ok {
		return known.(T)
	}
	found := find()
	if p.facts.memo == nil {
		p.facts.memo = map[any]any{}
	}
	p.facts.memo[key] = found
	return found
}

// commandsKey is the key of what CommandsOf knows.
type commandsKey struct{}

// CommandsOf are the commands of one RUN, as InstructionCommands gives them;
// none of another instruction.
func (p *Pass) CommandsOf(i *dockerfile.Instruction) []Shell {
	return Memo(p, commandsKey{}, func() map[*dockerfile.Instruction][]Shell {
		of := map[*dockerfile.Instruction][]Shell{}
		for c := range p.Commands() {
			of[c.In] = append(of[c.In], c)
		}
		return of
	})[i]
}
