package tui

import (
	"bytes"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"schlank/attribute"
	"schlank/inspect"
	"schlank/report"
)

// page is a text over the panes.
type page struct {
	content content
	id      int
	lines   []string
	scroll
}

// content is what a page holds: a title and what writes it, in a style.
type content struct {
	title string
	write func(w inspect.Writer, st report.Style) error
}

// pageMsg brings the text of a page.
type pageMsg struct {
	id   int
	text string
	err  error
}

// open opens a page, or writes it anew for another width. The text comes by a
// command: what would give bytes back is computed from all of the image.
func (m model) open(c content) (model, tea.Cmd) {
	m.pages++
	p := &page{content: c, id: m.pages}
	if m.page != nil {
		p.lines, p.scroll = m.page.lines, m.page.scroll
	}
	m.page = p
	st := m.style
	st.Width = max(minText, m.width)
	return m, func() tea.Msg {
		var b bytes.Buffer
		err := c.write(&b, st)
		return pageMsg{id: p.id, text: b.String(), err: err}
	}
}

// minText is the width below which text is not squeezed any further.
const minText = 20

func (m model) fillPage(msg pageMsg) model {
	switch {
	case m.page == nil || m.page.id != msg.id:
		return m
	case msg.err != nil:
		m.page = nil
		return m.say(report.Bad, msg.err.Error())
	}
	p := *m.page
	p.lines = wrap(strings.Split(strings.TrimRight(msg.text, "\n"), "\n"), max(minText, m.width))
	m.page = &p
	return m
}

func (m model) closePage() model {
	m.page = nil
	return m
}

// parts is a page of parts of a report.
func parts(title string, make func() ([]inspect.Part, error)) content {
	return content{title, func(w inspect.Writer, st report.Style) error {
		list, err := make()
		if err != nil {
			return err
		}
		for i, p := range list {
			if i > 0 {
				fmt.Fprintln(w)
			}
			if err := p.Text(w, st); err != nil {
				return err
			}
		}
		return nil
	}}
}

// why explains the selection: the path in the tree; the layer, cause, package
// or path of the list.
func (m model) why() (model, tea.Cmd) {
	s := m.subject
	whyPath := func(p string) content {
		return parts("Why "+clean(p), func() ([]inspect.Part, error) { return inspect.Why(s, p, inspect.Options{}) })
	}
	if n := m.tree.node(); m.focus == inTree && n != nil {
		return m.open(whyPath(n.Path))
	}
	switch r := m.selected(); r.kind {
	case onePath:
		return m.open(whyPath(r.path))
	case oneLayer:
		return m.open(parts(fmt.Sprintf("Layer %d", r.layer+1), func() ([]inspect.Part, error) { return inspect.Layer(s, r.layer, inspect.Options{}) }))
	case oneCause, onePackage:
		return m.open(textPage("Why", m.details))
	}
	return m.summary()
}

func (m model) summary() (model, tea.Cmd) {
	s := m.subject
	return m.open(parts("The image", func() ([]inspect.Part, error) { return inspect.Summary(s, inspect.Options{}), nil }))
}

func (m model) help() (model, tea.Cmd) { return m.open(textPage("Help", helpText(m.keys))) }

// textPage is a page of lines that are safe.
func textPage(title string, lines []string) content {
	return content{title, func(w inspect.Writer, _ report.Style) error {
		_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
		return err
	}}
}

// fixes lists all that would give bytes back.
func (m model) fixes() (model, tea.Cmd) {
	a := m.subject.Attribution
	return m.open(content{"What would give bytes back", func(w inspect.Writer, st report.Style) error {
		return fixList(a).Text(w, st)
	}})
}

func fixList(a *attribute.Attribution) *report.List {
	all := a.Fixes()
	l := &report.List{}
	for i := range all {
		f := &all[i]
		item := report.ListItem{Head: f.Title, Value: fmt.Sprintf("%s, %s, %s", report.Bytes(f.Adds.Disk), f.Basis, f.Safety), Text: f.How}
		if at := a.Where(f); at != "" {
			item.Points = append(item.Points, at)
		}
		l.Items = append(l.Items, item)
	}
	if len(all) == 0 {
		l.Items = append(l.Items, report.ListItem{Head: "nothing that is known"})
	} else {
		l.Items = append(l.Items, report.ListItem{Head: "together", Value: fmt.Sprintf("%s of %s", report.Bytes(attribute.Saving(all).Disk), report.Bytes(a.Total().Disk))})
	}
	return l
}
