package enginetest

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"schlank/engine"
)

// Log is a buffer that may be written and read at the same time.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Output runs a process as a container's first one until it ends.
func Output(t testing.TB, e engine.Runner, req engine.RunRequest) (stdout, stderr string, code int) {
	t.Helper()
	ctx := Context(t)
	var out, errs Log
	req.Init.Stdout, req.Init.Stderr = &out, &errs
	c, err := e.Run(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	st, err := c.Init().Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(ctx, 0); err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), st.Code
}

// Eventually waits until ok reports true and fails the test when it never
// does.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("%s: it did not happen", what)
}
