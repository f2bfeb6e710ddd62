// Inventory reads an image and prints what is in it: what `schlank inspect`
// does, without the rest of the program.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"runtime/pprof"

	"schlank/internal/image"
)

func main() {
	profile := flag.String("cpuprofile", "", "write a CPU profile to `FILE`")
	unverified := flag.Bool("unverified", false, "no digests of files, nothing checked, where that means less to read")
	flag.Parse()
	debug.SetGCPercent(25) // as the verbs that read images do
	if err := run(flag.Arg(0), *profile, *unverified); err != nil {
		fmt.Fprintln(os.Stderr, "inventory:", err)
		os.Exit(1)
	}
}

func run(ref, profile string, unverified bool) error {
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	s, err := image.Open(context.Background(), ref, image.Options{CacheDir: image.DefaultCacheDir(), Unverified: unverified})
	if err != nil {
		return err
	}
	defer s.Close()
	img, err := s.Inventory(context.Background())
	if err != nil {
		return err
	}
	entries, content := 0, int64(0)
	for _, l := range img.Layers {
		entries += len(l.Entries)
		content += l.ContentBytes
	}
	fmt.Printf("%d layers, %d entries, %d bytes, %d paths, %d packages, %d unknowns\n",
		len(img.Layers), entries, content, len(img.Tree), len(img.Packages), len(img.Unknowns))
	return nil
}
