package volatile

// hunk is a pair of half-open ranges in which two token lists differ. Between
// hunks they are equal.
type hunk struct{ a0, a1, b0, b1 int }

// maxEdits bounds the work of finding a shortest difference; beyond it the
// rest counts as one hunk. Time and space grow with its square.
const maxEdits = 1500

// diff finds where a and b differ, by Myers' greedy algorithm (An O(ND)
// Difference Algorithm and Its Variations, 1986).
func diff(a, b []token) []hunk {
	pre := 0
	for pre < len(a) && pre < len(b) && a[pre].text == b[pre].text {
		pre++
	}
	suf := 0
	for suf < len(a)-pre && suf < len(b)-pre && a[len(a)-1-suf].text == b[len(b)-1-suf].text {
		suf++
	}
	a, b = a[pre:len(a)-suf], b[pre:len(b)-suf]
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	trace := furthest(a, b)
	if trace == nil {
		return []hunk{{pre, pre + len(a), pre, pre + len(b)}}
	}
	hunks := walkBack(trace, len(a), len(b))
	for i := range hunks {
		h := &hunks[i]
		h.a0, h.a1, h.b0, h.b1 = h.a0+pre, h.a1+pre, h.b0+pre, h.b1+pre
	}
	return hunks
}

// furthest returns, for each number of edits, how far in a each diagonal
// reaches before that edit, or nil when maxEdits do not suffice. Row d covers
// the diagonals -d…d.
func furthest(a, b []token) [][]int {
	limit := min(len(a)+len(b), maxEdits)
	v := make([]int, 2*limit+3)
	off := limit + 1
	var trace [][]int
	for d := 0; d <= limit; d++ {
		trace = append(trace, append([]int(nil), v[off-d-1:off+d+2]...))
		for k := -d; k <= d; k += 2 {
			x := v[off+k-1] + 1
			if k == -d || k != d && v[off+k-1] < v[off+k+1] {
				x = v[off+k+1]
			}
			for x < len(a) && x-k < len(b) && a[x].text == b[x-k].text {
				x++
			}
			v[off+k] = x
			if x >= len(a) && x-k >= len(b) {
				return trace
			}
		}
	}
	return nil
}

// walkBack turns the trace into hunks, first to last.
func walkBack(trace [][]int, x, y int) []hunk {
	var rev []hunk
	add := func(a0, a1, b0, b1 int) {
		if n := len(rev); n > 0 && rev[n-1].a0 == a1 && rev[n-1].b0 == b1 {
			rev[n-1].a0, rev[n-1].b0 = a0, b0
			return
		}
		rev = append(rev, hunk{a0, a1, b0, b1})
	}
	for d := len(trace) - 1; d > 0; d-- {
		row := trace[d]
		at := func(k int) int { return row[k+d+1] }
		k := x - y
		down := k == -d || k != d && at(k-1) < at(k+1)
		if down {
			px := at(k + 1)
			py := px - k - 1
			add(px, px, py, py+1)
			x, y = px, py
		} else {
			px := at(k - 1)
			py := px - k + 1
			add(px, px+1, py, py)
			x, y = px, py
		}
	}
	hunks := make([]hunk, 0, len(rev))
	for i := len(rev) - 1; i >= 0; i-- {
		hunks = append(hunks, rev[i])
	}
	return hunks
}
