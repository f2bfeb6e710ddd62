//go:build !linux

package embedded

import (
	"context"
	"runtime"

	"github.com/moby/buildkit/client"
)

// Server is never made on this system.
type Server struct{}

// Start reports that containers need Linux.
func Start(context.Context, Options) (*Server, error) {
	return nil, &UnavailableError{
		Missing: "containers need a Linux kernel, this is " + runtime.GOOS,
		Hint:    "name an engine that runs on Linux with --engine: docker, unix://, tcp://, ssh://, docker-container://, podman-container://, kube-pod://",
	}
}

// Client is never called here.
func (*Server) Client() *client.Client { return nil }

// Describe is never called here.
func (*Server) Describe() string { return "" }

// Close does nothing here.
func (*Server) Close() error { return nil }

// EnterUserNamespace does nothing here.
func EnterUserNamespace() error { return nil }

// RuntimeMain has nothing to act as here.
func RuntimeMain(context.Context, []string) (code int, ok bool) { return 0, false }
