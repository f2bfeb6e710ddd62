//go:build unix

package image

import (
	"io/fs"
	"syscall"
)

// noFollow has a link be an error, and does not wait for whoever would write
// to a pipe.
const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// fileStat is what fs.FileInfo does not tell.
type fileStat struct {
	id       fileID
	names    uint64
	uid, gid int
}

func statOf(info fs.FileInfo) fileStat {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fileStat{}
	}
	return fileStat{fileID{uint64(st.Dev), st.Ino}, uint64(st.Nlink), int(st.Uid), int(st.Gid)}
}
