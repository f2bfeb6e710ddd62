package tui

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"schlank/attribute"
	"schlank/dockerfile"
	"schlank/inspect"
	"schlank/inventory"
	"schlank/report"
	"schlank/source"
)

var update = flag.Bool("update", false, "write the golden files anew")

const shopFile = `FROM debian:12
RUN apt-get update && apt-get install -y curl
COPY . /app
RUN chmod +x /app/run && rm /app/notes
`

func file(path string, size int64, digest string) inventory.Entry {
	return inventory.Entry{Path: path, Kind: inventory.KindFile, Size: size, Mode: 0o644, Digest: inventory.DigestOf(digest)}
}

// shop is a small image with some of everything.
func shop() *inspect.Subject {
	img := &inventory.Image{
		Config: inventory.Config{OS: "linux", Architecture: "amd64"},
		Layers: []inventory.Layer{
			{DiffID: "sha256:a", Compression: "gzip", CompressedBytes: 30_000_000, CreatedBy: "debian rootfs", Entries: []inventory.Entry{
				{Path: "/bin", Kind: inventory.KindSymlink, Link: "usr/bin", Mode: 0o777},
				file("/usr/bin/bash", 70_000_000, "b1"), file("/usr/share/doc/bash", 40_000, "b2"),
			}},
			{DiffID: "sha256:b", Compression: "gzip", CompressedBytes: 9_000_000, CreatedBy: "RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit", Entries: []inventory.Entry{
				file("/usr/bin/curl", 300_000, "c1"), file("/usr/lib/libcurl.so.4", 700_000, "c2"), file("/var/lib/apt/lists/x_Packages", 19_000_000, "l1"),
			}},
			{DiffID: "sha256:c", Compression: "gzip", CompressedBytes: 4_000_000, CreatedBy: "COPY . /app # buildkit", Entries: []inventory.Entry{
				file("/app/.git/pack", 5_000_000, "g1"), file("/app/notes", 1_000_000, "n1"), file("/app/run", 6_000_000, "r1"),
			}},
			{DiffID: "sha256:d", Compression: "gzip", CompressedBytes: 3_000_000, CreatedBy: "RUN /bin/sh -c chmod +x /app/run && rm /app/notes # buildkit", Entries: []inventory.Entry{
				{Path: "/app/notes", Kind: inventory.KindWhiteout},
				{Path: "/app/run", Kind: inventory.KindFile, Size: 6_000_000, Mode: 0o755, Digest: inventory.DigestOf("r1")},
			}},
		},
		Packages: []inventory.Package{
			{Type: inventory.Dpkg, Name: "curl", Version: "7.88", Section: "web", Depends: []string{"libcurl4"}, Files: []string{"/usr/bin/curl"}, Bytes: 300_000, Location: "/var/lib/dpkg/status"},
			{Type: inventory.Dpkg, Name: "libcurl4", Version: "7.88", Section: "libs", Files: []string{"/usr/lib/libcurl.so.4"}, Bytes: 700_000, Location: "/var/lib/dpkg/status"},
		},
	}
	owners := map[string]int{"/usr/bin/curl": 0, "/usr/lib/libcurl.so.4": 1}
	f := dockerfile.Parse(source.File{Name: "Dockerfile", Bytes: []byte(shopFile)})
	finish(img, owners)
	return &inspect.Subject{
		Name: "shop:1", Kind: "registry", StandIn: true,
		Attribution: attribute.Image(img, attribute.Options{
			Base:    attribute.BaseImage{Layers: 1, Name: "debian:12", Source: attribute.BaseLayers},
			Origins: attribute.FromDockerfile(img, f, ""), Dockerfile: f,
		}),
	}
}

