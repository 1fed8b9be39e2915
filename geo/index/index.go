// Package index finds facilities by place: within a radius nearest first, k
// nearest, inside a box or an area, along a route, counted per H3 cell.
//
// It is an in-memory structure that many readers use while one writer changes
// it. The bulk lies in a packed, immutable base that is mapped from a snapshot
// file; what has changed since lies in an overlay of copy-on-write R-trees.
// Readers take a View, never wait and never see half a batch.
//
// Positions are held as whole 1e-7 degrees; geometry that is added is rounded
// to them. Results equal those of a brute-force scan with the distances of
// package geo: a Ruler's up to 50 km (where its accuracy holds), geo.Distance
// beyond, geo.DistanceTo for lines and areas.
package index

import (
	"time"

	"github.com/paulmach/orb"

	"fujin/geo/hours"
)

// CellResolution is the H3 resolution (mean edge 66 m) of the cell that every
// item carries; counts are available at this and all coarser resolutions.
const CellResolution = 10

// Item is one facility as it is given to the index.
type Item struct {
	// ID is the permanent, opaque id of 1 to 255 bytes without NUL; results
	// with equal distance come in its (bytewise) order.
	ID string
	// Geometry is WGS-84 in degrees; it is rounded to 1e-7.
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
	// Categories and Datasets: any of them; empty = all. An unknown one finds
	// nothing.
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
	// Limit is the most hits to return; 0 = all.
	Limit int
	// After continues behind the item with this distance and id (exclusive).
	After *Mark
}

// Mark is a position in the order (distance, id) or, along a line, (position,
// id).
type Mark struct {
	Distance float64
	ID       string
}

// Within asks for the items that share a point with any of the boxes or with
// the area, in the order of their ids. An area across the antimeridian takes
// two boxes, or a polygon whose edges run the shorter way round the earth.
type Within struct {
	Filter Filter
	Bounds []orb.Bound
	// Area is an orb.Polygon, orb.MultiPolygon, orb.Ring or orb.Bound, or nil.
	Area orb.Geometry
	// Limit is the most hits to return; 0 = all.
	Limit int
	// After continues behind this id (exclusive); empty = from the start.
	After string
}

// Along asks for the items within Buffer metres of a line, in the order of
// their position along it (metres from its start to the point of the line that
// is nearest to the item), or of their distance from it.
type Along struct {
	Filter     Filter
	Line       orb.LineString
	Buffer     float64
	ByDistance bool
	// Limit is the most hits to return; 0 = all.
	Limit int
	// After continues behind the item with this position (with ByDistance:
	// distance) and id.
	After *Mark
}

// Cells asks for counts per H3 cell and category of the items whose
// representative point lies in any of the boxes.
type Cells struct {
	Filter Filter
	Bounds []orb.Bound
	// Resolution is 0 to CellResolution.
	Resolution int
}

// CellCount is how many items of a category lie in a cell.
type CellCount struct {
	Cell     uint64
	Category string
	Count    int
}

// NameCount is a category or dataset with its number of items.
type NameCount struct {
	Name  string
	Count int
}

// Hit is one result.
type Hit struct {
	// Distance in metres to the nearest edge, 0 inside. Not set by Within.
	Distance float64
	// Position in metres along the line; set by Along only.
	Position float64
	Ref      Ref
}

// State is the opening state of an item at a moment.
type State struct {
	State hours.State
	// Next is when the state changes, Unix milliseconds; 0 = unknown or never.
	Next int64
	// NextLocal is Next as RFC 3339 in the zone of the hours, ready to be
	// appended to answers; empty when Next is 0.
	NextLocal string
}
