// Package index finds facilities by place: within a radius nearest first, k
// nearest, inside a box or an area, along a route, counted per H3 cell.
//
// It is an in-memory structure that many readers use while one writer changes
// it. The bulk lies in a packed, immutable base that is mapped from a snapshot
// file; what has changed since lies in an overlay of copy-on-write R-trees.
// Readers take a View, never wait and never see half a batch.
package index

import (
	"time"

	"github.com/paulmach/orb"

	"fujin/geo/hours"
)

// Item is one facility as the index holds it.
type Item struct {
	// ID is the permanent, opaque id; results with equal distance come in its order.
	ID string
	// Geometry is WGS-84 at 1e-7 degree.
	Geometry orb.Geometry
	Category string
	Dataset  string
	// Traits is a one-hot answer per attribute, opaque to the index: an item
	// passes a filter when Traits &^ allowed == 0.
	Traits uint64
	// Hours is the opening_hours text, Zone the IANA zone in which it is read.
	Hours string
	Zone  string
	// Cell is the H3 cell at resolution CellResolution; 0 = computed when added.
	Cell uint64
	// Body holds ready JSON members without braces ("name":"…","address":"…"),
	// appended to answers as they are.
	Body []byte
}

// Filter is part of the search, not a pass over its result. The zero value
// lets everything through.
type Filter struct {
	// Categories and Datasets: any of them; nil = all. An unknown one finds nothing.
	Categories []string
	Datasets   []string
	// Allowed is the mask of trait bits an item may have; 0 = all.
	Allowed uint64
	// OpenAt, when set, keeps what is open then; with IncludeUnknown also what
	// has no (understandable) hours.
	OpenAt         time.Time
	IncludeUnknown bool
}

// Near asks for the nearest items.
type Near struct {
	Filter Filter
	At     orb.Point
	// Radius in metres, inclusive; 0 = no limit (k nearest).
	Radius float64
	Limit  int
	// After continues behind the item with this distance and id (exclusive).
	After *Mark
}

// Mark is a position in the order (distance, id).
type Mark struct {
	Distance float64
	ID       string
}

// Hit is one result.
type Hit struct {
	// Distance in metres to the nearest edge, 0 inside.
	Distance float64
	Ref      Ref
}

// State is the opening state of an item at a moment.
type State struct {
	State hours.State
	// Next is when the state changes, Unix milliseconds; 0 = unknown or never.
	Next int64
}

// Ref points at an item of one view; it stays readable as long as it is held.
type Ref struct{}
