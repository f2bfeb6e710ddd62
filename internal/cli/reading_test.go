package cli

import (
	"strings"
	"testing"
	"time"

	"schlank/internal/image"
)

func TestReading(t *testing.T) {
	var out strings.Builder
	clock := time.Unix(0, 0)
	r := &reading{w: &out, now: func() time.Time { return clock }, start: clock}
	step := func(d time.Duration, p image.Progress) string {
		out.Reset()
		clock = clock.Add(d)
		r.show(p)
		return out.String()
	}
	half := image.Progress{Done: 50e6, Total: 100e6, Layers: 1, All: 2}
	for k, tt := range []struct {
		wait time.Duration
		p    image.Progress
		want string
	}{
		{100 * time.Millisecond, half, ""},
		{400 * time.Millisecond, half, "\r\x1b[Kreading layers: 1 of 2, 50.0 MB of 100.0 MB"},
		{10 * time.Millisecond, half, ""},
		{200 * time.Millisecond, image.Progress{Layers: 1, All: 2}, "\r\x1b[Kreading layers: 1 of 2"},
		{0, image.Progress{Layers: 2, All: 2}, "\r\x1b[K"},
		{100 * time.Millisecond, half, ""}, // another image
	} {
		if got := step(tt.wait, tt.p); got != tt.want {
			t.Errorf("step %d shows %q, want %q", k, got, tt.want)
		}
	}
}
