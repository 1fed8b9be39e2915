package facility

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"fujin/geo"
	"fujin/geo/index"
	"fujin/services/platform/kernel/errs"
)

// getBox answers GET /v1/facilities.
func (s *Service) getBox(ps params) gin.HandlerFunc {
	return func(c *gin.Context) {
		s.read(c, ps, func(w *scratch, r *request) error {
			q := index.Within{Bounds: boxes(r)}
			if r.crs != wgs84 && len(q.Bounds) == 1 && r.bbox.Max[0]-r.bbox.Min[0] < bendingBox {
				q = index.Within{Area: bent(r.bbox, r.crs)}
			}
			return s.writeInside(c, w, r, q)
		})
	}
}

// boxes is the asked box in WGS-84; one that crosses the antimeridian becomes two.
func boxes(r *request) []orb.Bound {
	b := r.bbox
	if r.crs != wgs84 {
		b = orb.Bound{Min: r.crs.ToWGS84(b.Min), Max: r.crs.ToWGS84(b.Max)}
	}
	if b.Min[0] <= b.Max[0] {
		return []orb.Bound{b}
	}
	return []orb.Bound{
		{Min: b.Min, Max: orb.Point{180, b.Max[1]}},
		{Min: orb.Point{-180, b.Min[1]}, Max: b.Max},
	}
}

// bendingBox is the width, in degrees, up to which the edges of a box in a
// shifted system are followed as they bend in WGS-84, by up to 30 m.
const bendingBox = 10

// bent is the outline of a box of a shifted system, in WGS-84.
func bent(b orb.Bound, crs geo.CRS) orb.Polygon {
	const steps, step = 200, 0.005 // at 0.005 degrees the outline is right to the centimetre
	corners := b.ToRing()
	ring := make(orb.Ring, 0, 4*steps+1)
	for i := range 4 {
		from, to := corners[i], corners[i+1]
		n := min(int(math.Max(math.Abs(to[0]-from[0]), math.Abs(to[1]-from[1]))/step)+1, steps)
		for j := range n {
			share := float64(j) / float64(n)
			ring = append(ring, crs.ToWGS84(orb.Point{from[0] + share*(to[0]-from[0]), from[1] + share*(to[1]-from[1])}))
		}
	}
	return orb.Polygon{append(ring, ring[0])}
}

// postWithin answers POST /v1/facilities/within.
func (s *Service) postWithin(ps params) gin.HandlerFunc {
	return func(c *gin.Context) {
		s.read(c, ps, func(w *scratch, r *request) error {
			var body struct {
				Polygon *geometryBody `json:"polygon"`
			}
			if err := r.decode(c.Request, &body); err != nil {
				return err
			}
			g, err := body.Polygon.parse("polygon", r, "Polygon", "MultiPolygon")
			if err != nil {
				return err
			}
			return s.writeInside(c, w, r, index.Within{Area: g})
		})
	}
}

// postAlong answers POST /v1/facilities/along.
func (s *Service) postAlong(ps params) gin.HandlerFunc {
	return func(c *gin.Context) {
		s.read(c, ps, func(w *scratch, r *request) error {
			var body struct {
				Line   *geometryBody `json:"line"`
				Buffer *float64      `json:"buffer"`
			}
			if err := r.decode(c.Request, &body); err != nil {
				return err
			}
			g, err := body.Line.parse("line", r, "LineString")
			if err != nil {
				return err
			}
			if body.Buffer == nil || !(*body.Buffer >= 1 && *body.Buffer <= 5000) {
				return invalidBody("body.buffer", "out_of_range", "buffer is required: metres from 1 to 5000")
			}
			return s.writeAlong(c, w, r, index.Along{Line: g.(orb.LineString), Buffer: *body.Buffer})
		})
	}
}

// writeInside answers with the facilities that touch an area.
func (s *Service) writeInside(c *gin.Context, w *scratch, r *request, q index.Within) error {
	view, err := s.view()
	if err != nil {
		return err
	}
	after, err := s.resumeList(r, "inside")
	if err != nil {
		return err
	}
	q.Filter, q.After, q.Limit = r.indexFilter(), after.ID, r.limit+1
	if w.hits, err = view.Within(q, w.hits[:0]); err != nil {
		return invalidBody("body.polygon", "malformed", err.Error())
	}
	more := len(w.hits) > r.limit
	w.hits = w.hits[:min(len(w.hits), r.limit)]
	w.body = append(w.body, `{"type":"FeatureCollection","features":[`...)
	for i := range w.hits {
		if i > 0 {
			w.body = append(w.body, ',')
		}
		w.body = appendFeature(w.body, view, w.hits[i].Ref, r)
	}
	w.body = appendTail(append(w.body, ']'), r)
	if more {
		w.body = s.appendNext(w.body, r, index.Mark{ID: w.hits[len(w.hits)-1].Ref.ID()})
	}
	writeFeatures(c, append(w.body, '}', '\n'))
	return nil
}

