package facility

import (
	"math"
	"runtime"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"fujin/geo"
	"fujin/geo/index"
)

// plainBearing is how far, in metres, the ruler's bearing is right to the
// hundredth of a degree.
const plainBearing = 20_000

// appendHit appends a feature with its distance and bearing from the ruler's
// position.
func appendHit(b []byte, view *index.View, hit *index.Hit, ruler *geo.Ruler, r *request) []byte {
	sheet := hit.Ref.Sheet()
	b = append(appendHead(b, hit.Ref, &sheet, r.crs), `,"properties":{"distance_m":`...)
	b = append(appendTenths(b, hit.Distance), `,"bearing_deg":`...)
	to := hit.Ref.Point()
	if hit.Distance < plainBearing && ruler.OK(hit.Distance) {
		b = appendBearing(b, ruler.Bearing(to))
	} else {
		b = appendBearing(b, geo.Bearing(ruler.At(), to))
	}
	return appendRest(append(b, `,"open":"`...), view, hit.Ref, &sheet, r)
}

// appendFeature appends a feature without a position to measure from.
func appendFeature(b []byte, view *index.View, ref index.Ref, r *request) []byte {
	sheet := ref.Sheet()
	return appendRest(append(appendHead(b, ref, &sheet, r.crs), `,"properties":{"open":"`...), view, ref, &sheet, r)
}

// appendHead appends a feature up to its geometry.
func appendHead(b []byte, ref index.Ref, sheet *index.Sheet, crs geo.CRS) []byte {
	b = append(append(b, `{"type":"Feature","id":"`...), sheet.ID...)
	if ref.IsPoint() {
		b = append(b, `","geometry":{"type":"Point","coordinates":`...)
		return append(appendPosition(b, ref, crs), '}')
	}
	return appendShape(append(b, `","geometry":`...), ref.Geometry(), crs)
}

// appendRest appends, behind the name of the member "open", its value and the
// members that were rendered when the facility was published.
func appendRest(b []byte, view *index.View, ref index.Ref, sheet *index.Sheet, r *request) []byte {
	state := view.State(ref, r.openAt)
	b = append(b, state.State.String()...)
	if state.Next != 0 {
		b = append(append(b, `","next_change":"`...), state.NextLocal...)
	}
	b = append(append(b, `","category":"`...), sheet.Category...)
	b = append(append(b, `","dataset":"`...), sheet.Dataset...)
	b = append(append(append(b, `",`...), sheet.Body...), '}', '}')
	runtime.KeepAlive(view) // to which the bytes of the sheet belong
	return b
}

// appendBearing rounds to a tenth of a degree; 360.0 is north again.
func appendBearing(b []byte, degrees float64) []byte {
	if degrees >= 359.95 {
		degrees = 0
	}
	return appendTenths(b, degrees)
}

// appendPosition appends the position of a point in the asked coordinate system.
func appendPosition(b []byte, ref index.Ref, crs geo.CRS) []byte {
	x, y := ref.Steps()
	if crs != wgs84 {
		p := crs.FromWGS84(ref.Point())
		x, y = steps(p[0]), steps(p[1])
	}
	b = append(appendDegrees(append(b, '['), x), ',')
	return append(appendDegrees(b, y), ']')
}

// steps rounds degrees to whole 1e-7 degrees.
func steps(degrees float64) int32 { return int32(math.RoundToEven(degrees * 1e7)) }

// appendShape appends a line or area in the asked coordinate system.
func appendShape(b []byte, g orb.Geometry, crs geo.CRS) []byte {
	if crs != wgs84 {
		g = project(orb.Clone(g), crs.FromWGS84)
	}
	encoded, err := geojson.NewGeometry(g).MarshalJSON()
	if err != nil {
		return append(b, `null`...)
	}
	return append(b, encoded...)
}

// stamp is a time as answers write it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
