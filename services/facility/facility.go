// Package facility is the registry of public facilities and the owner of the
// live index: what datasets publish becomes visible to citizens through it.
//
// The tables are the truth. Each server follows the outbox and keeps an index
// in memory, mapped from a snapshot file, from which every public read is
// answered; the database is not asked on that path.
package facility

import (
	"encoding/json"
	"hash/fnv"
	"math"
	"strconv"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/uber/h3-go/v4"

	"fujin/datasets"
	"fujin/geo"
	"fujin/geo/index"
	"fujin/geo/zone"
	"fujin/services/platform/kernel/errs"
)

// Row is a facility in the form in which it is stored: everything that can be
// worked out without the database is worked out, so that the importing process
// and not the server pays for it. It crosses the local socket as it is.
type Row struct {
	// Number is the row of the source file, for messages.
	Number int
	// Key is how the facility is known again: by the source's own id, else by
	// its name and place.
	Key string
	// Digest tells whether a facility changed.
	Digest   int64
	Category string
	Lat, Lon float64
	// Shape is the geometry as WKB; nil for a point.
	Shape  []byte
	Cell   int64
	Traits int64
	Hours  string
	Zone   string
	// Doc holds the JSON members of the answer that do not depend on the query.
	Doc string
	// VerifiedAt in Unix milliseconds; 0 = never.
	VerifiedAt int64
}

// ValidateDataset checks a dataset id: it is part of addresses and file names.
func ValidateDataset(id string) error {
	if !isDataset(id) {
		return errs.New(errs.Invalid, "dataset id %q must be 1 to 64 of a-z, 0-9, _ and -, and begin with a letter or digit", id).
			WithField("dataset", "malformed", "use 1 to 64 of a-z, 0-9, _ and -")
	}
	return nil
}

// ValidateCategory checks a category, which is free but for its letters.
func ValidateCategory(c string) error {
	if !isCategory(c) {
		return errs.New(errs.Invalid, "category %.80q must be lower-case letters, digits and _, beginning with a letter", c).
			WithField("category", "malformed", "use at most %d of a-z, 0-9 and _, beginning with a letter", longestCategory)
	}
	return nil
}

// isDataset tells whether s can be a dataset id. It runs per query, as
// isCategory does per row: hence no regular expressions.
func isDataset(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isLetterOrDigit(c) && (i == 0 || c != '_' && c != '-') {
			return false
		}
	}
	return len(s) > 0 && len(s) <= 64
}

// isCategory tells whether s can be a category: [a-z][a-z0-9_]*.
func isCategory(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isLetterOrDigit(c) && (i == 0 || c != '_') || i == 0 && c <= '9' {
			return false
		}
	}
	return len(s) > 0 && len(s) <= longestCategory
}

// longestCategory is in bytes.
const longestCategory = 64

