package facility_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"fujin/services/facility"
)

// badRequest is a request, and what the answer must name. {cursor}, {damaged}
// and {id} stand for a real cursor, one with a changed end, and a facility.
type badRequest struct{ method, target, body, location, code string }

const polygonBody = `{"polygon":{"type":"Polygon","coordinates":`

var badRequests = []badRequest{
	{"GET", "/v1/facilities/nearby", "", "query.lat", "required"},
	{"GET", "/v1/facilities/nearby?lat=28", "", "query.lon", "required"},
	{"GET", "/v1/facilities/nearby?lat=&lon=115", "", "query.lat", "empty"},
	{"GET", "/v1/facilities/nearby?lat=abc&lon=115", "", "query.lat", "not_a_number"},
	{"GET", "/v1/facilities/nearby?lat=NaN&lon=115", "", "query.lat", "not_a_number"},
	{"GET", "/v1/facilities/nearby?lat=Inf&lon=115", "", "query.lat", "not_a_number"},
	{"GET", "/v1/facilities/nearby?lat=1e999&lon=115", "", "query.lat", "out_of_range"},
	{"GET", "/v1/facilities/nearby?lat=0x1p3&lon=115", "", "query.lat", "not_a_number"},
	{"GET", "/v1/facilities/nearby?lat=28,6&lon=115", "", "query.lat", "not_a_number"},
	{"GET", "/v1/facilities/nearby?lat=90.1&lon=115", "", "query.lat", "out_of_range"},
	{"GET", "/v1/facilities/nearby?lat=115.8&lon=28.6", "", "query.lat", "out_of_range"},
	{"GET", "/v1/facilities/nearby?lat=28&lon=180.5", "", "query.lon", "out_of_range"},
	{"GET", "/v1/facilities/nearby?lat=28&lng=115", "", "query.lng", "unknown_parameter"},
	{"GET", "/v1/facilities/nearby?lat=28&lat=29&lon=115", "", "query.lat", "repeated"},
	{"GET", here + "&radius=0", "", "query.radius", "out_of_range"},
	{"GET", here + "&radius=-5", "", "query.radius", "out_of_range"},
	{"GET", here + "&radius=50001", "", "query.radius", "out_of_range"},
	{"GET", here + "&radius=1.5km", "", "query.radius", "not_a_number"},
	{"GET", here + "&limit=0", "", "query.limit", "out_of_range"},
	{"GET", here + "&limit=201", "", "query.limit", "out_of_range"},
	{"GET", here + "&limit=2.5", "", "query.limit", "not_an_integer"},
	{"GET", here + "&limit=many", "", "query.limit", "not_a_number"},
	{"GET", here + "&category=Toilet", "", "query.category", "malformed"},
	{"GET", here + "&category=toilet,,store", "", "query.category", "malformed"},
	{"GET", here + "&dataset=../x", "", "query.dataset", "malformed"},
	{"GET", here + "&open_at=tomorrow", "", "query.open_at", "not_a_time"},
	{"GET", here + "&open_at=2026-13-01T00:00:00Z", "", "query.open_at", "not_a_time"},
	{"GET", here + "&open_at=2026-11-21", "", "query.open_at", "not_a_time"},
	{"GET", here + "&open_at=3026-11-21T00:00:00Z", "", "query.open_at", "out_of_range"},
	{"GET", here + "&include_unknown=maybe", "", "query.include_unknown", "not_a_boolean"},
	{"GET", here + "&wheelchair=maybe", "", "query.wheelchair", "not_one_of"},
	{"GET", here + "&wheelchair=yes,", "", "query.wheelchair", "not_one_of"},
	{"GET", here + "&fee=free", "", "query.fee", "not_one_of"},
	{"GET", here + "&changing_table=limited", "", "query.changing_table", "not_one_of"},
	{"GET", here + "&unisex=both", "", "query.unisex", "not_one_of"},
	{"GET", here + "&access=public", "", "query.access", "not_one_of"},
	{"GET", here + "&expand=yes", "", "query.expand", "not_a_boolean"},
	{"GET", here + "&crs=epsg:4326", "", "query.crs", "not_one_of"},
	{"GET", here + "&cursor=abc", "", "query.cursor", "malformed"},
	{"GET", here + "&limit=1&cursor={damaged}", "", "query.cursor", "malformed"},
	{"GET", here + "&limit=2&cursor={cursor}", "", "query.cursor", "other_query"},
	{"GET", "/v1/facilities/nearby?lat=28.683&lon=115.8582&limit=1&cursor={cursor}", "", "query.cursor", "other_query"},
	{"GET", here + "&radios=100", "", "query.radios", "unknown_parameter"},
	{"GET", here + "&q=%zz", "", "query.q", "malformed"},
	{"GET", here + "&category=%ff", "", "query.category", "malformed"},
	{"GET", "/v1/facilities", "", "query.bbox", "required"},
	{"GET", "/v1/facilities?bbox=1,2,3", "", "query.bbox", "malformed"},
	{"GET", "/v1/facilities?bbox=1,2,3,x", "", "query.bbox", "not_a_number"},
	{"GET", "/v1/facilities?bbox=115,29,116,28", "", "query.bbox", "out_of_range"},
	{"GET", "/v1/facilities?bbox=115,28,116,29&lat=3", "", "query.lat", "unknown_parameter"},
	{"GET", "/v1/facilities/{id}?lang=zh", "", "query.lang", "unknown_parameter"},
	{"GET", "/v1/facilities/{id}/navigation?from_lat=28", "", "query.from_lon", "required"},
	{"GET", "/v1/facilities/{id}/navigation?mode=swim", "", "query.mode", "not_one_of"},
	{"GET", "/v1/cells?bbox=115,28,116,29", "", "query.res", "required"},
	{"GET", "/v1/cells?bbox=115,28,116,29&res=16", "", "query.res", "out_of_range"},
	{"GET", "/v1/cells?bbox=-180,-90,180,90&res=x", "", "query.res", "not_a_number"},
	{"GET", "/v1/tiles/toilet/23/0/0.mvt", "", "path.z", "out_of_range"},
	{"GET", "/v1/tiles/toilet/3/9/0.mvt", "", "path.x", "out_of_range"},
	{"GET", "/v1/tiles/toilet/3/0/9.mvt", "", "path.y", "out_of_range"},
	{"GET", "/v1/search", "", "query.q", "required"},
	{"GET", "/v1/search?q=%20", "", "query.q", "out_of_range"},
	{"GET", "/v1/search?q=" + strings.Repeat("a", 101), "", "query.q", "out_of_range"},
	{"POST", "/v1/facilities/within", `{}`, "body.polygon", "required"},
	{"POST", "/v1/facilities/within", `{"polygon":{"type":"Point","coordinates":[1,2]}}`, "body.polygon.type", "not_one_of"},
	{"POST", "/v1/facilities/within", polygonBody + `[[[0,0],[1,0],[1,1]]]}}`, "body.polygon.coordinates", "malformed"},
	{"POST", "/v1/facilities/within", polygonBody + `[[[0,0],[1,0],[1,95],[0,0]]]}}`, "body.polygon.coordinates", "out_of_range"},
	{"POST", "/v1/facilities/within", polygonBody + `[[[0,0],[1,0],[1,1],[0,0]]]},"radius":3}`, "body", "malformed"},
	{"POST", "/v1/facilities/within", `{"polygon"`, "body", "malformed"},
	{"POST", "/v1/facilities/along", `{"line":{"type":"LineString","coordinates":[[0,0],[1,1]]}}`, "body.buffer", "out_of_range"},
	{"POST", "/v1/facilities/along", `{"line":{"type":"LineString","coordinates":[[0,0]]},"buffer":50}`, "body.line.coordinates", "malformed"},
}

