package inventory

// Sizes are the figures of an image, in bytes.
type Sizes struct {
	// Disk is the sum of the file contents of all layers: what the image
	// takes when unpacked, as `docker images` counts it.
	Disk int64 `json:"disk_bytes"`
	// Pull is the sum of the compressed layers.
	Pull int64 `json:"pull_bytes"`
	// Visible is the sum of the file contents of the final tree.
	Visible int64 `json:"visible_bytes"`
	// Wasted is Disk − Visible: stored, never seen.
	Wasted int64 `json:"wasted_bytes"`
}

// Sizes sums the image up.
func (img *Image) Sizes() Sizes {
	var s Sizes
	for i := range img.Layers {
		s.Disk += img.Layers[i].ContentBytes
		s.Pull += img.Layers[i].CompressedBytes
	}
	for i := range img.Tree {
		s.Visible += img.Tree[i].Size
	}
	s.Wasted = s.Disk - s.Visible
	return s
}

// CountPackages returns the number of packages of each type.
func (img *Image) CountPackages() map[PackageType]int {
	n := map[PackageType]int{}
	for i := range img.Packages {
		n[img.Packages[i].Type]++
	}
	return n
}
