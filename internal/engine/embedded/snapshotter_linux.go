package embedded

import (
	"fmt"
	"os"
	"path/filepath"

	ctdsnapshot "github.com/containerd/containerd/v2/core/snapshots"
	"github.com/containerd/containerd/v2/plugins/snapshots/native"
	"github.com/containerd/containerd/v2/plugins/snapshots/overlay"
	"github.com/containerd/containerd/v2/plugins/snapshots/overlay/overlayutils"
)

// namedSnapshotter keeps the layers of all images and build steps.
type namedSnapshotter struct {
	ctdsnapshot.Snapshotter
	name string
}

// snapshotter prefers overlayfs; the native one copies whole trees and is for
// file systems that overlayfs cannot lie on.
func snapshotter(root string) (namedSnapshotter, error) {
	// The directory is the worker's, named as BuildKit names it.
	name := "overlayfs"
	if err := overlayutils.Supported(root); err != nil {
		name = "native"
	}
	dir := filepath.Join(root, "runc-"+name, "snapshots")
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return namedSnapshotter{}, fmt.Errorf("making the layer store: %w", err)
	}
	var s ctdsnapshot.Snapshotter
	var err error
	if name == "native" {
		s, err = native.NewSnapshotter(dir)
	} else {
		s, err = overlay.NewSnapshotter(dir, overlay.AsynchronousRemove)
	}
	if err != nil {
		return namedSnapshotter{}, fmt.Errorf("opening the layer store: %w", err)
	}
	return namedSnapshotter{s, name}, nil
}
