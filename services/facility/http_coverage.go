package facility

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/uber/h3-go/v4"

	"fujin/geo"
	"fujin/geo/index"
	"fujin/services/platform/kernel/errs"
)

// defaultWithin is how far a facility may be, in metres, to serve a place: some
// seven minutes on foot.
const defaultWithin = 500

// coverageParams is the table of GET /v1/coverage.
func coverageParams() params {
	ps := params{areaParam(),
		{name: "within", doc: "metres within which a facility serves a cell's centre, 1 to 50000 (default 500)", schema: bounds(1, maxRadius), example: 500,
			set: func(r *request, v string) (err error) {
				r.radius, err = number("within", v, 1, maxRadius, "metres")
				return err
			},
			preset: func(r *request) { r.radius = defaultWithin }},
		areaResolutionParam(),
		{name: "lacking", doc: "true: only the cells without a facility within reach", schema: flag(false),
			set: func(r *request, v string) (err error) { r.lacking, err = boolean("lacking", v); return err }},
		cellFormatParam()}
	return append(append(ps, filterParams()...), crsParam())
}

func areaParam() param {
	return param{name: "area", doc: "the area: west,south,east,north in degrees; a GeoJSON Polygon or MultiPolygon, percent-encoded; or feature:ID, the outline of a published area, such as a district of an agency's own dataset",
		required: true, schema: text(),
		example: "115.80,28.62,115.95,28.74", set: func(r *request, v string) error { r.text = v; return nil }}
}

func areaResolutionParam() param {
	return param{name: "res", doc: fmt.Sprintf("H3 resolution, %d to %d (default: the finest that gives at most %d cells)", coarsestCell, finestCell, usualAreaCells),
		schema: whole(coarsestCell, finestCell, nil),
		set: func(r *request, v string) (err error) {
			r.res, err = integer("res", v, coarsestCell, finestCell)
			return err
		},
		preset: func(r *request) { r.res = -1 }}
}

func cellFormatParam() param {
	return param{name: "format", doc: "json (default), geojson (cells as polygons, for a map) or csv (for a spreadsheet)", schema: oneOf("json", "geojson", "csv"),
		set: func(r *request, v string) error {
			if v != "json" && v != "geojson" && v != "csv" {
				return coded{"not_one_of", fmt.Sprintf("format must be json, geojson or csv, not %q", clip(v))}
			}
			r.mode = v
			return nil
		}}
}

// area reads the parameter of that name, in WGS-84.
func (r *request) area(view *index.View) (orb.Geometry, error) {
	if id, ok := strings.CutPrefix(r.text, "feature:"); ok {
		return outline(view, id)
	}
	if !strings.HasPrefix(strings.TrimSpace(r.text), "{") {
		if err := bboxParam(true).set(r, r.text); err != nil {
			return nil, areaError(codeOf(err), "%s", strings.ReplaceAll(err.Error(), "bbox", "area"))
		}
		if r.bbox.Min[0] >= r.bbox.Max[0] || r.bbox.Min[1] >= r.bbox.Max[1] {
			return nil, areaError("out_of_range", "the area is empty; the order is west,south,east,north")
		}
		box := r.bbox.ToPolygon()
		if r.crs != wgs84 {
			return project(box, r.crs.ToWGS84), nil
		}
		return box, nil
	}
	g, err := (&geometryBody{json.RawMessage(r.text)}).parse("area", r, "Polygon", "MultiPolygon")
	var bad *errs.Error
	if errors.As(err, &bad) && len(bad.Fields) > 0 {
		return nil, areaError(bad.Fields[0].Code, "%s", bad.Fields[0].Message)
	}
	return g, err
}

// outline is the shape of a published area.
func outline(view *index.View, id string) (orb.Geometry, error) {
	ref, ok := view.Get(id)
	if !ok {
		return nil, areaError("not_found", "there is no feature %q; an id is that of the items of a dataset (/ogc/collections/DATASET/items) as published now", clip(id))
	}
	g := ref.Geometry()
	if len(polygonsOf(g)) == 0 {
		return nil, areaError("not_an_area", "feature %q is a %s; an outline is that of a Polygon or MultiPolygon", clip(id), g.GeoJSONType())
	}
	return g, nil
}

