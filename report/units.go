package report

import (
	"fmt"
	"math"
	"strconv"
)

// Bytes prints a size in decimal units as `docker images` does: "512 B",
// "12.3 kB", "155.3 MB", "1.12 GB".
func Bytes(n int64) string {
	if n < 0 {
		if n == math.MinInt64 {
			n++
		}
		return "-" + Bytes(-n)
	}
	if n < 1000 {
		return strconv.FormatInt(n, 10) + " B"
	}
	f := float64(n) / 1e3
	for _, unit := range []string{"kB", "MB"} {
		if f < 999.95 { // else it would round to 1000.0
			return fmt.Sprintf("%.1f %s", f, unit)
		}
		f /= 1e3
	}
	return fmt.Sprintf("%.2f GB", f)
}

// Percent prints a ratio: "15 %", and with a decimal below 10: "1.5 %".
func Percent(ratio float64) string {
	if p := ratio * 100; p < 9.95 && p > 0 {
		return fmt.Sprintf("%.1f %%", p)
	}
	return fmt.Sprintf("%.0f %%", ratio*100)
}

// Seconds prints a duration given in seconds: "0.4 s", "75 s", "12 min".
func Seconds(s float64) string {
	switch {
	case s < 9.95:
		return fmt.Sprintf("%.1f s", s)
	case s < 599.5:
		return fmt.Sprintf("%.0f s", s)
	}
	return fmt.Sprintf("%.0f min", s/60)
}

// Count prints a number in groups of three digits: "74,900".
func Count(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}
