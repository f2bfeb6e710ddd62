package restage

import (
	"fmt"

	"schlank/dockerfile"
	"schlank/evidence"
	"schlank/inventory"
	"schlank/source"
)

// rewriteUniversal keeps the original stage as a build stage, as it stands
// but for cache mounts, and makes a run-time stage from what it produced. It
// knows nothing of languages.
func rewriteUniversal(in Input) (*Candidate, error) {
	if in.Sibling.Slim && in.BaseLayers == len(in.Image.Layers) {
		return nil, noRewrite("the image adds nothing to %s, which is slim", in.Sibling.Ref)
	}
	ev, err := collect(in, nil)
	if err != nil {
		return nil, err
	}
	if len(ev.Artefacts) == 0 && len(ev.Packages) == 0 {
		return nil, noRewrite("no instruction of the last stage produced anything that an image could hold")
	}
	name := stageNames(in)
	build, prod := name("build"), name("prod")
	w := newWriter(in)
	w.preamble()
	w.comments(in.Stage.From)
	w.stage("build: the original instructions. Nothing of this stage ships but what prod copies.", in.Stage.Base.Raw, build)
	var work []*dockerfile.Instruction
	for _, i := range in.Stage.Instructions {
		if kindOf(i) != kindConfig {
			work = append(work, i)
		}
	}
	cached := w.build(work)
	rt := runtime{name: prod, from: build, ev: ev, copies: planCopies(ev.Artefacts, in.Image.Tree, in.Slim.Tree)}
	moves := []Move{splitMove(in, ev), baseMove(in)}
	if in.NonRoot && runsAsRoot(in.Image.Config.User) {
		rt.user = nonRootUser
		moves = append(moves, nonRootMove(in))
	}
	if err := w.prod(rt); err != nil {
		return nil, err
	}
	moves = append(append(moves, needMoves(in, ev)...), cached...)
	return &Candidate{Name: "universal", Text: w.text(), Moves: moves, Targets: []string{build, prod}}, nil
}

// build writes the working instructions of a stage: apt's merged and with
// cache mounts, pip's with one, the rest as it stands.
func (w *writer) build(list []*dockerfile.Instruction) []Move {
	var moves []Move
	for n := 0; n < len(list); {
		group := aptGroup(list[n:])
		if len(group) > 0 {
			for _, i := range group {
				w.comments(i)
			}
			w.line(w.aptRun(group))
			moves = append(moves, aptMove(w.in, group))
			n += len(group)
			continue
		}
		if edits := pipCacheEdits(list[n]); edits != nil {
			w.edited(list[n], edits)
			moves = append(moves, pipCacheMove(w.in, list[n]))
		} else {
			w.original(list[n])
		}
		n++
	}
	return moves
}

// aptGroup is the run of mergeable apt instructions at the start of a list.
func aptGroup(list []*dockerfile.Instruction) []*dockerfile.Instruction {
	for n, i := range list {
		run, ok := i.Command.(*dockerfile.Run)
		if !ok || !mergeable(run) || hasInnerComments(i) {
			return list[:n]
		}
	}
	return list
}

// hasInnerComments reports comments between the lines of an instruction,
// which a new text would lose.
func hasInnerComments(i *dockerfile.Instruction) bool {
	for _, p := range i.Pieces {
		if isComment(p) {
			return true
		}
	}
	return false
}

// pipMount keeps downloaded and built wheels between builds.
const pipMount = "--mount=type=cache,target=/root/.cache/pip"

// pipCacheEdits add the mount to a RUN that calls pip and says nothing about
// caching; nil for other instructions.
func pipCacheEdits(i *dockerfile.Instruction) []source.Edit {
	run, ok := i.Command.(*dockerfile.Run)
	if !ok || run.Script == nil || len(run.Mounts) > 0 || !rootState(i) {
		return nil
	}
	var edits []source.Edit
	for _, c := range run.Script.Commands {
		if isPip(c) {
			if edits == nil {
				edits = append(edits, source.Insert(i.AfterKeyword(), " "+pipMount))
			}
			edits = append(edits, dropNoCache(c)...)
		}
	}
	return edits
}

// rootState reports whether an instruction runs as root, whose home holds
// the cache.
func rootState(i *dockerfile.Instruction) bool { return runsAsRoot(i.Before.User) }

// splitMove sums up what stays in the build stages: packages that only
// building needs, and files that later layers replace or delete.
func splitMove(in Input, ev *evidence.Result) Move {
	stays := map[string]bool{}
	for _, p := range ev.Packages {
		stays[p.Name] = true
	}
	for _, d := range ev.Dropped {
		stays[d.Name] = true // a move of their own
	}
	for _, p := range in.Slim.Packages {
		stays[p.Name] = true
	}
	inBase := map[int]bool{}
	for i := range in.Image.Tree {
		if f := &in.Image.Tree[i]; f.Layer < in.BaseLayers {
			inBase[f.Owner] = true
		}
	}
	var bytes int64
	n := 0
	for i, p := range in.Image.Packages {
		if p.Type == inventory.Dpkg && !inBase[i] && !stays[p.Name] {
			bytes += p.Bytes
			n++
		}
	}
	wasted := in.Image.Sizes().Wasted
	return Move{
		Name:   "multi-stage",
		Reason: "build tools, caches and intermediate files stay in a build stage",
		Evidence: []string{
			fmt.Sprintf("%d packages of the distribution came along with others and are needed to build only: %s", n, mb(bytes)),
			fmt.Sprintf("%s are stored in layers although later layers replace or delete them", mb(wasted)),
		},
		Bytes: bytes + wasted,
	}
}

func nonRootMove(in Input) Move {
	return Move{
		Name:     "non-root user",
		Reason:   "nothing that the probes asked for needs root",
		Evidence: []string{"the original sets no USER, so it runs as root", fmt.Sprintf("the files it copies belong to %s (uid %d)", nonRootUser, nonRootID)},
	}
}

func aptMove(in Input, group []*dockerfile.Instruction) Move {
	m := Move{Name: "apt in one step with cache mounts", Reason: "package lists and archives stay out of the layer and are kept between builds"}
	for _, i := range group {
		m.Evidence = append(m.Evidence, place(in, i)+": "+oneLine(in.File.Source.Text(i.Bare())))
	}
	return m
}

func pipCacheMove(in Input, i *dockerfile.Instruction) Move {
	return Move{Name: "pip with a cache mount", Reason: "wheels are kept between builds and stay out of the layer",
		Evidence: []string{place(in, i) + ": " + oneLine(in.File.Source.Text(i.Bare()))}}
}
