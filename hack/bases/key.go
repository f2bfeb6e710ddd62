package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"
)

// keyVersion changes when this program makes other images from the same
// recipes.
const keyVersion = "1"

// key is the hash of everything an image depends on: its recipe, the keys of
// the images it is made from, the machine and the output of its fact.
func (r *recipe) key(keys map[string]string, m *machine, fact string, epoch int64) string {
	h := sha256.New()
	field(h, "version", keyVersion)
	field(h, "epoch", fmt.Sprint(epoch))
	field(h, "fact", fact)
	for _, name := range slices.Sorted(maps.Keys(r.content)) {
		f := r.content[name]
		field(h, name, fmt.Sprint(f.executable), string(f.data))
	}
	for _, from := range r.From {
		field(h, "from", from, keys[from])
	}
	if r.isRootfs() {
		m.hash(h)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// hash adds what images get from the machine.
func (m *machine) hash(h hash.Hash) {
	field(h, "bundle", string(m.bundle))
	for _, ca := range m.extraCAs {
		field(h, "ca", string(ca))
	}
	for _, e := range m.env {
		field(h, "env", e)
	}
	field(h, "apt", string(m.aptSources), string(m.aptConf))
}

// field adds strings with their lengths, so that no two lists of fields look
// alike.
func field(h hash.Hash, parts ...string) {
	fmt.Fprintf(h, "%d\n", len(parts))
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s\n", len(p), p)
	}
}
