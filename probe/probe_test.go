package probe

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"schlank/inventory"
)

func TestParse(t *testing.T) {
	tests := []struct {
		in   string
		want Probe
		err  string
	}{
		{in: "http://:8000/healthz", want: HTTP{Method: "GET", Port: 8000, Path: "/healthz"}},
		{in: "http://localhost:8000", want: HTTP{Method: "GET", Port: 8000, Path: "/"}},
		{in: "http://localhost/x", want: HTTP{Method: "GET", Port: 80, Path: "/x"}},
		{in: "http://127.0.0.1:1/a%20b?q=1&r", want: HTTP{Method: "GET", Port: 1, Path: "/a%20b?q=1&r"}},
		{in: "http://[::1]:8000/", want: HTTP{Method: "GET", Port: 8000, Path: "/"}},
		{in: " /path#frag ", want: HTTP{Method: "GET", Path: "/path"}},
		{in: "/", want: HTTP{Method: "GET", Path: "/"}},
		{in: "HEAD /x", want: HTTP{Method: "HEAD", Path: "/x"}},
		{in: "post   http://:1/x?", want: HTTP{Method: "POST", Port: 1, Path: "/x?"}},
		{in: "tcp://:5432", want: TCP{5432}},
		{in: "tcp://localhost:5432/", want: TCP{5432}},
		{in: "cmd: python manage.py check", want: Command{Shell: "python manage.py check"}},
		{in: "cmd:true", want: Command{Shell: "true"}},
		{in: "", err: "not understood (use http"},
		{in: "cmd: ", err: "no command given (for example"},
		{in: "cmd: a\x00b", err: "NUL"},
		{in: "https://:8443/", err: "over plain HTTP"},
		{in: "http://example.org/", err: "example.org is not in the container (leave the host out: http://:PORT)"},
		{in: "http://:0/", err: "port 0 is out of range"},
		{in: "http://:99999/", err: "port 99999 is out of range"},
		{in: "http://:x/", err: "not an address"},
		{in: "http://u:p@:1/", err: "user names"},
		{in: "tcp://localhost", err: "no port given"},
		{in: "tcp://:1/x", err: "only a port"},
		{in: "GET tcp://:1", err: "only a port"},
		{in: "FETCH /x", err: `"FETCH" is no HTTP method`},
		{in: "GET /a b", err: "blanks"},
		{in: "//x/y", err: "not understood"},
		{in: "ftp://:21", err: "not understood"},
		{in: "python manage.py", err: `"python" is no HTTP method`},
	}
	for _, tc := range tests {
		got, err := Parse(tc.in)
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tc.in, diff)
		}
		if (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
			t.Errorf("%q: error %v, want %q", tc.in, err, tc.err)
		}
	}
}

// FuzzParse checks that what is understood has a name that fits a line, and
// that an HTTP name is understood again as the same probe.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"http://:8000/x?y", "/x", "HEAD /", "tcp://:1", "cmd: a b", "GET http://[::1]:80/%41"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse(s)
		if err != nil {
			return
		}
		h, ok := p.(HTTP)
		if !ok {
			return
		}
		if strings.ContainsAny(h.Name(), "\r\n") || !strings.HasPrefix(h.Path, "/") {
			t.Errorf("%q has the name %q", s, h.Name())
		}
		again := h.Name()
		if h.Port != 0 {
			again = strings.Replace(again, " :", " http://:", 1)
		}
		q, err := Parse(again)
		if err != nil {
			t.Fatalf("%q, %q: %v", s, again, err)
		}
		if diff := cmp.Diff(p, q); diff != "" {
			t.Errorf("%q, %q:\n%s", s, again, diff)
		}
	})
}

func TestPlan(t *testing.T) {
	user := []Probe{
		HTTP{Path: "/healthz"}, HTTP{Method: "GET", Port: 80, Path: "/"}, Command{Shell: "true"}, Command{Args: []string{"a", "b c"}},
		Start{}, HTTP{Port: 1, Path: "/", Header: []Field{{Name: "Host", Value: "x"}}},
	}
	tests := []struct {
		name string
		cfg  inventory.Config
		user []Probe
		want []string
	}{
		{"nothing", inventory.Config{}, nil, []string{"start"}},
		{"ports", inventory.Config{ExposedPorts: []string{"53/udp", "80/tcp", "8080", "x/tcp", "99999/tcp"}}, user,
			[]string{"start", "TCP :80", "GET :80/", "TCP :8080", "GET :8080/", "GET :80/healthz", "cmd: true", `cmd: ["a" "b c"]`, "GET :1/ (Host: x)"}},
		{"no port to ask", inventory.Config{}, user[:1], []string{"start", "GET /healthz"}},
		{"healthcheck", inventory.Config{Healthcheck: &inventory.Healthcheck{Test: []string{"CMD", "a"}}}, nil, []string{"start", "HEALTHCHECK"}},
		{"no healthcheck", inventory.Config{Healthcheck: &inventory.Healthcheck{Test: []string{"NONE"}}}, nil, []string{"start"}},
		{"inherited healthcheck", inventory.Config{Healthcheck: &inventory.Healthcheck{}}, nil, []string{"start"}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, p := range Plan(tc.cfg, tc.user) {
				got = append(got, p.Name())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestHealthcheckArgs(t *testing.T) {
	tests := []struct {
		shell, test, want []string
	}{
		{nil, []string{"CMD", "a", "b"}, []string{"a", "b"}},
		{nil, []string{"CMD-SHELL", "a || b"}, []string{"/bin/sh", "-c", "a || b"}},
		{[]string{"/bin/bash", "-ec"}, []string{"CMD-SHELL", "a"}, []string{"/bin/bash", "-ec", "a"}},
		{nil, []string{"NONE"}, nil},
		{nil, []string{"CMD"}, nil},
		{nil, []string{"OTHER", "x"}, nil},
	}
	for _, tc := range tests {
		got := healthcheckArgs(inventory.Config{Shell: tc.shell, Healthcheck: &inventory.Healthcheck{Test: tc.test}})
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tc.test, diff)
		}
	}
}

func TestShort(t *testing.T) {
	tests := []struct{ got, want string }{
		{exitShort(0, "a\nok\n", "warning"), "exit 0: ok"},
		{exitShort(2, "a", "no such\r\nfile\n\n"), "exit 2: file"},
		{exitShort(1, "out", ""), "exit 1: out"},
		{exitShort(0, "", ""), "exit 0"},
		{clip("a\x1b[31mb\tc", 100), "a [31mb c"},
		{clip("abcdef", 4), "abc…"},
		{count(1234567), "1,234,567"},
		{count(123), "123"},
		{seconds(30e9), "30 s"},
		{seconds(15e8), "1.5 s"},
		{neverStarted(t.Context(), errors.New("x")).end(), "cannot start: x"},
	}
	for _, tc := range tests {
		if tc.got != tc.want {
			t.Errorf("got %q, want %q", tc.got, tc.want)
		}
	}
}
