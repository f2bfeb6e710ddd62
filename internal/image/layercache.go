package image

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"
)

// CacheEnv names the environment variable that moves the cache of layers to
// another directory, or switches it off with the value "off".
const CacheEnv = "SCHLANK_LAYER_CACHE"

// DefaultCacheDir is where what was read of layers is kept, for
// Options.CacheDir: schlank/layers in the user's cache directory
// ($XDG_CACHE_HOME on Linux). It is "" if there is none or the environment says
// that there shall be no cache.
func DefaultCacheDir() string {
	switch dir := os.Getenv(CacheEnv); dir {
	case "":
	case "off":
		return ""
	default:
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "schlank", "layers")
}

const (
	// maxCache is how many bytes a cache may have; the entries that were not
	// used for the longest time go.
	maxCache = 512 << 20
	// maxCacheEntry bounds one layer's entry, stored and unpacked.
	maxCacheEntry = 1 << 30
	// cacheMagic begins each file. The number changes with the format.
	cacheMagic = "schlank layer 2\n"
	// useGrain is how exactly the time of the last use is kept.
	useGrain = time.Hour
)

// layerCache keeps scans of layers in a directory, a file each, which is a
// magic, a zstd frame, and the SHA-256 of both. Processes may share it: files
// appear whole and only ever go. Nothing depends on it: what can't be read or
// written is as if it were not there.
type layerCache struct {
	dir string
	max int64
}

// key is the name of the file of a layer. What is scanned depends on the
// layer, on how it is stored, and on the program that scans it.
func (c *layerCache) key(b *blob) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{program(), b.diffID, b.digest}, "\n")))
	return hex.EncodeToString(sum[:])
}

// program tells this program from others that may find more or less in a
// layer: by its version or, where a version says little, by the file it is.
var program = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		if v := info.Main.Version; v != "" && v != "(devel)" && !strings.Contains(v, "dirty") {
			return v
		}
	}
	name, err := os.Executable()
	if err != nil {
		return "unknown"
	}
	info, err := os.Stat(name)
	if err != nil {
		return "unknown"
	}
	return fmt.Sprintf("%d bytes of %s", info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano))
})

// load returns the scan of a layer, if it is there and whole.
func (c *layerCache) load(b *blob, layer int) (*scanned, bool) {
	name := filepath.Join(c.dir, c.key(b))
	data, ok := readBounded(name)
	if !ok {
		return nil, false
	}
	s, err := unpackCached(data, layer)
	if err != nil {
		// A leftover of another format or of a broken disk.
		os.Remove(name)
		return nil, false
	}
	if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > useGrain {
		now := time.Now()
		os.Chtimes(name, now, now)
	}
	return s, true
}

func readBounded(name string) ([]byte, bool) {
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxCacheEntry {
		return nil, false
	}
	data, err := os.ReadFile(name)
	return data, err == nil
}

// unpackCached checks and decodes a file of the cache.
func unpackCached(data []byte, layer int) (*scanned, error) {
	data, ok := bytes.CutPrefix(data, []byte(cacheMagic))
	if !ok || len(data) < sha256.Size {
		return nil, errEncoding
	}
	frame, want := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if got := sha256.Sum256(frame); !bytes.Equal(got[:], want) {
		return nil, errors.New("checksum is wrong")
	}
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxCacheEntry))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	plain, err := z.DecodeAll(frame, nil)
	if err != nil {
		return nil, err
	}
	return decodeScan(plain, layer)
}

// save keeps the scan of a layer.
func (c *layerCache) save(b *blob, s *scanned) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return
	}
	plain := encodeScan(s)
	if len(plain) > maxCacheEntry {
		return
	}
	frame := z.EncodeAll(plain, nil)
	sum := sha256.Sum256(frame)
	if err := c.write(c.key(b), []byte(cacheMagic), frame, sum[:]); err == nil {
		c.evict()
	}
}

// write makes a file appear as a whole.
func (c *layerCache) write(key string, parts ...[]byte) error {
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(c.dir, "part-*")
	if err != nil {
		return err
	}
	for _, part := range parts {
		if _, err = f.Write(part); err != nil {
			break
		}
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(c.dir, key))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// evict removes the files that were not used for the longest time until the
// rest fits, and what interrupted writers left behind.
func (c *layerCache) evict() {
	list, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	var files []fs.FileInfo
	total := int64(0)
	for _, e := range list {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if strings.HasPrefix(e.Name(), "part-") {
			if time.Since(info.ModTime()) > useGrain {
				os.Remove(filepath.Join(c.dir, e.Name()))
			}
			continue
		}
		files = append(files, info)
		total += info.Size()
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	for _, info := range files {
		if total <= c.max {
			return
		}
		if os.Remove(filepath.Join(c.dir, info.Name())) == nil {
			total -= info.Size()
		}
	}
}