func TestBadRequestsAreNamed(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	s.publish("test", toilet("1", "a", 0), toilet("2", "b", 1))
	cursor := s.get(here + "&limit=1").NextCursor
	fill := strings.NewReplacer("{cursor}", cursor, "{damaged}", cursor[:len(cursor)-2]+"AA", "{id}", s.get(here).Features[0].ID)
	for _, bad := range badRequests {
		bad.target = fill.Replace(bad.target)
		var p struct {
			Status       int
			Code, Detail string
			Errors       []struct{ Location, Code, Message string }
		}
		status, raw := s.ask(bad.method, bad.target, bad.body, &p)
		if status != http.StatusBadRequest || p.Status != 400 || p.Detail == "" {
			t.Errorf("%s %s %s: %d %s", bad.method, bad.target, bad.body, status, raw)
			continue
		}
		if !slices.ContainsFunc(p.Errors, func(e struct{ Location, Code, Message string }) bool {
			return e.Location == bad.location && e.Code == bad.code && len(e.Message) > 15
		}) {
			t.Errorf("%s %s %s: want %s %s in %s", bad.method, bad.target, bad.body, bad.location, bad.code, raw)
		}
	}
	if _, raw := s.ask("GET", "/v1/facilities/nearby?lat=28&lng=115&x=%3Cscript%3E", "", nil); !strings.Contains(raw, "did you mean lon") || strings.Contains(raw, "<script>") {
		t.Errorf("no suggestion, or markup let through: %s", raw)
	}
	if status, raw := s.ask("GET", "/v1/facilities/nothing-here", "", nil); status != http.StatusNotFound || !strings.Contains(raw, "path.id") {
		t.Errorf("unknown id: %d %s", status, raw)
	}
}
