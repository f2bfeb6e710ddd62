package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"time"
)

// layer is a tar of the files that images get from the machine, nil when
// there are none.
func (m *machine) layer(apt bool, epoch time.Time) ([]byte, error) {
	files := map[string][]byte{}
	if m.bundle != nil {
		files["etc/ssl/certs/ca-certificates.crt"] = m.bundle
	}
	for i, ca := range m.extraCAs {
		// update-ca-certificates makes the bundle anew from its package
		// and this directory, so the authorities must be here as well.
		files[fmt.Sprintf("usr/local/share/ca-certificates/machine-%d.crt", i+1)] = ca
	}
	if apt {
		files["etc/apt/sources.list.d/debian.sources"] = m.aptSources
		if len(m.aptConf) > 0 {
			files["etc/apt/apt.conf.d/80machine"] = m.aptConf
		}
	}
	if len(files) == 0 {
		return nil, nil
	}
	return tarOf(files, epoch)
}

// tarOf makes a tar of world-readable files and the directories above them.
func tarOf(files map[string][]byte, epoch time.Time) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	dirs := map[string]bool{".": true}
	var addDir func(name string) error
	addDir = func(name string) error {
		if dirs[name] {
			return nil
		}
		if err := addDir(path.Dir(name)); err != nil {
			return err
		}
		dirs[name] = true
		return w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o755, ModTime: epoch})
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := addDir(path.Dir(name)); err != nil {
			return nil, err
		}
		h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(files[name])), ModTime: epoch}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(files[name]); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
