package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
	"schlank/engine"
	"schlank/internal/image"
	"schlank/report"
)

// reading shows how far the reading of an image is, on one line that goes
// away when it is done. What takes no time shows nothing.
type reading struct {
	w     io.Writer
	now   func() time.Time
	start time.Time

	mu    sync.Mutex
	last  time.Time
	shown bool
}

// The line comes after a while, and then again and again.
const (
	readingAfter = 400 * time.Millisecond
	readingEvery = 100 * time.Millisecond
)

// readProgress is the callback for the reading of images: nil where stderr is
// no terminal, or the user wants no progress.
func (a *app) readProgress(mode engine.ProgressMode) func(image.Progress) {
	f, ok := a.stderr.(*os.File)
	if !ok || mode == engine.ProgressNone || mode == engine.ProgressPlain || mode == engine.ProgressRawJSON || mode != engine.ProgressTTY && !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	r := &reading{w: a.stderr, now: time.Now, start: time.Now()}
	return r.show
}

func (r *reading) show(p image.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if p.Layers == p.All {
		if r.shown {
			fmt.Fprint(r.w, "\r\x1b[K")
		}
		// The next image starts anew.
		r.shown, r.start, r.last = false, now, time.Time{}
		return
	}
	if now.Sub(r.start) < readingAfter || now.Sub(r.last) < readingEvery {
		return
	}
	r.last, r.shown = now, true
	line := fmt.Sprintf("reading layers: %d of %d", p.Layers, p.All)
	if p.Total > 0 {
		line += fmt.Sprintf(", %s of %s", report.Bytes(p.Done), report.Bytes(p.Total))
	}
	fmt.Fprintf(r.w, "\r\x1b[K%s", line)
}
