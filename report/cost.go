package report

import "schlank/finding"

// Cost prints what a finding costs: "20.1 MB" if that was measured, "about
// 20.1 MB" if it is an estimate, "" where it is nothing or not known.
func Cost(c finding.Cost) string {
	switch {
	case c.Bytes <= 0 || c.Basis == finding.Unknown:
		return ""
	case c.Basis == finding.Measured:
		return Bytes(c.Bytes)
	}
	return "about " + Bytes(c.Bytes)
}
