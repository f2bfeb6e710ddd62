package compare

import (
	"bytes"
	"encoding/json"

	"schlank/inventory"
)

// Schema names the form of the document that JSON writes.
const Schema = "schlank.compare/1"

// document is the published form. Figures of failed items are null: a zero
// would be a figure.
type document struct {
	Schema string `json:"schema"`
	Items  []item `json:"items"`
}

type item struct {
	Name         string                        `json:"name"`
	Kind         string                        `json:"kind"`
	DiskBytes    *int64                        `json:"disk_bytes"`
	PullBytes    *int64                        `json:"pull_bytes"`
	VisibleBytes *int64                        `json:"visible_bytes"`
	WastedBytes  *int64                        `json:"wasted_bytes"`
	Layers       *int                          `json:"layers"`
	Files        *int                          `json:"files"`
	Packages     map[inventory.PackageType]int `json:"packages"`
	BuildSeconds *float64                      `json:"build_seconds"`
	Ratio        *float64                      `json:"ratio"`
	StandIn      bool                          `json:"stand_in"`
	Error        *string                       `json:"error"`
}

// JSON returns the rows as an indented document of Schema, with a newline at
// its end.
func JSON(rows []Row) ([]byte, error) {
	doc := document{Schema: Schema, Items: make([]item, len(rows))}
	for i := range rows {
		doc.Items[i] = newItem(&rows[i])
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func newItem(r *Row) item {
	it := item{Name: r.Name, Kind: r.Kind, StandIn: r.StandIn, BuildSeconds: r.BuildSeconds, Ratio: r.Ratio}
	if r.Err != nil {
		reason := r.Err.Error()
		it.Error = &reason
		return it
	}
	it.DiskBytes, it.PullBytes = &r.Sizes.Disk, &r.Sizes.Pull
	it.VisibleBytes, it.WastedBytes = &r.Sizes.Visible, &r.Sizes.Wasted
	it.Layers, it.Files, it.Packages = &r.Layers, &r.Files, r.Packages
	return it
}
