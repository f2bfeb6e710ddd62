package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"
)

// result is what a tool took, medians over the runs.
type result struct {
	tool
	wall, cpu time.Duration
	rss       int64 // bytes, the most of all runs
}

// measure runs the tools in turns.
func measure(ctx context.Context, tools []tool, runs int, stderr io.Writer) ([]result, error) {
	walls, cpus := make([][]time.Duration, len(tools)), make([][]time.Duration, len(tools))
	results := make([]result, len(tools))
	for _, t := range tools {
		if !t.warm {
			continue
		}
		if _, _, err := once(ctx, t); err != nil {
			return nil, fmt.Errorf("running %s: %w", t.name, err)
		}
	}
	for n := range runs {
		for i, t := range tools {
			fmt.Fprintf(stderr, "bench: run %d of %d: %s\n", n+1, runs, t.name)
			wall, state, err := once(ctx, t)
			if err != nil {
				return nil, fmt.Errorf("running %s: %w", t.name, err)
			}
			walls[i] = append(walls[i], wall)
			cpus[i] = append(cpus[i], state.UserTime()+state.SystemTime())
			results[i].rss = max(results[i].rss, peakMemory(state))
		}
	}
	for i, t := range tools {
		results[i].tool, results[i].wall, results[i].cpu = t, median(walls[i]), median(cpus[i])
	}
	return results, nil
}

// once runs a tool, its output thrown away.
func once(ctx context.Context, t tool) (time.Duration, *os.ProcessState, error) {
	cmd := exec.CommandContext(ctx, t.args[0], t.args[1:]...)
	cmd.Env = append(os.Environ(), t.env...)
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	var exit *exec.ExitError
	if errors.As(err, &exit) && t.failure != 0 && exit.ExitCode() == t.failure {
		err = nil
	}
	return wall, cmd.ProcessState, err
}

func median(list []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}
