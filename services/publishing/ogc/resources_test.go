package ogc_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"fujin/services/facility"
)

// TestConformance: each class that is claimed has a test here that fails
// without it; a class that is added must be added to this list with its test.
func TestConformance(t *testing.T) {
	shown := map[string][]string{
		"ogcapi-common-1/1.0/conf/":   {"core", "landing-page", "json", "html", "oas30"},                          // TestLandingLeadsEverywhere, TestPagesForPeople, TestDefinition…
		"ogcapi-common-2/1.0/conf/":   {"collections"},                                                            // TestCollections
		"ogcapi-features-1/1.0/conf/": {"core", "geojson", "html", "oas30"},                                       // TestItems…, TestWhatIsWrong…, TestPages…
		"ogcapi-features-2/1.0/conf/": {"crs"},                                                                    // TestCoordinateSystems, TestSelections…
		"ogcapi-features-3/1.0/conf/": {"queryables", "queryables-query-parameters", "filter", "features-filter"}, // TestSchema…, TestSelections…
		"cql2/1.0/conf/": {"cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
			"accent-insensitive-comparison", "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions", "property-property"}, // package cql2
		"tms/2.0/conf/":              {"tilematrixset"},                                                                                                            // TestTiles
		"ogcapi-tiles-1/1.0/conf/":   {"core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "oas30"},                                                     // TestTiles
		"ogcapi-records-1/1.0/conf/": {"record-core", "record-collection", "record-core-query-parameters", "records-api", "record-api", "json", "html", "sorting"}, // TestRecords
	}
	s := serve(t, openSQLite(t))
	claimed := map[string]bool{}
	for _, c := range s.ok("/ogc/conformance").doc["conformsTo"].([]any) {
		claimed[strings.TrimPrefix(c.(string), "http://www.opengis.net/spec/")] = true
	}
	for base, classes := range shown {
		for _, c := range classes {
			if !claimed[base+c] {
				t.Errorf("%s is not claimed", base+c)
			}
			delete(claimed, base+c)
		}
	}
	if len(claimed) > 0 {
		t.Errorf("claimed, and not shown: %v", claimed)
	}
}

// TestLandingLeadsEverywhere follows every link from the landing page, as far
// as the API goes; each leads to something of the type it names.
func TestLandingLeadsEverywhere(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.publish("wc", toilets(20)...)
	seen := map[string]bool{}
	queue := []string{s.url + "/ogc"}
	for len(queue) > 0 && len(seen) < 200 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] || !strings.HasPrefix(at, s.url+"/ogc") || strings.Contains(at, "{") {
			continue
		}
		seen[at] = true
		a := s.ok(at)
		var visit func(v any)
		visit = func(v any) {
			switch v := v.(type) {
			case map[string]any:
				href, isLink := v["href"].(string)
				if kind, ok := v["type"].(string); isLink && ok && strings.HasPrefix(href, s.url+"/ogc") && !strings.Contains(href, "{") {
					headers := []string{"Accept", kind}
					if got := s.ok(href, headers...).header.Get("Content-Type"); !strings.HasPrefix(got, kind) {
						t.Errorf("%s: %s is %s, not %s", at, href, got, kind)
					}
					queue = append(queue, href)
				}
				for _, e := range v {
					visit(e)
				}
			case []any:
				for _, e := range v {
					visit(e)
				}
			}
		}
		visit(map[string]any(a.doc))
	}
	for _, path := range []string{"/ogc/api", "/ogc/conformance", "/ogc/collections", "/ogc/collections/wc", "/ogc/collections/wc/items?f=json", "/ogc/collections/wc/queryables",
		"/ogc/collections/wc/tiles/WebMercatorQuad", "/ogc/collections/catalogue/items?f=json", "/ogc/tileMatrixSets/WebMercatorQuad"} {
		if !seen[s.url+path] {
			t.Errorf("no link leads to %s", path)
		}
	}
}

func TestCollections(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.publish("wc", toilets(20)...)
	s.publish("other", toilets(3)...)
	a := s.ok("/ogc/collections", "Accept-Language", "zh-CN,en;q=0.5")
	list := a.doc["collections"].([]any)
	var ids []string
	for _, c := range list {
		ids = append(ids, c.(map[string]any)["id"].(string))
	}
	if !slices.Equal(ids, []string{"other", "wc", "catalogue"}) {
		t.Errorf("%v", ids)
	}
	wc := list[1].(map[string]any)
	extent, _ := json.Marshal(wc["extent"])
	if wc["title"] != "公共厕所 wc" || wc["itemType"] != "feature" || string(extent) != `{"spatial":{"bbox":[[115.8001,28.6,115.802,28.6]],"crs":"http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}` ||
		wc["storageCrs"] != "http://www.opengis.net/def/crs/OGC/1.3/CRS84" || len(wc["crs"].([]any)) != 3 {
		t.Errorf("%v", wc)
	}
	one := s.ok("/ogc/collections/wc", "Accept-Language", "en")
	if one.doc["title"] != "Public toilets wc" || one.link("license") != "https://spdx.org/licenses/CC-BY-4.0.html" || one.link("http://www.opengis.net/def/rel/ogc/1.0/queryables") == "" {
		t.Errorf("%s", one.body)
	}
}