// finish sums layers up and makes the final tree.
func finish(img *inventory.Image, owners map[string]int) {
	tree := map[string]inventory.File{}
	for l := range img.Layers {
		for _, e := range img.Layers[l].Entries {
			img.Layers[l].ContentBytes += e.Size
			if e.Kind == inventory.KindWhiteout {
				delete(tree, e.Path)
				continue
			}
			owner, ok := owners[e.Path]
			if !ok {
				owner = -1
			}
			tree[e.Path] = inventory.File{Entry: &e, Layer: l, Owner: owner}
			for dir := path.Dir(e.Path); tree[dir].Entry == nil; dir = path.Dir(dir) {
				tree[dir] = inventory.File{Entry: &inventory.Entry{Path: dir, Kind: inventory.KindDir, Mode: 0o755}, Owner: -1, Implied: true}
			}
		}
	}
	for _, f := range tree {
		img.Tree = append(img.Tree, f)
	}
	slices.SortFunc(img.Tree, func(a, b inventory.File) int { return inventory.ComparePaths(a.Path, b.Path) })
}

// session is a user at a terminal.
type session struct {
	model
	extracted []string
	quit      bool
}

func start(s *inspect.Subject, w, h int) *session {
	u := &session{}
	u.model = newModel(s, report.Style{Unicode: true}, func(path, dir string) tea.Cmd {
		return func() tea.Msg {
			u.extracted = append(u.extracted, path+" → "+dir)
			if dir == "full" {
				return extractedMsg{err: errors.New("extracting: the disk is full")}
			}
			return extractedMsg{said: "copied"}
		}
	})
	u.send(tea.WindowSizeMsg{Width: w, Height: h})
	return u
}

// send brings a message, and the messages of the commands that follow.
func (u *session) send(msg tea.Msg) {
	m, cmd := u.update(msg)
	u.model = m
	if cmd == nil {
		return
	}
	switch answer := cmd().(type) {
	case tea.QuitMsg:
		u.quit = true
	case pageMsg, extractedMsg:
		u.send(answer)
	}
}

// press sends keys, named as bubbletea does and parted by spaces; 'text' is
// typed.
func (u *session) press(keys string) {
	for _, k := range strings.Fields(keys) {
		if text, ok := strings.CutPrefix(k, "'"); ok {
			for _, r := range text {
				u.send(tea.KeyPressMsg{Code: r, Text: string(r)})
			}
			continue
		}
		u.send(key(k))
	}
}

// key is the message of a key.
func key(name string) tea.KeyPressMsg {
	msg := tea.KeyPressMsg{}
	rest, ctrl := strings.CutPrefix(name, "ctrl+")
	if ctrl {
		msg.Mod = tea.ModCtrl
	}
	if r, n := utf8.DecodeRuneInString(rest); n == len(rest) {
		msg.Code = r
		if !ctrl {
			msg.Text = rest
		}
		return msg
	}
	rest, shift := strings.CutPrefix(rest, "shift+")
	if shift {
		msg.Mod |= tea.ModShift
	}
	msg.Code = map[string]rune{
		"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
		"home": tea.KeyHome, "end": tea.KeyEnd, "tab": tea.KeyTab, "enter": tea.KeyEnter, "esc": tea.KeyEscape, "space": tea.KeySpace,
		"backspace": tea.KeyBackspace, "f1": tea.KeyF1,
	}[rest]
	if msg.Code == tea.KeySpace && !ctrl {
		msg.Text = " "
	}
	return msg
}

