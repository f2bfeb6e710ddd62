package image

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// dialSSH has ssh run the engine's client on a host, which passes the
// engine's socket through its standard streams.
func dialSSH(u *url.URL, relay string) (net.Conn, error) {
	args := []string{"-T", "-o", "ConnectTimeout=30"}
	if user := u.User.Username(); user != "" {
		args = append(args, "-l", user)
	}
	if port := u.Port(); port != "" {
		args = append(args, "-p", port)
	}
	c := &sshConn{cmd: exec.Command("ssh", append(args, "--", u.Hostname(), relay, "system", "dial-stdio")...)}
	c.cmd.Stderr = &c.said
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if c.out, err = c.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting ssh: %w", err)
	}
	return c, nil
}

// sshConn is a connection over the streams of a command.
type sshConn struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  io.ReadCloser
	said message
	wait sync.Once
}

func (c *sshConn) Read(p []byte) (int, error) {
	n, err := c.out.Read(p)
	if err == io.EOF {
		err = c.reason(err)
	}
	return n, err
}

func (c *sshConn) Write(p []byte) (int, error) {
	n, err := c.in.Write(p)
	if err != nil { // nobody reads any more: the command has ended, or is about to
		_ = c.cmd.Process.Kill()
		err = c.reason(err)
	}
	return n, err
}

// reason is what the command has said before it ended, else err.
func (c *sshConn) reason(err error) error {
	c.ended()
	if said := strings.TrimSpace(string(c.said)); said != "" {
		return fmt.Errorf("ssh: %s", said)
	}
	return err
}

// ended waits for the command. How it ended does not matter: it is killed, or
// has said what is wrong.
func (c *sshConn) ended() { c.wait.Do(func() { _ = c.cmd.Wait() }) }

// Close ends the command.
func (c *sshConn) Close() error {
	_, _ = c.in.Close(), c.cmd.Process.Kill() // it may have ended by itself
	c.ended()
	return nil
}

// message keeps the first bytes that are written to it.
type message []byte

func (m *message) Write(p []byte) (int, error) {
	const most = 4 << 10
	*m = append(*m, p[:min(len(p), max(0, most-len(*m)))]...)
	return len(p), nil
}

func (c *sshConn) LocalAddr() net.Addr  { return &net.UnixAddr{Net: "ssh"} }
func (c *sshConn) RemoteAddr() net.Addr { return &net.UnixAddr{Net: "ssh", Name: c.cmd.String()} }

// The deadlines are not supported; requests end with their context.
func (c *sshConn) SetDeadline(time.Time) error      { return nil }
func (c *sshConn) SetReadDeadline(time.Time) error  { return nil }
func (c *sshConn) SetWriteDeadline(time.Time) error { return nil }
