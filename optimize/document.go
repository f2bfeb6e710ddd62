package optimize

import "schlank/inventory"

// Schema names the JSON form of a run.
const Schema = "schlank.optimize/1"

// Document is the JSON form of a run.
type Document struct {
	Schema     string              `json:"schema"`
	Baseline   ImageDocument       `json:"baseline"`
	Candidates []CandidateDocument `json:"candidates"`
	// Chosen is the name of the chosen candidate, null when there is none.
	Chosen *string `json:"chosen"`
	// Written lists the files that were written.
	Written []string `json:"written"`
	Notes   []string `json:"notes"`
}

// ImageDocument is a built image.
type ImageDocument struct {
	inventory.Sizes
	Layers       int                           `json:"layers"`
	Packages     map[inventory.PackageType]int `json:"packages"`
	BuildSeconds float64                       `json:"build_seconds"`
	StandIn      bool                          `json:"stand_in"`
	Image        string                        `json:"image"`
}

// CandidateDocument is a candidate.
type CandidateDocument struct {
	Name string `json:"name"`
	// Sizes is null when the build failed.
	Sizes   *ImageDocument  `json:"sizes"`
	Ratio   *float64        `json:"ratio"`
	Moves   []MoveDocument  `json:"moves"`
	Probes  []ProbeDocument `json:"probes"`
	Verdict Verdict         `json:"verdict"`
	Targets []string        `json:"targets"`
	Error   *string         `json:"error"`
}

// MoveDocument is a move; Bytes are what it saves in the image.
type MoveDocument struct {
	Name     string   `json:"name"`
	Reason   string   `json:"reason"`
	Evidence []string `json:"evidence"`
	Bytes    int64    `json:"bytes"`
}

// ProbeDocument is a probe and both answers.
type ProbeDocument struct {
	Probe      string  `json:"probe"`
	Baseline   string  `json:"baseline"`
	Candidate  string  `json:"candidate"`
	Same       bool    `json:"same"`
	Difference *string `json:"difference"`
}

// NewDocument describes a result.
func NewDocument(res *Result, written []string) Document {
	d := Document{
		Schema: Schema, Baseline: imageDocument(&res.Baseline),
		Candidates: []CandidateDocument{}, Written: append([]string{}, written...), Notes: append([]string{}, res.Notes...),
	}
	for _, c := range res.Candidates {
		d.Candidates = append(d.Candidates, candidateDocument(c, res.Baseline.Image.Sizes().Disk))
	}
	if res.Chosen >= 0 {
		d.Chosen = &d.Candidates[res.Chosen].Name
	}
	return d
}

func imageDocument(b *Built) ImageDocument {
	return ImageDocument{
		Sizes: b.Image.Sizes(), Layers: len(b.Image.Layers), Packages: b.Image.CountPackages(),
		BuildSeconds: b.Seconds, StandIn: b.StandIn, Image: "oci:" + b.Ref.Layout + "@" + b.Ref.Digest,
	}
}

func candidateDocument(c *Candidate, baseDisk int64) CandidateDocument {
	d := CandidateDocument{
		Name: c.Name, Verdict: c.Verdict, Targets: append([]string{}, c.Targets...),
		Moves: []MoveDocument{}, Probes: []ProbeDocument{},
	}
	if c.Built != nil {
		img := imageDocument(c.Built)
		d.Sizes = &img
		if baseDisk > 0 {
			r := float64(img.Disk) / float64(baseDisk)
			d.Ratio = &r
		}
	}
	if c.Err != nil {
		msg := c.Err.Error()
		d.Error = &msg
	}
	for _, m := range c.Moves {
		d.Moves = append(d.Moves, MoveDocument{m.Name, m.Reason, append([]string{}, m.Evidence...), m.Bytes})
	}
	for _, p := range c.Probes {
		doc := ProbeDocument{Probe: p.Probe, Baseline: p.Baseline, Candidate: p.Candidate, Same: p.Same}
		if p.Difference != "" {
			diff := p.Difference
			doc.Difference = &diff
		}
		d.Probes = append(d.Probes, doc)
	}
	return d
}
