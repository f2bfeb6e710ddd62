package image

import (
	"maps"
	"path"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"schlank/inventory"
)

// model is the second opinion on laying layers over each other: a map from
// paths to entries that is changed entry by entry, the slow and plain way.
// It knows neither links nor hard links.
type model map[string]stored

func (m model) removeBelow(dir string) {
	for p := range m {
		if under(dir, p) {
			delete(m, p)
		}
	}
}

// apply follows the specification's two steps: deletions in what lies below,
// then the layer's own entries. Of entries with one path the last counts, as
// if the archive had no other; parents are made before what is in them.
func (m model) apply(entries []stored) {
	own := map[string]stored{}
	for _, e := range entries {
		switch e.Kind {
		case inventory.KindWhiteout:
			delete(m, e.Path)
			m.removeBelow(e.Path)
		case inventory.KindOpaque:
			m.removeBelow(e.Path)
		default:
			own[e.Path] = e
		}
	}
	for _, p := range slices.SortedFunc(maps.Keys(own), inventory.ComparePaths) {
		e := own[p]
		blocked := false
		for d := path.Dir(p); d != "/"; d = path.Dir(d) {
			if above, ok := m[d]; ok && above.Kind != inventory.KindDir {
				blocked = true
			}
		}
		if blocked {
			continue
		}
		if e.Kind != inventory.KindDir {
			m.removeBelow(p)
		}
		m[p] = e
	}
}

// layersFrom makes layers of random bytes: small paths, so that they collide.
func layersFrom(data []byte) [][]stored {
	names := []string{"a", "b", "a-", "c"}
	layers := [][]stored{nil}
	for len(data) >= 3 {
		op, x, y := data[0], data[1], data[2]
		data = data[3:]
		if op%8 == 7 {
			if len(layers) < 6 {
				layers = append(layers, nil)
			}
			continue
		}
		p := "/"
		for i := range int(y%3) + 1 {
			p = path.Join(p, names[int(x>>(2*i))%len(names)])
		}
		kind := inventory.KindFile
		switch op % 8 {
		case 0, 1:
			kind = inventory.KindDir
		case 2:
			kind = inventory.KindWhiteout
		case 3:
			kind = inventory.KindOpaque
		}
		last := len(layers) - 1
		layers[last] = append(layers[last], stored{
			Entry: inventory.Entry{Path: p, Kind: kind, UID: len(data)}, name: p, seq: len(layers[last]),
		})
	}
	return layers
}

func FuzzMerge(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x04\x00\x01\x07\x00\x00\x02\x00\x00\x04\x00\x02"))
	f.Add([]byte("\x04\x00\x00\x04\x04\x01\x07\x00\x00\x03\x00\x00\x00\x00\x00\x04\x01\x01"))
	f.Add([]byte("\x00\x01\x02\x04\x02\x02\x04\x00\x00\x07\x00\x00\x04\x01\x00\x04\x01\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m merger
		want := model{}
		for i, entries := range layersFrom(data) {
			want.apply(entries)
			placed := placeAll(&scanned{entries: entries}, m.tree, i)
			placed, targets, _ := linkHard(placed, m.tree, i)
			m.add(i, placed, targets)
		}
		var got, model []string
		for _, n := range m.tree {
			got = append(got, describe(n.Entry))
		}
		for _, p := range slices.SortedFunc(maps.Keys(want), inventory.ComparePaths) {
			model = append(model, describe(want[p].Entry))
		}
		if diff := cmp.Diff(model, got); diff != "" {
			t.Errorf("tree (-model +got):\n%s", diff)
		}
		img := &inventory.Image{}
		for _, n := range withParents(m.tree) {
			img.Tree = append(img.Tree, n.File)
		}
		checkInvariants(t, img)
	})
}

func describe(e inventory.Entry) string {
	return string(rune('0'+e.Kind)) + " " + e.Path + " " + string(rune(' '+e.UID%90))
}
