package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"schlank/engine"
	"schlank/internal/engine/enginetest"
)

// longSleep is a command nobody else runs, to be looked for in /proc.
func longSleep(t *testing.T) string {
	return fmt.Sprintf("sleep 9%d%d", os.Getpid(), len(t.Name())*int(time.Now().UnixNano()%1e6))
}

// runs reports whether any process of the machine runs the command.
func runs(command string) bool {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err == nil && strings.TrimRight(strings.ReplaceAll(string(b), "\x00", " "), " ") == command {
			return true
		}
	}
	return false
}

func awaitStart(t *testing.T, command string) {
	t.Helper()
	enginetest.Eventually(t, "start of "+command, func() bool { return runs(command) })
}

func awaitEnd(t *testing.T, command string) {
	t.Helper()
	enginetest.Eventually(t, "end of "+command, func() bool { return !runs(command) })
}

func TestStop(t *testing.T) {
	e := enginetest.Engine(t)
	img := enginetest.Build(t, e, enginetest.Project(t, "FROM busybox\n", nil)).Image
	tests := []struct {
		name, script string // %s is the command to look for
		grace        time.Duration
		atLeast      time.Duration
		code         int
	}{
		{"handler for the signal", "trap 'kill $!; exit 5' TERM; %s & wait", 10 * time.Second, 0, 5},
		{"no handler", "exec %s", 300 * time.Millisecond, 300 * time.Millisecond, 137},
		{"signal ignored", "trap '' TERM; %s; true", 300 * time.Millisecond, 300 * time.Millisecond, 137},
		{"no grace", "trap '' TERM; %s; true", 0, 0, 137},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx := enginetest.Context(t)
			sleep := longSleep(t)
			c, err := e.Run(ctx, engine.RunRequest{Image: img, Init: engine.Process{Args: []string{"sh", "-c", fmt.Sprintf(tt.script, sleep)}}})
			if err != nil {
				t.Fatal(err)
			}
			awaitStart(t, sleep)
			start := time.Now()
			if err := c.Stop(ctx, tt.grace); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took < tt.atLeast || took > 5*time.Second {
				t.Errorf("stopping took %v", took)
			}
			if st, err := c.Init().Wait(ctx); err != nil || st.Code != tt.code {
				t.Errorf("exit status is %v, %v; want %d", st, err, tt.code)
			}
			awaitEnd(t, sleep)
			if err := c.Stop(ctx, time.Second); err != nil {
				t.Errorf("stopping again: %v", err)
			}
			if _, err := c.Exec(ctx, engine.Process{Args: []string{"true"}}); err == nil {
				t.Error("a process was started in a stopped container")
			}
		})
	}
}

func TestCancelRun(t *testing.T) {
	e := enginetest.Engine(t)
	img := enginetest.Build(t, e, enginetest.Project(t, "FROM busybox\n", nil)).Image
	ctx, cancel := context.WithCancel(enginetest.Context(t))
	sleep, second := longSleep(t), longSleep(t)+"7"
	c, err := e.Run(ctx, engine.RunRequest{Image: img, Init: engine.Process{Args: strings.Fields(sleep)}})
	if err != nil {
		t.Fatal(err)
	}
	awaitStart(t, sleep)
	if _, err := c.Exec(ctx, engine.Process{Args: strings.Fields(second)}); err != nil {
		t.Fatal(err)
	}
	awaitStart(t, second)
	cancel()
	awaitEnd(t, sleep)
	awaitEnd(t, second)
	if _, err := c.Init().Wait(enginetest.Context(t)); err == nil {
		t.Error("waiting for a cancelled process gave no error")
	}
}

func TestCancelBuild(t *testing.T) {
	e := enginetest.Engine(t)
	ctx, cancel := context.WithCancelCause(enginetest.Context(t))
	sleep := longSleep(t)
	failed := make(chan error, 1)
	go func() {
		_, err := e.Build(ctx, enginetest.Project(t, "FROM busybox\nRUN "+sleep+"\n", nil))
		failed <- err
	}()
	awaitStart(t, sleep)
	why := errors.New("the user changed their mind")
	cancel(why)
	select {
	case err := <-failed:
		var be *engine.BuildError
		if !errors.Is(err, why) || errors.As(err, &be) {
			t.Errorf("error is %v, want the cause and no fault of the Dockerfile", err)
		}
	case <-time.After(15 * time.Second):
		t.Fatal("the build went on after it was cancelled")
	}
	awaitEnd(t, sleep)
	enginetest.Build(t, e, enginetest.Project(t, "FROM busybox\nRUN echo the engine still works\n", nil))
}
