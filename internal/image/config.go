package image

import (
	"maps"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"schlank/inventory"
)

// imageConfig takes over the part of the configuration schlank works with.
func imageConfig(cf *v1.ConfigFile) inventory.Config {
	c := cf.Config
	out := inventory.Config{
		OS:           cf.OS,
		Architecture: cf.Architecture,
		Variant:      cf.Variant,
		User:         c.User,
		Env:          c.Env,
		Entrypoint:   c.Entrypoint,
		Cmd:          c.Cmd,
		WorkingDir:   c.WorkingDir,
		ExposedPorts: slices.Sorted(maps.Keys(c.ExposedPorts)),
		Volumes:      slices.Sorted(maps.Keys(c.Volumes)),
		Labels:       c.Labels,
		StopSignal:   c.StopSignal,
		Shell:        c.Shell,
	}
	if h := c.Healthcheck; h != nil {
		out.Healthcheck = &inventory.Healthcheck{
			Test:        h.Test,
			Interval:    int64(h.Interval),
			Timeout:     int64(h.Timeout),
			StartPeriod: int64(h.StartPeriod),
			Retries:     h.Retries,
		}
	}
	for _, h := range cf.History {
		out.History = append(out.History, inventory.History{
			CreatedBy:  h.CreatedBy,
			Comment:    h.Comment,
			EmptyLayer: h.EmptyLayer,
		})
	}
	return out
}

// layerHistory returns the history entry of each of n layers. History is
// optional: where its non-empty entries are not as many as the layers, no
// layer gets one, because nobody can say which.
func layerHistory(cf *v1.ConfigFile, n int) []string {
	out := make([]string, 0, n)
	for _, h := range cf.History {
		if !h.EmptyLayer {
			out = append(out, h.CreatedBy)
		}
	}
	if len(out) != n {
		return make([]string, n)
	}
	return out
}