// text is what the screen shows, without paint.
func (u *session) text() string {
	lines := u.screen()
	for i, l := range lines {
		lines[i] = strings.TrimRight(ansi.Strip(l), " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// viewTest is a screen after some keys.
type viewTest struct {
	name string
	w, h int
	keys string
}

func TestViews(t *testing.T) {
	tests := []viewTest{
		{"start", 80, 24, ""},
		{"start-wide", 120, 40, ""},
		{"start-narrow", 40, 12, ""},
		{"tree-narrow", 40, 12, "tab"},
		{"layer", 120, 24, "down down"},
		{"layer-changes", 120, 24, "G tab ctrl+space"},
		{"layer-up-to", 120, 24, "G tab ctrl+u ctrl+space"},
		{"aggregated", 120, 24, "G ctrl+a tab ctrl+space"},
		{"without-added", 120, 24, "G ctrl+a tab ctrl+a"},
		{"causes", 120, 24, "2 down down tab ctrl+space"},
		{"packages", 120, 24, "3 down down down enter ctrl+space G"},
		{"paths", 120, 24, "4 down down enter"},
		{"image-unfolded", 120, 24, "tab ctrl+space"},
		{"by-name", 120, 24, "tab ctrl+space ctrl+o ctrl+b"},
		{"filter", 120, 24, "/ 'curl"},
		{"filter-expression", 120, 24, "ctrl+f 'curl$|^/app/n enter j"},
		{"filter-bad-expression", 80, 24, "/ 'lib["},
		{"filter-cleared", 120, 24, "/ 'libcurl enter G esc"},
		{"jump", 120, 24, "tab / 'libcurl enter G enter"},
		{"jump-back", 120, 24, "tab ctrl+space G enter backspace"},
		{"why-path", 80, 24, "tab / 'libcurl enter G w"},
		{"why-layer", 80, 24, "j j w"},
		{"why-cause", 80, 24, "2 j w"},
		{"fixes", 80, 24, "f"},
		{"summary", 100, 30, "i"},
		{"help", 80, 24, "?"},
		{"help-end", 80, 24, "? G"},
		{"extract", 80, 24, "tab e"},
		{"extracted", 80, 24, "tab e 'ut enter"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u := start(shop(), tt.w, tt.h)
			u.press(tt.keys)
			golden(t, tt.name+".txt", "keys: "+tt.keys+"\n"+u.text())
			fits(t, &u.model)
		})
	}
	stale(t, tests)
}

// TestPaint holds the colours.
func TestPaint(t *testing.T) {
	u := start(shop(), 80, 10)
	u.style.Color = true
	u.press("G tab")
	golden(t, "paint.txt", strings.ReplaceAll(strings.Join(u.screen(), "\n"), "\x1b", "␛")+"\n")
	for _, l := range u.screen() {
		if width(l) != 80 {
			t.Errorf("%q has %d columns", l, width(l))
		}
	}
}

// stale finds golden files that no test has.
func stale(t *testing.T, tests []viewTest) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".txt")
		if name != "paint" && !slices.ContainsFunc(tests, func(tt viewTest) bool { return tt.name == name }) {
			t.Errorf("%s belongs to no test", f)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: -want +got\n%s", name, diff)
	}
}

// fits checks that the screen is filled to the last cell, and not beyond, and
// that nothing on it moves the cursor.
func fits(t *testing.T, m *model) {
	t.Helper()
	lines := m.screen()
	if len(lines) != m.height && m.height > 1 {
		t.Errorf("%d×%d: %d lines", m.width, m.height, len(lines))
	}
	for i, l := range lines {
		if n := width(l); n != m.width {
			t.Errorf("%d×%d: line %d has %d columns: %q", m.width, m.height, i, n, l)
		}
		for _, r := range ansi.Strip(l) {
			if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
				t.Errorf("%d×%d: line %d holds %q", m.width, m.height, i, r)
			}
		}
	}
}

// allKeys are the keys of the keymap, and some others.
func allKeys() []string {
	keys := []string{"'x", "'é", "f1", "shift+tab"}
	for _, b := range keymap() {
		keys = append(keys, b.keys...)
	}
	return keys
}

// TestSizes: on no screen does any key break the view.
func TestSizes(t *testing.T) {
	s := shop()
	for _, size := range [][2]int{{0, 0}, {1, 1}, {2, 2}, {5, 3}, {10, 4}, {40, 12}, {63, 5}, {64, 5}, {200, 60}} {
		for _, before := range []string{"", "tab", "tab ctrl+space", "/ 'a", "?", "tab e"} {
			for _, k := range allKeys() {
				u := start(s, size[0], size[1])
				u.press(before)
				u.press(k)
				if size[0] > 0 {
					fits(t, &u.model)
				}
			}
		}
	}
}

