package image

// Options say how images are found. The zero value is fine.
type Options struct {
	// Platform is "os/arch[/variant]", "" for Linux on the machine's own
	// architecture. It is used where there is a choice.
	Platform string
	// Stores are OCI layouts whose indexes name references. They are asked
	// before any daemon or registry.
	Stores []string
	// PlainHTTP are registry hosts ("localhost:5000") spoken to without
	// TLS. Loopback addresses are so anyway.
	PlainHTTP []string
	// DockerSocket is the path of the Docker daemon's unix socket, "" for
	// the one DOCKER_HOST names or /var/run/docker.sock.
	DockerSocket string
	// TempDir is where archives from daemons and layers from registries are
	// kept until Source.Close, "" for the system's default.
	TempDir string
}
