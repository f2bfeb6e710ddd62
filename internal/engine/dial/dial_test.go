package dial

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

func TestValid(t *testing.T) {
	for addr, want := range map[string]bool{
		"docker": true, "unix:///s": true, "tcp://h:1": true, "ssh://h": true, "docker-container://c": true,
		"podman-container://c": true, "kube-pod://p": true,
		"": false, "unix://": false, "http://h": false, "docker://": false, "dockerx": false, "/s": false,
	} {
		if got := Valid(addr); got != want {
			t.Errorf("%q is valid: %v, want %v", addr, got, want)
		}
	}
}

// TestHijack has a server answer the upgrade and talk at once, in one packet.
func TestHijack(t *testing.T) {
	tests := []struct{ name, answer, want, failure string }{
		{"switched", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nhello", "hello", ""},
		{"too old", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "", "404"},
		{"no HTTP", "what?\r\n\r\n", "", "asking Docker"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			socket := filepath.Join(t.TempDir(), "sock")
			asked := serveOnce(t, socket, tt.answer)
			t.Setenv("DOCKER_HOST", "unix://"+socket)
			d, err := newDocker()
			if err != nil {
				t.Fatal(err)
			}
			conn, err := d.dialSession(context.Background(), "h2c", map[string][]string{"x-docker-expose-session-uuid": {"id"}})
			if tt.failure != "" {
				if err == nil || !strings.Contains(err.Error(), tt.failure) {
					t.Errorf("error is %v, want %q in it", err, tt.failure)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			got, err := io.ReadAll(conn)
			if string(got) != tt.want || err != nil {
				t.Errorf("read %q, %v; want %q", got, err, tt.want)
			}
			req := <-asked
			if req.URL.Path != "/session" || req.Header.Get("Upgrade") != "h2c" || req.Header.Get("X-Docker-Expose-Session-Uuid") != "id" {
				t.Errorf("asked for %s with %v", req.URL.Path, req.Header)
			}
		})
	}
}

func serveOnce(t *testing.T, socket, answer string) <-chan *http.Request {
	t.Helper()
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	asked := make(chan *http.Request, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		req, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		asked <- req
		_, _ = io.WriteString(conn, answer)
	}()
	return asked
}

func TestDockerHost(t *testing.T) {
	for host, want := range map[string]string{
		"ssh://somewhere": "--engine ssh://",
		"%zz":             "DOCKER_HOST",
	} {
		t.Setenv("DOCKER_HOST", host)
		if _, err := newDocker(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want %q in it", host, err, want)
		}
	}
	t.Setenv("DOCKER_HOST", "tcp://host:2376")
	t.Setenv("DOCKER_TLS_VERIFY", "1")
	t.Setenv("DOCKER_CERT_PATH", t.TempDir())
	if _, err := newDocker(); err == nil || !strings.Contains(err.Error(), "CA") {
		t.Errorf("error is %v, want that the CA is missing", err)
	}
}
