package image

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"schlank/inventory"
)

// Source is an opened image of one platform. Its methods may be called from
// several goroutines.
type Source struct {
	// Name is what the user called the image.
	Name string
	// Kind is where it is from.
	Kind Kind

	digest string
	config *v1.ConfigFile
	blobs  []blob // base first
	limits limits
	closer func() error

	cache    *layerCache // nil for none
	skims    bool        // as Options.Unverified
	progress func(Progress)

	mu   sync.Mutex
	read *result // set when all layers have been read
}

// Kind says where an image is from.
type Kind string

// The kinds of sources, as `schlank compare` prints them.
const (
	KindLayout     Kind = "oci-layout"
	KindArchive    Kind = "archive"
	KindRegistry   Kind = "registry"
	KindDocker     Kind = "docker"
	KindPodman     Kind = "podman"
	KindContainerd Kind = "containerd"
	KindDirectory  Kind = "directory"
)

// result is what reading the layers yields.
type result struct {
	img *inventory.Image
	// elsewhere says where the content of a file of img.Tree is, by index,
	// unless it has the file's path in the file's layer.
	elsewhere map[int]ref
}

// Inventory reads the image. The work is done once; further calls return the
// same inventory, which must not be changed. A layer whose digest is wrong or
// whose archive is broken is an error that names the layer.
func (s *Source) Inventory(ctx context.Context) (*inventory.Image, error) {
	r, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	return r.img, nil
}

// Digest is the digest of the image's manifest, "" where the source has none
// (archives that `docker save` wrote).
func (s *Source) Digest() string { return s.digest }

// use takes what options say of reading, as opposed to finding.
func (s *Source) use(opts Options) {
	s.progress, s.skims = opts.Progress, opts.Unverified
	if opts.CacheDir != "" {
		s.cache = &layerCache{dir: opts.CacheDir, max: maxCache}
	}
}

// Close removes temporary files and closes connections.
func (s *Source) Close() error {
	if s.closer == nil {
		return nil
	}
	return s.closer()
}

func (s *Source) load(ctx context.Context) (*result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.read != nil {
		return s.read, nil
	}
	// An error is not kept: the next caller may have more time or network.
	r, err := s.readAll(ctx)
	if err == nil {
		s.read = r
	}
	return r, err
}

// readAll reads the layers and lays them over each other.
func (s *Source) readAll(ctx context.Context) (*result, error) {
	scans, err := s.scanLayers(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading image %s: %w", s.Name, err)
	}
	img := &inventory.Image{
		Digest: s.digest,
		Layers: make([]inventory.Layer, len(scans)),
		Config: imageConfig(s.config),
	}
	createdBy := layerHistory(s.config, len(scans))
	u := newUnpacker()
	for i, scan := range scans {
		entries, err := scan.packed.unpack()
		if err != nil {
			return nil, err
		}
		scan.packed = packedEntries{}
		entries, unknowns, err := u.add(i, entries)
		if err != nil {
			return nil, fmt.Errorf("reading image %s: layer %d of %d (%s): %w", s.Name, i+1, len(scans), s.blobs[i].name(), err)
		}
		img.Unknowns = append(img.Unknowns, scan.unknowns...)
		img.Unknowns = append(img.Unknowns, unknowns...)
		layer := inventory.Layer{
			DiffID:          s.blobs[i].diffID,
			Digest:          s.blobs[i].digest,
			CompressedBytes: s.blobs[i].size,
			Compression:     scan.compression,
			CreatedBy:       createdBy[i],
			Unverified:      scan.unverified,
			Entries:         entries,
		}
		for j := range entries {
			layer.ContentBytes += entries[j].Size
		}
		img.Layers[i] = layer
	}
	r := &result{img: img}
	img.Tree, r.elsewhere = u.tree()
	if err := s.addPackages(ctx, r, scans); err != nil {
		return nil, fmt.Errorf("reading the package databases of %s: %w", s.Name, err)
	}
	return r, nil
}

// concurrent is the number of layers read at once. Each takes up to two
// cores: one unpacks and hashes the archive, one hashes the files.
const concurrent = 2

// scanLayers reads all layers, the biggest first.
func (s *Source) scanLayers(ctx context.Context) ([]*scanned, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	order := make([]int, len(s.blobs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return int(max(-1, min(1, s.blobs[b].size-s.blobs[a].size)))
	})
	queue := make(chan int, len(order))
	for _, i := range order {
		queue <- i
	}
	close(queue)
	scans := make([]*scanned, len(order))
	errs := make([]error, len(order))
	var sum totals
	meter := newMeter(s.blobs, s.progress)
	if meter != nil {
		for i := range s.blobs {
			s.blobs[i].progress = meter.bytes
			defer func() { s.blobs[i].progress = nil }()
		}
	}
	var wg sync.WaitGroup
	for range min(concurrent, runtime.GOMAXPROCS(0), len(order)) {
		wg.Go(func() {
			for i := range queue {
				scans[i], errs[i] = s.layer(ctx, i, &sum, meter)
				if errs[i] != nil {
					cancel()
				}
			}
		})
	}
	wg.Wait()
	return scans, firstError(errs)
}

// layer returns the scan of a layer, from the cache or from reading it.
func (s *Source) layer(ctx context.Context, i int, sum *totals, m *meter) (*scanned, error) {
	b := &s.blobs[i]
	cache := s.cache
	if b.diffID == "" {
		cache = nil // nothing says what is in it
	}
	if cache != nil {
		if scan, ok := cache.load(b, i); ok {
			m.layer(b.size)
			return scan, sum.add(scan, s.limits)
		}
	}
	scan, err := s.scanLayer(ctx, i)
	if err != nil {
		return nil, err
	}
	if err := sum.add(scan, s.limits); err != nil {
		return nil, err
	}
	if cache != nil && !scan.partial && !scan.unverified {
		cache.save(b, scan)
	}
	m.layer(0)
	return scan, nil
}

func (s *Source) scanLayer(ctx context.Context, i int) (*scanned, error) {
	b := &s.blobs[i]
	var out *scanned
	if s.skims {
		if out, ok, err := s.skim(ctx, i); ok {
			return out, nil
		} else if err != nil && !errors.Is(err, errElsewhere) {
			return nil, fmt.Errorf("layer %d of %d (%s): %w", i+1, len(s.blobs), b.name(), err)
		}
	}
	compression, err := b.read(ctx, s.limits.unpacked(b.size), func(f *feed) (err error) {
		out, err = scan(f, i, s.limits, lookers())
		return err
	})
	if errors.Is(err, errElsewhere) {
		return &scanned{partial: true, unknowns: []inventory.Unknown{{Layer: i, Path: "/", Reason: err.Error()}}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("layer %d of %d (%s): %w", i+1, len(s.blobs), b.name(), err)
	}
	out.compression = compression
	if b.unread != nil {
		out.unknowns = append(out.unknowns, b.unread()...)
	}
	return out, nil
}

// firstError prefers what went wrong to what was cancelled because of it.
func firstError(errs []error) error {
	var first error
	for _, err := range errs {
		if err != nil && (first == nil || errors.Is(first, context.Canceled) && !errors.Is(err, context.Canceled)) {
			first = err
		}
	}
	return first
}
