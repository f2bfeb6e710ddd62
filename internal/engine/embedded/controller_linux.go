package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	ctdsnapshot "github.com/containerd/containerd/v2/core/snapshots"
	"github.com/moby/buildkit/cache/remotecache"
	localcache "github.com/moby/buildkit/cache/remotecache/local"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/cmd/buildkitd/config"
	"github.com/moby/buildkit/control"
	"github.com/moby/buildkit/executor/oci"
	"github.com/moby/buildkit/frontend"
	dockerfile "github.com/moby/buildkit/frontend/dockerfile/builder"
	"github.com/moby/buildkit/frontend/gateway"
	"github.com/moby/buildkit/frontend/gateway/forwarder"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/solver"
	"github.com/moby/buildkit/solver/bboltcachestorage"
	"github.com/moby/buildkit/util/db"
	"github.com/moby/buildkit/util/db/boltutil"
	"github.com/moby/buildkit/util/network/netproviders"
	"github.com/moby/buildkit/util/resolver"
	resolverconfig "github.com/moby/buildkit/util/resolver/config"
	"github.com/moby/buildkit/worker"
	"github.com/moby/buildkit/worker/base"
	runcworker "github.com/moby/buildkit/worker/runc"
	bolt "go.etcd.io/bbolt"
	"go.opentelemetry.io/otel/metric/noop"
)

// controller is BuildKit's control API with the parts it does not close
// itself.
type controller struct {
	*control.Controller
	worker *base.Worker
	gc     []client.PruneInfo
	stop   context.CancelFunc
	// snapshots is the snapshotter, whose database the worker leaves open.
	snapshots io.Closer
}

// Close collects garbage, ends the history listeners and closes all
// databases.
func (c *controller) Close() error {
	err := c.collect()
	c.stop()
	return errors.Join(err, c.Controller.Close(), c.snapshots.Close())
}

// collectLimit bounds the collection, which a user waits for.
const collectLimit = 30 * time.Second

// collect brings the cache below its limit. BuildKit does so at most once a
// minute, beginning a second after the start: too seldom for a program that
// ends after one build.
func (c *controller) collect() error {
	ctx, cancel := context.WithTimeout(context.Background(), collectLimit)
	defer cancel()
	freed := make(chan client.UsageInfo)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range freed { //nolint:revive // only the effect counts
		}
	}()
	err := c.worker.Prune(ctx, freed, c.gc...)
	close(freed)
	<-done
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("collecting garbage: %w", err)
	}
	return nil
}

func newController(ctx context.Context, opt Options, rt runtime) (_ *controller, err error) {
	sessions, err := session.NewManager()
	if err != nil {
		return nil, fmt.Errorf("making the session manager: %w", err)
	}
	snapshots, err := snapshotter(opt.Root)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, snapshots.Close())
		}
	}()
	w, err := newWorker(ctx, opt, rt, snapshots)
	if err != nil {
		return nil, err
	}
	wc := &worker.Controller{}
	if err := wc.Add(w); err != nil {
		return nil, fmt.Errorf("adding the worker: %w", err)
	}
	frontends, err := newFrontends(wc)
	if err != nil {
		return nil, err
	}
	cache, err := bboltcachestorage.NewStore(filepath.Join(opt.Root, "cache.db"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the build cache: %w", err), wc.Close())
	}
	history, err := openHistory(opt.Root)
	if err != nil {
		return nil, errors.Join(err, cache.Close(), wc.Close())
	}
	maxEntries := int64(20)
	// The history queue outlives single requests; it ends with the engine.
	lifetime, stop := context.WithCancel(context.WithoutCancel(ctx))
	ctrl, err := control.NewController(control.Opt{
		SessionManager:   sessions,
		WorkerController: wc,
		Frontends:        frontends,
		ResolveCacheExporterFuncs: map[string]remotecache.ResolveCacheExporterFunc{
			"local": localcache.ResolveCacheExporterFunc(sessions),
		},
		ResolveCacheImporterFuncs: map[string]remotecache.ResolveCacheImporterFunc{
			"local": localcache.ResolveCacheImporterFunc(sessions),
		},
		CacheManager:   solver.NewCacheManager(lifetime, "local", cache, worker.NewCacheResultStorage(wc)),
		Entitlements:   []string{"network.host"},
		MeterProvider:  noop.NewMeterProvider(),
		HistoryDB:      history,
		CacheStore:     cache,
		LeaseManager:   w.LeaseManager(),
		ContentStore:   w.ContentStore(),
		HistoryConfig:  &config.HistoryConfig{MaxAge: config.Duration{Duration: time.Hour}, MaxEntries: &maxEntries},
		GarbageCollect: w.GarbageCollect,
		GracefulStop:   lifetime.Done(),
	})
	if err != nil {
		stop()
		return nil, errors.Join(fmt.Errorf("starting the engine: %w", err), history.Close(), cache.Close(), wc.Close())
	}
	return &controller{Controller: ctrl, worker: w, gc: gcPolicy(opt.MaxBytes), stop: stop, snapshots: snapshots}, nil
}

