package pathtree

import (
	"cmp"
	"slices"
)

// Folding says which directories are open. The zero value has all closed.
type Folding struct {
	// All opens all directories but those in Except, which opens these only
	// otherwise.
	All    bool
	Except map[string]bool
}

// Open reports whether a directory is open.
func (f Folding) Open(p string) bool { return f.All != f.Except[p] }

// Set returns the folding with one directory open or closed.
func (f Folding) Set(p string, open bool) Folding {
	except := make(map[string]bool, len(f.Except)+1)
	for k := range f.Except {
		except[k] = true
	}
	if open == f.All {
		delete(except, p)
	} else {
		except[p] = true
	}
	return Folding{All: f.All, Except: except}
}

// Reveal returns the folding with all directories around a path open.
func (f Folding) Reveal(p string) Folding {
	for i := 1; i < len(p); i++ {
		if p[i] == '/' && !f.Open(p[:i]) {
			f = f.Set(p[:i], true)
		}
	}
	return f
}

// Rows are the nodes that are seen, in the order in which they are: the
// children of the root and of all open directories, by name or the biggest
// first.
func (s *Selection) Rows(bySize bool, f Folding) []int32 {
	return s.below(nil, 0, bySize, f)
}

func (s *Selection) below(rows []int32, dir int32, bySize bool, f Folding) []int32 {
	nodes := s.Tree.Nodes
	if !bySize {
		for i := dir + 1; i < nodes[dir].End; {
			switch {
			case !s.Sums[i].Shown:
				i = nodes[i].End
			default:
				rows = append(rows, i)
				if nodes[i].End > i+1 && !f.Open(nodes[i].Path) {
					i = nodes[i].End
				} else {
					i++
				}
			}
		}
		return rows
	}
	for _, i := range s.children(dir) {
		rows = append(rows, i)
		if nodes[i].End > i+1 && f.Open(nodes[i].Path) {
			rows = s.below(rows, i, bySize, f)
		}
	}
	return rows
}

// children are those of a directory that are shown, the biggest first.
func (s *Selection) children(dir int32) []int32 {
	nodes := s.Tree.Nodes
	var list []int32
	for i := dir + 1; i < nodes[dir].End; i = nodes[i].End {
		if s.Sums[i].Shown {
			list = append(list, i)
		}
	}
	slices.SortFunc(list, func(x, y int32) int {
		a, b := &s.Sums[x], &s.Sums[y]
		switch {
		case a.Disk != b.Disk:
			return cmp.Compare(b.Disk, a.Disk)
		case a.Wasted != b.Wasted:
			return cmp.Compare(b.Wasted, a.Wasted)
		}
		return cmp.Compare(x, y) // by path
	})
	return list
}
