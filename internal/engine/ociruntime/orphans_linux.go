package ociruntime

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A container without a pid namespace of its own has no first process whose end
// takes the others along. runc finds those by their cgroup; without cgroups,
// `run` becomes the parent of every orphan below it and ends them itself.

// adoptOrphans makes this process the one that orphaned descendants fall to.
func adoptOrphans() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("becoming the container's reaper: %w", err)
	}
	return nil
}

// reapOrphans kills and collects children until there are none. Each killed
// process hands its own children down, so the loop ends with the whole tree.
func reapOrphans() error {
	for {
		pids, err := children()
		if err != nil {
			return fmt.Errorf("ending the container's remaining processes: %w", err)
		}
		if len(pids) == 0 {
			return nil
		}
		for _, pid := range pids {
			if err := unix.Kill(pid, unix.SIGKILL); err != nil && !errors.Is(err, unix.ESRCH) {
				return fmt.Errorf("ending process %d of the container: %w", pid, err)
			}
			for {
				_, err := unix.Wait4(pid, nil, 0, nil)
				if !errors.Is(err, unix.EINTR) {
					break // collected, or not ours any more
				}
			}
		}
	}
}

// children lists the direct children of this process. /proc/PID/task/*/children
// would be shorter but is a kernel option; the parent in stat always exists.
func children() ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	self := strconv.Itoa(os.Getpid())
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		b, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue // ended meanwhile
		}
		rest := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
		if len(rest) > 1 && rest[1] == self {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}
