package attribute

import (
	"errors"
	"math"
)

// ParseBytes reads an amount of bytes: "200MB", "1.5 GiB", "1000".
func ParseBytes(s string) (int64, error) {
	x, err := parseBytes(s)
	if err != nil {
		return 0, err
	}
	if x >= math.MaxInt64 {
		return 0, errors.New(s + " is more than any image has")
	}
	return int64(x), nil
}
