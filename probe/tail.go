package probe

import "sync"

// maxLog is how much of a process's output is kept, in bytes.
const maxLog = 64 << 10

// tail keeps the last maxLog bytes written to it.
type tail struct {
	mu   sync.Mutex
	data []byte
	cut  bool
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, p...)
	if over := len(t.data) - maxLog; over > 0 {
		t.data, t.cut = append(t.data[:0], t.data[over:]...), true
	}
	return len(p), nil
}

// kept returns what is kept, and whether there was more before it.
func (t *tail) kept() (data string, cut bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.data), t.cut
}

func (t *tail) String() string {
	s, _ := t.kept()
	return s
}
