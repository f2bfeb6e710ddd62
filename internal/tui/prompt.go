package tui

import (
	"unicode"

	tea "charm.land/bubbletea/v2"

	"schlank/report"
)

// prompt is a line that the user types.
type prompt struct {
	text string
	// before is what the filter was.
	before string
	// extract is the path to copy; "" for the filter.
	extract string
}

// extractedMsg says what came of copying.
type extractedMsg struct {
	said string
	err  error
}

func (e extractedMsg) note() report.Note {
	if e.err != nil {
		return report.Note{Text: e.err.Error(), Tone: report.Bad}
	}
	return report.Note{Text: e.said, Tone: report.Good}
}

func (m model) askFilter() model {
	m.prompt = &prompt{text: m.tree.filter, before: m.tree.filter}
	return m
}

func (m model) askExtract() model {
	n := m.tree.node()
	if n == nil {
		return m.say(report.Neutral, "no path is selected")
	}
	if m.subject.Image.Tree.Find(n.Path) == nil {
		return m.say(report.Warn, "it is not in the final tree, and cannot be copied out")
	}
	m.prompt = &prompt{text: ".", extract: n.Path}
	return m
}

// key takes a key while a line is typed.
func (m model) key(msg tea.KeyPressMsg) (model, tea.Cmd) {
	p := *m.prompt
	switch msg.String() {
	case "enter":
		m.prompt = nil
		if p.extract != "" && p.text != "" {
			return m.say(report.Neutral, "copying …"), m.extract(p.extract, p.text)
		}
		if p.extract == "" && len(m.tree.rows) > 0 {
			m.focus = inTree
		}
		return m, nil
	case "esc", "ctrl+c":
		m.prompt = nil
		if p.extract == "" {
			m = m.setFilter(p.before)
		}
		return m, nil
	case "backspace", "ctrl+h":
		r := []rune(p.text)
		return m.typed(string(r[:max(0, len(r)-1)])), nil
	case "ctrl+w":
		r := []rune(p.text)
		end := len(r)
		for end > 0 && r[end-1] == '/' {
			end--
		}
		for end > 0 && r[end-1] != '/' && !unicode.IsSpace(r[end-1]) {
			end--
		}
		return m.typed(string(r[:end])), nil
	case "ctrl+u":
		return m.typed(""), nil
	}
	if msg.Text != "" {
		return m.typed(p.text + clean(msg.Text)), nil
	}
	return m, nil
}

// maxTyped bounds a typed line; a paste may be anything.
const maxTyped = 4096

// typed has another text in the line. A filter counts at once.
func (m model) typed(text string) model {
	if len(text) > maxTyped {
		return m
	}
	p := *m.prompt
	p.text = text
	m.prompt = &p
	if p.extract == "" {
		m = m.setFilter(text)
	}
	return m
}
