package ogc_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

const items = "/ogc/collections/wc/items"

// walk follows the next links to the last page and gives all ids.
func (s *site) walk(path string, between func()) (ids []string, pages int) {
	s.t.Helper()
	for path != "" {
		a := s.ok(path)
		features := a.features()
		if n := int(a.doc["numberReturned"].(float64)); n != len(features) {
			s.t.Fatalf("numberReturned is %d of %d", n, len(features))
		}
		for _, f := range features {
			ids = append(ids, f["id"].(string))
		}
		pages++
		path = a.link("next")
		if between != nil {
			between()
			between = nil
		}
	}
	return ids, pages
}

// TestPagesAreCompleteWhateverIsPublished: a reader gets the version of the
// first page, each feature once.
func TestPagesAreCompleteWhateverIsPublished(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open())
		s.publish("wc", toilets(1000)...)
		for _, query := range []string{"", "&wheelchair=yes", "&sortby=-capacity,name"} {
			want := 1000
			if strings.Contains(query, "wheelchair") {
				want = 333
			}
			matched := s.ok(items + "?limit=1" + query).doc["numberMatched"].(float64)
			version := 0
			ids, pages := s.walk(items+"?limit=90"+query, func() {
				version++
				s.publish("wc", toilets(1000 + version*10)[5:]...)
				s.publish("wc", toilets(1000)...)
			})
			slices.Sort(ids)
			if distinct := len(slices.Compact(ids)); len(ids) != want || distinct != want || int(matched) != want || pages != (want+89)/90 {
				t.Errorf("%q: %d features, %d distinct, %g matched, %d pages", query, len(ids), distinct, matched, pages)
			}
		}
	})
}

