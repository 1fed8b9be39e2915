// Package datasets reads the files that agencies and retailers really have and
// turns them into places the registry can publish.
//
// It is pure: no SQL, no HTTP, no clock. A reader streams: it hands over one
// place at a time and keeps no more of the file than it must. A bad row never
// stops a file and never vanishes: it is counted and named by an Issue.
package datasets

import (
	"context"
	"io"
	"time"

	"github.com/paulmach/orb"
)

// Place is one row of a source file after reading and normalisation.
type Place struct {
	// Row is the 1-based number of the record in its file (a header is not a
	// record; for JSON and OSM it is the ordinal of the feature).
	Row int
	// SourceID is the file's own identifier ("way/102225737", a store number);
	// empty when the file has none.
	SourceID string
	// Name is the default display name; other languages stay in Attributes
	// under OSM's keys ("name:en", "name:zh").
	Name string
	// Category is the kind of place: [a-z][a-z0-9_]*.
	Category string
	// Geometry is in WGS-84, rounded to 1e-7 degree: usually an orb.Point,
	// else orb.LineString, orb.Polygon or a Multi of them.
	Geometry orb.Geometry
	Address  string
	Phone    string
	// OpeningHours is an OSM opening_hours value where the source's spelling
	// could be understood, otherwise the text as found (the state of such a
	// place is unknown, and a warning says so).
	OpeningHours string
	// Attributes hold the rest under OSM's keys and values where they are
	// known (wheelchair=yes, fee=yes, charge="5 TRL"), else as found under the
	// file's own column name. Empty values are left out.
	Attributes map[string]string
	// VerifiedAt is when somebody last confirmed the place; zero if unknown.
	VerifiedAt time.Time
}

// Issue names what is wrong with one row (or, with Row 0, the whole file).
type Issue struct {
	File   string `json:"file,omitempty"`
	Row    int    `json:"row"`
	Column string `json:"column"`
	// Code is stable snake_case: coordinate_missing, coordinate_damaged,
	// coordinate_out_of_range, null_island, crs_assumed, ….
	Code string `json:"code"`
	Sentence
	// Rejected tells an error, for which the row was left out, from a warning.
	Rejected bool `json:"-"`
}

// Format is a file format that Detect can tell.
type Format string

// The formats that can be read.
const (
	CSV        Format = "csv"
	GeoJSON    Format = "geojson"
	GeoJSONSeq Format = "geojsonseq"
	OSMPBF     Format = "osm.pbf"
	Overpass   Format = "overpass"
	OSMXML     Format = "osm.xml"
	EsriJSON   Format = "esrijson"
	JSON       Format = "json"
	XML        Format = "xml"
	GBFS       Format = "gbfs"
	XLSX       Format = "xlsx"
	KML        Format = "kml"
	Shapefile  Format = "shapefile"
)

// Options steer a reading.
type Options struct {
	// Category selects for OSM input; every other row gets it. Empty: the
	// row's own category, else "place".
	Category string
	// CRS is auto, wgs84, gcj02, bd09 or an EPSG code that ParseCRS knows.
	CRS string
	// Mapping gives a field ("name", "lat", "lon", "address", "id", …) the
	// column that holds it, over what the reader would guess.
	Mapping map[string]string
	// look, if set, reads for the columns alone.
	look *look
}

// Source is one file. Size is -1 where it is unknown. Open may be called more
// than once (formats such as OSM PBF need two passes); each call starts at the
// first byte.
type Source struct {
	Name string
	Size int64
	Open func() (io.ReadCloser, error)
	// Beside are files that say more of the same places, as Gather finds them.
	Beside []Source
}

// Sink takes what a reader finds, in file order. An error from either function
// stops the reading and is returned as it is.
type Sink struct {
	Place func(Place) error
	Issue func(Issue) error
	// Record, if set, is shown every record before it is understood. A change to
	// a Value is taken, so that a repair works as if the file had been right. The
	// slice is valid until the function returns; a value may hold on to the whole
	// record, so clone what is kept.
	Record func(row int, cells []Cell) error
	// Columns, if set, is told the columns of the file after its last record,
	// those included that were never filled.
	Columns func([]*Column)
	// Mend, if set, is asked for the position (longitude, latitude, in the file's
	// coordinate system) of a record that would be rejected for its coordinates.
	Mend func(Damage) (orb.Point, bool)
	// Progress, if set, is told now and then how many bytes of the source have
	// been consumed.
	Progress func(bytes int64)
}

// Summary counts a reading: Read = Accepted + Rejected. Warnings counts issues
// that did not reject a row.
type Summary struct {
	Read     int `json:"read"`
	Accepted int `json:"accepted"`
	Rejected int `json:"rejected"`
	Warnings int `json:"warnings"`
	// Format, Encoding and CRS are what was found.
	Format   Format `json:"-"`
	Encoding string `json:"-"`
	CRS      string `json:"-"`
}

// A Reader reads one format. A returned error means the file as a whole was
// refused; it says why and what to do in one sentence.
type Reader interface {
	Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error)
}
