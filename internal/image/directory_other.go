//go:build !unix

package image

import "io/fs"

const noFollow = 0

// fileStat is what fs.FileInfo does not tell; this system does not either.
type fileStat struct {
	id       fileID
	names    uint64
	uid, gid int
}

func statOf(fs.FileInfo) fileStat { return fileStat{} }
