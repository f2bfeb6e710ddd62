package gunzip

// codeOrder is the order in which the lengths of the code of code lengths
// come (RFC 1951, section 3.2.7).
const codeOrder = "\x10\x11\x12\x00\x08\x07\x09\x06\x0a\x05\x0b\x04\x0c\x03\x0d\x02\x0e\x01\x0f"

// fixedCodes sets the codes of section 3.2.6.
func (z *inflater) fixedCodes() {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144, i >= 280:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		default:
			lengths[i] = 7
		}
	}
	build(z.lengths[:], lengthBits, lengths[:], z.lengthSymbols)
	var offsets [32]uint8
	for i := range offsets {
		offsets[i] = 5
	}
	build(z.offsets[:], offsetBits, offsets[:], z.offsetSymbols)
}

// readCodes reads the codes that a block brings along (section 3.2.7).
func (z *inflater) readCodes() error {
	sizes, err := z.take(14)
	if err != nil {
		return err
	}
	nLengths, nOffsets, nCodes := sizes&31+257, sizes>>5&31+1, sizes>>10+4
	if nLengths > 286 || nOffsets > 30 {
		return ErrCorrupt
	}
	var codes [len(codeOrder)]uint8
	for i := range nCodes {
		n, err := z.take(3)
		if err != nil {
			return err
		}
		codes[codeOrder[i]] = uint8(n)
	}
	// The table is needed before that of the offsets is, and goes there.
	if !build(z.offsets[:], codeBits, codes[:], z.codeSymbols) {
		return ErrCorrupt
	}
	var lengths [286 + 30]uint8
	all := lengths[:nLengths+nOffsets]
	if err := z.readLengths(all); err != nil {
		return err
	}
	if all[endOfBlockSymbol] == 0 ||
		!build(z.lengths[:], lengthBits, all[:nLengths], z.lengthSymbols) ||
		!build(z.offsets[:], offsetBits, all[nLengths:], z.offsetSymbols) {
		return ErrCorrupt
	}
	return nil
}

const endOfBlockSymbol = 256

// readLengths reads the lengths of codes, which are run-length encoded.
func (z *inflater) readLengths(all []uint8) error {
	for i := 0; i < len(all); {
		sym, err := z.codeSymbol()
		if err != nil {
			return err
		}
		if sym < 16 {
			all[i] = uint8(sym)
			i++
			continue
		}
		var value uint8
		extra, base := uint(3), 3
		switch sym {
		case 16:
			if i == 0 {
				return ErrCorrupt
			}
			value, extra = all[i-1], 2
		case 18:
			extra, base = 7, 11
		}
		n, err := z.take(extra)
		if err != nil {
			return err
		}
		if n += base; n > len(all)-i {
			return ErrCorrupt
		}
		for ; n > 0; n-- {
			all[i] = value
			i++
		}
	}
	return nil
}

// codeSymbol reads one symbol of the code of code lengths.
func (z *inflater) codeSymbol() (int, error) {
	// A valid stream has at least so many bits to come: codes and a trailer.
	if err := z.need(codeBits); err != nil {
		return 0, err
	}
	e := z.offsets[z.hold&(1<<codeBits-1)]
	if e.kind() == kindRare {
		return 0, ErrCorrupt
	}
	_, err := z.take(e.used())
	return e.value(), err
}
