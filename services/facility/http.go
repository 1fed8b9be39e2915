package facility

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

// route is a read endpoint: what it does, what it takes, what it gives.
type route struct {
	method  string
	path    string // OpenAPI's form: /v1/facilities/{id}
	id      string
	summary string
	doc     string
	params  params
	body    string // an example of the request body; "" = none
	answer  string // media type
	example string // of the answer
	handler gin.HandlerFunc
}

func (s *Service) routes() []route {
	box, cells, search, way := boxParams(), cellParams(), searchParams(), navigationParams()
	within, along, tile := areaParams(), areaParams(), params{datasetParam(), crsParam()}
	one, coverage, demand := params{crsParam()}, coverageParams(), demandParams()
	return []route{
		{"GET", "/v1/facilities/nearby", "nearby", "Facilities near a position, nearest first",
			"Distances are metres on the WGS-84 ellipsoid to the nearest edge, 0 inside an area; equal distances come in the order of ids. " +
				"Page on with next_cursor: a facility that matches throughout and does not move appears exactly once, whatever else changes. " +
				"The position is never stored, and never logged finer than 0.01°.",
			s.nearbyParams, "", "application/geo+json", exampleNearby, s.getNearby},
		{"GET", "/v1/facilities", "facilities-in-box", "Facilities inside a box, in the order of their ids", "",
			box, "", "application/geo+json", exampleList, s.getBox(box)},
		{"POST", "/v1/facilities/within", "facilities-within", "Facilities that touch a polygon, in the order of their ids",
			"The body holds a GeoJSON Polygon or MultiPolygon; filters stand in the query.",
			within, `{"polygon":{"type":"Polygon","coordinates":[[[115.85,28.67],[115.87,28.67],[115.87,28.69],[115.85,28.69],[115.85,28.67]]]}}`,
			"application/geo+json", exampleList, s.postWithin(within)},
		{"POST", "/v1/facilities/along", "facilities-along", "Facilities along a route, in the order in which it passes them",
			"The body holds a GeoJSON LineString and the greatest distance from it in metres, 1 to 5000; filters stand in the query. distance_m is the distance from the line, along_m that from its start to the nearest point of it.",
			along, `{"line":{"type":"LineString","coordinates":[[115.85,28.67],[115.87,28.69]]},"buffer":200}`,
			"application/geo+json", exampleAlong, s.postAlong(along)},
		{"GET", "/v1/facilities/{id}", "facility", "One facility", "",
			one, "", "application/geo+json", exampleFeature(""), s.getOne(one)},
		{"GET", "/v1/facilities/{id}/navigation", "navigation", "The way to a facility in the map app that the user has",
			"Links open the apps in their own coordinate systems. The distance is a straight line; where a routing service is configured its distance and time come too. Each says which it is.",
			way, "", "application/json", exampleNavigation, s.getNavigation(way)},
		{"GET", "/v1/cells", "cells", "H3 cells of a box with the number of facilities per category", "",
			cells, "", "application/json", exampleCells, s.getCells(cells)},
		{"GET", "/v1/tiles/{category}/{z}/{x}/{y}.mvt", "tile", "A vector tile of facilities",
			"Web Mercator tiles of one category, or of all; of all datasets, or of those that dataset names. Close up, layer facilities holds points with id, name, category and, where they are stated, name:en and access; far out, layer clusters holds points with count. crs=gcj02 shifts them for a GCJ-02 base map.",
			tile, "", "application/vnd.mapbox-vector-tile", "", s.getTile(tile)},
		{"GET", "/v1/coverage", "coverage", "How far the nearest facility is, for every H3 cell of an area",
			"Tells where facilities lack: a cell is served if the nearest facility lies within reach of its centre. Distances are straight lines, in metres; null beyond 50 km.",
			coverage, "", "application/json", exampleCoverage, s.getCoverage(coverage)},
		{"GET", "/v1/demand", "demand", "Where people searched, and found nothing",
			"Searches near a position, counted per H3 cell of resolution 7 (about 5 km²) and day; never a position, never a person. Cells with fewer searches than `least` are left out, and a smaller number of unmet ones is null.",
			demand, "", "application/json", exampleDemand, s.getDemand(demand)},
		{"GET", "/v1/search", "search", "Facilities and administrative divisions by name, Chinese or English", "",
			search, "", "application/json", exampleSearch, s.getSearch(search)},
	}
}

// areaParams is the query of the two endpoints that take a geometry.
func areaParams() params {
	ps := params{limitParam(100, 1000)}
	return append(append(ps, filterParams()...), crsParam(), cursorParam())
}

// Routes mounts the endpoints and describes them in the API document. They are
// plain handlers: one table of parameters both checks and documents them.
func (s *Service) Routes(r gin.IRouter, a huma.API) {
	for _, route := range s.routes() {
		r.Handle(route.method, ginPath(route.path), route.handler)
		a.OpenAPI().AddOperation(route.operation())
	}
	s.mountLocal(r)
}

// ginPath turns {id} into :id; a tile's last part is taken whole.
func ginPath(path string) string {
	path = strings.Replace(path, "{y}.mvt", "{y}", 1)
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

func (route route) operation() *huma.Operation {
	op := &huma.Operation{
		OperationID: route.id, Method: route.method, Path: route.path, Summary: route.summary, Description: route.doc, Tags: []string{"Facilities"},
		Responses: map[string]*huma.Response{
			"200": {Description: "The answer", Content: map[string]*huma.MediaType{route.answer: {Schema: &huma.Schema{Type: "object"}}}},
			"400": problem("A parameter is wrong, missing or unknown; errors[] names it"),
		},
	}
	if route.example != "" {
		op.Responses["200"].Content[route.answer].Example = json.RawMessage(route.example)
	}
	if route.answer == "application/vnd.mapbox-vector-tile" {
		op.Responses["200"].Content[route.answer].Schema = &huma.Schema{Type: "string", Format: "binary"}
	}
	for part := range strings.SplitSeq(route.path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			name, _, _ = strings.Cut(name, "}")
			op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "path", Required: true, Schema: pathSchema(name)})
			if name == "id" {
				op.Responses["404"] = problem("There is no such facility")
			}
		}
	}
	for _, p := range route.params {
		schema := p.schema
		op.Parameters = append(op.Parameters, &huma.Param{Name: p.name, In: "query", Description: p.doc, Required: p.required, Schema: &schema, Example: p.example})
	}
	if route.body != "" {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {Schema: &huma.Schema{Type: "object"}, Example: json.RawMessage(route.body)}}}
	}
	return op
}

func pathSchema(name string) *huma.Schema {
	if name == "z" || name == "x" || name == "y" {
		return &huma.Schema{Type: "integer"}
	}
	return &huma.Schema{Type: "string"}
}

func problem(doc string) *huma.Response {
	return &huma.Response{Description: doc, Content: map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}}}
}

// read parses a request with an endpoint's table and runs fn; what goes wrong
// becomes a problem document at the gate.
func (s *Service) read(c *gin.Context, ps params, fn func(w *scratch, r *request) error) {
	w := s.pool.Get().(*scratch)
	defer w.release(s.pool)
	r := w.reset(s.clock())
	r.openAt = r.now
	err := ps.parse(c.Request.URL.RawQuery, r)
	if err == nil {
		err = fn(w, r)
	}
	if err != nil {
		_ = c.Error(err)
	}
}

// writeBody sends an answer of another type.
func writeBody(c *gin.Context, contentType string, body []byte) {
	h := c.Writer.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.Writer.WriteHeader(http.StatusOK)
	_, _ = c.Writer.Write(body)
}