// getCoverage answers GET /v1/coverage.
func (s *Service) getCoverage(ps params) gin.HandlerFunc {
	return func(c *gin.Context) {
		s.read(c, ps, func(_ *scratch, r *request) error {
			view, err := s.view()
			if err != nil {
				return err
			}
			area, err := r.area(view)
			if err != nil {
				return err
			}
			if strings.HasPrefix(r.text, "feature:") && len(r.filter.Categories)+len(r.filter.Datasets) == 0 {
				return errs.New(errs.Invalid, "with feature:ID, category or dataset must say what to measure: else the outline itself would be the nearest").
					WithField("query.category", "required", "say what to measure; else the outline itself would be the nearest")
			}
			cells, res, err := cellsOver(area, r.res)
			if err != nil {
				return err
			}
			covered, err := coverage(c.Request.Context(), view, cells, r.indexFilter())
			if err != nil {
				return err
			}
			t := cellTable{columns: []string{"distance_m", "nearest", "served"}}
			reached := 0
			for _, cell := range covered {
				served := cell.Distance <= r.radius
				if served {
					reached++
				}
				if served && r.lacking {
					continue
				}
				row := map[string]any{"distance_m": nil, "nearest": nil, "served": served}
				if !math.IsInf(cell.Distance, 0) {
					row["distance_m"], row["nearest"] = math.Round(cell.Distance*10)/10, cell.Nearest
				}
				t.add(cell.ID, cell.Centre, row)
			}
			return t.write(c, r, map[string]any{"res": res, "within": r.radius, "total": len(covered), "served": reached, "lacking": len(covered) - reached})
		})
	}
}

// cellTable is an answer of one row per H3 cell, in one of three forms.
type cellTable struct {
	columns []string
	ids     []h3.Cell
	centres []orb.Point
	rows    []map[string]any
}

func (t *cellTable) add(id h3.Cell, centre orb.Point, row map[string]any) {
	t.ids, t.centres, t.rows = append(t.ids, id), append(t.centres, centre), append(t.rows, row)
}

// write sends the table in the asked form and coordinate system, with what head
// says of it as a whole.
func (t *cellTable) write(c *gin.Context, r *request, head map[string]any) error {
	head["crs"], head["as_of"] = r.crs, stamp(r.now)
	for i, row := range t.rows {
		centre := at(r.crs.FromWGS84(t.centres[i]))
		row["cell"], row["lat"], row["lon"] = t.ids[i].String(), centre.Lat, centre.Lon
	}
	switch r.mode {
	case "geojson":
		return t.writeGeoJSON(c, r, head)
	case "csv":
		return t.writeCSV(c)
	}
	head["cells"] = append([]map[string]any{}, t.rows...)
	b, err := json.Marshal(head)
	if err == nil {
		writeBody(c, "application/json", append(b, '\n'))
	}
	return err
}

func (t *cellTable) writeGeoJSON(c *gin.Context, r *request, head map[string]any) error {
	out := geojson.NewFeatureCollection()
	for i, row := range t.rows {
		boundary, err := t.ids[i].Boundary()
		if err != nil {
			return errs.New(errs.Internal, "cell %s: %v", t.ids[i], err)
		}
		var ring orb.Ring
		for _, corner := range append(boundary, boundary[0]) {
			p := r.crs.FromWGS84(orb.Point{corner.Lng, corner.Lat})
			ring = append(ring, orb.Point{geo.Round7(p[0]), geo.Round7(p[1])})
		}
		f := geojson.NewFeature(orb.Polygon{ring})
		f.ID, f.Properties = row["cell"], geojson.Properties(row)
		out.Append(f)
	}
	out.ExtraMembers = head
	b, err := json.Marshal(out)
	if err == nil {
		writeBody(c, "application/geo+json", append(b, '\n'))
	}
	return err
}

func (t *cellTable) writeCSV(c *gin.Context) error {
	var b strings.Builder
	w := csv.NewWriter(&b)
	columns := append([]string{"cell", "lat", "lon"}, t.columns...)
	_ = w.Write(columns) // to memory, like what follows
	for _, row := range t.rows {
		line := make([]string, len(columns))
		for i, name := range columns {
			switch v := row[name].(type) {
			case nil:
			case float64:
				line[i] = strconv.FormatFloat(v, 'f', -1, 64)
			default:
				line[i] = fmt.Sprint(v)
			}
		}
		_ = w.Write(line)
	}
	w.Flush()
	writeBody(c, "text/csv; charset=utf-8", []byte(b.String()))
	return nil
}
