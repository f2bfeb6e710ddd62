package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// sampleEvery is how often a process is looked at.
const sampleEvery = 5 * time.Millisecond

// watchMemory looks at a process until stop is called, which returns the most
// it saw.
func watchMemory(pid int) (stop func() memory) {
	end, most := make(chan struct{}), make(chan memory)
	go func() {
		var m memory
		tick := time.NewTicker(sampleEvery)
		defer tick.Stop()
		for {
			m.raise(pid)
			select {
			case <-tick.C:
			case <-end:
				most <- m
				return
			}
		}
	}()
	return func() memory {
		close(end)
		return <-most
	}
}

// raise looks at a process once; see proc_pid_status(5).
func (m *memory) raise(pid int) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return // it has ended
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		var into *int64
		switch name {
		case "VmRSS":
			into = &m.resident
		case "RssAnon":
			into = &m.own
		default:
			continue
		}
		if kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64); err == nil {
			*into = max(*into, kb<<10)
		}
	}
}
