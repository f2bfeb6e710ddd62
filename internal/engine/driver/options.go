package driver

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/credentials"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/identity"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/auth/authprovider"
	"github.com/moby/buildkit/session/secrets/secretsprovider"
	"github.com/moby/buildkit/util/staticfs"
	"github.com/tonistiigi/fsutil"
	fstypes "github.com/tonistiigi/fsutil/types"
	"schlank/engine"
)

// Names of what the session offers to the engine.
const (
	localContext    = "context"
	localDockerfile = "dockerfile"
	dockerfileName  = "Dockerfile"
	storeBases      = "schlank-bases"
	storeImages     = "schlank-images"
	entitlementHost = "network.host"
)

// solveOpt turns a request into BuildKit's options.
func (d *Driver) solveOpt(req engine.BuildRequest) (client.SolveOpt, error) {
	ctxFS, err := fsutil.NewFS(req.Context)
	if err != nil {
		return client.SolveOpt{}, fmt.Errorf("opening the build context: %w", err)
	}
	attrs := map[string]string{
		"filename": dockerfileName,
		// A set cmdline keeps the frontend from pulling the image that
		// `# syntax=` names: our own frontend is the one that runs.
		"cmdline": "schlank",
	}
	if req.Target != "" {
		attrs["target"] = req.Target
	}
	if req.Platform != "" {
		attrs["platform"] = req.Platform
	}
	if req.NoCache {
		attrs["no-cache"] = ""
	}
	if req.Pull {
		attrs["image-resolve-mode"] = "pull"
	}
	for k, v := range req.Args {
		attrs["build-arg:"+k] = v
	}
	opt := client.SolveOpt{
		Ref:           identity.NewID(),
		FrontendAttrs: attrs,
		SharedKey:     sharedKey(req.Context),
		LocalMounts:   map[string]fsutil.FS{localContext: ctxFS, localDockerfile: dockerfileFS(req)},
		OCIStores:     map[string]content.Store{},
	}
	if bytes.Contains(req.Dockerfile, []byte("--network=host")) {
		// Asked for only when needed: a buildkitd refuses the whole build
		// of whoever asks, unless it was configured to grant it.
		opt.AllowedEntitlements = []string{entitlementHost}
	}
	d.carrier.offerBases(&opt)
	if err := addContexts(&opt, req.Contexts); err != nil {
		return opt, err
	}
	opt.Session, err = attachables(req.Secrets)
	return opt, err
}

// sharedKey lets the engine keep a context between builds of one project
// and transfer only what changed.
func sharedKey(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	host, _ := os.Hostname()
	sum := sha256.Sum256([]byte(host + "\x00" + dir))
	return fmt.Sprintf("schlank:%x", sum[:12])
}

// dockerfileFS holds the Dockerfile's text, and the ignore file under the
// name that takes precedence over the context's own.
func dockerfileFS(req engine.BuildRequest) fsutil.FS {
	fs := staticfs.NewFS()
	add := func(name string, data []byte) {
		// The engine takes files of equal size and time for unchanged, so
		// the time is made from the content.
		sum := sha256.Sum256(data)
		fs.Add(name, &fstypes.Stat{ModTime: int64(binary.BigEndian.Uint64(sum[:8]) >> 2)}, data)
	}
	add(dockerfileName, req.Dockerfile)
	if req.Ignore != nil {
		add(dockerfileName+".dockerignore", req.Ignore)
	}
	return fs
}

// addContexts offers the user's named contexts: directories as local mounts,
// OCI layouts as content stores, the rest as BuildKit knows it.
func addContexts(opt *client.SolveOpt, contexts map[string]string) error {
	names := make([]string, 0, len(contexts))
	for n := range contexts {
		names = append(names, n)
	}
	sort.Strings(names)
	for i, name := range names {
		src := contexts[name]
		switch {
		case strings.HasPrefix(src, "oci-layout://"):
			spec, store, err := layoutContext(strings.TrimPrefix(src, "oci-layout://"), "context"+strconv.Itoa(i))
			if err != nil {
				return fmt.Errorf("build context %s: %w", name, err)
			}
			opt.OCIStores["context"+strconv.Itoa(i)] = store
			opt.FrontendAttrs["context:"+name] = spec
		case strings.Contains(src, "://"):
			opt.FrontendAttrs["context:"+name] = src
		default:
			fs, err := fsutil.NewFS(src)
			if err != nil {
				return fmt.Errorf("build context %s: %w", name, err)
			}
			opt.LocalMounts["named"+strconv.Itoa(i)] = fs
			opt.FrontendAttrs["context:"+name] = "local:named" + strconv.Itoa(i)
		}
	}
	return nil
}

// attachables are the session's services: credentials from Docker's config
// and secrets from files.
func attachables(secrets map[string]string) ([]session.Attachable, error) {
	cfg, err := dockerConfig()
	if err != nil {
		return nil, err
	}
	list := []session.Attachable{authprovider.NewDockerAuthProvider(authprovider.DockerAuthProviderConfig{
		AuthConfigProvider: authprovider.LoadAuthConfig(cfg),
	})}
	if len(secrets) == 0 {
		return list, nil
	}
	var src []secretsprovider.Source
	for id, file := range secrets {
		src = append(src, secretsprovider.Source{ID: id, FilePath: file})
	}
	store, err := secretsprovider.NewStore(src)
	if err != nil {
		return nil, fmt.Errorf("opening build secrets: %w", err)
	}
	return append(list, secretsprovider.NewSecretProvider(store)), nil
}

// dockerConfig is Docker's configuration, read anew for each build: Docker's
// own loader remembers the directory from its first call and prints what is
// wrong with the file.
func dockerConfig() (*configfile.ConfigFile, error) {
	dir := os.Getenv(config.EnvOverrideConfigDir)
	if dir == "" {
		dir = config.Dir()
	}
	cfg, err := config.Load(dir)
	if err != nil {
		return nil, fmt.Errorf("reading the registry credentials in Docker's config: %w", err)
	}
	if !cfg.ContainsAuth() {
		cfg.CredentialsStore = credentials.DetectDefaultStore(cfg.CredentialsStore)
	}
	return cfg, nil
}
