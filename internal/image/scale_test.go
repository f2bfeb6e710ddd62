package image

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// layerWriter makes a layer while it is read: it may be larger than memory.
func layerWriter(write func(*tar.Writer) error) func(context.Context) (io.ReadCloser, error) {
	return func(context.Context) (io.ReadCloser, error) {
		r, w := io.Pipe()
		go func() {
			z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
			if err != nil {
				w.CloseWithError(err)
				return
			}
			t := tar.NewWriter(z)
			for _, step := range []func() error{func() error { return write(t) }, t.Close, z.Close} {
				if err := step(); err != nil {
					w.CloseWithError(err)
					return
				}
			}
			w.Close()
		}()
		return r, nil
	}
}

// peakHeap runs f and returns the largest heap seen meanwhile, beyond what was
// there before.
func peakHeap(f func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, uint64(0)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			select {
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			case <-stop:
				tick.Stop()
				return
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return most - min(most, before)
}

// TestScale holds the bounds on memory: what a file or a layer weighs does not
// matter, and an entry costs a few hundred bytes.
func TestScale(t *testing.T) {
	if testing.Short() {
		t.Skip("reads gigabytes")
	}
	const million = 1_000_000
	tests := []struct {
		name    string
		write   func(*tar.Writer) error
		entries int
		bytes   int64
		heap    uint64 // beyond what the entries need
	}{
		{"a file of 3 GB", func(w *tar.Writer) error {
			const size = 3 << 30
			if err := w.WriteHeader(&tar.Header{Name: "big", Typeflag: tar.TypeReg, Size: size, Mode: 0o644}); err != nil {
				return err
			}
			_, err := io.CopyN(w, zeros{}, size)
			return err
		}, 1, 3 << 30, 16 << 20},
		{"a million entries", func(w *tar.Writer) error {
			for i := range million {
				h := &tar.Header{Name: fmt.Sprintf("srv/data/d%d/file%d", i/1000, i), Typeflag: tar.TypeReg, Mode: 0o644}
				if err := w.WriteHeader(h); err != nil {
					return err
				}
			}
			return nil
		}, million, 0, 600 * million},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := blob{open: layerWriter(tt.write)}
			var got *scanned
			heap := peakHeap(func() {
				_, err := b.read(t.Context(), 1<<40, func(f *feed) (err error) {
					got, err = scan(f, 0, defaultLimits(), lookers())
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			})
			if got.packed.count != tt.entries || got.packed.size != tt.bytes {
				t.Errorf("%d entries of %d bytes, want %d of %d", got.packed.count, got.packed.size, tt.entries, tt.bytes)
			}
			if heap > tt.heap {
				t.Errorf("heap of %d MB, want at most %d", heap>>20, tt.heap>>20)
			}
			t.Logf("heap of %d MB", heap>>20)
			if perEntry := len(got.packed.data) / tt.entries; perEntry > 200 {
				t.Errorf("%d bytes for each entry when packed", perEntry)
			}
		})
	}
}
