package attribute

import "math/bits"

// overheads shares the compressed size of each layer out to its files, and
// adds items for what no file accounts for: directories, links, deletions,
// the frame of the archive.
//
// Where reading the layer measured what each entry takes of the blob, that is
// a file's share. Otherwise it is in proportion to the file's size, an
// estimate, since text shrinks more than programs do. Either way the shares of
// a layer sum to its blob exactly.
func (a *Attribution) overheads() {
	layers := a.Image.Layers
	content, measured := make([]int64, len(layers)), make([]int64, len(layers))
	for i := range a.Items {
		it := &a.Items[i]
		content[it.Layer] += it.Disk
		it.Pull = a.Entry(it).Pull
		measured[it.Layer] += it.Pull
	}
	for l := range layers {
		if unlisted := layers[l].ContentBytes - content[l]; unlisted > 0 {
			a.Items = append(a.Items, overhead(l, unlisted, 0))
			content[l] += unlisted
		}
	}
	a.PullMeasured = true
	for l := range layers {
		if content[l] > 0 && (measured[l] == 0 || measured[l] > layers[l].CompressedBytes) {
			a.PullMeasured = false
			measured[l] = -1
		}
	}
	a.estimatePull(content, measured)
	for l := range layers {
		if rest := layers[l].CompressedBytes - measured[l]; rest != 0 {
			a.Items = append(a.Items, overhead(l, 0, rest))
		}
	}
}

// estimatePull shares the blobs of layers that are marked −1 in measured out
// in proportion to content, and notes what it shared out.
func (a *Attribution) estimatePull(content, measured []int64) {
	done, shared := make([]int64, len(content)), make([]int64, len(content))
	for i := range a.Items {
		it := &a.Items[i]
		l := it.Layer
		if measured[l] >= 0 {
			continue
		}
		done[l] += it.Disk
		upTo := share(a.Image.Layers[l].CompressedBytes, done[l], content[l])
		it.Pull = upTo - shared[l]
		shared[l] = upTo
	}
	for l := range measured {
		if measured[l] < 0 {
			measured[l] = shared[l]
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
