package restage

import (
	"schlank/dockerfile"
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
	if i := foreignPackages(in); i != nil && len(ev.Packages) > 0 {
		return nil, noRewrite("%s installs a package file, which no archive has", place(in, i))
	}
	if len(ev.Missing) > 0 {
		return nil, noRewrite("%s", ev.Missing[0])
	}
	name := stageNames(in)
	prod, build := prodName(in, name), name("build")
	w := newWriter(in)
	w.preamble()
	w.stage("build: the original instructions. Nothing of this stage ships but what "+prod+" copies.",
		from(in.Stage.Platform.Raw, in.Stage.Base.Raw), build)
	var work []*dockerfile.Instruction
	for _, i := range in.Stage.Instructions {
		if kindOf(i) != kindConfig {
			work = append(work, i)
		}
	}
	work = trimState(work)
	cached := w.build(work)
	rt := runtime{name: prod, from: build, ev: ev, copies: planCopies(ev.Artefacts, in.Image.Tree, in.Slim.Tree)}
	moves := []Move{splitMove(in, ev), baseMove(in)}
	if in.NonRoot && runsAsRoot(in.Image.Config.User) {
		acc, err := readAccounts(in)
		if err != nil {
			return nil, err
		}
		rt.user = acc.nonRoot()
		moves = append(moves, nonRootMove(in, rt.user))
	}
	if err := w.prod(rt); err != nil {
		return nil, err
	}
	moves = append(append(moves, needMoves(in, ev)...), cached...)
	return &Candidate{Name: "universal", Text: w.text(), Moves: tidy(moves), Targets: []string{build, prod}}, nil
}

// build writes the working instructions of a stage: apt's merged and with
// cache mounts, pip's with one, the rest as it stands.
func (w *writer) build(list []*dockerfile.Instruction) []Move {
	var moves []Move
	for n := 0; n < len(list); {
		group := aptGroup(list[n:])
		if len(group) > 0 {
			for _, i := range group {
				w.replaced(i)
			}
			w.line(w.aptRun(group))
			moves = append(moves, aptMove(w.in, group))
			n += len(group)
			continue
		}
		if edits := w.pipCacheEdits(list[n]); edits != nil {
			w.edited(list[n], edits)
			moves = append(moves, pipCacheMove(w.in, list[n]))
		} else {
			w.original(list[n])
		}
		n++
	}
	return moves
}

// rootState reports whether an instruction runs as root, whose home holds
// the cache.
func rootState(i *dockerfile.Instruction) bool { return runsAsRoot(i.Before.User) }

// trimState drops settings after the last instruction that does work: in a
// build stage they change nothing. A WORKDIR makes a directory.
func trimState(list []*dockerfile.Instruction) []*dockerfile.Instruction {
	for n := len(list); n > 0; n-- {
		if _, makes := list[n-1].Command.(*dockerfile.Workdir); makes || kindOf(list[n-1]) == kindBuild {
			return list[:n]
		}
	}
	return nil
}
