package engine_test

import (
	"strings"
	"testing"
	"time"

	intengine "schlank/internal/engine"
	"schlank/internal/engine/enginetest"
)

func TestBuildkitd(t *testing.T) {
	enginetest.Engine(t)
	d := enginetest.StartBuildkitd(t)
	for _, addr := range []string{"unix://" + d.Socket, "tcp://" + d.TCP} {
		t.Run(addr, func(t *testing.T) {
			e := enginetest.Open(t, intengine.Options{Address: addr})
			if e.Describe() != addr {
				t.Errorf("the engine is %s", e.Describe())
			}
			checkBackend(t, e, enginetest.Project(t, backendDockerfile, backendFiles))
		})
	}
}

func TestConnectionHelpers(t *testing.T) {
	enginetest.Engine(t)
	d := enginetest.StartBuildkitd(t)
	calls := enginetest.FakeCommands(t, d.Socket, "docker", "podman", "kubectl", "ssh")
	for _, tt := range []struct{ addr, call string }{
		{"docker-container://bk", "docker exec -i bk buildctl dial-stdio"},
		{"podman-container://bk", "podman exec -i bk buildctl dial-stdio"},
		{"kube-pod://pod?namespace=ci", "kubectl"},
		{"ssh://me@host", "ssh"},
	} {
		t.Run(tt.addr, func(t *testing.T) {
			e := enginetest.Open(t, intengine.Options{Address: tt.addr})
			enginetest.Build(t, e, enginetest.Project(t, "FROM busybox\nCOPY in /\nRUN cat /in\n", map[string]string{"in": tt.addr}))
			if !strings.Contains(calls(), tt.call) {
				t.Errorf("calls are:\n%s\nwant %q", calls(), tt.call)
			}
		})
	}
	t.Log(calls())
}

func TestNoEngineThere(t *testing.T) {
	t.Setenv("DOCKER_HOST", "unix:///no/such/socket")
	for _, tt := range []struct{ addr, want string }{
		{"unix:///no/such/socket", "no/such/socket"},
		{"tcp://127.0.0.1:1", "127.0.0.1:1"},
		{"docker", "DOCKER_HOST"},
		{"nonsense", "unknown engine"},
		{"unix://", "unknown engine"},
	} {
		start := time.Now()
		_, err := intengine.Open(enginetest.Context(t), intengine.Options{Address: tt.addr, State: t.TempDir()})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error is %v, want %q in it", tt.addr, err, tt.want)
		}
		if took := time.Since(start); took > 15*time.Second {
			t.Errorf("%s: it took %v to say so", tt.addr, took)
		}
	}
}
