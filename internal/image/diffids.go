package image

// DiffIDs are the digests of the image's uncompressed layers, from the base
// upwards, as its configuration states them. Nothing is read for that.
func (s *Source) DiffIDs() []string {
	ids := make([]string, len(s.blobs))
	for i := range s.blobs {
		ids[i] = s.blobs[i].diffID
	}
	return ids
}