// TestHostileNames: what images call their files can't leave its cell.
func TestHostileNames(t *testing.T) {
	names := []string{
		"\x1b[2J\x1b[H", "\x1b]0;title\a", "new\nline", "tab\there", "\u202eexe.txt", "日本語のとても長いファイル名", "e\u0301\u0301\u0301", "👩‍👩‍👧‍👦", "\u200d\u200d",
		"\xff\xfe", "\u009b31m", "☎\ufe0f", strings.Repeat("long", 80), "עברית", "🇩🇪", "\x7f", "a\u00adb",
	}
	img := &inventory.Image{Layers: []inventory.Layer{{DiffID: "sha256:a", CreatedBy: "RUN /bin/sh -c \x1b[31mecho\x1b[0m # buildkit"}}}
	for i, n := range names {
		img.Layers[0].Entries = append(img.Layers[0].Entries, file("/"+n, int64(i+1)*1000, n), inventory.Entry{Path: "/" + n + "-link", Kind: inventory.KindSymlink, Link: n})
	}
	deep := strings.Repeat("/d", 300)
	img.Layers[0].Entries = append(img.Layers[0].Entries, file(deep, 1, "deep"))
	slices.SortFunc(img.Layers[0].Entries, func(a, b inventory.Entry) int { return inventory.ComparePaths(a.Path, b.Path) })
	finish(img, nil)
	img.Packages = []inventory.Package{{Type: inventory.Dpkg, Name: "\x1b[2J", Version: "\n"}}
	s := &inspect.Subject{Name: "\x1b]0;x\a\u202e", Attribution: attribute.Image(img, attribute.Options{})}
	for _, size := range [][2]int{{40, 12}, {80, 24}, {120, 40}} {
		u := start(s, size[0], size[1])
		fits(t, &u.model)
		u.press("tab ctrl+space")
		for range 2*len(names) + 300 {
			u.press("down")
			fits(t, &u.model)
		}
		for _, n := range names {
			for _, keys := range []string{"w", "esc ctrl+b e", "esc enter", "2", "3", "4"} {
				u := start(s, size[0], size[1])
				u.press("tab")
				u.model = u.reveal("/" + n).settled()
				u.press(keys)
				fits(t, &u.model)
			}
		}
		u.send(tea.PasteMsg{Content: "\x1b[2J\n"})
		u.press("/")
		u.send(tea.PasteMsg{Content: "\x1b[2J\n"})
		fits(t, &u.model)
	}
}

// TestKeymap: each key has one meaning, and none is lost in another's.
func TestKeymap(t *testing.T) {
	keys := keymap()
	for _, in := range []zone{inList, inTree, inPage} {
		seen := map[string]string{}
		for _, b := range keys {
			if b.in&in == 0 {
				continue
			}
			for _, k := range b.keys {
				if seen[k] != "" {
					t.Errorf("%s: %q and %q", k, seen[k], b.text)
				}
				seen[k] = b.text
				if got := key(k).String(); got != k {
					t.Errorf("the key %s is called %s", k, got)
				}
			}
		}
	}
	help := strings.Join(helpText(keys), "\n")
	for _, b := range keys {
		if !strings.Contains(help, b.text) {
			t.Errorf("the help lacks %q", b.text)
		}
	}
}

func TestMatcher(t *testing.T) {
	tests := []struct {
		expr, path string
		want       bool
	}{
		{"curl", "/usr/bin/CURL", true},
		{"Curl", "/usr/bin/curl", false},
		{"lib/.*\\.so$", "/usr/lib/x.so", true},
		{"lib/.*\\.so$", "/usr/lib/x.so.4", false},
		{"a[b", "/x/A[b", true},
		{"a.c", "/a\nc", true},
		{"(?", "/(?", true},
	}
	for _, tt := range tests {
		if got := matcher(tt.expr)(tt.path); got != tt.want {
			t.Errorf("%q finds %q: %v, want %v", tt.expr, tt.path, got, tt.want)
		}
	}
}

func FuzzMatcher(f *testing.F) {
	for _, s := range []string{"curl", "a[b", "(?", "\\", "(?s)x", "\xff", "İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if s != "" {
			matcher(s)("/some/path")
		}
	})
}

