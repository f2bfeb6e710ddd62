package gunzip

import "math/bits"

// entry of a table that decodes one Huffman code: the next bits of the input
// are its index. Codes longer than the index of the main part go by way of a
// subtable.
//
//	bits 0–5    how many bits of the input it uses up, extra bits included
//	bits 6–7    what it is
//	bits 8–12   how many of the used bits are the code's own; of a subtable,
//	            how many bits index it
//	bits 16–31  the literal, the base of a length or distance, or where the
//	            subtable begins
type entry uint32

const (
	kindLiteral  = 0 << 6
	kindCopy     = 1 << 6 // a length or a distance
	kindSubtable = 2 << 6
	kindRare     = 3 << 6
	kindMask     = 3 << 6

	invalid    entry = kindRare
	endOfBlock entry = kindRare | 1<<16
)

func (e entry) kind() entry { return e & kindMask }
func (e entry) used() uint  { return uint(e) & 63 }
func (e entry) value() int  { return int(e >> 16) }

// number is the length or distance that e and its extra bits in hold mean.
func (e entry) number(hold uint64) int {
	return int(e>>16) + int(hold&(1<<(e&63)-1)>>(e>>8&31))
}

// sub is the index of the entry in e's subtable, what e uses up being gone
// from hold.
func (e entry) sub(hold uint64) int {
	return int(e>>16) + int(hold&(1<<(e>>8&31)-1))
}

// withCode is the entry of a symbol whose code has n bits.
func (e entry) withCode(n uint) entry { return e + entry(n) | entry(n)<<8 }

// The bits of the main tables' indexes, and entries that any code needs with
// its subtables: zlib's program enough counts 2342 for 286 symbols, 11 and 15
// bits, and 594 for 30 symbols, 9 and 15 bits.
const (
	lengthBits  = 11
	offsetBits  = 9
	lengthSlots = 2560
	offsetSlots = 640
	codeBits    = 7
	maxCode     = 15
)

// alphabet has an entry without a code for each symbol of a code.
type alphabet []entry

// newLengths is the alphabet of literals and lengths (RFC 1951, section 3.2.5).
func newLengths() alphabet {
	a := make(alphabet, 288)
	for i := range 256 {
		a[i] = kindLiteral | entry(i)<<16
	}
	a[256] = endOfBlock
	base := 3
	for i := range 28 {
		extra := max(0, i/4-1)
		a[257+i] = kindCopy | entry(base)<<16 | entry(extra)
		base += 1 << extra
	}
	a[285] = kindCopy | 258<<16
	a[286], a[287] = invalid, invalid
	return a
}

// newOffsets is the alphabet of distances.
func newOffsets() alphabet {
	a := make(alphabet, 32)
	base := 1
	for i := range 30 {
		extra := max(0, i/2-1)
		a[i] = kindCopy | entry(base)<<16 | entry(extra)
		base += 1 << extra
	}
	a[30], a[31] = invalid, invalid
	return a
}

// newCodes is the alphabet in which the lengths of codes are written.
func newCodes() alphabet {
	a := make(alphabet, 19)
	for i := range a {
		a[i] = kindCopy | entry(i)<<16
	}
	return a
}

// build fills a table from the lengths of the codes of symbols 0, 1, …; 0 is a
// symbol without a code. It reports whether the lengths make a code: one that
// is complete, or no code at all, or a single one of one bit, which RFC 1951
// lets stand for a single distance.
func build(table []entry, index uint, lengths []uint8, a alphabet) bool {
	var count [maxCode + 1]int
	for _, n := range lengths {
		count[n]++
	}
	count[0] = 0
	var next [maxCode + 2]int // by length: where its symbols go in sorted
	left := 1                 // codes of this length that are not taken
	for n := 1; n <= maxCode; n++ {
		if left = left<<1 - count[n]; left < 0 {
			return false
		}
		next[n+1] = next[n] + count[n]
	}
	var buf [288]uint16
	sorted := buf[:next[maxCode+1]]
	for sym, n := range lengths {
		if n > 0 {
			sorted[next[n]] = uint16(sym)
			next[n]++
		}
	}
	if left == 0 {
		fill(table, index, &count, sorted, a)
		return true
	}
	if len(sorted) > count[1] || len(sorted) > 1 {
		return false
	}
	for i := range table[:1<<index] {
		table[i] = invalid
		if i&1 == 0 && len(sorted) == 1 {
			table[i] = a[sorted[0]].withCode(1)
		}
	}
	return true
}

// fill writes the entries of a complete code.
func fill(table []entry, index uint, count *[maxCode + 1]int, sorted []uint16, a alphabet) {
	code := 0 // its first bit is the lowest
	size := 1
	for n := uint(1); n <= index; n++ {
		// So far the table tells n-1 bits apart. Whatever the next one is,
		// the shorter codes mean the same.
		copy(table[size:2*size], table[:size])
		size *= 2
		for range count[n] {
			table[code] = a[sorted[0]].withCode(n)
			sorted = sorted[1:]
			code = increment(code, n)
		}
	}
	free, start, width := size, 0, uint(0)
	prefix := -1
	for n := index + 1; len(sorted) > 0; n++ {
		for left := count[n]; left > 0; left-- {
			if p := code & (size - 1); p != prefix {
				prefix, start, width = p, free, subtableBits(count, n, index, left)
				free += 1 << width
				table[p] = kindSubtable | entry(index) | entry(width)<<8 | entry(start)<<16
			}
			e := a[sorted[0]].withCode(n - index)
			sorted = sorted[1:]
			for at := code >> index; at < 1<<width; at += 1 << (n - index) {
				table[start+at] = e
			}
			code = increment(code, n)
		}
	}
}

// subtableBits is how many bits index the subtable whose first code has n
// bits, as have left codes from this one on.
func subtableBits(count *[maxCode + 1]int, n, index uint, left int) uint {
	width := n - index
	for room := 1<<width - left; room > 0 && n < maxCode; {
		n++
		width++
		room = room<<1 - count[n]
	}
	return width
}

// increment adds one to a number of n bits, the lowest of which comes first
// in value.
func increment(code int, n uint) int {
	unset := ^code & (1<<n - 1)
	if unset == 0 {
		return 0
	}
	top := 1 << (bits.Len(uint(unset)) - 1)
	return code&(top-1) | top
}
