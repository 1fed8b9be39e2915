package ogc

import (
	"maps"
	"slices"
	"strings"

	"fujin/services/publishing/catalogue"
)

// object is a JSON object of the API's definition.
type object = map[string]any

// getAPI answers with the definition of the API, in OpenAPI 3.0.
func (s *Service) getAPI(r *request) error {
	if err := r.takes(); err != nil {
		return err
	}
	definition := s.definition()
	if r.html {
		var rows []fieldRow
		paths := definition["paths"].(object)
		for _, path := range slices.Sorted(maps.Keys(paths)) {
			get := paths[path].(object)["get"].(object)
			rows = append(rows, fieldRow{Name: "/ogc" + strings.TrimSuffix(path, "/"), Text: get["summary"].(string)})
		}
		return s.render(r, "schema", document{Title: wordsOf(r.language)["api"], Fields: rows,
			Links: []link{{s.url("/api?f=json"), "service-desc", typeOpenAPI, "OpenAPI 3.0", false}}})
	}
	return r.sendJSON(typeOpenAPI, definition)
}

func (s *Service) definition() object {
	return object{
		"openapi": "3.0.3",
		"info": object{"title": "Fujin 附近 OGC API", "version": "1.0.0",
			"description": "Public facilities as OGC API - Features, Tiles and Records. A property of a collection (see its queryables) is a query parameter of its items."},
		"servers": []any{object{"url": s.url("")}},
		"tags":    []any{object{"name": "Capabilities"}, object{"name": "Data"}, object{"name": "Tiles"}, object{"name": "Records"}},
		"paths":   paths(),
		"components": object{
			"parameters": parameters(),
			"schemas": object{"problem": object{"type": "object", "required": []string{"status", "code", "detail"}, "properties": object{
				"type": text(), "title": text(), "status": object{"type": "integer"}, "detail": text(), "code": text()}}},
			"responses": object{
				"Invalid":  object{"description": "A parameter is wrong or not declared", "content": object{"application/problem+json": object{"schema": ref("schemas/problem")}}},
				"NotFound": object{"description": "There is no such thing", "content": object{"application/problem+json": object{"schema": ref("schemas/problem")}}},
			},
		},
	}
}

func text() object { return object{"type": "string"} }

func ref(to string) object { return object{"$ref": "#/components/" + to} }

// operation describes a GET.
func operation(id, tag, summary, mediaType string, parameters ...string) object {
	list := []any{}
	for _, p := range parameters {
		list = append(list, ref("parameters/"+p))
	}
	content := object{mediaType: object{"schema": object{"type": "object"}}}
	if mediaType == typeMVT {
		content = object{mediaType: object{"schema": object{"type": "string", "format": "binary"}}}
	} else {
		list = append(list, ref("parameters/f"))
		content[typeHTML] = object{"schema": text()}
	}
	responses := object{"200": object{"description": "The answer", "content": content}, "400": ref("responses/Invalid")}
	if slices.Contains(parameters, "collectionId") {
		responses["404"] = ref("responses/NotFound")
	}
	return object{"get": object{"operationId": id, "tags": []string{tag}, "summary": summary, "parameters": list, "responses": responses}}
}

func paths() object {
	items := append(append([]string{"collectionId"}, itemParams()...), catalogue.Fixed()...)
	records := append([]string{"limit", "bbox", "bbox-crs", "datetime", "crs", "sortby", "filter", "filter-lang", "filter-crs", "cursor", "offset"}, recordParams()...)
	tile := []string{"collectionId", "tileMatrix", "tileRow", "tileCol"}
	return object{
		"/":                                 operation("landing", "Capabilities", "Landing page", typeJSON),
		"/conformance":                      operation("conformance", "Capabilities", "Conformance classes", typeJSON),
		"/api":                              operation("api", "Capabilities", "This definition", typeOpenAPI),
		"/collections":                      operation("collections", "Capabilities", "The datasets, and the catalogue", typeJSON),
		"/collections/{collectionId}":       operation("collection", "Capabilities", "One dataset", typeJSON, "collectionId", "as_of"),
		"/collections/{collectionId}/items": operation("items", "Data", "Features", typeGeoJSON, append(items, "queryables")...),
		"/collections/{collectionId}/items/{featureId}":                                      operation("item", "Data", "One feature", typeGeoJSON, "collectionId", "featureId", "crs", "as_of"),
		"/collections/{collectionId}/queryables":                                             operation("queryables", "Data", "Properties for filters", typeSchema, "collectionId", "as_of"),
		"/collections/{collectionId}/sortables":                                              operation("sortables", "Data", "Properties for sorting", typeSchema, "collectionId", "as_of"),
		"/collections/{collectionId}/schema":                                                 operation("schema", "Data", "Schema of the features", typeSchema, "collectionId", "as_of"),
		"/collections/{collectionId}/tiles":                                                  operation("tilesets", "Tiles", "Tilesets of a dataset", typeJSON, "collectionId"),
		"/collections/{collectionId}/tiles/WebMercatorQuad":                                  operation("tileset", "Tiles", "A tileset", typeJSON, "collectionId"),
		"/collections/{collectionId}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}": operation("tile", "Tiles", "A vector tile", typeMVT, tile...),
		"/tileMatrixSets":                                   operation("tileMatrixSets", "Tiles", "Tile matrix sets", typeJSON),
		"/tileMatrixSets/WebMercatorQuad":                   operation("tileMatrixSet", "Tiles", "The tile matrix set WebMercatorQuad", typeJSON),
		"/collections/" + CatalogueID + "/items":            operation("records", "Records", "Records of the datasets", typeGeoJSON, records...),
		"/collections/" + CatalogueID + "/items/{recordId}": operation("record", "Records", "One record", typeGeoJSON, "recordId", "crs"),
	}
}

