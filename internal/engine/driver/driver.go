// Package driver drives any BuildKit through its client: it runs our own
// Dockerfile frontend in this process, lets the engine behind the connection
// do the work, and brings the image into a local OCI layout. It implements
// engine.Engine for every address.
package driver

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/moby/buildkit/client"
	"schlank/internal/engine/basestore"
	"schlank/internal/engine/dockerstore"
	"schlank/internal/engine/ocistore"
)

// Driver is an engine.Engine on top of a BuildKit client.
type Driver struct {
	client  *client.Client
	opt     Options
	carrier carrier
}

// Options are what a driver needs besides the connection.
type Options struct {
	// Describe names the engine for people.
	Describe string
	// Bases answers for FROM references before any registry.
	Bases *basestore.Store
	// Images receives what is built.
	Images *ocistore.Store
	// Docker is the image store of the Docker engine that the connection
	// leads to; nil for other engines.
	Docker *dockerstore.Store
	// Closer ends the connection and what belongs to it.
	Closer io.Closer
}

// New makes a driver. The connection is the driver's from here on.
func New(ctx context.Context, c *client.Client, opt Options) (*Driver, error) {
	d := &Driver{client: c, opt: opt, carrier: layouts{opt.Bases, opt.Images.Content()}}
	if opt.Docker == nil {
		return d, nil
	}
	ok, err := exportsOCI(ctx, c)
	if err != nil {
		return nil, err
	}
	if !ok {
		d.carrier = &throughDocker{bases: opt.Bases, images: opt.Images.Content(), docker: opt.Docker, ours: map[string]bool{}}
	}
	return d, nil
}

// Describe names the engine.
func (d *Driver) Describe() string { return d.opt.Describe }

// Close ends the connection and what belongs to it.
func (d *Driver) Close() error { return errors.Join(d.carrier.close(), d.opt.Closer.Close()) }

// Usage is what the engine's build cache holds.
type Usage struct {
	Records int
	// Bytes is the size of all records, Reclaimable the part that a prune
	// frees.
	Bytes, Reclaimable int64
}

// Usage asks the engine for the size of its build cache.
func (d *Driver) Usage(ctx context.Context) (Usage, error) {
	list, err := d.client.DiskUsage(ctx)
	if err != nil {
		return Usage{}, fmt.Errorf("asking for disk usage: %w", err)
	}
	var u Usage
	for _, r := range list {
		u.Records++
		u.Bytes += r.Size
		if !r.InUse && !r.Shared {
			u.Reclaimable += r.Size
		}
	}
	return u, nil
}

// Prune removes unused build cache, all of it or the least recently used
// down to maxBytes, and returns the bytes freed.
func (d *Driver) Prune(ctx context.Context, maxBytes int64) (int64, error) {
	freed := make(chan client.UsageInfo)
	total := make(chan int64)
	go func() {
		var sum int64
		for r := range freed {
			sum += r.Size
		}
		total <- sum
	}()
	opts := []client.PruneOption{client.PruneAll}
	if maxBytes > 0 {
		opts = append(opts, client.WithKeepOpt(0, 0, maxBytes, 0))
	}
	err := d.client.Prune(ctx, freed, opts...)
	close(freed)
	n := <-total
	if err != nil {
		return n, fmt.Errorf("pruning the build cache: %w", err)
	}
	return n, nil
}

// Images is the store that built images go to.
func (d *Driver) Images() *ocistore.Store { return d.opt.Images }