func isLetterOrDigit(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

// Prepare works out the stored form of a place. It is pure but for lazily
// loaded tables, and safe to call from several goroutines.
func Prepare(p datasets.Place) (Row, error) {
	if err := ValidateCategory(p.Category); err != nil {
		return Row{}, err
	}
	at, point := p.Geometry.(orb.Point)
	r := Row{Number: p.Row, Category: p.Category, Hours: p.OpeningHours, Traits: int64(traitBits(p.Attributes))}
	if !point {
		at = geo.Centroid(p.Geometry)
		at = orb.Point{geo.Round7(at[0]), geo.Round7(at[1])}
		shape, err := wkb.Marshal(p.Geometry)
		if err != nil {
			return Row{}, errs.New(errs.Invalid, "row %d: geometry cannot be stored: %v", p.Row, err)
		}
		r.Shape = shape
	}
	r.Lon, r.Lat = at[0], at[1]
	if !(math.Abs(r.Lat) <= 90 && math.Abs(r.Lon) <= 180) {
		return Row{}, errs.New(errs.Invalid, "row %d: position %g, %g is not on Earth", p.Row, r.Lat, r.Lon)
	}
	cell, err := h3.LatLngToCell(h3.NewLatLng(r.Lat, r.Lon), index.CellResolution)
	if err != nil {
		return Row{}, errs.New(errs.Invalid, "row %d: position %g, %g has no H3 cell: %v", p.Row, r.Lat, r.Lon, err)
	}
	r.Cell = int64(cell)
	r.Zone = zone.At(at)
	if !p.VerifiedAt.IsZero() {
		r.VerifiedAt = p.VerifiedAt.UnixMilli()
	}
	r.Doc = doc(p)
	r.Key = matchKey(p, at)
	r.Digest = r.digest()
	return r, nil
}

// doc renders the members that do not depend on the query, without braces.
func doc(p datasets.Place) string {
	b := make([]byte, 0, 384)
	b = append(b, `"name":`...)
	b = appendString(b, p.Name)
	for _, m := range [...]struct{ key, value string }{
		{`,"address":`, p.Address}, {`,"phone":`, p.Phone}, {`,"opening_hours":`, p.OpeningHours},
	} {
		if m.value != "" {
			b = append(b, m.key...)
			b = appendString(b, m.value)
		}
	}
	b = append(b, `,"attributes":`...)
	b = appendObject(b, p.Attributes)
	return string(b)
}

// digest hashes what makes up a form of the facility. verified_at is left out:
// confirming a place does not change it.
func (r *Row) digest() int64 {
	h := fnv.New64a()
	h.Write([]byte(r.Doc))
	h.Write([]byte(r.Category))
	h.Write(r.Shape)
	var b [16]byte
	putFloat(b[:8], r.Lat)
	putFloat(b[8:], r.Lon)
	h.Write(b[:])
	return int64(h.Sum64())
}

func putFloat(b []byte, f float64) {
	u := math.Float64bits(f)
	for i := range 8 {
		b[i] = byte(u >> (8 * i))
	}
}

// item is the row as the index holds it.
func (s *stored) item(b []byte) (index.Item, error) {
	g, err := s.geometry()
	if err != nil {
		return index.Item{}, err
	}
	return index.Item{
		ID: s.ID, Geometry: g, Category: s.Category, Dataset: s.Dataset, Traits: uint64(s.Traits),
		Hours: s.hours(), Zone: s.Zone, Cell: uint64(s.Cell), Body: s.appendBody(b),
	}, nil
}

// geometry is the point, or the decoded shape.
func (s *stored) geometry() (orb.Geometry, error) {
	if s.Shape == nil {
		return orb.Point{s.Lon, s.Lat}, nil
	}
	g, err := wkb.Unmarshal(s.Shape)
	if err != nil {
		return nil, errs.New(errs.Internal, "facility %s: stored geometry: %v", s.ID, err)
	}
	return g, nil
}

// appendBody completes the document with what is known on publication.
// Category and dataset are left to the answer: the index has them anyway, and a
// million times their text would not fit into memory beside the rest.
func (s *stored) appendBody(b []byte) []byte {
	b = append(b, s.Doc...)
	b = append(b, `,"version":`...)
	b = strconv.AppendInt(b, s.Version, 10)
	if s.VerifiedAt != 0 {
		b = append(b, `,"verified_at":"`...)
		b = time.UnixMilli(s.VerifiedAt).UTC().AppendFormat(b, time.RFC3339)
		b = append(b, '"')
	}
	return s.Closure.appendTo(b)
}

// stored is a row with what the registry gave it.
type stored struct {
	Row
	ID      string
	Dataset string
	// Version is the dataset version in which the row took this form.
	Version int64
	// Ended is the version that ended it, 0 while in force.
	Ended int64
	// Closure is set while the place is shut for a time.
	Closure *Closure
}

// document is the decoded form of Row.Doc.
type document struct {
	Name         string            `json:"name"`
	Address      string            `json:"address"`
	Phone        string            `json:"phone"`
	OpeningHours string            `json:"opening_hours"`
	Attributes   map[string]string `json:"attributes"`
	Version      int64             `json:"version"`
	VerifiedAt   *time.Time        `json:"verified_at"`
}

// decode reads the members that appendBody wrote.
func decode(body []byte) (document, error) {
	var d document
	b := append(append(append(make([]byte, 0, len(body)+2), '{'), body...), '}')
	err := json.Unmarshal(b, &d)
	return d, err
}