// TestDefinitionDeclaresWhatIsTaken: the definition is OpenAPI 3.0, and what it
// declares is what requests may have.
func TestDefinitionDeclaresWhatIsTaken(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.publish("wc", toilets(20)...)
	a := s.ok("/ogc/api")
	if a.doc["openapi"] != "3.0.3" || a.header.Get("Content-Type") != "application/vnd.oai.openapi+json;version=3.0" {
		t.Errorf("%v %s", a.doc["openapi"], a.header.Get("Content-Type"))
	}
	parameters := a.doc["components"].(map[string]any)["parameters"].(map[string]any)
	box := parameters["bbox"].(map[string]any)
	schema := box["schema"].(map[string]any)
	if box["style"] != "form" || box["explode"] != false || schema["minItems"] != 4.0 || schema["maxItems"] != 6.0 || schema["items"].(map[string]any)["type"] != "number" {
		t.Errorf("bbox: %v", box)
	}
	values := map[string]string{"limit": "5", "offset": "2", "bbox": "1,2,3,4", "bbox-crs": "[EPSG:4326]", "crs": "[EPSG:3857]", "filter": "TRUE", "filter-lang": "cql2-text",
		"filter-crs": "[EPSG:4326]", "datetime": "2026-01-01", "sortby": "id", "as_of": "1", "f": "json", "q": "x", "type": "dataset", "ids": "wc", "externalIds": "x",
		"verified_at": "2026-01-01T00:00:00Z"}
	fill := strings.NewReplacer("{collectionId}", "wc", "{featureId}", s.ok(items).features()[0]["id"].(string), "{recordId}", "wc",
		"{tileMatrix}", "0", "{tileRow}", "0", "{tileCol}", "0")
	for path, entry := range a.doc["paths"].(map[string]any) {
		get := entry.(map[string]any)["get"].(map[string]any)
		at := "/ogc" + fill.Replace(path)
		s.ok(at)
		for _, p := range get["parameters"].([]any) {
			name := strings.TrimPrefix(p.(map[string]any)["$ref"].(string), "#/components/parameters/")
			declared, ok := parameters[name].(map[string]any)
			if !ok {
				t.Errorf("%s refers to %s, which is not there", path, name)
				continue
			}
			if declared["in"] != "query" || name == "queryables" || name == "cursor" {
				continue
			}
			value := values[name]
			if value == "" {
				value = "x"
			}
			s.ok(at + "?" + name + "=" + value)
		}
	}
}

