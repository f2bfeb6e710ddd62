package image

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestDockerAddress(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	contexts := func(dir string, hosts map[string]string, current string) {
		t.Helper()
		for name, host := range hosts {
			sum := sha256.Sum256([]byte(name))
			meta := filepath.Join(dir, "contexts", "meta", hex.EncodeToString(sum[:]))
			if err := os.MkdirAll(meta, 0o755); err != nil {
				t.Fatal(err)
			}
			text := fmt.Sprintf(`{"Name":%q,"Endpoints":{"docker":{"Host":%q,"SkipTLSVerify":%v}}}`, name, host, name == "lax")
			if err := os.WriteFile(filepath.Join(meta, "meta.json"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(current), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	own := filepath.Join(home, ".docker")
	other := t.TempDir()
	hosts := map[string]string{"desktop": "unix:///home/me/.docker/run/docker.sock", "far": "ssh://me@far.lan:2222", "lax": "tcp://far.lan:2376", "bad": "npipe:////./pipe/docker"}
	contexts(own, hosts, `{"currentContext":"desktop"}`)
	contexts(other, nil, `{`)
	tests := []struct {
		env       map[string]string
		opts      Options
		want, err string
		tls       bool
	}{
		{want: "unix:///home/me/.docker/run/docker.sock"},
		{env: map[string]string{"DOCKER_CONFIG": other}, want: "unix:///var/run/docker.sock"},
		{env: map[string]string{"DOCKER_CONTEXT": "default"}, want: "unix:///var/run/docker.sock"},
		{env: map[string]string{"DOCKER_CONTEXT": "far"}, want: "ssh://me@far.lan:2222"},
		{env: map[string]string{"DOCKER_CONTEXT": "lax"}, want: "tcp://far.lan:2376", tls: true},
		{env: map[string]string{"DOCKER_CONTEXT": "bad"}, err: "is none of unix://"},
		{env: map[string]string{"DOCKER_CONTEXT": "nowhere"}, err: `docker context "nowhere"`},
		{env: map[string]string{"DOCKER_HOST": "tcp://h:1", "DOCKER_CONTEXT": "far"}, want: "tcp://h:1"},
		{env: map[string]string{"DOCKER_HOST": "tcp://h:1", "DOCKER_TLS_VERIFY": "1"}, want: "tcp://h:1", tls: true},
		{env: map[string]string{"DOCKER_HOST": "h:1"}, err: "DOCKER_HOST"},
		{env: map[string]string{"DOCKER_HOST": "tcp://h:1"}, opts: Options{DockerHost: "unix:///x"}, want: "unix:///x"},
	}
	for _, tt := range tests {
		for _, key := range []string{"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_TLS", "DOCKER_CERT_PATH"} {
			t.Setenv(key, tt.env[key])
		}
		a, err := dockerAddress(tt.opts)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%v: %v, want %q", tt.env, err, tt.err)
			}
			continue
		}
		if err != nil || a.String() != tt.want || (a.tls != nil) != tt.tls {
			t.Errorf("%v: %v, %v, want %s (TLS: %v)", tt.env, a, err, tt.want, tt.tls)
		}
	}
}

func TestPodmanAddresses(t *testing.T) {
	t.Setenv("CONTAINER_HOST", "")
	t.Setenv("XDG_RUNTIME_DIR", "/run/user/7")
	list, err := podmanAddresses(Options{})
	if err != nil || fmt.Sprint(list) != "[unix:///run/user/7/podman/podman.sock unix:///run/podman/podman.sock]" {
		t.Errorf("%v, %v", list, err)
	}
	t.Setenv("CONTAINER_HOST", "ssh://core@host/run/podman/podman.sock")
	if list, err = podmanAddresses(Options{}); err != nil || len(list) != 1 || list[0].relay != "podman" {
		t.Errorf("%v, %v", list, err)
	}
	t.Setenv("CONTAINER_HOST", "host")
	if _, err = podmanAddresses(Options{}); err == nil {
		t.Error("a host without a scheme was taken")
	}
}

// TestDockerByTLS wants the client's certificate.
func TestDockerByTLS(t *testing.T) {
	archive := packed(t, savedItems(t, sample(t)), false)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/images/app:1/get" || r.URL.Query().Get("platform") != `{"architecture":"amd64","os":"linux","variant":""}` {
			t.Errorf("asked for %s", r.URL)
		}
		http.ServeFile(w, r, archive)
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	srv.StartTLS()
	defer srv.Close()
	dir := t.TempDir()
	write := func(name, kind string, data []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key, err := x509.MarshalPKCS8PrivateKey(srv.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	write("ca.pem", "CERTIFICATE", srv.Certificate().Raw)
	t.Setenv("DOCKER_HOST", strings.Replace(srv.URL, "https://", "tcp://", 1))
	t.Setenv("DOCKER_CERT_PATH", dir)
	t.Setenv("DOCKER_TLS_VERIFY", "1")
	ref := "docker:app:1"
	if _, err := Open(t.Context(), ref, Options{Platform: "linux/amd64"}); err == nil {
		t.Error("no certificate was wanted")
	}
	write("cert.pem", "CERTIFICATE", srv.Certificate().Raw)
	write("key.pem", "PRIVATE KEY", key)
	s, err := Open(t.Context(), ref, Options{Platform: "linux/amd64", TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if len(inventoryOf(t, s).Tree) != len(sampleTree) {
		t.Error("another image")
	}
}

// TestDockerBySSH has a stand-in for ssh connect to a socket.
func TestDockerBySSH(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in is a shell script")
	}
	bin := t.TempDir()
	socket := daemon(t, packed(t, savedItems(t, sample(t)), false))
	stand := func(script string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(bin, "ssh"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	// The test binary plays the far end: TestRelay.
	stand(fmt.Sprintf("echo \"$@\" >%s/args\nexec env RELAY_TO=%s %s -test.run '^TestRelay$'\n", bin, socket, os.Args[0]))
	opts := Options{DockerHost: "ssh://me@far.lan:2222", TempDir: t.TempDir()}
	s, err := Open(t.Context(), "docker:app:1", opts)
	if err != nil {
		t.Fatal(err)
	}
	if len(inventoryOf(t, s).Tree) != len(sampleTree) {
		t.Error("another image")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	args, err := os.ReadFile(filepath.Join(bin, "args"))
	if want := "-T -o ConnectTimeout=30 -l me -p 2222 -- far.lan docker system dial-stdio\n"; string(args) != want || err != nil {
		t.Errorf("ssh %s(%v), want %s", args, err, want)
	}
	stand("echo 'Host key verification failed.' >&2\nexit 255\n")
	if _, err := Open(t.Context(), "docker:app:1", opts); err == nil || !strings.Contains(err.Error(), "Host key verification failed") {
		t.Errorf("ssh that fails: %v", err)
	}
}

// TestRelay is no test: it is what the stand-in for ssh runs.
func TestRelay(t *testing.T) {
	to := os.Getenv("RELAY_TO")
	if to == "" {
		t.Skip("only for TestDockerBySSH")
	}
	a, err := parseAddress("unix://"+to, "")
	if err != nil {
		os.Exit(1)
	}
	conn, err := a.dial(t.Context())
	if err != nil {
		os.Exit(1)
	}
	go io.Copy(conn, os.Stdin)
	io.Copy(os.Stdout, conn)
	os.Exit(0)
}

// TestReferenceErrors tells what was tried.
func TestReferenceErrors(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	dir := t.TempDir()
	nobody := "unix://" + filepath.Join(dir, "none")
	t.Setenv("CONTAINERD_ADDRESS", filepath.Join(dir, "none"))
	_, err := Open(t.Context(), hostOf(srv)+"/app:1", Options{
		DockerHost: nobody, PodmanHost: "tcp://127.0.0.1:1", Stores: []string{layoutOf(t, sample(t))},
	})
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{"Docker does not run here", "from Podman at tcp://127.0.0.1:1", "connection refused", "in containerd at"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

// TestBrokenImage is in an engine and can't be read: no other image is taken
// instead.
func TestBrokenImage(t *testing.T) {
	broken := packed(t, []item{file("manifest.json", "{")}, false)
	_, err := Open(t.Context(), "app:1", Options{DockerHost: "unix://" + daemon(t, broken)})
	if err == nil || !strings.Contains(err.Error(), "as Docker exported it") || strings.Contains(err.Error(), "registry") {
		t.Errorf("error %v", err)
	}
}
