package facility

import (
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
func (s *Service) appendHit(b []byte, view *index.View, hit *index.Hit, ruler *geo.Ruler, r *request) []byte {
	b = appendHead(b, hit.Ref, r.crs)
	b = append(b, `"distance_m":`...)
	b = appendTenths(b, hit.Distance)
	b = append(b, `,"bearing_deg":`...)
	to := hit.Ref.Point()
	if hit.Distance < plainBearing && ruler.OK(hit.Distance) {
		b = appendBearing(b, ruler.Bearing(to))
	} else {
		b = appendBearing(b, geo.Bearing(ruler.At(), to))
	}
	b = append(b, ',')
	return s.appendRest(b, view, hit.Ref, r)
}

// appendFeature appends a feature without a position to measure from.
func (s *Service) appendFeature(b []byte, view *index.View, ref index.Ref, r *request) []byte {
	return s.appendRest(appendHead(b, ref, r.crs), view, ref, r)
}

// appendHead appends a feature up to its first property.
func appendHead(b []byte, ref index.Ref, crs geo.CRS) []byte {
	b = append(b, `{"type":"Feature","id":"`...)
	b = ref.AppendID(b)
	b = append(b, `","geometry":`...)
	b = appendGeometry(b, ref, crs)
	return append(b, `,"properties":{`...)
}

// appendRest appends the open state and the members that were rendered when
// the facility was published.
func (s *Service) appendRest(b []byte, view *index.View, ref index.Ref, r *request) []byte {
	state := view.State(ref, r.openAt)
	b = append(b, `"open":"`...)
	b = append(b, state.State.String()...)
	if state.Next != 0 {
		b = append(b, `","next_change":"`...)
		b = append(b, state.NextLocal...)
	}
	b = append(b, `","category":"`...)
	b = append(b, ref.Category()...)
	b = append(b, `","dataset":"`...)
	b = append(b, ref.Dataset()...)
	b = append(b, `",`...)
	b = ref.AppendBody(b)
	return append(b, '}', '}')
}

// appendBearing rounds to a tenth of a degree; 360.0 is north again.
func appendBearing(b []byte, degrees float64) []byte {
	if degrees >= 359.95 {
		degrees = 0
	}
	return appendTenths(b, degrees)
}

// appendGeometry appends the geometry in the asked coordinate system.
func appendGeometry(b []byte, ref index.Ref, crs geo.CRS) []byte {
	if ref.IsPoint() {
		p := ref.Point()
		if crs != wgs84 {
			p = crs.FromWGS84(p)
		}
		b = append(b, `{"type":"Point","coordinates":`...)
		return append(appendPosition(b, p), '}')
	}
	g := ref.Geometry()
	if crs != wgs84 {
		g = project(orb.Clone(g), crs.FromWGS84)
	}
	encoded, err := geojson.NewGeometry(g).MarshalJSON()
	if err != nil {
		return append(b, `null`...)
	}
	return append(b, encoded...)
}

func appendPosition(b []byte, p orb.Point) []byte {
	b = append(b, '[')
	b = appendDegrees(b, p[0])
	b = append(b, ',')
	b = appendDegrees(b, p[1])
	return append(b, ']')
}

// stamp is a time as answers write it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
