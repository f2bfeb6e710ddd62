package schlank

import (
	"context"

	"schlank/dockerfile"
	"schlank/engine"
)

// BuildOptions say what to build.
type BuildOptions struct {
	// Path is the build context, or a Dockerfile in it; the default is the
	// current directory.
	Path string
	// File is the Dockerfile when it is not Path/Dockerfile.
	File     string
	Target   string
	Args     map[string]string
	Secrets  map[string]string
	Platform string
	Contexts map[string]string
	NoCache  bool
	Pull     bool
	Progress engine.Progress
}

// Build builds a Dockerfile into the local image store.
func Build(ctx context.Context, e *Engine, opt BuildOptions) (*engine.BuildResult, error) {
	p, err := opt.open(dockerfile.BadShell)
	if err != nil {
		return nil, err
	}
	return e.recording.Build(ctx, opt.request(p))
}

func (opt BuildOptions) request(p *Project) engine.BuildRequest {
	return engine.BuildRequest{
		Context:    p.Dir,
		Dockerfile: p.Dockerfile,
		Name:       p.Name,
		Ignore:     p.Ignore,
		Target:     opt.Target,
		Args:       opt.Args,
		Secrets:    opt.Secrets,
		Platform:   opt.Platform,
		Contexts:   opt.Contexts,
		NoCache:    opt.NoCache,
		Pull:       opt.Pull,
		Progress:   opt.Progress,
	}
}
