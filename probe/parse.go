package probe

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// methods are the HTTP methods Parse knows.
var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

const parseHint = "use http://:PORT/PATH, /PATH, 'POST /PATH', tcp://:PORT or 'cmd: COMMAND'"

// Parse reads a probe as users write it:
//
//	http://:8000/path, http://localhost:8000/path
//	/path                   on the first exposed port
//	HEAD http://:8000/path  and other methods, also with /path
//	tcp://:5432
//	cmd: python manage.py check
func Parse(s string) (Probe, error) {
	s = strings.TrimSpace(s)
	p, err := parse(s)
	if err != nil {
		return nil, fmt.Errorf("probe %q: %w", s, err)
	}
	return p, nil
}

func parse(s string) (Probe, error) {
	if cmd, ok := strings.CutPrefix(s, "cmd:"); ok {
		if cmd = strings.TrimSpace(cmd); cmd == "" {
			return nil, fmt.Errorf("no command given (for example 'cmd: python manage.py check')")
		}
		if strings.ContainsRune(cmd, 0) {
			return nil, fmt.Errorf("a command cannot hold a NUL character")
		}
		return Command{Shell: cmd}, nil
	}
	method, target := "", s
	if word, rest, ok := strings.Cut(s, " "); ok {
		method, target = strings.ToUpper(word), strings.TrimSpace(rest)
		if !slices.Contains(methods, method) {
			return nil, fmt.Errorf("%q is no HTTP method (%s)", word, parseHint)
		}
	}
	if strings.ContainsFunc(target, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return nil, fmt.Errorf("an address cannot hold blanks (write %%20 in a path)")
	}
	if strings.HasPrefix(target, "/") && !strings.HasPrefix(target, "//") {
		target = "http://" + target
	}
	u, err := url.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("not an address (%s)", parseHint)
	}
	switch u.Scheme {
	case "http":
		return parseHTTP(method, u)
	case "tcp":
		return parseTCP(method, u)
	case "https":
		return nil, fmt.Errorf("containers are asked over plain HTTP (use http:// and the port that speaks it)")
	}
	return nil, fmt.Errorf("not understood (%s)", parseHint)
}

func parseHTTP(method string, u *url.URL) (Probe, error) {
	if u.User != nil {
		return nil, fmt.Errorf("user names in addresses are not supported")
	}
	port, err := localPort(u)
	if err != nil {
		return nil, err
	}
	if port == 0 && u.Host != "" {
		port = 80
	}
	p := HTTP{Method: method, Port: port, Path: u.EscapedPath()}
	if p.Method == "" {
		p.Method = "GET"
	}
	if p.Path == "" {
		p.Path = "/"
	}
	if u.RawQuery != "" || u.ForceQuery {
		p.Path += "?" + u.RawQuery
	}
	return p, nil
}

func parseTCP(method string, u *url.URL) (Probe, error) {
	port, err := localPort(u)
	switch {
	case err != nil:
		return nil, err
	case port == 0:
		return nil, fmt.Errorf("no port given (for example tcp://:5432)")
	case method != "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.User != nil:
		return nil, fmt.Errorf("a tcp probe is only a port (for example tcp://:%d)", port)
	}
	return TCP{port}, nil
}

// localPort is the port of an address in the container, 0 if it has none.
func localPort(u *url.URL) (int, error) {
	switch u.Hostname() {
	case "", "localhost", "127.0.0.1", "::1", "0.0.0.0":
	default:
		return 0, fmt.Errorf("%s is not in the container (leave the host out: %s://:PORT)", u.Hostname(), u.Scheme)
	}
	if u.Port() == "" {
		return 0, nil
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil || !validPort(port) {
		return 0, fmt.Errorf("port %s is out of range", u.Port())
	}
	return port, nil
}
