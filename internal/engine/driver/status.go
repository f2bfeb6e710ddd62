package driver

import (
	"bytes"
	"context"
	"strings"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/util/progress/progressui"
	"github.com/opencontainers/go-digest"
	"schlank/engine"
)

// tailLines is how many lines of a step's output are kept for an error.
const tailLines = 20

// status records what the engine tells of a build while it is shown.
type status struct {
	vertices map[digest.Digest]*client.Vertex
	tails    map[digest.Digest]*tail
	warnings []string
}

func newStatus() *status {
	return &status{vertices: map[digest.Digest]*client.Vertex{}, tails: map[digest.Digest]*tail{}}
}

// consume reads ch to its end, whatever happens to the display.
func (s *status) consume(ctx context.Context, ch <-chan *client.SolveStatus, p engine.Progress) error {
	shown := make(chan *client.SolveStatus, 16)
	done := make(chan error, 1)
	go func() {
		done <- show(shown, p)
		for range shown { //nolint:revive // a display that gave up must not block the build
		}
	}()
	for ss := range ch {
		s.update(ss)
		shown <- ss
	}
	close(shown)
	return <-done
}

// show runs BuildKit's own display. It is ended by its channel alone, so
// that what happened until a cancellation is still printed.
func show(ch chan *client.SolveStatus, p engine.Progress) error {
	mode := progressui.DisplayMode(p.Mode)
	if p.Mode == "" || p.Mode == engine.ProgressNone || p.Out == nil {
		mode = progressui.QuietMode
	}
	var opts []progressui.DisplayOpt
	if p.Title != "" {
		opts = append(opts, progressui.WithPhase(p.Title))
	}
	d, err := progressui.NewDisplay(p.Out, mode, opts...)
	if err != nil && mode == progressui.TtyMode { // the output is no terminal
		d, err = progressui.NewDisplay(p.Out, progressui.PlainMode, opts...)
	}
	if err != nil {
		return err
	}
	_, err = d.UpdateFrom(context.Background(), ch)
	return err
}

func (s *status) update(ss *client.SolveStatus) {
	for _, v := range ss.Vertexes {
		s.vertices[v.Digest] = v
	}
	for _, l := range ss.Logs {
		t := s.tails[l.Vertex]
		if t == nil {
			t = &tail{}
			s.tails[l.Vertex] = t
		}
		t.write(l.Data)
	}
	for _, w := range ss.Warnings {
		s.warnings = append(s.warnings, string(w.Short))
	}
}

// failed is the vertex that ended with an error, "" if none did.
func (s *status) failed() digest.Digest {
	var first *client.Vertex
	for _, v := range s.vertices {
		if v.Error == "" || v.Completed == nil {
			continue
		}
		// Others are cancelled after the first.
		if first == nil || v.Completed.Before(*first.Completed) {
			first = v
		}
	}
	if first == nil {
		return ""
	}
	return first.Digest
}

// fill copies what is known of a vertex into a step.
func (s *status) fill(d digest.Digest, step *engine.Step) {
	v := s.vertices[d]
	if v == nil {
		// The solver never had to look at it: a later step was cached.
		step.Cached = true
		return
	}
	step.Cached = v.Cached
	if v.Name != "" {
		step.Name = v.Name
	}
	if v.Started != nil && v.Completed != nil {
		step.Duration = v.Completed.Sub(*v.Started).Round(time.Millisecond)
	}
}

// tail keeps the last lines of a stream.
type tail struct {
	lines   []string
	partial []byte
}

// maxPartial bounds a line without an end, in bytes.
const maxPartial = 8 << 10

func (t *tail) write(b []byte) {
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			break
		}
		t.add(string(append(t.partial, b[:i]...)))
		t.partial = nil
		b = b[i+1:]
	}
	t.partial = append(t.partial, b...)
	if len(t.partial) > maxPartial {
		t.add(string(t.partial))
		t.partial = nil
	}
}

func (t *tail) add(line string) {
	// Progress bars overwrite their line: only its last state counts.
	line = strings.TrimRight(line, "\r")
	if i := strings.LastIndexByte(line, '\r'); i >= 0 {
		line = line[i+1:]
	}
	t.lines = append(t.lines, line)
	if len(t.lines) > tailLines {
		t.lines = t.lines[1:]
	}
}

func (t *tail) end() []string {
	if t == nil {
		return nil
	}
	if len(t.partial) > 0 {
		t.add(string(t.partial))
		t.partial = nil
	}
	return t.lines
}