func TestPagesForPeople(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.publish("wc", toilets(300)...)
	id := s.ok(items).features()[0]["id"].(string)
	for path, want := range map[string]string{
		"/ogc": "Datasets", "/ogc/conformance": "ogcapi-features-1", "/ogc/api": "/ogc/collections", "/ogc/collections": "Public toilets wc",
		"/ogc/collections/wc": "EPSG/0/3857", items: "300 in all, 100 on this page", items + "/" + id: "公厕", "/ogc/collections/wc/queryables": "wheelchair",
		"/ogc/collections/wc/tiles": "WebMercatorQuad", "/ogc/collections/catalogue": "Catalogue", "/ogc/collections/catalogue/items": "Public toilets wc",
		"/ogc/collections/catalogue/items/wc": "Toilets that the city keeps", "/ogc/tileMatrixSets/WebMercatorQuad": "156543.03",
	} {
		a := s.ok(path, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
		policy := a.header.Get("Content-Security-Policy")
		if a.header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(a.body, want) || !strings.Contains(policy, "default-src 'none'") ||
			strings.Contains(a.body, "<script") || strings.Contains(a.body, " style=") || strings.Contains(a.body, "no value") {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	if a := s.ok(items+"?f=html", "Accept-Language", "zh"); !strings.Contains(a.body, "共 300 条") || !strings.Contains(a.body, `lang="zh-Hans"`) || !strings.Contains(a.body, `rel="next"`) {
		t.Errorf("%s", a.body)
	}
}

// TestAcceptIsWeighed: the answer is of the kind that a client prefers, JSON
// where it likes both alike or neither.
func TestAcceptIsWeighed(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.publish("wc", toilet(1))
	const json, page = "application/geo+json", "text/html; charset=utf-8"
	for accept, want := range map[string]string{
		"*/*": json, "application/xml": json, "text/html": page, "text/html;q=0.9, */*;q=0.8": page, "text/html;q=0": json,
		"text/html;q=0.1, application/geo+json": json, "application/geo+json; q=0.2, text/html": page, "application/json, text/html": json,
	} {
		if got := s.ok(items, "Accept", accept).header.Get("Content-Type"); got != want {
			t.Errorf("%s: %s, want %s", accept, got, want)
		}
	}
}

func TestTiles(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.publish("wc", toilets(20)...)
	s.publish("other", toilets(50)[40:]...)
	tile := maptile.At(orb.Point{115.801, 28.6}, 14)
	set := s.ok("/ogc/collections/wc/tiles/WebMercatorQuad")
	address := strings.NewReplacer("{tileMatrix}", "14", "{tileRow}", itoa(tile.Y), "{tileCol}", itoa(tile.X)).Replace(set.link("item"))
	a := s.ok(address)
	layers, err := mvt.Unmarshal([]byte(a.body))
	if err != nil || len(layers) != 1 || layers[0].Version != 2 || layers[0].Name != "facilities" || len(layers[0].Features) != 20 || a.header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" {
		t.Errorf("%v %v %v", err, layers, a.header)
	}
	for _, bad := range []string{"/23/0/0", "/1/2/0", "/1/0/2", "/x/0/0", "/1/-1/0"} {
		if a := s.get("/ogc/collections/wc/tiles/WebMercatorQuad" + bad); a.status != 404 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
	scheme := s.ok(set.link("http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"))
	levels := scheme.doc["tileMatrices"].([]any)
	if first := levels[0].(map[string]any); len(levels) != 23 || int(first["scaleDenominator"].(float64)) != 559082264 || first["matrixWidth"] != 1.0 || levels[3].(map[string]any)["matrixHeight"] != 8.0 {
		t.Errorf("%v", levels[0])
	}
}

func TestRecords(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.publish("wc", toilets(20)...)
	s.publish("other", toilets(3)...)
	const records = "/ogc/collections/catalogue/items"
	if c := s.ok("/ogc/collections/catalogue"); c.doc["itemType"] != "record" || c.doc["type"] != "Collection" {
		t.Errorf("%s", c.body)
	}
	a := s.ok(records+"/wc", "Accept-Language", "en")
	p := a.doc["properties"].(map[string]any)
	if a.doc["type"] != "Feature" || a.doc["id"] != "wc" || a.doc["geometry"] == nil || a.doc["time"] == nil || a.doc["conformsTo"].([]any)[0] != "http://www.opengis.net/spec/ogcapi-records-1/1.0/req/record-core" ||
		p["type"] != "dataset" || p["title"] != "Public toilets wc" || p["license"] != "CC-BY-4.0" || a.link("data") != s.url+"/ogc/collections/wc" {
		t.Errorf("%s", a.body)
	}
	if a := s.ok(records + "/other"); a.doc["properties"].(map[string]any)["license"] != "other" || a.link("license") != "https://city.example/terms" {
		t.Errorf("a licence without an SPDX identifier: %s", a.body)
	}
	for query, want := range map[string][]string{
		"": {"other", "wc"}, "limit=1": {"other"}, "q=city+keeps": {"other", "wc"}, "q=keeps+city": {}, "q=nothing,WC": {"wc"}, "type=dataset": {"other", "wc"}, "type=service": {},
		"ids=wc,none": {"wc"}, "externalIds=" + s.url + "/datasets/other": {"other"}, "bbox=115,28,116,29": {"other", "wc"}, "bbox=0,0,1,1": {}, "sortby=-id": {"wc", "other"},
		"filter=facilities>10": {"wc"}, "datetime=../2000-01-01": {}, "title=Public+toilets+other": {"other"},
	} {
		got := []string{}
		for _, f := range s.ok(records+"?"+query, "Accept-Language", "en").features() {
			got = append(got, f["id"].(string))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	s.publish("wc", toilet(1))
	last := s.ok(items).features()[0]["id"].(string)
	if _, err := s.facilities.Change(t.Context(), "wc", []facility.Edit{{ID: last}}, facility.Provenance{By: "test"}); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]float64{"bbox=0,0,1,1": 1, "bbox=115,28,116,29": 2, "filter=S_INTERSECTS(geometry,BBOX(0,0,1,1))": 0, "filter=geometry+IS+NULL": 1} {
		if a := s.ok(records + "?" + query); a.doc["numberMatched"] != want {
			t.Errorf("of an empty dataset, which is nowhere, and another: %s: %s", query, a.body)
		}
	}
	if ids, pages := s.walk(records+"?limit=1", nil); len(ids) != 2 || pages != 2 {
		t.Errorf("%v in %d pages", ids, pages)
	}
	if a := s.get(records + "?as_of=1"); a.status != 400 {
		t.Errorf("as_of of the catalogue: %d", a.status)
	}
}

func itoa(n uint32) string { b, _ := json.Marshal(n); return string(b) }
