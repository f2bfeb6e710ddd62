package driver

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"sync"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/identity"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/tonistiigi/fsutil"
	"schlank/engine"
	"schlank/internal/engine/ocistore"
)

// Run starts a container of an image. The container ends when its first
// process does, with Stop, or with ctx.
func (d *Driver) Run(ctx context.Context, req engine.RunRequest) (engine.Container, error) {
	img, err := d.imageOf(ctx, req.Image)
	if err != nil {
		return nil, err
	}
	opt := client.SolveOpt{
		Ref:           identity.NewID(),
		FrontendAttrs: map[string]string{},
		OCIStores:     map[string]content.Store{storeImages: img.store},
		LocalMounts:   map[string]fsutil.FS{},
	}
	if req.Net == engine.NetHost {
		opt.AllowedEntitlements = []string{entitlementHost}
	}
	mounts, err := localMounts(&opt, req.Mounts)
	if err != nil {
		return nil, err
	}
	c := &container{driver: d, img: img.config, ended: make(chan struct{}), stop: make(chan struct{})}
	if fs := attendant(img.architecture); fs != nil {
		opt.LocalMounts[localAttendant] = fs
		mounts = append(mounts, mount{local: localAttendant, dest: attendantDir})
		c.attended = true
	}
	started := make(chan error, 1)
	go func() {
		defer close(c.ended)
		_, err := d.client.Build(ctx, opt, "schlank", func(ctx context.Context, gw gateway.Client) (*gateway.Result, error) {
			return gateway.NewResult(), c.live(ctx, gw, img, mounts, req, started)
		}, nil)
		select {
		case started <- err: // failed before the container was there
		default:
		}
	}()
	select {
	case err = <-started:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("starting a container: %w", err)
	}
	return c, nil
}

// image is what running an image takes.
type image struct {
	store        content.Store
	digest       digest.Digest
	architecture string
	config       ocispecs.ImageConfig
}

func (d *Driver) imageOf(ctx context.Context, ref engine.ImageRef) (image, error) {
	img := image{store: d.opt.Images.Content(), digest: digest.Digest(ref.Digest)}
	if ref.Layout != d.opt.Images.Dir() {
		img.store = ocistore.Blobs(ref.Layout)
	}
	var m ocispecs.Manifest
	var full ocispecs.Image
	err := readJSON(ctx, img.store, ocispecs.Descriptor{Digest: img.digest}, &m)
	if err == nil {
		err = readJSON(ctx, img.store, m.Config, &full)
	}
	if err != nil {
		return img, fmt.Errorf("reading image %s: %w", ref.Digest, err)
	}
	img.config, img.architecture = full.Config, full.Architecture
	return img, nil
}

// mount is a host directory at a place in the container.
type mount struct{ local, dest string }

func localMounts(opt *client.SolveOpt, dirs map[string]string) ([]mount, error) {
	var list []mount
	for dest := range dirs {
		list = append(list, mount{dest: dest})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].dest < list[j].dest })
	for i := range list {
		list[i].local = "mount" + strconv.Itoa(i)
		fs, err := fsutil.NewFS(dirs[list[i].dest])
		if err != nil {
			return nil, fmt.Errorf("mounting at %s: %w", list[i].dest, err)
		}
		opt.LocalMounts[list[i].local] = fs
	}
	return list, nil
}

// container is a gateway container; the build function that owns it blocks
// in live until the container is to end.
type container struct {
	driver *Driver
	gw     gateway.Container
	img    ocispecs.ImageConfig
	init   *proc
	// attended says that further processes get an attendant.
	attended bool
	stop     chan struct{}
	stopped  sync.Once
	ended    chan struct{}
}

// live makes the container, starts the first process and waits for the end.
func (c *container) live(ctx context.Context, gw gateway.Client, img image, mounts []mount, req engine.RunRequest, started chan<- error) error {
	err := func() error {
		list, err := c.driver.gatewayMounts(ctx, gw, img, mounts)
		if err != nil {
			return err
		}
		net := pb.NetMode_NONE
		if req.Net == engine.NetHost {
			net = pb.NetMode_HOST
		}
		if c.gw, err = gw.NewContainer(ctx, gateway.NewContainerRequest{Mounts: list, NetMode: net}); err != nil {
			return err
		}
		p := req.Init
		if p.Args == nil {
			p.Args = append(append([]string{}, img.config.Entrypoint...), img.config.Cmd...)
		}
		if len(p.Args) == 0 {
			return errors.New("the image has neither ENTRYPOINT nor CMD, so there is nothing to start")
		}
		c.init, err = c.start(ctx, p)
		return err
	}()
	started <- err
	if c.gw == nil {
		return err
	}
	if err == nil {
		select {
		case <-c.stop:
		case <-c.init.done:
		case <-ctx.Done():
		}
	}
	return errors.Join(err, c.gw.Release(context.WithoutCancel(ctx)))
}

// gatewayMounts solves the image and the host directories into mounts.
func (d *Driver) gatewayMounts(ctx context.Context, gw gateway.Client, img image, mounts []mount) ([]gateway.Mount, error) {
	session := gw.BuildOpts().SessionID
	rootfs, err := d.carrier.source(ctx, img, session)
	if err != nil {
		return nil, err
	}
	ref, err := solveRef(ctx, gw, rootfs)
	if err != nil {
		return nil, fmt.Errorf("loading image %s: %w", img.digest, err)
	}
	list := []gateway.Mount{{Dest: "/", MountType: pb.MountType_BIND, Ref: ref}}
	for _, m := range mounts {
		st := llb.Local(m.local, llb.SessionID(session), llb.SharedKeyHint("schlank-mount:"+m.dest),
			llb.WithCustomName("mount "+m.dest))
		ref, err := solveRef(ctx, gw, st)
		if err != nil {
			return nil, fmt.Errorf("mounting at %s: %w", m.dest, err)
		}
		list = append(list, gateway.Mount{Dest: m.dest, MountType: pb.MountType_BIND, Ref: ref, Readonly: true})
	}
	return list, nil
}

func solveRef(ctx context.Context, gw gateway.Client, st llb.State) (gateway.Reference, error) {
	def, err := st.Marshal(ctx)
	if err != nil {
		return nil, err
	}
	res, err := gw.Solve(ctx, gateway.SolveRequest{Definition: def.ToPB(), Evaluate: true})
	if err != nil {
		return nil, err
	}
	return res.SingleRef()
}

// Init is the first process.
func (c *container) Init() engine.Proc { return c.init }

// Exec starts a further process in the container.
func (c *container) Exec(ctx context.Context, p engine.Process) (engine.Proc, error) {
	if len(p.Args) == 0 {
		return nil, errors.New("starting a process: no command")
	}
	start := c.start
	if c.attended {
		start = c.startAttended
	}
	pr, err := start(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("starting %s in the container: %w", p.Args[0], err)
	}
	return pr, nil
}

// Stop ends the container: SIGTERM to the first process, and SIGKILL when it
// is still there after the grace period, which a PID 1 without a handler
// always is.
func (c *container) Stop(ctx context.Context, grace time.Duration) error {
	defer func() {
		c.stopped.Do(func() { close(c.stop) })
		<-c.ended
	}()
	for _, sig := range []engine.Signal{engine.SIGTERM, engine.SIGKILL} {
		if sig == engine.SIGTERM && grace == 0 {
			continue
		}
		select {
		case <-c.init.done:
			return nil
		default:
		}
		if err := c.init.Signal(ctx, sig); err != nil {
			continue // it ended in this moment, or Release will end it
		}
		select {
		case <-c.init.done:
			return nil
		case <-time.After(max(grace, time.Second)):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
