package agent

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sort"
)

// HelperEnv names the environment variable that points to a Linux build of
// schlank, for hosts whose own executable cannot run in the image.
const HelperEnv = "SCHLANK_HELPER"

// machines maps architectures of image configs to ELF machines.
var machines = map[string]elf.Machine{
	"386":      elf.EM_386,
	"amd64":    elf.EM_X86_64,
	"arm":      elf.EM_ARM,
	"arm64":    elf.EM_AARCH64,
	"loong64":  elf.EM_LOONGARCH,
	"mips64le": elf.EM_MIPS,
	"ppc64le":  elf.EM_PPC64,
	"riscv64":  elf.EM_RISCV,
	"s390x":    elf.EM_S390,
}

// HelperName is what a Linux build of schlank for an architecture is called
// when it lies beside the program, as releases for other systems have it.
func HelperName(arch string) string { return "schlank-linux-" + arch }

// Locate finds an executable that runs in images of an architecture ("" for
// the host's own): what $SCHLANK_HELPER names, else the running program, else
// the build of HelperName beside it.
func Locate(arch string) (string, error) {
	if arch == "" {
		arch = runtime.GOARCH
	}
	path := os.Getenv(HelperEnv)
	if path == "" {
		exe, err := os.Executable()
		if err != nil {
			return "", fmt.Errorf("finding the running program: %w", err)
		}
		if path, err = own(exe, runtime.GOOS, arch); err != nil {
			return "", err
		}
	}
	if err := checkExecutable(path, arch); err != nil {
		return "", fmt.Errorf("%s cannot run in a linux/%s container: %w (name a static Linux build of schlank in %s)", path, arch, err, HelperEnv)
	}
	return path, nil
}

// own is the program at exe, if it is for Linux and the architecture, or its
// helper.
func own(exe, system, arch string) (string, error) {
	if system == "linux" && runtime.GOARCH == arch {
		return exe, nil
	}
	helper := filepath.Join(filepath.Dir(exe), HelperName(arch))
	if _, err := os.Stat(helper); err == nil {
		return helper, nil
	}
	return "", fmt.Errorf("this schlank is for %s/%s and cannot run in a linux/%s container: build one with GOOS=linux GOARCH=%s CGO_ENABLED=0 and put it beside the program as %s, or name it in %s",
		system, runtime.GOARCH, arch, arch, HelperName(arch), HelperEnv)
}

// checkExecutable makes sure that the file needs nothing of the image.
func checkExecutable(path, arch string) error {
	f, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("not a Linux executable: %w", err)
	}
	defer f.Close()
	if want, ok := machines[arch]; ok && f.Machine != want {
		return fmt.Errorf("it is built for another machine (%s)", f.Machine)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return errors.New("it is linked dynamically")
		}
	}
	return nil
}

// keepStaged is how many builds of the agent stay in the cache.
const keepStaged = 4

// Stage puts a copy of an executable alone into a directory, because an
// engine transfers a mounted directory whole, and returns the directory. It
// is named by the content and lies in cache, or, for "", in the user's cache
// directory.
func Stage(exe, cache string) (string, error) {
	if cache == "" {
		var err error
		if cache, err = defaultCache(); err != nil {
			return "", err
		}
	}
	sum, err := hashFile(exe)
	if err != nil {
		return "", fmt.Errorf("reading the agent: %w", err)
	}
	dir := filepath.Join(cache, hex.EncodeToString(sum))
	if have, err := hashFile(filepath.Join(dir, Name)); err == nil && bytes.Equal(have, sum) {
		return dir, nil
	}
	if err := install(exe, cache, dir); err != nil {
		return "", fmt.Errorf("preparing the agent: %w", err)
	}
	return dir, removeOld(cache)
}

func defaultCache() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the cache directory: %w (set XDG_CACHE_HOME)", err)
	}
	return filepath.Join(base, "schlank", "agent"), nil
}

func hashFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// install makes the directory under another name first, so that nobody sees
// half a copy. A container's user need not be ours: all may read.
func install(exe, cache, dir string) error {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(cache, "new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	if err := copyFile(exe, filepath.Join(tmp, Name)); err != nil {
		return err
	}
	err = os.Rename(tmp, dir)
	if err == nil {
		return nil
	}
	// Someone else was quicker, or what lies there is damaged: the file
	// itself is replaced in one step, whichever it is.
	return errors.Join(os.MkdirAll(dir, 0o755), os.Rename(filepath.Join(tmp, Name), filepath.Join(dir, Name)))
}

func copyFile(from, to string) (err error) {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	if _, err := io.Copy(dst, src); err != nil {
		return err
	}
	return dst.Chmod(0o755) // the umask may have taken bits away
}

// removeOld drops the oldest builds.
func removeOld(cache string) error {
	entries, err := os.ReadDir(cache)
	if err != nil {
		return err
	}
	age := map[string]int64{}
	var names []string
	for _, e := range entries {
		if info, err := e.Info(); err == nil && len(e.Name()) == 2*sha256.Size {
			age[e.Name()] = info.ModTime().UnixNano()
			names = append(names, e.Name())
		}
	}
	sort.Slice(names, func(i, j int) bool { return age[names[i]] > age[names[j]] })
	var errs []error
	for _, n := range names[min(len(names), keepStaged):] {
		errs = append(errs, os.RemoveAll(filepath.Join(cache, n)))
	}
	return errors.Join(errs...)
}
