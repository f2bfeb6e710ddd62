package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"schlank/internal/tui/pathtree"
)

// zone is where a key counts: in a pane, or on a page over them.
type zone int

const (
	inList zone = 1 << iota
	inTree
	inPage
	inPanes = inList | inTree
	inAll   = inPanes | inPage
)

// binding gives keys a meaning. The help is made of these.
type binding struct {
	keys []string
	in   zone
	// hint stands in the last line, "" for none.
	hint string
	text string
	do   func(model) (model, tea.Cmd)
}

// still is an action without a command.
func still(f func(model) model) func(model) (model, tea.Cmd) {
	return func(m model) (model, tea.Cmd) { return f(m), nil }
}

// keymap has all keys; those of dive keep their meaning.
func keymap() []binding {
	var all []binding
	for _, part := range [][]binding{moveKeys(), paneKeys(), treeKeys(), pageKeys()} {
		all = append(all, part...)
	}
	return all
}

func moveKeys() []binding {
	by := func(f func(page int) int) func(model) (model, tea.Cmd) {
		return still(func(m model) model { return m.move(f(m.pageHeight())) })
	}
	return []binding{
		{keys: []string{"up", "k"}, in: inAll, text: "up a line", do: by(func(int) int { return -1 })},
		{keys: []string{"down", "j"}, in: inAll, text: "down a line", do: by(func(int) int { return 1 })},
		{keys: []string{"pgup", "u"}, in: inAll, text: "up a page", do: by(func(page int) int { return -page })},
		{keys: []string{"pgdown", "d"}, in: inAll, text: "down a page", do: by(func(page int) int { return page })},
		{keys: []string{"home", "g"}, in: inAll, text: "to the start", do: by(func(int) int { return -farAway })},
		{keys: []string{"end", "G"}, in: inAll, text: "to the end", do: by(func(int) int { return farAway })},
		{keys: []string{"ctrl+c"}, in: inAll, text: "leave", do: quit},
		{keys: []string{"ctrl+z"}, in: inAll, text: "suspend", do: func(m model) (model, tea.Cmd) { return m, tea.Suspend }},
	}
}

// farAway is further than any list is long.
const farAway = 1 << 40

func quit(m model) (model, tea.Cmd) { return m, tea.Quit }

func paneKeys() []binding {
	show := func(v view) func(model) (model, tea.Cmd) {
		return still(func(m model) model { return m.show(v) })
	}
	return []binding{
		{keys: []string{"tab", "shift+tab"}, in: inPanes, hint: "pane", text: "switch between the list and the tree", do: still(model.switchPane)},
		{keys: []string{"ctrl+f", "/", "ctrl+/"}, in: inPanes, hint: "filter", text: "filter the tree by a regular expression, as you type", do: still(model.askFilter)},
		{keys: []string{"esc"}, in: inPanes, text: "clear the filter", do: still(func(m model) model { return m.setFilter("") })},
		{keys: []string{"1"}, in: inPanes, text: "list the layers with their instructions", do: show(byLayer)},
		{keys: []string{"2"}, in: inPanes, text: "list the causes", do: show(byCause)},
		{keys: []string{"3"}, in: inPanes, text: "list the packages", do: show(byPackage)},
		{keys: []string{"4"}, in: inPanes, text: "list the biggest paths", do: show(byPath)},
		{keys: []string{"v"}, in: inPanes, hint: "view", text: "list the next of these", do: still(func(m model) model { return m.show((m.view + 1) % views) })},
		{keys: []string{"w"}, in: inPanes, hint: "why", text: "why the selected path, or layer, is there", do: model.why},
		{keys: []string{"f"}, in: inPanes, hint: "fixes", text: "what would give bytes back", do: model.fixes},
		{keys: []string{"i"}, in: inPanes, text: "the image in figures", do: model.summary},
		{keys: []string{"ctrl+o", "o"}, in: inPanes, text: "sort the tree by name, or by size", do: still(model.toggleSort)},
		{keys: []string{"backspace", "b"}, in: inPanes, text: "back to where the last jump started", do: still(model.back)},
		{keys: []string{"?", "f1"}, in: inPanes, hint: "help", text: "this help", do: model.help},
		{keys: []string{"q"}, in: inPanes, hint: "quit", text: "leave", do: quit},
		{keys: []string{"enter", "right", "l"}, in: inList, hint: "jump", text: "jump to the paths of the selected line", do: still(model.toPaths)},
		{keys: []string{"ctrl+l"}, in: inList, text: "mark the changes of the selected layer", do: still(func(m model) model { return m.aggregate(false) })},
		{keys: []string{"ctrl+a"}, in: inList, text: "mark the changes of all layers from the base up to it", do: still(func(m model) model { return m.aggregate(true) })},
	}
}

