package image

import (
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// capabilityOf reads the capabilities that a program has whoever runs it, as
// the kernel keeps them.
func capabilityOf(f *os.File, info fs.FileInfo) string {
	if info.Mode()&0o111 == 0 {
		return ""
	}
	value := make([]byte, 64)
	n, err := syscall.Getxattr("/proc/self/fd/"+strconv.Itoa(int(f.Fd())), "security.capability", value)
	if err != nil {
		return ""
	}
	return string(value[:n])
}
