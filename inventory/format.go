package inventory

// IsFormatFile reports whether p is a file that an image format puts among the
// files of a layer, so that the layer can be used before it is pulled:
// eStargz's table of contents and its marks of what to fetch first
// (github.com/containerd/stargz-snapshotter, docs/estargz.md). Engines that
// do not know the format unpack them like all others, so they are part of the
// tree and of all sizes; but nobody put them there, and nobody misses them.
//
// zstd:chunked keeps its table outside of the archive: no file shows.
func IsFormatFile(p string) bool {
	switch p {
	case "/stargz.index.json", "/.prefetch.landmark", "/.no.prefetch.landmark":
		return true
	}
	return false
}
