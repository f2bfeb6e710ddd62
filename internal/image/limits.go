package image

import (
	"fmt"
	"sync"
)

// limits bound what one image may cost. The defaults are far above what
// images of real projects need.
type limits struct {
	// entries is the number of entries of one layer, and of all layers.
	entries int
	// nameBytes is the length of all names, link texts and extended
	// attributes of one layer.
	nameBytes int64
	// layerBytes is the unpacked size of one layer, imageBytes that of all.
	layerBytes, imageBytes int64
	// captureBytes is the package data kept in memory for one layer.
	captureBytes int64
	// elfBytes is the size of an ELF file that is looked into.
	elfBytes int64
}

func defaultLimits() limits {
	return limits{
		entries:      5_000_000,
		nameBytes:    512 << 20,
		layerBytes:   128 << 30,
		imageBytes:   256 << 30,
		captureBytes: 512 << 20,
		elfBytes:     4 << 30,
	}
}

// A blob of a few megabytes can unpack to any size. Up to bombBytes that does
// no harm; what is larger must not be more than bombRatio times its blob,
// which takes files of little but zeros.
const (
	bombBytes = 8 << 30
	bombRatio = 250
)

// unpacked is how much a layer stored in so many bytes may unpack to; 0 is a
// stored size that nobody knows.
func (l limits) unpacked(stored int64) int64 {
	if stored <= 0 {
		return l.layerBytes
	}
	return min(l.layerBytes, max(bombBytes, stored*bombRatio))
}

// totals add the layers of an image up.
type totals struct {
	mu      sync.Mutex
	entries int
	bytes   int64
}

// add counts a layer and says when the image is too large as a whole.
func (t *totals) add(s *scanned, l limits) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.entries += s.packed.count
	t.bytes += s.packed.size
	switch {
	case t.entries > l.entries:
		return fmt.Errorf("the layers have more than %d entries together", l.entries)
	case t.bytes > l.imageBytes:
		return fmt.Errorf("the layers have more than %d bytes together", l.imageBytes)
	}
	return nil
}

// maxUnknowns bounds the entries of one layer that are listed one by one as
// unknown.
const maxUnknowns = 10_000

// maxDocument bounds indexes, manifests and configurations, which are a few
// kilobytes. 4 MiB is what registries accept for a manifest.
const maxDocument = 4 << 20
