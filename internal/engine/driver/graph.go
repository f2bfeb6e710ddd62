package driver

import (
	"fmt"
	"strings"

	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
)

// graph is a build definition: which vertex stands on which, and where in
// the Dockerfile each comes from.
type graph struct {
	ops   map[digest.Digest]*pb.Op
	order []digest.Digest // inputs before users
	root  *pb.Input
	names map[digest.Digest]string
	lines map[digest.Digest][2]int
}

func newGraph(def *pb.Definition) (*graph, error) {
	g := &graph{
		ops:   map[digest.Digest]*pb.Op{},
		names: map[digest.Digest]string{},
		lines: map[digest.Digest][2]int{},
	}
	if def == nil {
		return g, nil
	}
	for _, b := range def.Def {
		op := &pb.Op{}
		if err := op.UnmarshalVT(b); err != nil {
			return nil, fmt.Errorf("reading the build graph: %w", err)
		}
		d := digest.FromBytes(b)
		g.ops[d] = op
		g.order = append(g.order, d)
		if m := def.Metadata[string(d)]; m != nil {
			g.names[d] = m.Description["llb.customname"]
		}
		if op.Op == nil && len(op.Inputs) == 1 {
			g.root = op.Inputs[0]
		}
	}
	if def.Source != nil {
		for d, locs := range def.Source.Locations {
			if r, ok := hull(locs); ok {
				g.lines[digest.Digest(d)] = r
			}
		}
	}
	return g, nil
}

func hull(locs *pb.Locations) (lines [2]int, ok bool) {
	for _, loc := range locs.Locations {
		for _, r := range loc.Ranges {
			if !ok || int(r.Start.Line) < lines[0] {
				lines[0] = int(r.Start.Line)
			}
			lines[1] = max(lines[1], int(r.Start.Line), int(r.End.Line))
			ok = true
		}
	}
	return lines, ok
}

// layers lists what makes the layers of the root's file system, lowest
// first: the vertex of each layer, or a source vertex for all layers of a
// base image. ok is false for graphs that do not map layer by layer.
func (g *graph) layers() (made []digest.Digest, ok bool) {
	if g.root == nil {
		return nil, false
	}
	// Dockerfiles are shallow; the bound is against a hostile graph.
	return g.layersOf(digest.Digest(g.root.Digest), g.root.Index, len(g.ops)+1)
}

func (g *graph) layersOf(d digest.Digest, output int64, depth int) ([]digest.Digest, bool) {
	op := g.ops[d]
	if op == nil || depth == 0 {
		return nil, false
	}
	switch o := op.Op.(type) {
	case *pb.Op_Source:
		return []digest.Digest{d}, true
	case *pb.Op_Exec:
		for _, m := range o.Exec.Mounts {
			if m.Output == output && m.Output >= 0 {
				return g.onTop(op, m.Input, d, depth)
			}
		}
	case *pb.Op_File:
		if in, found := fileBase(op, o.File, output); found {
			return g.onTop(op, in, d, depth)
		}
	case *pb.Op_Merge:
		var all []digest.Digest
		for _, in := range o.Merge.Inputs {
			l, ok := g.below(op, in.Input, depth)
			if !ok {
				return nil, false
			}
			all = append(all, l...)
		}
		return all, true
	}
	return nil, false
}

// onTop is the layers of an input with d's own above them.
func (g *graph) onTop(op *pb.Op, input int64, d digest.Digest, depth int) ([]digest.Digest, bool) {
	l, ok := g.below(op, input, depth)
	return append(l, d), ok
}

func (g *graph) below(op *pb.Op, input int64, depth int) ([]digest.Digest, bool) {
	if input < 0 {
		return nil, true // scratch
	}
	if input >= int64(len(op.Inputs)) {
		return nil, false
	}
	in := op.Inputs[input]
	return g.layersOf(digest.Digest(in.Digest), in.Index, depth-1)
}

// fileBase follows the actions of a file operation from the one that makes
// the output down to the input it started from.
func fileBase(op *pb.Op, f *pb.FileOp, output int64) (input int64, found bool) {
	for i, a := range f.Actions {
		if a.Output != output {
			continue
		}
		in := a.Input
		for steps := 0; in >= int64(len(op.Inputs)) && steps <= len(f.Actions); steps++ {
			k := in - int64(len(op.Inputs))
			if k < 0 || k >= int64(len(f.Actions)) || k > int64(i) {
				return 0, false
			}
			in = f.Actions[k].Input
		}
		return in, true
	}
	return 0, false
}

// images are the external images among the sources: identifier by vertex.
func (g *graph) images() map[digest.Digest]string {
	m := map[digest.Digest]string{}
	for d, op := range g.ops {
		if src := op.GetSource(); src != nil {
			id := src.Identifier
			if strings.HasPrefix(id, "docker-image://") || strings.HasPrefix(id, "oci-layout://") {
				m[d] = id
			}
		}
	}
	return m
}