// parameters are all that operations refer to. A closed list of what a
// parameter takes is a schema here as it is a check in http_params.go.
func parameters() object {
	p := object{
		"limit": declared("limit", "How many items at most; more than the maximum counts as the maximum",
			object{"type": "integer", "minimum": 1, "maximum": maxLimit, "default": defaultLimit}),
		"bbox": object{"name": "bbox", "in": "query", "style": "form", "explode": false, "description": "west,south,east,north, or with heights; west may exceed east across the antimeridian",
			"schema": object{"type": "array", "minItems": 4, "maxItems": 6, "items": object{"type": "number"}}},
		"bbox-crs":    declared("bbox-crs", "Coordinate system of bbox", object{"type": "string", "format": "uri", "enum": systemURIs(), "default": uriCRS84}),
		"crs":         declared("crs", "Coordinate system of the answer", object{"type": "string", "format": "uri", "enum": systemURIs(), "default": uriCRS84}),
		"filter-crs":  declared("filter-crs", "Coordinate system of geometries in filter", object{"type": "string", "format": "uri", "enum": systemURIs(), "default": uriCRS84}),
		"filter-lang": declared("filter-lang", "Language of filter", object{"type": "string", "enum": []string{"cql2-text", "cql2-json"}, "default": "cql2-text"}),
		"filter":      declared("filter", "A CQL2 filter over the queryables", text()),
		"datetime":    declared("datetime", "A time, or an interval such as 2026-01-01T00:00:00Z/..: when a feature was last verified, a record last updated; what has no time matches", text()),
		"as_of":       declared("as_of", "The number of a version, or a time at which it was in force", text()),
		"cursor":      declared("cursor", "Where the page before ended; next links hold it", text()),
		"offset": declared("offset", "How many items of the first page to leave out; next links are faster and see one version",
			object{"type": "integer", "minimum": 0, "maximum": maxOffset, "default": 0}),
		"f": declared("f", "Encoding of the answer, instead of the Accept header", object{"type": "string", "enum": []string{"json", "html"}}),
		"q": declared("q", "Search terms, any of those that commas separate", text()),
		"sortby": object{"name": "sortby", "in": "query", "style": "form", "explode": false, "description": "Sortables, each with - for descending order",
			"schema": object{"type": "array", "minItems": 1, "maxItems": 5, "items": object{"type": "string", "pattern": "[+|-]?.+"}}},
		"queryables": object{"name": "queryables", "in": "query", "style": "form", "explode": true, "description": "Any other property that the collection's queryables list",
			"schema": object{"type": "object", "additionalProperties": text()}},
	}
	for _, name := range [...]string{"type", "ids", "externalIds"} {
		p[name] = object{"name": name, "in": "query", "style": "form", "explode": false, "description": "Any of these", "schema": object{"type": "array", "items": text()}}
	}
	for _, name := range catalogue.Fixed() {
		p[name] = declared(name, "Only features whose "+name+" is this", text())
	}
	p["verified_at"].(object)["schema"] = object{"type": "string", "format": "date-time"}
	for name, schema := range map[string]object{"collectionId": text(), "featureId": text(), "recordId": text(),
		"tileMatrix": text(), "tileRow": {"type": "integer", "minimum": 0}, "tileCol": {"type": "integer", "minimum": 0}} {
		p[name] = object{"name": name, "in": "path", "required": true, "schema": schema}
	}
	return p
}

func declared(name, description string, schema object) object {
	return object{"name": name, "in": "query", "style": "form", "explode": false, "description": description, "schema": schema}
}
