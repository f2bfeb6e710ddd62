package engine

import "time"

// ProgressSink receives what happens during a build. Calls may come from
// several goroutines, one at a time.
type ProgressSink interface {
	Progress(Event)
}

// Event is one change of one vertex of the build graph.
type Event struct {
	// Build tells concurrent builds apart.
	Build string
	// Vertex is the digest of the vertex, Name its title.
	Vertex string
	Name   string
	Inputs []string
	// Started and Completed are zero until they happened.
	Started, Completed time.Time
	Cached             bool
	Error              string
	// Log is a piece of the vertex's output on Stream 1 or 2.
	Log    []byte
	Stream int
	// Status is a sub-task ("extracting", "transferring context") with
	// Current of Total bytes.
	Status         string
	Current, Total int64
}
