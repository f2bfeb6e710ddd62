package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"schlank/engine"
	backend "schlank/internal/engine"
	"schlank/internal/engine/embedded"
)

// defaultEpoch is the latest time of a file in a root file system unless
// SOURCE_DATE_EPOCH gives another: 1 January 2026.
const defaultEpoch = 1767225600

// maker makes recipes one after the other.
type maker struct {
	opt     options
	store   *store
	machine *machine
	epoch   time.Time
	// env is added to the environment of scripts and facts.
	env []string
	// open brings up the engine; it is called when a Dockerfile is to be
	// built for the first time.
	open   func(ctx context.Context) (builder, error)
	engine builder
	stderr io.Writer

	// keys and provided are the keys and references of the recipes seen so
	// far, by name.
	keys     map[string]string
	provided map[string][]string
	// missing are the recipes that were skipped or failed.
	missing map[string]bool
}

// builder is an engine to build with and to close.
type builder interface {
	engine.Builder
	io.Closer
}

// makeBases makes what is not up to date.
func makeBases(ctx context.Context, opt options, stderr io.Writer) error {
	dir, err := embeddedRecipes()
	if err != nil {
		return err
	}
	list, err := loadRecipes(dir)
	if err != nil {
		return err
	}
	if list, err = selectRecipes(list, opt.only); err != nil {
		return err
	}
	// Before the lock is taken: an ordinary user's process runs again inside
	// the namespace, and would wait for itself.
	if address := os.Getenv("SCHLANK_ENGINE"); address == "" || address == backend.Embedded {
		if err := embedded.EnterUserNamespace(); err != nil {
			return err
		}
	}
	mk := newMaker(opt, stderr)
	if mk.epoch, err = sourceDate(os.Getenv("SOURCE_DATE_EPOCH")); err != nil {
		return err
	}
	mk.env = []string{"SCHLANK_ALPINE=" + alpineDir()}
	if mk.machine, err = readMachine(ctx, list, stderr); err != nil {
		return err
	}
	if mk.store, err = openStore(opt.store, stderr); err != nil {
		return err
	}
	defer mk.store.Close()
	if err := errors.Join(mk.makeAll(ctx, list), mk.close()); err != nil {
		return err
	}
	return mk.store.sweep(time.Now())
}

func newMaker(opt options, stderr io.Writer) *maker {
	return &maker{
		opt:      opt,
		open:     func(ctx context.Context) (builder, error) { return openEngine(ctx, stderr) },
		stderr:   stderr,
		keys:     map[string]string{},
		provided: map[string][]string{},
		missing:  map[string]bool{},
	}
}

// makeAll goes on after a recipe that fails, with those that don't need it.
func (mk *maker) makeAll(ctx context.Context, list []*recipe) error {
	var failed []error
	fresh := 0
	for _, r := range list {
		made, err := mk.make(ctx, r)
		var skip *skipError
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &skip):
			fmt.Fprintf(mk.stderr, "%s: skipped: %s\n", r.Provides[0], skip.reason)
			mk.missing[r.Name] = true
		case err != nil:
			failed = append(failed, fmt.Errorf("%s: %w", r.Provides[0], err))
			mk.missing[r.Name] = true
		case !made:
			fresh++
		}
	}
	if fresh > 0 {
		fmt.Fprintf(mk.stderr, "%d of %d base images were up to date in %s\n", fresh, len(list), mk.store.dir)
	}
	return errors.Join(failed...)
}

// make makes one recipe unless it is up to date.
func (mk *maker) make(ctx context.Context, r *recipe) (made bool, err error) {
	for _, from := range r.From {
		if mk.missing[from] {
			return false, &skipError{"it is made from " + from + ", which is missing"}
		}
	}
	if err := r.checkCommands(); err != nil {
		return false, err
	}
	fact, err := r.fact(ctx, mk.env)
	if err != nil {
		return false, err
	}
	key := r.key(mk.keys, mk.machine, fact, mk.epoch.Unix())
	mk.keys[r.Name], mk.provided[r.Name] = key, r.Provides
	if !mk.opt.rebuild && mk.store.upToDate(r, key) {
		return false, nil
	}
	fmt.Fprintf(mk.stderr, "%s: %s\n", r.Provides[0], r.About)
	start := time.Now()
	size, err := mk.image(ctx, r, key)
	if err != nil {
		return false, err
	}
	fmt.Fprintf(mk.stderr, "%s: made in %s, %.1f MB compressed\n", r.Provides[0], time.Since(start).Round(100*time.Millisecond), float64(size)/1e6)
	return true, nil
}

// image makes the recipe's image, stores it and returns its compressed size.
func (mk *maker) image(ctx context.Context, r *recipe, key string) (int64, error) {
	dir, err := os.MkdirTemp("", "schlank-bases-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	var img v1.Image
	if r.isRootfs() {
		img, err = makeRootfs(ctx, r, mk.machine, dir, mk.env, mk.epoch)
	} else {
		img, err = mk.built(ctx, r, dir)
	}
	if err != nil {
		return 0, err
	}
	if err := mk.store.put(r, img, key); err != nil {
		return 0, err
	}
	return compressedSize(img)
}

// built builds the recipe's Dockerfile.
func (mk *maker) built(ctx context.Context, r *recipe, dir string) (v1.Image, error) {
	if mk.engine == nil {
		var err error
		if mk.engine, err = mk.open(ctx); err != nil {
			return nil, err
		}
	}
	return makeBuilt(ctx, mk.engine, buildRecipe{
		recipe: r,
		dir:    dir,
		env:    mk.env,
		// The bases go as contexts of this one build: a base store is
		// read when an engine opens, and this one is still growing.
		bases:    mk.store.contexts(mk.references(r.From)),
		epoch:    mk.epoch,
		progress: engine.Progress{Mode: mk.opt.progress, Out: mk.stderr, Title: r.Provides[0]},
	})
}

// references are those that the named recipes provide.
func (mk *maker) references(names []string) []string {
	var refs []string
	for _, n := range names {
		refs = append(refs, mk.provided[n]...)
	}
	return refs
}

// close ends the engine if there was need of one.
func (mk *maker) close() error {
	if mk.engine == nil {
		return nil
	}
	return mk.engine.Close()
}

func openEngine(ctx context.Context, notice io.Writer) (builder, error) {
	return backend.Open(ctx, backend.Options{
		Address: os.Getenv("SCHLANK_ENGINE"),
		State:   os.Getenv("SCHLANK_STATE"),
		Notice:  notice,
	})
}

func compressedSize(img v1.Image) (int64, error) {
	m, err := img.Manifest()
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, l := range m.Layers {
		sum += l.Size
	}
	return sum, nil
}

func sourceDate(s string) (time.Time, error) {
	seconds := int64(defaultEpoch)
	if s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 {
			return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH is %q, not a number of seconds", s)
		}
		seconds = n
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// alpineDir is the directory with Alpine's files: SCHLANK_ALPINE, or
// ../shared/alpine beside the repository, or "" where there is none.
func alpineDir() string {
	if d := os.Getenv("SCHLANK_ALPINE"); d != "" {
		if abs, err := filepath.Abs(d); err == nil {
			return abs
		}
		return d
	}
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		text, readErr := os.ReadFile(filepath.Join(dir, "go.mod"))
		if readErr == nil && strings.HasPrefix(string(text), "module schlank\n") {
			alpine := filepath.Join(filepath.Dir(dir), "shared", "alpine")
			if info, err := os.Stat(alpine); err == nil && info.IsDir() {
				return alpine
			}
			return ""
		}
		dir = filepath.Dir(dir)
	}
	return ""
}
