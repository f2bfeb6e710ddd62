package inspect

import (
	"math"

	"schlank/attribute"
	"schlank/inventory"
)

// Schema is what the document is an instance of: schema/inspect-1.json.
const Schema = "schlank.inspect/1"

// Document is an inspected image as data for other programs. Sizes are in
// bytes; layers are counted from 0. Published fields keep their meaning; new
// ones may come.
type Document struct {
	Schema   string          `json:"schema"`
	Image    ImageEntry      `json:"image"`
	Sizes    inventory.Sizes `json:"sizes"`
	Base     BaseEntry       `json:"base"`
	Layers   []LayerEntry    `json:"layers"`
	Causes   []CauseEntry    `json:"causes"`
	Packages []PackageEntry  `json:"packages"`
	Fixes    []FixEntry      `json:"fixes"`
	Wasted   []WastedEntry   `json:"wasted"`
	Unknowns []UnknownEntry  `json:"unknowns"`
	Dive     DiveEntry       `json:"dive"`
}

// DiveEntry is the figures of the program dive, by its own definitions.
type DiveEntry struct {
	Efficiency float64 `json:"efficiency"`
	Wasted     int64   `json:"wasted_bytes"`
	// UserWasted is a ratio; it is left out when it has no value.
	UserWasted *float64 `json:"user_wasted_ratio,omitempty"`
}

// ImageEntry says which image it is.
type ImageEntry struct {
	Name         string `json:"name"`
	Kind         string `json:"kind"`
	Digest       string `json:"digest,omitempty"`
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	StandIn      bool   `json:"stand_in"`
}

// BaseEntry is the base image.
type BaseEntry struct {
	Name   string `json:"name,omitempty"`
	Layers int    `json:"layers"`
	// Source is how it is known: build, label, layers, history or none.
	Source string `json:"source"`
}

// LayerEntry is a layer and the instruction that made it.
type LayerEntry struct {
	DiffID      string `json:"diff_id"`
	Digest      string `json:"digest,omitempty"`
	Compression string `json:"compression"`
	Disk        int64  `json:"disk_bytes"`
	Pull        int64  `json:"pull_bytes"`
	Base        bool   `json:"base"`
	Instruction string `json:"instruction"`
	File        string `json:"file,omitempty"`
	FirstLine   int    `json:"first_line,omitempty"`
	LastLine    int    `json:"last_line,omitempty"`
}

// SumEntry is an amount.
type SumEntry struct {
	Disk  int64 `json:"disk_bytes"`
	Pull  int64 `json:"pull_bytes"`
	Files int   `json:"files"`
}

// CauseEntry is a cause. The causes sum to the sizes, to the byte.
type CauseEntry struct {
	Kind   string `json:"kind"`
	Title  string `json:"title"`
	Wasted bool   `json:"wasted"`
	SumEntry
	Parts  []PartEntry     `json:"parts"`
	Layers []LayerSumEntry `json:"layers"`
	Paths  []PathEntry     `json:"paths"`
}

// PartEntry is what one subject of a cause accounts for.
type PartEntry struct {
	Subject string `json:"subject"`
	SumEntry
}

// LayerSumEntry is what one layer accounts for.
type LayerSumEntry struct {
	Layer int `json:"layer"`
	SumEntry
}

// PathEntry is what one path and all below it accounts for; rest is set for
// what remains of a directory beside the entries below it.
type PathEntry struct {
	Path string `json:"path"`
	Rest bool   `json:"rest,omitempty"`
	SumEntry
}

// PackageEntry is a package and why it is installed.
type PackageEntry struct {
	Type     string `json:"type"`
	Name     string `json:"name"`
	Version  string `json:"version"`
	Bytes    int64  `json:"bytes"`
	Relation string `json:"relation"`
	// By is the package that needs or recommends it, Line where the
	// Dockerfile asks for the first of the chain.
	By    string `json:"by,omitempty"`
	Weak  bool   `json:"weak,omitempty"`
	Line  int    `json:"line,omitempty"`
	Layer int    `json:"layer"`
}

// FixEntry is a fix. Its adds fields are what it gives back beyond those
// before it; those sum up.
type FixEntry struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	How    string `json:"how,omitempty"`
	Where  string `json:"where,omitempty"`
	Layers []int  `json:"layers"`
	Safety string `json:"safety"`
	Basis  string `json:"basis"`
	SumEntry
	Adds SumEntry `json:"adds"`
}