func TestLeaving(t *testing.T) {
	for keys, want := range map[string]bool{"q": true, "ctrl+c": true, "tab q": true, "? q": false, "? ctrl+c": true, "/ 'q": false, "/ ctrl+c": false, "esc": false} {
		u := start(shop(), 80, 24)
		u.press(keys)
		if u.quit != want {
			t.Errorf("%s: left %v, want %v", keys, u.quit, want)
		}
	}
}

func TestExtract(t *testing.T) {
	tests := []struct{ keys, want, note string }{
		{"tab e enter", "/usr → .", "copied"},
		{"tab e ctrl+u 'out/x enter", "/usr → out/x", "copied"},
		{"tab e 'x/yz ctrl+w 'q enter", "/usr → .x/q", "copied"},
		{"tab e backspace 'full enter", "/usr → full", "extracting: the disk is full"},
		{"tab e esc", "", ""},
		{"tab e ctrl+u enter", "", ""},
		{"tab / 'notes enter G e", "", "it is not in the final tree, and cannot be copied out"},
	}
	for _, tt := range tests {
		u := start(shop(), 80, 24)
		u.press(tt.keys)
		if got := strings.Join(u.extracted, " "); got != tt.want || u.note.Text != tt.note {
			t.Errorf("%s: extracted %q, says %q", tt.keys, got, u.note.Text)
		}
	}
}

// TestStateIsAValue: no key changes what an earlier state shows.
func TestStateIsAValue(t *testing.T) {
	u := start(shop(), 120, 30)
	for _, before := range []string{"", "tab", "right", "G ctrl+a", "tab", "/ 'u enter"} {
		u.press(before)
		was, screen := u.model, strings.Join(u.screen(), "\n")
		for _, k := range allKeys() {
			v := session{model: was, extracted: nil}
			v.extract = func(string, string) tea.Cmd { return nil }
			v.press(k)
			if now := strings.Join(was.screen(), "\n"); now != screen {
				t.Fatalf("%s %s changed an earlier state: %s", before, k, cmp.Diff(screen, now))
			}
		}
	}
}

// crowd is an image of n paths.
func crowd(n int) *inspect.Subject {
	img := &inventory.Image{Layers: []inventory.Layer{{DiffID: "sha256:a"}, {DiffID: "sha256:b"}}}
	for i := range n {
		e := file(fmt.Sprintf("/usr/d%03d/e%03d/f%03d", i/10_000, i/100%100, i%100), int64(i%997), fmt.Sprint(i))
		img.Layers[i%2].Entries = append(img.Layers[i%2].Entries, e)
		img.Tree = append(img.Tree, inventory.File{Entry: &e, Layer: i % 2, Owner: -1})
	}
	for l := range img.Layers {
		for _, e := range img.Layers[l].Entries {
			img.Layers[l].ContentBytes += e.Size
		}
	}
	return &inspect.Subject{Name: "crowd", Attribution: attribute.Image(img, attribute.Options{})}
}

// BenchmarkKeys is the time from a key to the screen, with 100,000 paths
// unfolded.
func BenchmarkKeys(b *testing.B) {
	u := start(crowd(100_000), 160, 50)
	u.press("tab ctrl+space")
	for _, keys := range []string{"down", "pgdown", "ctrl+space ctrl+space", "/ 'f01 esc", "tab down up tab"} {
		b.Run(strings.ReplaceAll(keys, " ", "_"), func(b *testing.B) {
			for b.Loop() {
				u.press(keys)
				u.screen()
			}
		})
	}
}

// TestLongName cuts a name with a digest, and not the figures after it.
func TestLongName(t *testing.T) {
	s := shop()
	s.Name = "oci:/var/lib/images@sha256:" + strings.Repeat("0123456789abcdef", 4)
	head := start(s, 80, 24).screen()[0]
	if !strings.HasPrefix(head, "oci:/var") || !strings.Contains(head, "…  disk ") || !strings.Contains(head, "  wasted ") {
		t.Errorf("the first line is %q", head)
	}
}
