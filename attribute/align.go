package attribute

import (
	"strings"

	"schlank/dockerfile"
	"schlank/inventory"
)

// FromDockerfile finds out which instruction of a Dockerfile made which layer
// by comparing it to the image's history. target is the stage that was built,
// "" for the last one. The longest run of matches in order wins, and of
// several the one nearest to the top, where a base's layers are not. Layers
// that match nothing keep what the history says of them.
func FromDockerfile(img *inventory.Image, f *dockerfile.File, target string) []Origin {
	list := FromHistory(img)
	made := layerMakers(f, target)
	for l, k := range align(list, made) {
		if k < 0 {
			continue
		}
		i := made[k]
		list[l].Text = instructionText(i)
		list[l].File = f.Source.Name
		list[l].FirstLine, _ = f.Source.Position(i.KeywordSpan.Start)
		list[l].LastLine, _ = f.Source.Position(max(i.Bare().End-1, i.KeywordSpan.Start))
	}
	return list
}

// layerMakers are the instructions of a stage, and of those it starts from,
// that may make layers.
func layerMakers(f *dockerfile.File, target string) []*dockerfile.Instruction {
	var list []*dockerfile.Instruction
	for _, i := range chain(f, target) {
		switch i.Command.(type) {
		case *dockerfile.Run, *dockerfile.Copy, *dockerfile.Workdir:
			list = append(list, i)
		}
	}
	return list
}

// align matches layers with instructions in order, so that the matches weigh
// most. It returns the index of the instruction for each layer, −1 for none.
func align(layers []Origin, made []*dockerfile.Instruction) []int {
	n, m := len(layers), len(made)
	// best[l][k] is the weight of matching the first l layers with the first
	// k instructions.
	best := make([][]int, n+1)
	for l := range best {
		best[l] = make([]int, m+1)
	}
	weight := func(l, k int) int { return sameness(layers[l].Text, made[k]) }
	for l := 1; l <= n; l++ {
		for k := 1; k <= m; k++ {
			best[l][k] = max(best[l-1][k], best[l][k-1])
			if w := weight(l-1, k-1); w > 0 {
				best[l][k] = max(best[l][k], best[l-1][k-1]+w)
			}
		}
	}
	out := make([]int, n)
	for l := range out {
		out[l] = -1
	}
	for l, k := n, m; l > 0 && k > 0; {
		w := weight(l-1, k-1)
		switch {
		case w > 0 && best[l][k] == best[l-1][k-1]+w:
			out[l-1] = k - 1
			l, k = l-1, k-1
		case best[l][k] == best[l][k-1]:
			k--
		default:
			l--
		}
	}
	return out
}

// sameness weighs how well the text of a history entry fits an instruction:
// 3 for the same words, 1 where variables or the older builder's checksums
// stand in the way, 0 for another instruction.
func sameness(history string, i *dockerfile.Instruction) int {
	verb, rest, _ := strings.Cut(history, " ")
	if verb != i.Name() {
		return 0
	}
	args := strings.Join(strings.Fields(i.Args.Text()), " ")
	switch c := i.Command.(type) {
	case *dockerfile.Run:
		if c.Heredoc {
			// BuildKit writes "<<EOF (first line...)" for the script.
			if marker, _, _ := strings.Cut(rest, " "); marker != "" && strings.HasPrefix(args, marker) {
				return 3
			}
		}
		if c.JSON {
			args = strings.Join(c.Args, " ")
		}
		if rest == args {
			return 3
		}
		return 0
	case *dockerfile.Workdir:
		if strings.TrimSuffix(rest, "/") == strings.TrimSuffix(c.Path.Text, "/") {
			return 3
		}
		return 0
	case *dockerfile.Copy:
		for strings.HasPrefix(rest, "--") {
			_, rest, _ = strings.Cut(rest, " ")
		}
		if rest == args || rest == expanded(c) {
			return 3
		}
		if strings.Contains(rest, ":") && strings.Contains(rest, " in ") || strings.Contains(args, "$") {
			return 1
		}
	}
	return 0
}

// expanded are the sources and the destination of a COPY with variables put
// in.
func expanded(c *dockerfile.Copy) string {
	var words []string
	for _, s := range c.Sources {
		words = append(words, s.Text)
	}
	return strings.Join(append(words, c.Dest.Text), " ")
}