// writeAlong answers with the facilities near a line.
func (s *Service) writeAlong(c *gin.Context, w *scratch, r *request, q index.Along) error {
	view, err := s.view()
	if err != nil {
		return err
	}
	after, err := s.resumeList(r, "along")
	if err != nil {
		return err
	}
	if after.ID != "" {
		q.After = &after
	}
	q.Filter, q.Limit = r.indexFilter(), r.limit+1
	if w.hits, err = view.Along(q, w.hits[:0]); err != nil {
		return invalidBody("body.line", "malformed", err.Error())
	}
	more := len(w.hits) > r.limit
	w.hits = w.hits[:min(len(w.hits), r.limit)]
	w.body = append(w.body, `{"type":"FeatureCollection","features":[`...)
	for i := range w.hits {
		if i > 0 {
			w.body = append(w.body, ',')
		}
		hit := &w.hits[i]
		sheet := hit.Ref.Sheet()
		w.body = append(appendHead(w.body, hit.Ref, &sheet, r.crs), `,"properties":{"distance_m":`...)
		w.body = appendTenths(w.body, hit.Distance)
		w.body = appendTenths(append(w.body, `,"along_m":`...), hit.Position)
		w.body = appendRest(append(w.body, `,"open":"`...), view, hit.Ref, &sheet, r)
	}
	w.body = appendTail(append(w.body, ']'), r)
	if more {
		last := w.hits[len(w.hits)-1]
		w.body = s.appendNext(w.body, r, index.Mark{Distance: last.Position, ID: last.Ref.ID()})
	}
	writeFeatures(c, append(w.body, '}', '\n'))
	return nil
}

// resumeList opens the cursor of a list, if there is one.
func (s *Service) resumeList(r *request, list string) (index.Mark, error) {
	r.list = list
	if r.cursor == "" {
		return index.Mark{}, nil
	}
	c, err := s.cursors.open(r)
	if err == nil {
		r.openAt = c.openAt
	}
	return c.mark, err
}

func (s *Service) appendNext(b []byte, r *request, mark index.Mark) []byte {
	b = append(b, `,"next_cursor":"`...)
	b = s.cursors.appendCursor(b, r, 0, mark.Distance, mark.ID)
	return append(b, '"')
}

// geometryBody is a GeoJSON geometry inside a request body.
type geometryBody struct{ raw json.RawMessage }

func (g *geometryBody) UnmarshalJSON(b []byte) error {
	g.raw = bytes.Clone(b)
	return nil
}

// parse checks the geometry: its type, its positions and its size.
func (g *geometryBody) parse(name string, r *request, types ...string) (orb.Geometry, error) {
	location := "body." + name
	want := strings.Join(types, " or ")
	if g == nil {
		return nil, invalidBody(location, "required", name+" is required: a GeoJSON "+want)
	}
	decoded, err := geojson.UnmarshalGeometry(g.raw)
	if err != nil {
		return nil, invalidBody(location, "malformed", name+" must be a GeoJSON "+want+` such as {"type":"`+types[0]+`","coordinates":[…]}`)
	}
	shape := decoded.Geometry()
	if shape == nil || !slices.Contains(types, shape.GeoJSONType()) {
		return nil, invalidBody(location+".type", "not_one_of", name+" must be a GeoJSON "+want+", not a "+decoded.Type)
	}
	count := 0
	var fault string
	check := func(p orb.Point) orb.Point {
		count++
		if !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) {
			fault = "positions are [longitude, latitude] in degrees; one of them is not on Earth"
		}
		if r.crs != wgs84 {
			p = r.crs.ToWGS84(p)
		}
		return p
	}
	shape = project(shape, check)
	switch {
	case fault != "":
		return nil, invalidBody(location+".coordinates", "out_of_range", fault)
	case count > 10_000:
		return nil, invalidBody(location+".coordinates", "too_many", "at most 10000 positions; simplify the geometry")
	case !wellFormed(shape):
		return nil, invalidBody(location+".coordinates", "malformed", "a line needs two positions, a ring four of which the last equals the first")
	}
	return shape, nil
}

// wellFormed tells whether lines and rings have enough positions and rings are closed.
func wellFormed(g orb.Geometry) bool {
	switch g := g.(type) {
	case orb.LineString:
		return len(g) >= 2
	case orb.Polygon:
		for _, ring := range g {
			if len(ring) < 4 || !ring.Closed() {
				return false
			}
		}
		return len(g) > 0
	case orb.MultiPolygon:
		for _, p := range g {
			if !wellFormed(p) {
				return false
			}
		}
		return len(g) > 0
	}
	return false
}

// decode reads a JSON body with known members only; its hash becomes part of
// the cursor.
func (r *request) decode(req *http.Request, into any) error {
	b, err := io.ReadAll(req.Body)
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return errs.New(errs.TooLarge, "the body is larger than %d bytes", tooLarge.Limit)
		}
		return errs.New(errs.Invalid, "the body did not arrive whole")
	}
	sum := sha256.Sum256(b)
	r.bodyHash = sum[:]
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		text := strings.TrimPrefix(err.Error(), "json: ")
		return invalidBody("body", "malformed", "the body must be one JSON object: "+text)
	}
	if d.More() {
		return invalidBody("body", "malformed", "the body must be one JSON object, and nothing after it")
	}
	return nil
}

func invalidBody(location, code, message string) error {
	return errs.New(errs.Invalid, "the body cannot be used").WithField(location, code, "%s", message)
}
