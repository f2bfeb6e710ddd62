// Package compare sets images side by side: from inventories to rows of
// figures. It is pure and imports package inventory only.
package compare

import "schlank/inventory"

// Item is an image to compare, or why there is none.
type Item struct {
	// Name is what the user called it.
	Name string
	// Kind is what it is: "dockerfile", "oci-layout", "archive", …
	Kind string
	// Image is nil when Err is set.
	Image *inventory.Image
	Err   error
	// BuildSeconds is the wall time of the build, nil if nothing was built.
	BuildSeconds *float64
	// StandIn says that a base is a stand-in for the official image, so
	// that the figures are those of the stand-in.
	StandIn bool
}

// Row holds the figures of one item.
type Row struct {
	Name, Kind string
	StandIn    bool
	// Err is why the item failed, nil if it did not. The figures of a
	// failed item mean nothing.
	Err error
	// Sizes are in bytes.
	Sizes inventory.Sizes
	// PullAsStored says that layers are stored uncompressed, so that
	// Sizes.Pull is more than a registry would transfer.
	PullAsStored bool
	Layers       int
	// Files is the number of paths of the final tree, directories left out.
	Files int
	// Packages has an entry for each known type.
	Packages map[inventory.PackageType]int
	// BuildSeconds is nil if nothing was built.
	BuildSeconds *float64
	// Ratio is the disk size relative to that of the first item that did
	// not fail, nil for failed items and where that is empty.
	Ratio *float64
}

// PackageTypes are the types that rows count, in the order in which they are
// shown: the distribution's first.
func PackageTypes() []inventory.PackageType {
	return []inventory.PackageType{
		inventory.Dpkg, inventory.Apk, inventory.Rpm, inventory.Conda, inventory.Python, inventory.Node,
		inventory.Ruby, inventory.Composer, inventory.Java, inventory.DotNet, inventory.Go, inventory.Rust,
	}
}

// Rows measures items; the order stays.
func Rows(items []Item) []Row {
	rows := make([]Row, len(items))
	first := int64(-1)
	for i, it := range items {
		r := Row{Name: it.Name, Kind: it.Kind, StandIn: it.StandIn, Err: it.Err, BuildSeconds: it.BuildSeconds}
		if it.Err == nil && it.Image != nil {
			r.measure(it.Image)
			if first < 0 {
				first = r.Sizes.Disk
			}
			if first > 0 {
				ratio := float64(r.Sizes.Disk) / float64(first)
				r.Ratio = &ratio
			}
		}
		rows[i] = r
	}
	return rows
}

func (r *Row) measure(img *inventory.Image) {
	r.Sizes = img.Sizes()
	r.Layers = len(img.Layers)
	for i := range img.Layers {
		if l := &img.Layers[i]; l.Compression == "" && l.CompressedBytes > 0 {
			r.PullAsStored = true
		}
	}
	for i := range img.Tree {
		if img.Tree[i].Kind != inventory.KindDir {
			r.Files++
		}
	}
	counted := img.CountPackages()
	r.Packages = map[inventory.PackageType]int{}
	for _, t := range PackageTypes() {
		r.Packages[t] = counted[t]
	}
}

// Failed returns the number of items that failed.
func Failed(rows []Row) int {
	n := 0
	for i := range rows {
		if rows[i].Err != nil {
			n++
		}
	}
	return n
}
