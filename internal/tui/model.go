package tui

import (
	tea "charm.land/bubbletea/v2"

	"schlank/attribute"
	"schlank/inspect"
	"schlank/report"
)

// model is the state of the explorer. It is a value: what it points to is not
// changed.
type model struct {
	subject *inspect.Subject
	style   report.Style
	extract func(path, dir string) tea.Cmd
	keys    []binding

	width, height int
	// focus is the pane that has the keys, inList or inTree.
	focus zone
	view  view
	lists [views]list
	tree  treePane
	// details are what is known of the selection, unwrapped.
	details []string
	// page is a text over the panes, prompt asks for a line; nil for none.
	page   *page
	prompt *prompt
	// pages counts the pages opened, so that a late answer is recognised.
	pages int
	// note is a message in the last line until the next key.
	note report.Note
	// past are the places that jumps started from.
	past []place
}

// list is a list on the left; rows are nil before it is first seen.
type list struct {
	rows []row
	scroll
}

func newModel(s *inspect.Subject, st report.Style, extract func(path, dir string) tea.Cmd) model {
	m := model{subject: s, style: st, extract: extract, keys: keymap(), focus: inList, tree: newTreePane()}
	return m.show(byLayer)
}

// Init implements tea.Model.
func (m model) Init() tea.Cmd { return nil }

// Update implements tea.Model.
func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) { return m.update(msg) }

// update is the whole of the program's behaviour.
func (m model) update(msg tea.Msg) (model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		if m.page != nil {
			m, cmd = m.open(m.page.content)
		}
	case tea.KeyPressMsg:
		m.note = report.Note{}
		switch {
		case m.prompt != nil:
			m, cmd = m.key(msg)
		default:
			if b, ok := pressed(m.keys, msg.String(), m.zone()); ok {
				m, cmd = b.do(m)
			}
		}
	case tea.PasteMsg:
		if m.prompt != nil {
			m = m.typed(m.prompt.text + clean(msg.Content))
		}
	case pageMsg:
		m = m.fillPage(msg)
	case extractedMsg:
		m.note = msg.note()
	}
	return m.settled(), cmd
}

// zone is where keys count now.
func (m model) zone() zone {
	if m.page != nil {
		return inPage
	}
	return m.focus
}

// settled brings what follows from the rest of the state up to date: the tree
// of the selected row, the windows, the details.
func (m model) settled() model {
	l := m.layout()
	at := &m.lists[m.view]
	at.scroll = at.to(at.cursor, len(at.rows), l.listRows)
	m.tree = m.tree.load(m.subject.Attribution, m.selected().scope)
	m.tree.scroll = m.tree.to(m.tree.cursor, len(m.tree.rows), l.treeRows)
	if m.page != nil {
		p := *m.page
		p.scroll = p.to(p.offset, max(1, len(p.lines)-l.pageRows+1), 1)
		m.page = &p
	}
	m.details = m.describe()
	return m
}

// selected is the row of the list under the cursor.
func (m model) selected() row {
	l := &m.lists[m.view]
	if l.cursor >= len(l.rows) {
		return row{}
	}
	return l.rows[l.cursor]
}

// move moves the cursor of the focused pane, or turns the page.
func (m model) move(by int) model {
	switch m.zone() {
	case inPage:
		p := *m.page
		p.offset = max(0, min(p.offset+by, len(p.lines)))
		m.page = &p
	case inTree:
		m.tree.cursor = max(0, min(m.tree.cursor+by, len(m.tree.rows)-1))
	default:
		l := &m.lists[m.view]
		l.cursor = max(0, min(l.cursor+by, len(l.rows)-1))
	}
	return m
}

// pageHeight is how far a page key goes.
func (m model) pageHeight() int {
	l := m.layout()
	switch m.zone() {
	case inPage:
		return max(1, l.pageRows)
	case inTree:
		return max(1, l.treeRows)
	}
	return max(1, l.listRows)
}

func (m model) switchPane() model {
	m.focus = inPanes ^ m.focus
	return m
}

// show lists a view.
func (m model) show(v view) model {
	m.view = v
	if m.lists[v].rows == nil {
		m.lists[v].rows = rowsOf(m.subject.Attribution, v)
	}
	return m
}

// aggregate marks in the tree of a layer the changes of all layers above the
// base image, or of that layer only.
func (m model) aggregate(all bool) model {
	l := &m.lists[byLayer]
	if m.view != byLayer || m.selected().kind != oneLayer {
		return m.say(report.Neutral, "select a layer to mark changes of layers")
	}
	rows := make([]row, len(l.rows))
	copy(rows, l.rows)
	for i := range rows {
		if r := &rows[i]; r.kind == oneLayer {
			r.since = r.layer
			if all {
				r.since = min(m.subject.Base.Layers, r.layer)
			}
		}
	}
	l.rows = rows
	if all {
		return m.say(report.Neutral, "the changes of all layers from the base image up are marked")
	}
	return m.say(report.Neutral, "the changes of the selected layer are marked")
}

// say puts a message into the last line.
func (m model) say(t report.Tone, text string) model {
	m.note = report.Note{Text: text, Tone: t}
	return m
}

// origin is the instruction that made a layer, in words.
func (m model) origin(layer int) string {
	if layer < 0 || layer >= len(m.subject.Origins) {
		return ""
	}
	if o := m.subject.Origins[layer]; (o != attribute.Origin{}) {
		return o.String()
	}
	return "an instruction that is not known"
}