// WastedEntry is a path that is stored and not seen; hidden_by is the layer
// that hid it, -1 for none.
type WastedEntry struct {
	Path     string `json:"path"`
	Kind     string `json:"kind"`
	Layer    int    `json:"layer"`
	HiddenBy int    `json:"hidden_by"`
	SumEntry
}

// UnknownEntry is what could not be read; layer is -1 for the final tree.
type UnknownEntry struct {
	Layer  int    `json:"layer"`
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// The lengths of lists that could be as long as the image has files.
const (
	documentParts  = 200
	documentPaths  = 20
	documentWasted = 1000
)

// NewDocument makes the document of an image.
func NewDocument(s *Subject) Document {
	img := s.Image
	d := Document{
		Schema:   Schema,
		Image:    ImageEntry{s.Name, s.Kind, img.Digest, img.Config.OS, img.Config.Architecture, s.StandIn},
		Sizes:    img.Sizes(),
		Base:     BaseEntry{s.Base.Name, s.Base.Layers, string(s.Base.Source)},
		Layers:   make([]LayerEntry, len(img.Layers)),
		Causes:   []CauseEntry{},
		Packages: []PackageEntry{},
		Fixes:    []FixEntry{},
		Wasted:   []WastedEntry{},
		Unknowns: []UnknownEntry{},
		Dive:     diveEntry(attribute.Dive(img)),
	}
	if d.Base.Source == "" {
		d.Base.Source = string(attribute.BaseHistory)
	}
	for i := range img.Layers {
		l, o := &img.Layers[i], s.Origins[i]
		d.Layers[i] = LayerEntry{l.DiffID, l.Digest, l.Compression, l.ContentBytes, l.CompressedBytes, i < s.Base.Layers, o.Text, o.File, o.FirstLine, o.LastLine}
	}
	for _, c := range s.Causes {
		d.Causes = append(d.Causes, causeEntry(s, c))
	}
	for i := range img.Packages {
		d.Packages = append(d.Packages, packageEntry(s, i))
	}
	all := s.Fixes()
	for i := range all {
		f := &all[i]
		d.Fixes = append(d.Fixes, FixEntry{
			string(f.ID), f.Title, f.How, s.Where(f), append([]int{}, f.Layers...), f.Safety.String(), f.Basis.String(), sumEntry(f.Sum), sumEntry(f.Adds),
		})
	}
	for _, w := range s.Wasted() {
		if len(d.Wasted) == documentWasted {
			break
		}
		d.Wasted = append(d.Wasted, WastedEntry{w.Path, string(w.Kind), w.Layer, w.HiddenBy, sumEntry(w.Sum)})
	}
	for _, u := range img.Unknowns {
		d.Unknowns = append(d.Unknowns, UnknownEntry{u.Layer, u.Path, u.Reason})
	}
	return d
}

func sumEntry(s attribute.Sum) SumEntry { return SumEntry{s.Disk, s.Pull, s.Files} }

func diveEntry(f attribute.DiveFigures) DiveEntry {
	e := DiveEntry{Efficiency: f.Efficiency, Wasted: f.WastedBytes}
	if !math.IsInf(f.UserWastedPercent, 0) {
		e.UserWasted = &f.UserWastedPercent
	}
	return e
}

func causeEntry(s *Subject, c attribute.Cause) CauseEntry {
	e := CauseEntry{
		Kind: string(c.Kind), Title: c.Kind.Title(), Wasted: c.Kind.Wasted(), SumEntry: sumEntry(c.Sum),
		Parts: []PartEntry{}, Layers: []LayerSumEntry{}, Paths: []PathEntry{},
	}
	for _, p := range c.Parts[:min(len(c.Parts), documentParts)] {
		e.Parts = append(e.Parts, PartEntry{p.Subject, sumEntry(p.Sum)})
	}
	for _, l := range c.Layers {
		e.Layers = append(e.Layers, LayerSumEntry{l.Layer, sumEntry(l.Sum)})
	}
	for _, p := range s.CausePaths(c.Kind, documentPaths) {
		e.Paths = append(e.Paths, PathEntry{p.Path, p.Rest, sumEntry(p.Sum)})
	}
	return e
}

func packageEntry(s *Subject, i int) PackageEntry {
	p, r := &s.Image.Packages[i], s.Reasons[i]
	e := PackageEntry{
		Type: string(p.Type), Name: p.Name, Version: p.Version, Bytes: p.Bytes,
		Relation: string(r.Relation), Weak: r.Weak, Layer: r.Layer,
	}
	if r.By >= 0 {
		e.By = s.Image.Packages[r.By].Name
	}
	if r.Request >= 0 {
		e.Line = s.Requests[r.Request].Line
	}
	return e
}
