package datasets

import (
	"cmp"
	"math"
	"strings"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// A fault is the reason why a record has no usable position.
type fault struct {
	column, code string
	message      Sentence
}

// earthHalf is half the width of EPSG:3857 in metres: a larger number cannot be
// metres of that system.
const earthHalf = 20_037_508.35

// position finds the point of the current record in its cells.
func (p *placer) position(n int) (orb.Point, *fault, error) {
	lat, lon, col, f := p.coordinates()
	if f != nil {
		return orb.Point{}, f, nil
	}
	a, okA := parseAngle(lat)
	b, okB := parseAngle(lon)
	if !okA {
		return orb.Point{}, damaged(p.latColumn(col), lat), nil
	}
	if !okB {
		return orb.Point{}, damaged(p.lonColumn(col), lon), nil
	}
	if a.axis == 'E' || b.axis == 'N' { // the letters know better than the columns
		a, b = b, a
	}
	crs, err := p.system(cmp.Or(p.declared, col.crs))
	if err != nil {
		return orb.Point{}, nil, err
	}
	p.used = crs
	point := orb.Point{b.value, a.value}
	if crs.inDegrees() && !inRange(point) {
		scaled, ok := unscale(a, b)
		switch {
		case !ok && math.Abs(a.value) > 90 && thousands(lat):
			return orb.Point{}, damaged(p.latColumn(col), lat), nil
		case !ok && math.Abs(b.value) > 180 && thousands(lon):
			return orb.Point{}, damaged(p.lonColumn(col), lon), nil
		case !ok:
			return orb.Point{}, p.outOfRange(col, a, b, lat, lon), nil
		}
		if err := p.once(n, p.latColumn(col), "coordinate_scaled", "coordinates such as %s are read as millionths of a degree", clip(lat)); err != nil {
			return orb.Point{}, nil, err
		}
		point = scaled
	}
	if crs.notMetres(point, point) {
		return orb.Point{}, &fault{p.latColumn(col), "coordinate_out_of_range", Say("%s, %s look like degrees, not like metres of %s; state the system that they are in", clip(lon), clip(lat), crs)}, nil
	}
	if crs.exchanged(point) {
		point = orb.Point{point[1], point[0]}
		if err := p.once(n, p.latColumn(col), "axes_exchanged", "easting and northing are exchanged: only so does the position lie where %s is used", crs); err != nil {
			return orb.Point{}, nil, err
		}
	}
	point = crs.toWGS84(point)
	if !inRange(point) && crs.system() != nil {
		return orb.Point{}, &fault{p.lonColumn(col), "coordinate_out_of_range", Say("%s, %s is no position of %s; check the columns and the system", clip(lon), clip(lat), crs)}, nil
	}
	if !inRange(point) {
		return orb.Point{}, p.outOfRange(col, a, b, lat, lon), nil
	}
	if nullIsland(point) {
		return orb.Point{}, nullIslandFault(p.latColumn(col)), nil
	}
	return point, nil, p.suspect(n, col, point)
}

// coordinates are the texts of latitude and longitude and the column that
// speaks for them.
func (p *placer) coordinates() (lat, lon string, col *column, f *fault) {
	lat, lon = p.coordinate(roleLat), p.coordinate(roleLon)
	if lat != "" && lon != "" {
		return lat, lon, p.cells[p.best[roleLat]].col, nil
	}
	for _, r := range [...]role{rolePosition, roleLocation, roleLat, roleLon} {
		text := p.value(r)
		if text == "" {
			continue
		}
		col := p.cells[p.best[r]].col
		if pair, ok := parsePair(text, col.order); ok {
			return pair[0], pair[1], col, nil
		}
		if r == rolePosition && lat == "" && lon == "" && !isNothing(text) {
			return "", "", nil, damaged(col.raw, text)
		}
	}
	switch {
	case lat != "":
		return "", "", nil, &fault{"", "coordinate_missing", Say("there is a latitude but no longitude")}
	case lon != "":
		return "", "", nil, &fault{"", "coordinate_missing", Say("there is a longitude but no latitude")}
	}
	return "", "", nil, &fault{"", "coordinate_missing", Say("there is no position")}
}

// coordinate is the value of a role unless it is a word for "none".
func (p *placer) coordinate(r role) string {
	if text := p.value(r); !isNothing(text) {
		return text
	}
	return ""
}

// isNothing tells words that stand where a number should.
func isNothing(text string) bool {
	if len(text) > 12 || text != "" && (text[0] >= '0' && text[0] <= '9' || text[0] == '-') {
		return false
	}
	word := foldWord(text)
	return word == "无" || word == "無" || word == "none" || word == "tbc" || word == "tbd" || isUnstated(word)
}

func (p *placer) latColumn(col *column) string {
	if col.role == roleLat || col.role == roleLon {
		return cmp.Or(p.name(roleLat), col.raw)
	}
	return col.raw
}

func (p *placer) lonColumn(col *column) string {
	if col.role == roleLat || col.role == roleLon {
		return cmp.Or(p.name(roleLon), col.raw)
	}
	return col.raw
}

// damaged is the fault of a coordinate that is no number.
func damaged(column, text string) *fault {
	return &fault{column, "coordinate_damaged", Say("%q is not a coordinate; if a spreadsheet changed it, export the column again as text", clip(text))}
}

func nullIslandFault(column string) *fault {
	return &fault{column, "null_island", Say("the position is within 1 km of 0,0, which stands for an unknown one")}
}

// outOfRange is the fault of numbers that are no position, with what they look
// like.
func (p *placer) outOfRange(col *column, a, b angle, lat, lon string) *fault {
	column, what := p.latColumn(col), Say("latitude %s is beyond ±90", clip(lat))
	text, value := lat, a.value
	if math.Abs(a.value) <= 90 {
		column, what = p.lonColumn(col), Say("longitude %s is beyond ±180", clip(lon))
		text, value = lon, b.value
	}
	if math.Abs(value) > 180 && isGrouped(text) {
		return damaged(column, text)
	}
	switch {
	case math.Abs(a.value) <= 180 && math.Abs(b.value) <= 90:
		what = Say("%s; latitude and longitude look swapped", what)
	case math.Abs(a.value) > 1000 && math.Abs(b.value) > 1000:
		what = Say("%s; if these are metres, state the coordinate system or convert to degrees", what)
	}
	return &fault{column, "coordinate_out_of_range", what}
}

// isGrouped tells a number in groups of three digits, "481.353": no coordinate
// has three digits before the point and three behind and is beyond 180, but
// what a spreadsheet makes of 48.1353 is.
func isGrouped(text string) bool {
	whole, fraction, ok := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	return ok && len(whole) == 3 && len(fraction) == 3
}

// unscale reads whole numbers as millionths of a degree, if they are too large
// to be metres and give a legal position.
func unscale(a, b angle) (orb.Point, bool) {
	if !a.whole || !b.whole || max(math.Abs(a.value), math.Abs(b.value)) < earthHalf {
		return orb.Point{}, false
	}
	point := orb.Point{b.value / 1e6, a.value / 1e6}
	return point, inRange(point)
}

// area follows where a file's positions lie, in a few numbers: enough to
// suspect a row whose latitude and longitude are swapped.
type area struct {
	count    int
	lat, lon float64 // running means
	spread   float64 // running mean of the distance from them, degrees
}

// suspect warns of a position that is far from the others and would be among
// them if its two values were exchanged.
func (p *placer) suspect(n int, col *column, point orb.Point) error {
	a := &p.area
	here := max(math.Abs(point[1]-a.lat), math.Abs(point[0]-a.lon))
	there := max(math.Abs(point[0]-a.lat), math.Abs(point[1]-a.lon))
	swapped := a.count >= 20 && a.spread < 4 && here > 12 && there < 4+2*a.spread
	weight := 1 / float64(min(a.count+1, 1000))
	a.lat += (point[1] - a.lat) * weight
	a.lon += (point[0] - a.lon) * weight
	if a.count > 0 {
		a.spread += (here - a.spread) * weight
	}
	a.count++
	if !swapped {
		return nil
	}
	return p.warn(n, p.latColumn(col), "position_swapped", "latitude %v and longitude %v look swapped: exchanged, the place would lie among the others",
		geo.Round7(point[1]), geo.Round7(point[0]))
}