func treeKeys() []binding {
	toggle := func(c pathtree.Change) func(model) (model, tea.Cmd) {
		return still(func(m model) model { return m.toggleChange(c) })
	}
	return []binding{
		{keys: []string{"enter"}, in: inTree, hint: "jump", text: "jump to the instruction that made the path", do: still(model.toInstruction)},
		{keys: []string{"space"}, in: inTree, text: "fold or unfold a directory", do: still(model.toggleFold)},
		{keys: []string{"right", "l"}, in: inTree, text: "unfold a directory, or go into it", do: still(model.goIn)},
		{keys: []string{"left", "h"}, in: inTree, text: "fold a directory, or go out of it", do: still(model.goOut)},
		{keys: []string{"ctrl+space", "c"}, in: inTree, text: "fold all directories, or unfold all", do: still(model.toggleFoldAll)},
		{keys: []string{"ctrl+a", "A"}, in: inTree, text: "show or hide what was added", do: toggle(pathtree.Added)},
		{keys: []string{"ctrl+r", "R"}, in: inTree, text: "show or hide what was removed", do: toggle(pathtree.Removed)},
		{keys: []string{"ctrl+m", "M"}, in: inTree, text: "show or hide what was changed (most terminals send ctrl+m as enter)", do: toggle(pathtree.Changed)},
		{keys: []string{"ctrl+u", "U"}, in: inTree, text: "show or hide what was not modified", do: toggle(pathtree.Unmodified)},
		{keys: []string{"ctrl+b", "B"}, in: inTree, text: "show or hide modes and owners", do: still(model.toggleAttributes)},
		{keys: []string{"e", "ctrl+e"}, in: inTree, hint: "extract", text: "copy the selected path out of the image", do: still(model.askExtract)},
	}
}

func pageKeys() []binding {
	return []binding{
		{keys: []string{"esc", "q", "enter", "?"}, in: inPage, hint: "close", text: "close the page", do: still(model.closePage)},
	}
}

// pressed finds what a key does where the user is.
func pressed(keys []binding, key string, where zone) (binding, bool) {
	for _, b := range keys {
		if b.in&where == 0 {
			continue
		}
		for _, k := range b.keys {
			if k == key {
				return b, true
			}
		}
	}
	return binding{}, false
}

// helpText is the help: all keys by where they count, and what the tree's
// columns mean.
func helpText(keys []binding) []string {
	var out []string
	section := func(title string, in zone) {
		out = append(out, title)
		for _, b := range keys {
			if b.in == in {
				out = append(out, "  "+fit(strings.Join(b.keys, ", "), 22)+" "+b.text)
			}
		}
		out = append(out, "")
	}
	section("Anywhere", inAll)
	section("In list and tree", inPanes)
	section("In the list", inList)
	section("In the tree", inTree)
	section("On a page like this", inPage)
	return append(out,
		"Columns of the tree",
		"  + added   ~ changed   - removed, by the marked layers; of the whole",
		"  image, as against its base image",
		"  disk      bytes that are stored at the path and below",
		"  waste     bytes stored there that are not in the final tree",
		"  cause     why they are there; * is not the only one, but that of the most",
	)
}
