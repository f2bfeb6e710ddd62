package attribute

import "math/bits"

// overheads shares the compressed size of each layer out to its files, and
// adds items for what no file accounts for.
//
// A file's share of the blob is in proportion to its size. That is an
// estimate, since text shrinks more than programs do, but the shares of a
// layer sum to its blob exactly.
func (a *Attribution) overheads() {
	layers := a.Image.Layers
	content := make([]int64, len(layers))
	for i := range a.Items {
		content[a.Items[i].Layer] += a.Items[i].Disk
	}
	for l := range layers {
		if unlisted := layers[l].ContentBytes - content[l]; unlisted > 0 {
			a.Items = append(a.Items, overhead(l, unlisted, 0))
			content[l] += unlisted
		}
	}
	done := make([]int64, len(layers))
	shared := make([]int64, len(layers))
	for i := range a.Items {
		it := &a.Items[i]
		l := it.Layer
		done[l] += it.Disk
		upTo := share(layers[l].CompressedBytes, done[l], content[l])
		it.Pull = upTo - shared[l]
		shared[l] = upTo
	}
	for l := range layers {
		if rest := layers[l].CompressedBytes - shared[l]; rest != 0 {
			a.Items = append(a.Items, overhead(l, 0, rest))
		}
	}
}

func overhead(layer int, disk, pull int64) Item {
	return Item{Layer: int32(layer), Entry: -1, Kind: Overhead, HiddenBy: -1, Package: -1, Same: -1, Disk: disk, Pull: pull}
}

// share is amount × part / whole, rounded down, for 0 ≤ part ≤ whole.
func share(amount, part, whole int64) int64 {
	if amount <= 0 || part <= 0 || whole <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(amount), uint64(min(part, whole)))
	q, _ := bits.Div64(hi, lo, uint64(whole))
	return int64(q)
}
