package ogc

// conformance lists the classes that the API keeps to, each with the tests
// that show it (in this package's tests, see TestConformance).
func conformance() []string {
	var all []string
	for _, group := range []struct {
		base    string
		classes []string
	}{
		{"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/", []string{"core", "landing-page", "json", "html", "oas30"}},
		{"http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/", []string{"collections"}},
		{"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/", []string{"core", "geojson", "html", "oas30"}},
		{"http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/", []string{"crs"}},
		{"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/", []string{"queryables", "queryables-query-parameters", "filter", "features-filter"}},
		{"http://www.opengis.net/spec/cql2/1.0/conf/", []string{"cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators",
			"case-insensitive-comparison", "accent-insensitive-comparison", "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions", "property-property"}},
		{"http://www.opengis.net/spec/tms/2.0/conf/", []string{"tilematrixset"}},
		{"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/", []string{"core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "oas30"}},
		{"http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/", []string{"record-core", "record-collection", "record-core-query-parameters",
			"records-api", "json", "html", "sorting",
			// The name that drafts had for records-api, by which clients such as ogc-client still find catalogues.
			"record-api"}},
	} {
		for _, class := range group.classes {
			all = append(all, group.base+class)
		}
	}
	return all
}

// The relation types that IANA does not know.
const (
	relQueryables = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
	relSortables  = "http://www.opengis.net/def/rel/ogc/1.0/sortables"
	relSchema     = "http://www.opengis.net/def/rel/ogc/1.0/schema"
	relTilesets   = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
	relMatrixSets = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
	relMatrixSet  = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
	relRecords    = "http://www.opengis.net/def/rel/ogc/1.0/ogc-catalog"
)

// getLanding answers with the entry to the API.
func (s *Service) getLanding(r *request) error {
	if err := r.takes(); err != nil {
		return err
	}
	t := wordsOf(r.language)
	links := append(s.views(r, typeJSON),
		link{s.url("/api"), "service-desc", typeOpenAPI, t["api"], false},
		link{s.url("/api?f=html"), "service-doc", typeHTML, t["api"], false},
		link{s.url("/conformance"), "conformance", typeJSON, t["conformance"], false},
		link{s.url("/collections"), "data", typeJSON, t["collections"], false},
		link{s.url("/collections/" + CatalogueID), relRecords, typeJSON, t["catalogue"], false},
		link{s.url("/tileMatrixSets"), relMatrixSets, typeJSON, t["matrix_sets"], false},
		link{s.PublicURL + "/catalogue.jsonld", "describedby", "application/ld+json", "DCAT-AP", false})
	if r.html {
		return s.render(r, "landing", document{Title: t["landing_title"], Links: links})
	}
	return r.sendJSON(typeJSON, map[string]any{"title": t["landing_title"], "description": t["landing_text"], "links": links})
}

func (s *Service) getConformance(r *request) error {
	if err := r.takes(); err != nil {
		return err
	}
	if r.html {
		return s.render(r, "conformance", document{Title: wordsOf(r.language)["conformance"], List: conformance()})
	}
	return r.sendJSON(typeJSON, map[string]any{"conformsTo": conformance(), "links": s.views(r, typeJSON)})
}
