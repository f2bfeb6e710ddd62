package restage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"schlank/dockerfile"
	"schlank/evidence"
	"schlank/inventory"
)

// splitMove sums up what stays in the build stages: packages that only
// building needs, and files that later layers replace or delete.
func splitMove(in Input, ev *evidence.Result) Move {
	staying := stayingPackages(in, ev)
	inBase := map[int]bool{}
	for i := range in.Image.Tree {
		if f := &in.Image.Tree[i]; f.Layer < in.BaseLayers {
			inBase[f.Owner] = true
		}
	}
	var bytes int64
	n := 0
	for i, p := range in.Image.Packages {
		if p.Type == inventory.Dpkg && !inBase[i] && !staying[p.Name] {
			bytes += p.Bytes
			n++
		}
	}
	m := Move{Name: "multi-stage", Reason: "build tools, caches and intermediate files stay in a build stage"}
	if n > 0 {
		m.Evidence = append(m.Evidence, fmt.Sprintf("%s of the distribution came along with others and %s needed to build only: %s",
			count(n, "package"), isAre(n), mb(bytes)))
	}
	if wasted := in.Image.Sizes().Wasted; wasted > 0 {
		m.Evidence = append(m.Evidence, mb(wasted)+" are stored in layers although later layers replace or delete them")
		bytes += wasted
	}
	m.Bytes = bytes
	return m
}

// stayingPackages are those of the slim base, those to be installed with what
// they depend on, and those that have a move of their own.
func stayingPackages(in Input, ev *evidence.Result) map[string]bool {
	staying := map[string]bool{}
	for _, p := range ev.Packages {
		for _, d := range p.Closure {
			staying[d] = true
		}
	}
	for _, d := range ev.Dropped {
		staying[d.Name] = true
	}
	for _, p := range in.Slim.Packages {
		staying[p.Name] = true
	}
	return staying
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func nonRootMove(in Input, user string) Move {
	m := Move{
		Name:     "non-root user",
		Reason:   "nothing that the probes asked for needs root",
		Evidence: []string{"the original sets no USER, so it runs as root", fmt.Sprintf("the files it copies belong to %s (uid %d)", user, nonRootID)},
	}
	for _, p := range in.Image.Config.ExposedPorts {
		number, _, _ := strings.Cut(p, "/")
		if n, err := strconv.Atoi(number); err == nil && n < 1024 {
			m.Evidence = append(m.Evidence, fmt.Sprintf("port %s is privileged: binding it needs net.ipv4.ip_unprivileged_port_start=0, as Docker sets it", p))
		}
	}
	return m
}

// needMoves describe the evidence's packages.
func needMoves(in Input, ev *evidence.Result) []Move {
	var moves []Move
	for _, p := range ev.Packages {
		m := Move{
			Name:     "install " + p.Name,
			Reason:   "the application needs it at run time and the slim base lacks it",
			Evidence: slices.Clone(p.Reasons),
			Bytes:    -p.Bytes,
		}
		if p.Doubt {
			m.Reason = "the original asks for it; kept in doubt"
		}
		if n := len(p.Closure) - 1; n > 0 {
			m.Evidence = append(m.Evidence, fmt.Sprintf("it brings %s it depends on", count(n, "package")))
		}
		if len(p.Recommended) > 0 {
			m.Evidence = append(m.Evidence, "installed without what it only recommends: "+shorten(p.Recommended))
		}
		moves = append(moves, m)
	}
	for _, d := range ev.Dropped {
		moves = append(moves, Move{
			Name:     "leave out " + d.Name,
			Reason:   "it is for building only",
			Evidence: []string{d.Where + " asks for it", d.Reason},
			Bytes:    d.Bytes,
		})
	}
	return moves
}

// shorten lists some names and counts the others.
func shorten(names []string) string {
	const shown = 5
	if n := len(names) - shown; n > 0 {
		return strings.Join(names[:shown], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(names, ", ")
}

// baseMove describes the change of base.
func baseMove(in Input) Move {
	var baseBytes int64
	for _, l := range in.Image.Layers[:min(in.BaseLayers, len(in.Image.Layers))] {
		baseBytes += l.ContentBytes
	}
	slim := in.Slim.Sizes().Disk
	if in.Sibling.Slim {
		return Move{Name: "same base", Reason: in.Sibling.Ref + " is slim already"}
	}
	what := "the same distribution release without the other software"
	if in.Sibling.Same {
		what = "the same software with less around it"
	}
	return Move{
		Name:     "slim base",
		Reason:   fmt.Sprintf("%s has %s", in.Sibling.Ref, what),
		Evidence: []string{fmt.Sprintf("the base image holds %s, its sibling %s", mb(baseBytes), mb(slim))},
		Bytes:    baseBytes - slim,
	}
}

func aptMove(in Input, group []*dockerfile.Instruction) Move {
	m := Move{Name: "apt in one step with cache mounts", Reason: "package lists and archives stay out of the layer and are kept between builds"}
	for _, i := range group {
		m.Evidence = append(m.Evidence, quoted(in, i))
	}
	return m
}

func pipCacheMove(in Input, i *dockerfile.Instruction) Move {
	return Move{Name: "pip with a cache mount", Reason: "wheels are kept between builds and stay out of the layer",
		Evidence: []string{quoted(in, i)}}
}

// quoted shows the start of an instruction with its line.
func quoted(in Input, i *dockerfile.Instruction) string {
	const shown = 100
	text := []rune(oneLine(i.Logical().Text()))
	if len(text) > shown {
		text = append(text[:shown:shown], '…')
	}
	return place(in, i) + ": " + string(text)
}

// tidy puts moves of one name together, at the place of the first.
func tidy(moves []Move) []Move {
	var list []Move
	for _, m := range moves {
		k := slices.IndexFunc(list, func(o Move) bool { return o.Name == m.Name && o.Reason == m.Reason })
		if k < 0 {
			list = append(list, m)
			continue
		}
		list[k].Evidence = append(slices.Clone(list[k].Evidence), m.Evidence...)
		list[k].Bytes += m.Bytes
	}
	return list
}

// mb prints bytes in units of 10^6, or 10^3 where that would come to nothing.
func mb(n int64) string {
	if n < 100_000 {
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// sumBytes adds up files that fulfil a condition.
func sumBytes(t inventory.Tree, cond func(*inventory.File) bool) (bytes int64, n int) {
	for i := range t {
		if cond(&t[i]) {
			bytes += t[i].Size
			n++
		}
	}
	return bytes, n
}
