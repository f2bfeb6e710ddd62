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
	memory    // the most of all runs
}

// memory is what a process has of it at most, in bytes. What is resident but
// not its own is mapped from files, above all the program: pages that are not
// there twice, and that the kernel takes back when it wants to.
type memory struct {
	resident, own int64
}

// measure runs the tools in turns.
func measure(ctx context.Context, tools []tool, runs int, stderr io.Writer) ([]result, error) {
	walls, cpus := make([][]time.Duration, len(tools)), make([][]time.Duration, len(tools))
	results := make([]result, len(tools))
	for _, t := range tools {
		if !t.warm {
			continue
		}
		if _, err := once(ctx, t); err != nil {
			return nil, fmt.Errorf("running %s: %w", t.name, err)
		}
	}
	for n := range runs {
		for i, t := range tools {
			fmt.Fprintf(stderr, "bench: run %d of %d: %s\n", n+1, runs, t.name)
			r, err := once(ctx, t)
			if err != nil {
				return nil, fmt.Errorf("running %s: %w", t.name, err)
			}
			walls[i], cpus[i] = append(walls[i], r.wall), append(cpus[i], r.cpu)
			results[i].resident = max(results[i].resident, r.resident)
			results[i].own = max(results[i].own, r.own)
		}
	}
	for i, t := range tools {
		results[i].tool, results[i].wall, results[i].cpu = t, median(walls[i]), median(cpus[i])
	}
	return results, nil
}

// once runs a tool, its output thrown away.
func once(ctx context.Context, t tool) (result, error) {
	cmd := exec.CommandContext(ctx, t.args[0], t.args[1:]...)
	cmd.Env = append(os.Environ(), t.env...)
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return result{}, err
	}
	stop := watchMemory(cmd.Process.Pid)
	err := cmd.Wait()
	r := result{wall: time.Since(start), memory: stop(), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	var exit *exec.ExitError
	if errors.As(err, &exit) && t.failure != 0 && exit.ExitCode() == t.failure {
		err = nil
	}
	return r, err
}

func median(list []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}
