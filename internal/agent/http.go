package agent

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"syscall"
)

// dial connects to the port on the loopback interface, IPv4 first.
func dial(ctx context.Context, port int) (net.Conn, error) {
	var d net.Dialer
	p := strconv.Itoa(port)
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", p))
	if err == nil {
		return conn, nil
	}
	if conn, err6 := d.DialContext(ctx, "tcp", net.JoinHostPort("::1", p)); err6 == nil {
		return conn, nil
	}
	return nil, err
}

// fetch sends one HTTP request on a connection of its own.
func fetch(ctx context.Context, port int, r HTTPRequest) Response {
	req, err := newRequest(ctx, port, r)
	if err != nil {
		return Response{Failure: &Failure{Malformed, err.Error()}}
	}
	tr := &http.Transport{
		DialContext:            func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, port) },
		DisableCompression:     true,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxRequest,
	}
	defer tr.CloseIdleConnections()
	res, err := tr.RoundTrip(req)
	if err != nil {
		return Response{Failure: failure(err)}
	}
	defer res.Body.Close()
	out := &HTTPResponse{Status: res.StatusCode, Header: fields(res.Header)}
	out.Body, err = io.ReadAll(io.LimitReader(res.Body, MaxBody+1))
	if err != nil {
		if ctx.Err() != nil {
			return Response{Failure: failure(ctx.Err())}
		}
		out.Broken = true
	}
	if len(out.Body) > MaxBody {
		out.Body, out.Truncated = out.Body[:MaxBody], true
	}
	return Response{HTTP: out}
}

func newRequest(ctx context.Context, port int, r HTTPRequest) (*http.Request, error) {
	if !strings.HasPrefix(r.Path, "/") {
		return nil, errors.New("the path of a request starts with a slash")
	}
	host := "localhost:" + strconv.Itoa(port)
	req, err := http.NewRequestWithContext(ctx, r.Method, "http://"+host+r.Path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "schlank")
	req.Header.Set("Accept", "*/*")
	for _, f := range r.Header {
		if strings.EqualFold(f.Name, "Host") {
			req.Host = f.Value
			continue
		}
		req.Header.Set(f.Name, f.Value)
	}
	return req, nil
}

// fields flattens a header, sorted by name.
func fields(h http.Header) []Field {
	var list []Field
	for name, values := range h {
		for _, v := range values {
			list = append(list, Field{name, v})
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

// failure gives an error the same words in every run.
func failure(err error) *Failure {
	var ne net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Failure{Refused, "connection refused"}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.As(err, &ne) && ne.Timeout():
		return &Failure{Timeout, "no answer in time"}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET),
		errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed):
		return &Failure{Closed, "connection closed without an answer"}
	case isNetError(err):
		return &Failure{Closed, "connection failed"}
	}
	return &Failure{NotHTTP, "the answer is not HTTP"}
}

func isNetError(err error) bool {
	var op *net.OpError
	return errors.As(err, &op)
}
