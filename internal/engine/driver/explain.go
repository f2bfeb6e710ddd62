package driver

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"schlank/engine"
	"schlank/internal/engine/basestore"
)

// maxBlobJSON bounds manifests and configs read from a store, in bytes.
const maxBlobJSON = 4 << 20

// explain fills in which instruction made which layer, how long it took, and
// which bases the build stood on.
func (d *Driver) explain(ctx context.Context, res *engine.BuildResult, desc ocispecs.Descriptor, def *pb.Definition, st *status) error {
	var m ocispecs.Manifest
	if err := readJSON(ctx, d.opt.Images.Content(), desc, &m); err != nil {
		return fmt.Errorf("reading the built image: %w", err)
	}
	g, err := newGraph(def)
	if err != nil {
		return err
	}
	layerOf := map[digest.Digest]int{}
	if made, ok := g.layers(); ok {
		res.BaseLayers, layerOf = placeLayers(made, g.images(), len(m.Layers))
	}
	for _, v := range g.order {
		lines, ok := g.lines[v]
		if !ok {
			continue
		}
		s := engine.Step{Name: g.names[v], FirstLine: lines[0], LastLine: lines[1], Layer: -1}
		if i, ok := layerOf[v]; ok {
			s.Layer, s.LayerDigest, s.LayerBytes = i, m.Layers[i].Digest.String(), m.Layers[i].Size
		}
		st.fill(v, &s)
		res.Steps = append(res.Steps, s)
	}
	sort.SliceStable(res.Steps, func(i, j int) bool { return res.Steps[i].FirstLine < res.Steps[j].FirstLine })
	res.Bases = d.bases(ctx, g)
	return nil
}

// placeLayers gives each vertex its layer. The base image's own layers are
// what the vertices do not account for; with several bases merged into one
// file system nothing can be told.
func placeLayers(made []digest.Digest, images map[digest.Digest]string, total int) (base int, at map[digest.Digest]int) {
	at = map[digest.Digest]int{}
	bases := 0
	for _, v := range made {
		if _, ok := images[v]; ok {
			bases++
		}
	}
	base = total - (len(made) - bases)
	if bases > 1 || base < 0 || (bases == 0 && base != 0) {
		return 0, at
	}
	next := 0
	for _, v := range made {
		if _, ok := images[v]; ok {
			next += base
			continue
		}
		at[v] = next
		next++
	}
	return base, at
}

// bases lists the external images of the graph, each with what its config
// says of itself when it came from the base store.
func (d *Driver) bases(ctx context.Context, g *graph) []engine.Base {
	var list []engine.Base
	seen := map[string]bool{}
	for v, id := range g.images() {
		name, dgst, _ := strings.Cut(trimScheme(id), "@")
		b := engine.Base{Ref: name, Digest: dgst}
		if n := contextName(g.names[v]); n != "" {
			b.Ref = n
		}
		if n, dgst, ok := d.carrier.base(id); ok {
			b = engine.Base{Ref: n, Digest: dgst.String(), FromStore: true, StandIn: d.standIn(ctx, dgst)}
		}
		if !seen[b.Ref+b.Digest] {
			seen[b.Ref+b.Digest] = true
			list = append(list, b)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Ref < list[j].Ref })
	return list
}

// trimScheme takes "docker-image://" and the like off a source's identifier.
func trimScheme(id string) string {
	if _, ref, ok := strings.Cut(id, "://"); ok {
		return ref
	}
	return id
}

// contextName takes the reference out of "[context python:3.11] OCI load
// from client", the frontend's name for such a vertex.
func contextName(vertex string) string {
	s, ok := strings.CutPrefix(vertex, "[context ")
	if !ok {
		return ""
	}
	name, _, ok := strings.Cut(s, "]")
	if !ok {
		return ""
	}
	return name
}

// standIn reads the stand-in label of an image of the base store.
func (d *Driver) standIn(ctx context.Context, dgst digest.Digest) string {
	var m ocispecs.Manifest
	var img ocispecs.Image
	cs := d.opt.Bases.Content()
	if cs == nil {
		return ""
	}
	if err := readJSON(ctx, cs, ocispecs.Descriptor{Digest: dgst}, &m); err != nil {
		return ""
	}
	if err := readJSON(ctx, cs, m.Config, &img); err != nil {
		return ""
	}
	return img.Config.Labels[basestore.LabelStandIn]
}

func readJSON(ctx context.Context, cs content.Provider, desc ocispecs.Descriptor, into any) error {
	ra, err := cs.ReaderAt(ctx, desc)
	if err != nil {
		return err
	}
	defer ra.Close()
	if ra.Size() > maxBlobJSON {
		return fmt.Errorf("%s is larger than %d bytes", desc.Digest, maxBlobJSON)
	}
	b := make([]byte, ra.Size())
	if _, err := ra.ReadAt(b, 0); err != nil && ra.Size() > 0 {
		return err
	}
	return json.Unmarshal(b, into)
}