// TestOffsetLeavesOutTheFirst, for clients that page by it.
func TestOffsetLeavesOutTheFirst(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.publish("wc", toilets(50)...)
	for _, query := range []string{"", "&wheelchair=yes", "&sortby=-name"} {
		whole, _ := s.walk(items+"?limit=100"+query, nil)
		a := s.ok(items + "?limit=5&offset=7" + query)
		var got []string
		for _, f := range a.features() {
			got = append(got, f["id"].(string))
		}
		if !slices.Equal(got, whole[7:12]) || int(a.doc["numberMatched"].(float64)) != len(whole) {
			t.Errorf("%q: %v", query, got)
		}
		if rest, _ := s.walk(items+"?limit=5&offset=7"+query, nil); !slices.Equal(rest, whole[7:]) {
			t.Errorf("%q: %d of %d follow", query, len(rest), len(whole)-7)
		}
		if a := s.ok(items + "?offset=60" + query); len(a.features()) != 0 {
			t.Errorf("%q: %d beyond the end", query, len(a.features()))
		}
	}
	for _, bad := range []string{"offset=-1", "offset=x", "offset=100001", "offset=10001&sortby=name"} {
		if a := s.get(items + "?" + bad); a.status != 400 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
}

func TestItemsAnswerAsTheStandardWantsThem(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.publish("wc", toilets(300)...)
	a := s.ok(items)
	if a.doc["type"] != "FeatureCollection" || a.doc["timeStamp"] != "2026-11-21T04:00:00Z" || a.doc["numberMatched"] != 300.0 || a.doc["numberReturned"] != 100.0 {
		t.Errorf("%.300s", a.body)
	}
	if a.header.Get("Content-Type") != "application/geo+json" || a.header.Get("Content-Crs") != "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>" {
		t.Errorf("%v", a.header)
	}
	for rel, want := range map[string]string{"self": items, "alternate": items + "?f=html", "collection": "/ogc/collections/wc"} {
		if a.link(rel) != s.url+want {
			t.Errorf("%s is %s", rel, a.link(rel))
		}
	}
	f := a.features()[0]
	properties := f["properties"].(map[string]any)
	if f["type"] != "Feature" || f["id"] == "" || !strings.HasPrefix(properties["name"].(string), "公厕") || properties["category"] != "toilet" || properties["无障碍"] != "是" || properties["version"] != 1.0 {
		t.Errorf("%v", f)
	}
	one := s.ok(items + "/" + f["id"].(string))
	if one.doc["id"] != f["id"] || one.link("collection") == "" || one.link("self") == "" || !strings.HasSuffix(one.link("canonical"), "/p/"+f["id"].(string)) {
		t.Errorf("%s", one.body)
	}
	tag := one.header.Get("ETag")
	if again := s.get(items+"/"+f["id"].(string), "If-None-Match", tag); tag == "" || again.status != 304 {
		t.Errorf("%d to a client that has %s", again.status, tag)
	}
	for _, limit := range []string{"10000000", "99999999999999999999"} {
		if a := s.ok(items + "?filter=capacity%3D1&limit=" + limit); a.doc["numberReturned"] != a.doc["numberMatched"] {
			t.Errorf("a limit above the maximum counts as the maximum: %.200s", a.body)
		}
	}
}

func TestWhatIsWrongIsRefusedByName(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.publish("wc", toilets(3)...)
	for query, says := range map[string]string{
		"limit=0": "limit must be", "limit=x": "limit must be", "limit=-99999999999999999999": "limit must be", "limit=": "limit has no value", "limit=1&limit=2": "limit is given more than once",
		"limt=1": "did you mean limit?", "unknown=1": "unknown is not declared", "bbox=1,2,3": "bbox must be four or six", "bbox=a,2,3,4": "bbox must be",
		"bbox=1,95,3,96": "latitude 95", "bbox=1,5,3,4": "south (5)", "bbox=28,115,29,116": "latitude 115", "crs=EPSG:1": "crs must be one of",
		"bbox-crs=x": "bbox-crs must be", "datetime=yesterday": "datetime must be", "datetime=2026-02-01/2026-01-01": "ends before",
		"filter=wheelchar%3D'yes'": `at character 1: there is no property "wheelchar"; did you mean "wheelchair"`, "filter=name": "at character 5: expected an operator",
		"filter-lang=cql": "filter-lang must be", "filter=%7B%7D": "at /op", "sortby=geometry": "sortables", "cursor=x": "cursor is not one", "f=xml": "f must be",
		"as_of=x": "as_of must be", "filter=S_INTERSECTS(geometry,POINT(28+115))": "latitude 115", "filter-crs=y": "filter-crs must be",
	} {
		a := s.get(items + "?" + query)
		if detail, _ := a.doc["detail"].(string); a.status != 400 || !strings.Contains(detail, says) || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
	for _, path := range []string{"/ogc/collections/none", "/ogc/collections/none/items", items + "/none", items + "?as_of=9", "/ogc/collections/catalogue/tiles", "/ogc/nothing"} {
		if a := s.get(path); a.status != 404 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	for _, path := range []string{"/ogc", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/wc", "/ogc/collections/wc/queryables", "/ogc/collections/wc/tiles", "/ogc/tileMatrixSets"} {
		if a := s.get(path + "?surprise=1"); a.status != 400 {
			t.Errorf("%s takes an undeclared parameter: %d", path, a.status)
		}
	}
}

// TestSelectionsAgreeWithEachOther: one question in all the ways in which it
// can be put.
func TestSelectionsAgreeWithEachOther(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.publish("wc", toilets(300)...)
	const mercator = "http://www.opengis.net/def/crs/EPSG/0/3857"
	const latFirst = "http://www.opengis.net/def/crs/EPSG/0/4326"
	want := s.ok(items + "?bbox=115.80095,28.59995,115.80205,28.60015&limit=1000").names()
	slices.Sort(want)
	if len(want) != 22 {
		t.Fatalf("%d features: %v", len(want), want)
	}
	for _, query := range []url.Values{
		{"bbox": {"28.59995,115.80095,28.60015,115.80205"}, "bbox-crs": {latFirst}},
		{"bbox": {"115.80095,28.59995,0,115.80205,28.60015,100"}},
		{"bbox": {"12890902.79,3324826.50,12891025.24,3324851.86"}, "bbox-crs": {mercator}},
		{"filter": {"S_INTERSECTS(geometry,BBOX(115.80095,28.59995,115.80205,28.60015))"}},
		{"filter": {"S_WITHIN(geometry,POLYGON((28.59995 115.80095,28.60015 115.80095,28.60015 115.80205,28.59995 115.80205,28.59995 115.80095)))"}, "filter-crs": {latFirst}},
		{"filter": {`{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[115.80095,28.59995,115.80205,28.60015]}]}`}, "filter-lang": {"cql2-json"}},
		{"bbox": {"170,-90,115.80205,90"}, "filter": {"S_INTERSECTS(geometry,BBOX(115.80095,28.59995,116,28.60015))"}},
		{"sortby": {"-name"}, "bbox": {"115.80095,28.59995,115.80205,28.60015"}},
	} {
		query.Set("limit", "1000")
		a := s.ok(items + "?" + query.Encode())
		got := a.names()
		if query.Has("sortby") && !slices.IsSortedFunc(got, func(a, b string) int { return strings.Compare(b, a) }) {
			t.Errorf("not in order: %v", got)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) || a.doc["numberMatched"] != 22.0 {
			t.Errorf("%v: %d features, %v matched", query, len(got), a.doc["numberMatched"])
		}
	}
	for query, n := range map[string]float64{
		"wheelchair=yes": 100, "wheelchair=yes&capacity=3": 15, "category=store": 0, "filter=capacity%3E%3D5": 86, "filter=CASEI(wheelchair)%3DCASEI('YES')": 100,
		"无障碍=是": 300, "filter=无障碍%20IS%20NULL": 0, "datetime=2020-01-01": 300, "datetime=2020-01-01t00:00:00z/..": 300, "name=公厕+7": 1, "filter=name+LIKE+'公厕+1_'+AND+wheelchair+IN+('no','limited')": 7,
	} {
		if a := s.ok(items + "?" + query); a.doc["numberMatched"] != n {
			t.Errorf("%s: %v, want %v", query, a.doc["numberMatched"], n)
		}
	}
}

func TestCoordinateSystems(t *testing.T) {
	s := serve(t, openSQLite(t))
	area := toilet(1)
	area.Geometry = orb.Polygon{{{115, 28}, {116, 28}, {116, 29}, {115, 28}}}
	s.publish("wc", area)
	for uri, want := range map[string]string{
		"http://www.opengis.net/def/crs/OGC/1.3/CRS84": `[[[115,28],[116,28],[116,29],[115,28]]]`,
		"http://www.opengis.net/def/crs/EPSG/0/4326":   `[[[28,115],[28,116],[29,116],[28,115]]]`,
		"http://www.opengis.net/def/crs/EPSG/0/3857":   `[[[12801741.441,3248973.79],[12913060.932,3248973.79],[12913060.932,3375646.035],[12801741.441,3248973.79]]]`,
		"[EPSG:4326]": `[[[28,115],[28,116],[29,116],[28,115]]]`,
	} {
		a := s.ok(items + "?crs=" + url.QueryEscape(uri))
		got, err := json.Marshal(a.features()[0]["geometry"].(map[string]any)["coordinates"])
		if err != nil || string(got) != want {
			t.Errorf("%s: %s", uri, got)
		}
		if uri[0] != '[' && a.header.Get("Content-Crs") != "<"+uri+">" {
			t.Errorf("%s: Content-Crs is %s", uri, a.header.Get("Content-Crs"))
		}
		one := s.ok(items + "/" + a.features()[0]["id"].(string) + "?crs=" + url.QueryEscape(uri))
		if got, err := json.Marshal(one.doc["geometry"].(map[string]any)["coordinates"]); err != nil || string(got) != want {
			t.Errorf("%s: the item: %s", uri, got)
		}
	}
}

// TestAsOf reads former versions, by number and by time.
func TestAsOf(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open())
		s.publish("wc", toilets(10)...)
		changed := toilets(12)
		changed[0].Name = "新公厕"
		changed[0].Attributes["fee"] = "no"
		s.publish("wc", changed...)
		first := s.ok(items + "?limit=1&sortby=name&filter=name%3D'公厕+1'&as_of=1")
		if first.doc["numberMatched"] != 1.0 {
			t.Fatalf("%s", first.body)
		}
		id := first.features()[0]["id"].(string)
		if now := s.ok(items + "/" + id).doc["properties"].(map[string]any)["name"]; now != "新公厕" {
			t.Errorf("now it is %v", now)
		}
		if then := s.ok(items + "/" + id + "?as_of=1").doc["properties"].(map[string]any)["name"]; then != "公厕 1" {
			t.Errorf("then it was %v", then)
		}
		for path, want := range map[string]float64{items: 12, items + "?as_of=2": 12, items + "?as_of=1": 10, items + "?as_of=2999-01-01T00:00:00Z": 12} {
			if got := s.ok(path).doc["numberMatched"]; got != want {
				t.Errorf("%s: %v, want %v", path, got, want)
			}
		}
		if a := s.get(items + "?as_of=1999-01-01T00:00:00Z"); a.status != 404 {
			t.Errorf("before there was any: %d", a.status)
		}
		if ids, _ := s.walk(items+"?as_of=1&limit=3", nil); len(ids) != 10 {
			t.Errorf("%d ids of version 1", len(ids))
		}
		for path, has := range map[string]bool{"/ogc/collections/wc/queryables": true, "/ogc/collections/wc/queryables?as_of=1": false} {
			if _, ok := s.ok(path).doc["properties"].(map[string]any)["fee"]; ok != has {
				t.Errorf("%s: fee %v", path, ok)
			}
		}
		if a := s.ok("/ogc/collections/wc?as_of=1"); a.doc["itemCount"] != 10.0 || !strings.Contains(a.link("items"), "as_of=1") {
			t.Errorf("%s", a.body)
		}
	})
}

