//go:build unix

package tui

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"schlank/report"
)

// TestExplorer is not a test: it is the explorer, run in a terminal by those
// below.
func TestExplorer(t *testing.T) {
	if os.Getenv("SCHLANK_TEST_EXPLORER") == "" {
		t.Skip("run by TestTerminal")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	err := Run(ctx, Options{
		Subject: shop(), Style: report.Style{Unicode: true, Color: true}, Input: os.Stdin, Output: os.Stdout,
		Extract: func(_ context.Context, path, dir string) (string, error) {
			if dir == "panic" {
				panic("on purpose")
			}
			return "copied " + path + " to " + dir, nil
		},
	})
	fmt.Println("explorer ended:", err)
}

// terminal is a real one: tmux.
type terminal struct {
	t      *testing.T
	socket string
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed")
	}
	term := &terminal{t, filepath.Join(t.TempDir(), "s")}
	term.tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "20", "sh")
	t.Cleanup(func() { term.tmux("kill-server") })
	term.tmux("send-keys", "SCHLANK_TEST_EXPLORER=1 "+os.Args[0]+" -test.run='^TestExplorer$'; stty -a | grep -o '.echo '; echo shell again", "Enter")
	term.wait("━ Layers", "RUN apt-get update")
	return term
}

func (x *terminal) tmux(args ...string) string {
	x.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", x.socket}, args...)...).CombinedOutput()
	if err != nil {
		x.t.Fatalf("tmux %v: %v: %s", args, err, out)
	}
	return string(out)
}

func (x *terminal) keys(keys ...string) {
	x.t.Helper()
	x.tmux(append([]string{"send-keys"}, keys...)...)
}

// wait waits until the screen shows all of the texts.
func (x *terminal) wait(texts ...string) {
	x.t.Helper()
	screen := ""
	for range 200 {
		screen = x.tmux("capture-pane", "-p")
		missing := false
		for _, text := range texts {
			missing = missing || !strings.Contains(screen, text)
		}
		if !missing {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	x.t.Fatalf("%q do not appear on\n%s", texts, screen)
}

// restored checks that the terminal is as it was.
func (x *terminal) restored() {
	x.t.Helper()
	x.wait("shell again")
	if got := strings.TrimSpace(x.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{keypad_cursor_flag}")); got != "0 1 0 0" {
		x.t.Errorf("alternate screen, cursor, mouse and cursor keys are %s, want 0 1 0 0", got)
	}
	if screen := x.tmux("capture-pane", "-p"); strings.Contains(screen, "-echo") {
		x.t.Errorf("the terminal does not echo:\n%s", screen)
	}
}

func TestTerminal(t *testing.T) {
	t.Run("keys and leaving", func(t *testing.T) {
		x := newTerminal(t)
		x.keys("Down", "Down")
		x.wait("─ Layer 2, 20.0 MB")
		x.keys("Tab", "C-Space")
		x.wait("━ Layer 2", "x_Packages")
		x.keys("C-u")
		x.wait("bash")
		x.keys("C-f")
		x.keys("-l", "libcurl")
		x.wait("filter libcurl")
		x.keys("Enter", "End", "C-e")
		x.wait("copy /usr/lib/libcurl.so.4 to the directory: .")
		x.keys("C-u")
		x.keys("-l", "out")
		x.keys("Enter")
		x.wait("copied /usr/lib/libcurl.so.4 to out")
		x.keys("Escape")
		x.wait("bash", "curl") // or the next key would count as one with Alt
		x.tmux("resize-window", "-x", "50", "-y", "12")
		x.wait("wasted…")
		x.keys("?")
		x.wait("━ Help")
		x.keys("q")
		x.keys("q")
		x.wait("explorer ended: <nil>")
		x.restored()
	})
	t.Run("signal", func(t *testing.T) {
		x := newTerminal(t)
		pids := x.tmux("list-panes", "-F", "#{pane_pid}")
		child, err := exec.Command("ps", "-o", "pid=", "--ppid", strings.TrimSpace(pids)).Output()
		if err != nil {
			t.Skip("ps can't list children")
		}
		if out, err := exec.Command("kill", "-TERM", strings.TrimSpace(string(child))).CombinedOutput(); err != nil {
			t.Fatalf("kill: %v: %s", err, out)
		}
		x.wait("explorer ended: context canceled")
		x.restored()
	})
	t.Run("panic", func(t *testing.T) {
		x := newTerminal(t)
		x.keys("Tab")
		x.keys("e")
		x.wait("copy /usr")
		x.keys("C-u")
		x.keys("-l", "panic")
		x.keys("Enter")
		x.wait("shell again")
		x.restored()
	})
}
