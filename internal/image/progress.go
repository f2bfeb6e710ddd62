package image

import "sync"

// Progress says how far the reading of an image is.
type Progress struct {
	// Done of Total bytes of the layers as stored have been read, or need
	// not be read since the cache has them. Total is 0 where sizes are not
	// known beforehand.
	Done, Total int64
	// Layers have been read out of All.
	Layers, All int
}

// meter counts progress and reports it, one report at a time.
type meter struct {
	mu     sync.Mutex
	at     Progress
	report func(Progress)
}

// newMeter returns the meter of an image, nil if nobody wants reports.
func newMeter(blobs []blob, report func(Progress)) *meter {
	if report == nil {
		return nil
	}
	m := &meter{report: report, at: Progress{All: len(blobs)}}
	for i := range blobs {
		m.at.Total += blobs[i].size
	}
	return m
}

// bytes adds to what was read.
func (m *meter) bytes(n int) { m.add(int64(n), 0) }

// layer counts a layer that was read, bytes of which were not.
func (m *meter) layer(bytes int64) { m.add(bytes, 1) }

func (m *meter) add(bytes int64, layers int) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at.Done += bytes
	m.at.Layers += layers
	m.report(m.at)
}