func newFrontends(wc *worker.Controller) (map[string]frontend.Frontend, error) {
	gw, err := gateway.NewGatewayFrontend(wc.Infos(), nil)
	if err != nil {
		return nil, fmt.Errorf("making the gateway frontend: %w", err)
	}
	return map[string]frontend.Frontend{
		"dockerfile.v0": forwarder.NewGatewayForwarder(wc.Infos(), dockerfile.Build),
		"gateway.v0":    gw,
	}, nil
}

func openHistory(root string) (db.DB, error) {
	h, err := boltutil.SafeOpen(filepath.Join(root, "history.db"), 0o600, &bolt.Options{
		FreelistType:   bolt.FreelistMapType,
		NoFreelistSync: true,
	})
	if err != nil {
		return nil, fmt.Errorf("opening the build history: %w", err)
	}
	return h, nil
}

func newWorker(ctx context.Context, opt Options, rt runtime, snapshots namedSnapshotter) (*base.Worker, error) {
	factory := runcworker.SnapshotterFactory{
		Name: snapshots.name,
		New:  func(string) (ctdsnapshot.Snapshotter, error) { return snapshots.Snapshotter, nil },
	}
	wopt, err := runcworker.NewWorkerOpt(opt.Root, factory, inUserNamespace(), oci.ProcessSandbox, nil, nil,
		netproviders.Opt{Mode: "host"}, nil, rt.path, "", false, nil, "", "", nil)
	if err != nil {
		return nil, fmt.Errorf("preparing the worker: %w", err)
	}
	wopt.RegistryHosts = resolver.NewRegistryConfig(registries(opt.Registries))
	wopt.GCPolicy = gcPolicy(opt.MaxBytes)
	w, err := base.NewWorker(ctx, wopt)
	if err != nil {
		return nil, fmt.Errorf("starting the worker: %w", err)
	}
	return w, nil
}

func registries(hosts map[string]Registry) map[string]resolverconfig.RegistryConfig {
	m := make(map[string]resolverconfig.RegistryConfig, len(hosts))
	for host, r := range hosts {
		rc := resolverconfig.RegistryConfig{Mirrors: r.Mirrors, RootCAs: r.RootCAs}
		if r.PlainHTTP {
			rc.PlainHTTP = &r.PlainHTTP
		}
		if r.Insecure {
			rc.Insecure = &r.Insecure
		}
		m[host] = rc
	}
	return m
}

// gcPolicy drops transferred contexts first, then the least recently used
// records above the limit.
func gcPolicy(maxBytes int64) []client.PruneInfo {
	if maxBytes == 0 {
		maxBytes = DefaultMaxBytes
	}
	return []client.PruneInfo{
		{Filter: []string{"type==source.local"}, KeepDuration: 48 * time.Hour, MaxUsedSpace: 512e6},
		{MaxUsedSpace: maxBytes},
		{All: true, MaxUsedSpace: maxBytes},
	}
}
