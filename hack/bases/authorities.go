package main

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
)

// maxBundle bounds a PEM file of authorities, in bytes.
const maxBundle = 8 << 20

// readAuthorities finds the authorities in bundle that are not among those
// which the distribution's package brought to the directory known. Without any the
// images need none of it: their own package is enough.
func (m *machine) readAuthorities(bundle, known string) error {
	all, err := readBounded(bundle, maxBundle)
	if err != nil {
		return fmt.Errorf("reading the machine's trusted authorities: %w", err)
	}
	usual, err := knownAuthorities(known)
	if err != nil {
		return fmt.Errorf("reading the distribution's trusted authorities: %w", err)
	}
	if len(usual) == 0 {
		return nil
	}
	for _, ca := range certificates(all) {
		if !usual[string(ca)] {
			m.extraCAs = append(m.extraCAs, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca}))
		}
	}
	if len(m.extraCAs) > 0 {
		m.bundle = all
	}
	return nil
}

// knownAuthorities is the set of certificates below dir.
func knownAuthorities(dir string) (map[string]bool, error) {
	known := map[string]bool{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			if p == dir {
				return fs.SkipAll // not a Debian: nothing to compare with
			}
			return err
		}
		if d.IsDir() || !strings.HasSuffix(p, ".crt") {
			return nil
		}
		text, err := readBounded(p, maxBundle)
		if err != nil {
			return err
		}
		for _, ca := range certificates(text) {
			known[string(ca)] = true
		}
		return nil
	})
	return known, err
}

// certificates decodes the certificates of a PEM file.
func certificates(text []byte) [][]byte {
	var list [][]byte
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			return list
		}
		if block.Type == "CERTIFICATE" {
			list = append(list, bytes.Clone(block.Bytes))
		}
		text = rest
	}
}
