// Package dial connects to a BuildKit at an address.
package dial

import (
	"context"
	"fmt"
	"strings"

	"github.com/moby/buildkit/client"

	// Each helper registers its scheme with BuildKit's client.
	_ "github.com/moby/buildkit/client/connhelper/dockercontainer"
	_ "github.com/moby/buildkit/client/connhelper/kubepod"
	_ "github.com/moby/buildkit/client/connhelper/podmancontainer"
	_ "github.com/moby/buildkit/client/connhelper/ssh"
)

// Docker is the address of the BuildKit in the Docker engine that DOCKER_HOST
// names.
const Docker = "docker"

// Schemes are the address forms Connect takes, for help texts.
var Schemes = []string{Docker, "unix://", "tcp://", "ssh://", "docker-container://", "podman-container://", "kube-pod://"}

// Valid reports whether addr has one of the forms.
func Valid(addr string) bool {
	for _, s := range Schemes {
		rest, ok := strings.CutPrefix(addr, s)
		if ok && (rest != "") == strings.HasSuffix(s, "://") {
			return true
		}
	}
	return false
}

// Connect opens a client and checks that a BuildKit answers.
func Connect(ctx context.Context, addr string) (*client.Client, error) {
	var opts []client.ClientOpt
	target := addr
	if addr == Docker {
		d, err := newDocker()
		if err != nil {
			return nil, err
		}
		opts = append(opts, client.WithContextDialer(d.dialGRPC), client.WithSessionDialer(d.dialSession))
		target = "passthrough:///docker"
	}
	c, err := client.New(ctx, target, opts...)
	if err != nil {
		return nil, fmt.Errorf("connecting to engine %s: %w", addr, err)
	}
	if _, err := c.ListWorkers(ctx); err != nil {
		c.Close()
		return nil, fmt.Errorf("engine %s does not answer: %w", addr, err)
	}
	return c, nil
}
