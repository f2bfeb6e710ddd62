package tui

import (
	"fmt"

	"schlank/internal/tui/pathtree"
	"schlank/report"
)

// place is where a jump started.
type place struct {
	view   view
	cursor int
	focus  zone
	path   string
}

// maxPast bounds the places that are remembered.
const maxPast = 50

// leave remembers the place.
func (m model) leave() model {
	past := append([]place{}, m.past...)
	past = append(past, place{m.view, m.lists[m.view].cursor, m.focus, m.tree.path()})
	m.past = past[max(0, len(past)-maxPast):]
	return m
}

// back returns to where the last jump started.
func (m model) back() model {
	if len(m.past) == 0 {
		return m.say(report.Neutral, "there was no jump to come back from")
	}
	p := m.past[len(m.past)-1]
	m.past = m.past[:len(m.past)-1]
	m = m.show(p.view)
	m.lists[p.view].cursor = p.cursor
	m.focus = p.focus
	m.tree = m.tree.load(m.subject.Attribution, m.selected().scope)
	return m.reveal(p.path)
}

// reveal puts the cursor of the tree on a path.
func (m model) reveal(path string) model {
	f := m.tree.fold()
	*f = f.Reveal(path)
	m.tree = m.tree.unfold(path)
	return m
}

// toPaths goes from the list to the paths of the selected line: to the
// biggest, if the tree was somewhere else.
func (m model) toPaths() model {
	r := m.selected()
	m = m.leave()
	m.focus = inTree
	if r.kind == onePath {
		return m.reveal(r.path)
	}
	return m
}

// toInstruction goes from the path under the cursor to the layer that made
// it: the one that its entry is of, for directories the one that stores most
// of it.
func (m model) toInstruction() model {
	n := m.tree.node()
	if n == nil {
		return m
	}
	layer := m.layerOf(n)
	if layer < 0 {
		return m.say(report.Neutral, "no layer has an entry for it")
	}
	path := n.Path
	m = m.leave()
	m.focus = inList
	m = m.show(byLayer)
	for i, r := range m.lists[byLayer].rows {
		if r.kind == oneLayer && r.layer == layer {
			m.lists[byLayer].cursor = i
		}
	}
	m.tree = m.tree.load(m.subject.Attribution, m.selected().scope)
	m = m.reveal(path)
	return m.say(report.Neutral, fmt.Sprintf("made by layer %d; backspace goes back", layer+1))
}

// layerOf is the layer that made a node, −1 if none is known.
func (m model) layerOf(n *pathtree.Node) int {
	if !n.Dir {
		return int(n.Layer)
	}
	tree := m.tree.sel.Tree
	stored := make([]int64, len(m.subject.Image.Layers))
	from := tree.Find(n.Path)
	best, layer := int64(0), int(n.Layer)
	for i := from; i < n.End; i++ {
		if c := &tree.Nodes[i]; c.Layer >= 0 && m.tree.sel.Sums[i].Shown {
			stored[c.Layer] += c.Disk
			if stored[c.Layer] > best {
				best, layer = stored[c.Layer], int(c.Layer)
			}
		}
	}
	return layer
}
