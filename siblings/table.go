package siblings

// entry says what the slim sibling of a repository's images is. insert puts a
// word into the tag before the release name or at its end ("3.11-bookworm"
// becomes "3.11-slim-bookworm"), add always at its end ("22-bookworm-slim");
// image names another repository, with the release of the distribution put in
// for RELEASE.
type entry struct {
	repository, insert, add, image string
	// saves is by how many bytes of disk size the sibling is smaller.
	saves int64
}

const mb = 1_000_000

// table is the official images that have a sibling.
//
// Sources: the README of each repository in docker-library/docs, section
// "Image Variants", as of 2026-11. Sizes were measured on images for amd64 of
// Debian 12 made by the official recipes: buildpack-deps 951 MB, python:3.11
// 1,009 and 133 MB, node:22 1,103 and 230 MB, golang:1.26 859 MB, debian 121 and
// 78 MB. What is made from buildpack-deps saves as much as that does.
func table() []entry {
	return []entry{
		{repository: "python", insert: "slim", saves: 876 * mb},
		{repository: "node", add: "slim", saves: 873 * mb},
		{repository: "ruby", insert: "slim", saves: 873 * mb},
		{repository: "perl", insert: "slim", saves: 873 * mb},
		{repository: "rust", image: other},
		{repository: "golang", image: other, saves: 781 * mb},
		{repository: "gcc", image: other},
		{repository: "buildpack-deps", image: other, saves: 873 * mb},
		{repository: "debian", insert: "slim", saves: 43 * mb},
	}
}

// other is what a Debian image without an entry becomes.
const other = "debian:RELEASE-slim"

// slimTags are parts of tags that say that an image is slim already.
func slimTags() []string {
	return []string{"slim", "alpine", "distroless", "scratch", "minimal"}
}

// releases are the names of Debian's releases that appear in tags.
func releases() []string {
	return []string{"buster", "bullseye", "bookworm", "trixie", "forky", "sid"}
}