// The first item shows what any has, of a new version as soon as its description
// was asked for.
func TestTheFirstItemShowsAllColumns(t *testing.T) {
	s := serve(t, openSQLite(t))
	places := toilets(5)
	places[4].Attributes["fee"] = "yes"
	s.publish("wc", places...)
	shows := func(path, name string) (first, second bool) {
		features := s.ok(path).features()
		_, first = features[0]["properties"].(map[string]any)[name]
		_, second = features[1]["properties"].(map[string]any)[name]
		return first, second
	}
	if first, second := shows(items, "fee"); !first || second {
		t.Errorf("fee: first %v, second %v", first, second)
	}
	if first, _ := shows(s.ok(items+"?limit=2").link("next"), "fee"); first {
		t.Error("a later page shows it, too")
	}
	places[4].Attributes["shower"] = "yes"
	s.publish("wc", places...)
	if first, _ := shows(items, "fee"); !first {
		t.Error("a new version shows no columns before its description was asked for")
	}
	s.ok("/ogc/collections/wc")
	if first, _ := shows(items, "shower"); !first {
		t.Error("a new version shows no new columns")
	}
	if first, _ := shows(items+"?as_of=1", "shower"); first {
		t.Error("a former version shows a column of a later one")
	}
}

// A collection's schema names every property that its features have.
func TestSchemaNamesWhatItemsHave(t *testing.T) {
	s := serve(t, openSQLite(t))
	odd := toilet(1)
	odd.Attributes = map[string]string{"limit": "5", "name": "x", "fee": "yes", "a-b": "c"}
	s.publish("wc", odd)
	id := s.ok(items).features()[0]["id"].(string)
	if err := s.facilities.Close(t.Context(), "wc", id, facility.Closure{From: noon, Until: noon.Add(time.Hour), Reason: "repairs"}); err != nil {
		t.Fatal(err)
	}
	schema := s.ok("/ogc/collections/wc/schema")
	if schema.doc["$schema"] != "https://json-schema.org/draft/2020-12/schema" || schema.doc["$id"] != s.url+"/ogc/collections/wc/schema" || schema.header.Get("Content-Type") != "application/schema+json" {
		t.Errorf("%s", schema.body)
	}
	declared := schema.doc["properties"].(map[string]any)
	for name, value := range s.ok(items).features()[0]["properties"].(map[string]any) {
		if declared[name] == nil {
			t.Errorf("%s is not declared", name)
		}
		if value == nil { // of a first item that shows all columns
			continue
		}
		if a := s.ok(items + "?" + url.Values{name: {fmt.Sprint(value)}}.Encode()); a.doc["numberMatched"] != 1.0 {
			t.Errorf("%s=%v finds %v", name, value, a.doc["numberMatched"])
		}
	}
	if a := s.ok(items + `?filter="attribute:limit"%3D5+AND+"a-b"%3D'c'`); a.doc["numberMatched"] != 1.0 {
		t.Errorf("%s", a.body)
	}
	if _, ok := s.ok("/ogc/collections/wc/sortables").doc["properties"].(map[string]any)["geometry"]; ok {
		t.Error("geometry is sortable")
	}
}
