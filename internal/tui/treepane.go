package tui

import (
	"regexp"
	"strings"

	"schlank/attribute"
	"schlank/internal/tui/pathtree"
	"schlank/report"
)

// treePane is the tree on the right.
type treePane struct {
	scope scope
	sel   *pathtree.Selection
	// rows are the nodes that are seen.
	rows []int32
	scroll
	// folds is what is open, and filtered what is open while there is a
	// filter: then all that it lets through is, at first.
	folds, filtered pathtree.Folding
	byName          bool
	attributes      bool
	filter          string
	// hideImage and hideLayer say which changes are left out, for the whole
	// image and for layers.
	hideImage, hideLayer [pathtree.Changes]bool
	// kept are the trees seen last, the latest first.
	kept []keptTree
}

type keptTree struct {
	scope scope
	tree  *pathtree.Tree
}

// maxKept bounds the trees that are kept: one of 100,000 paths has 10 MB.
const maxKept = 6

func newTreePane() treePane {
	t := treePane{filtered: pathtree.Folding{All: true}}
	// Of a layer, what it does is shown first; the rest is a key away.
	t.hideLayer[pathtree.Unmodified] = true
	return t
}

// load shows the tree of a scope. The cursor stays at its path as far as the
// tree has it.
func (t treePane) load(a *attribute.Attribution, s scope) treePane {
	if t.sel != nil && t.scope == s {
		return t
	}
	path := t.path()
	t.scope = s
	var tree *pathtree.Tree
	kept := []keptTree{{}}
	for _, k := range t.kept {
		if k.scope == s {
			tree = k.tree
		} else if len(kept) < maxKept {
			kept = append(kept, k)
		}
	}
	if tree == nil {
		tree = s.tree(a)
	}
	kept[0] = keptTree{s, tree}
	t.kept = kept
	return t.choose(tree, path)
}

// choose selects from the tree what filter and toggles ask for.
func (t treePane) choose(tree *pathtree.Tree, path string) treePane {
	t.sel = tree.Select(pathtree.Filter{Match: matcher(t.filter), Hide: t.hidden()})
	return t.unfold(path)
}

// again is choose for the tree that is shown.
func (t treePane) again() treePane {
	if t.sel == nil {
		return t
	}
	return t.choose(t.sel.Tree, t.path())
}

// hidden are the changes that are left out now.
func (t treePane) hidden() [pathtree.Changes]bool {
	switch t.scope.kind {
	case wholeImage:
		return t.hideImage
	case oneLayer:
		return t.hideLayer
	}
	return [pathtree.Changes]bool{}
}

// fold is the folding that counts now.
func (t *treePane) fold() *pathtree.Folding {
	if t.filter != "" {
		return &t.filtered
	}
	return &t.folds
}

// unfold computes the rows, and puts the cursor on a path or the nearest
// directory around it that is seen.
func (t treePane) unfold(path string) treePane {
	t.rows = t.sel.Rows(!t.byName, *t.fold())
	nodes := t.sel.Tree.Nodes
	at := t.sel.Tree.Find(path)
	t.cursor = 0
	best := int32(0)
	for i, r := range t.rows {
		if r <= at && at < nodes[r].End && r > best {
			t.cursor, best = i, r
		}
	}
	return t
}

// node is the one under the cursor, nil if the tree shows nothing.
func (t *treePane) node() *pathtree.Node {
	if t.sel == nil || t.cursor >= len(t.rows) {
		return nil
	}
	return &t.sel.Tree.Nodes[t.rows[t.cursor]]
}

// path is that of the node under the cursor, "/" if there is none.
func (t *treePane) path() string {
	if n := t.node(); n != nil {
		return n.Path
	}
	return "/"
}

// matcher finds paths by a regular expression, or by its text where it is
// none. Upper and lower case are the same unless an expression has capitals.
func matcher(expr string) func(string) bool {
	if expr == "" {
		return nil
	}
	if re, err := expression(expr); err == nil {
		return re.MatchString
	}
	return regexp.MustCompile("(?i)" + regexp.QuoteMeta(strings.ToValidUTF8(expr, "�"))).MatchString
}

// expression reads a text as a regular expression.
func expression(s string) (*regexp.Regexp, error) {
	if s == strings.ToLower(s) {
		return regexp.Compile("(?is)" + s)
	}
	return regexp.Compile("(?s)" + s)
}

func (m model) setFilter(expr string) model {
	if m.tree.filter == expr {
		return m
	}
	path := m.tree.path()
	m.tree.filter = expr
	m.tree.filtered = pathtree.Folding{All: true}
	if expr == "" {
		// What was found stays in sight.
		m.tree.folds = m.tree.folds.Reveal(path)
	}
	m.tree = m.tree.again()
	return m
}

func (m model) toggleChange(c pathtree.Change) model {
	switch m.tree.scope.kind {
	case wholeImage:
		m.tree.hideImage[c] = !m.tree.hideImage[c]
	case oneLayer:
		m.tree.hideLayer[c] = !m.tree.hideLayer[c]
	default:
		return m.say(report.Neutral, "changes are marked in the trees of layers and of the whole image")
	}
	m.tree = m.tree.again()
	return m
}

func (m model) toggleSort() model {
	m.tree.byName = !m.tree.byName
	m.tree = m.tree.unfold(m.tree.path())
	return m
}

func (m model) toggleAttributes() model {
	m.tree.attributes = !m.tree.attributes
	return m
}

func (m model) toggleFold() model {
	n := m.tree.node()
	if n == nil || !m.tree.foldable() {
		return m
	}
	return m.setFold(n.Path, !m.tree.fold().Open(n.Path))
}

func (m model) setFold(path string, open bool) model {
	f := m.tree.fold()
	*f = f.Set(path, open)
	m.tree = m.tree.unfold(m.tree.path())
	return m
}

func (m model) toggleFoldAll() model {
	path := m.tree.path()
	f := m.tree.fold()
	*f = pathtree.Folding{All: !f.All && len(f.Except) == 0}
	m.tree = m.tree.unfold(path)
	return m
}

// foldable reports whether something is below the node under the cursor.
func (t *treePane) foldable() bool {
	return t.cursor < len(t.rows) && t.sel.Tree.Nodes[t.rows[t.cursor]].End > t.rows[t.cursor]+1
}

// goIn unfolds the directory under the cursor, or goes to the first thing in
// it.
func (m model) goIn() model {
	n := m.tree.node()
	switch {
	case n == nil || !m.tree.foldable():
	case !m.tree.fold().Open(n.Path):
		return m.setFold(n.Path, true)
	case m.tree.cursor+1 < len(m.tree.rows) && m.tree.rows[m.tree.cursor+1] < n.End && m.tree.rows[m.tree.cursor+1] > m.tree.rows[m.tree.cursor]:
		m.tree.cursor++
	}
	return m
}

// goOut folds the directory under the cursor, or goes to the one around it.
func (m model) goOut() model {
	n := m.tree.node()
	switch {
	case n == nil:
	case m.tree.foldable() && m.tree.fold().Open(n.Path):
		return m.setFold(n.Path, false)
	case n.Parent > 0:
		for i := m.tree.cursor; i >= 0; i-- {
			if m.tree.rows[i] == n.Parent {
				m.tree.cursor = i
				break
			}
		}
	}
	return m
}
