package enginetest

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	socketEnv = "SCHLANK_TEST_SOCKET"
	callsEnv  = "SCHLANK_TEST_CALLS"
)

// FakeCommands puts stand-ins for commands that carry a connection first on
// PATH: each connects its standard streams to the socket, as `buildctl
// dial-stdio` behind it would, and notes how it was called. The test binary's
// programs need DialStdio under "dial-stdio".
func FakeCommands(t *testing.T, socket string, names ...string) (calls func() string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, n := range names {
		if err := os.Symlink(self, filepath.Join(dir, n)); err != nil {
			t.Fatal(err)
		}
	}
	log := filepath.Join(dir, "calls")
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	t.Setenv(programEnv, "dial-stdio")
	t.Setenv(socketEnv, socket)
	t.Setenv(callsEnv, log)
	return func() string {
		b, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
}

// DialStdio is the program behind FakeCommands.
func DialStdio() int {
	err := func() error {
		log, err := os.OpenFile(os.Getenv(callsEnv), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		fmt.Fprintln(log, filepath.Base(os.Args[0]), strings.Join(os.Args[1:], " "))
		log.Close()
		conn, err := net.Dial("unix", os.Getenv(socketEnv))
		if err != nil {
			return err
		}
		go func() {
			_, _ = io.Copy(conn, os.Stdin)
			_ = conn.(*net.UnixConn).CloseWrite()
		}()
		_, err = io.Copy(os.Stdout, conn)
		return err
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
