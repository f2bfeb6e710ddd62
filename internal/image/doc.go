// Package image reads container images into inventories: from an OCI layout,
// a docker or OCI archive, a registry, Docker, Podman, containerd or a root
// file system. Each layer is read once, as a stream; nothing is unpacked. It is
// the door to go-containerregistry, to containerd's API and to the
// decompressors.
//
// An image is hostile input. Digests are checked, every read is bounded, and
// what can't be understood is listed in the inventory's Unknowns. Only an
// image that can't be trusted as a whole (a wrong digest, a broken archive)
// is an error.
package image
