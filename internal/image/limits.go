package image

// limits bound what one image may cost. The defaults are far above what
// images of real projects need.
type limits struct {
	// entries is the number of entries of one layer.
	entries int
	// layerBytes is the unpacked size of one layer.
	layerBytes int64
	// captureBytes is the package data kept in memory for one layer.
	captureBytes int64
	// elfBytes is the size of an ELF file that is looked into.
	elfBytes int64
}

func defaultLimits() limits {
	return limits{
		entries:      5_000_000,
		layerBytes:   256 << 30,
		captureBytes: 512 << 20,
		elfBytes:     4 << 30,
	}
}

// maxDocument bounds indexes, manifests and configurations, which are a few
// kilobytes. 4 MiB is what registries accept for a manifest.
const maxDocument = 4 << 20
