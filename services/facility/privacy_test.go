package facility_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fujin/api"
	"fujin/geo"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

// TestSearchPositionsStayWithTheCitizen sends a position in every way in which
// one can be sent, well and badly, and looks for it in the log and in every
// file of the data folder.
func TestSearchPositionsStayWithTheCitizen(t *testing.T) {
	log := new(journal)
	cfg := dbtest.Config(t, kernel.SQLite)
	db := openWith(t, cfg, cfg.DataDir)
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, r.URL.String(), http.StatusTeapot)
	}))
	defer failing.Close()
	// What net/http and gin say by themselves goes to the default logger.
	usual := slog.Default()
	slog.SetDefault(log.logger())
	defer slog.SetDefault(usual)
	s := serveBehind(t, db, facility.Options{Logger: log.logger(), Router: facility.Valhalla{Client: loopback(), URL: failing.URL}}, api.Config{Logger: log.logger()})
	s.publish("test", toilet("1", "厕所", 0), toilet("2", "厕所", 1))
	id := s.get(here).Features[0].ID
	cursor := s.get(fmt.Sprintf("/v1/facilities/nearby?lat=%.7f&lon=%.7f&limit=1", canary[1], canary[0])).NextCursor
	statuses := map[int]int{}
	for _, r := range positionRequests(id, cursor, canary) {
		status, _ := s.ask(r.method, r.target, r.body, nil)
		statuses[status]++
	}
	for _, status := range []int{200, 400, 404, 405} {
		if statuses[status] == 0 {
			t.Errorf("no request came to %d: %v", status, statuses)
		}
	}
	log.checked(t, "near=28.68,115.86", canary)
	log.checked(t, "routing service did not answer", canary)
	if text := string(log.bytes()); strings.Contains(text, "1.47") {
		t.Error("the log tells a position in degrees, minutes and seconds")
	}
	s.stop() // writes the snapshot
	if n := searchFolder(t, cfg.DataDir, canary); n < 3 {
		t.Errorf("only %d files were searched", n)
	}
	// The search does find what is there.
	where := orb.Point{115.8582, 28.6829}
	if leaks([]byte(fmt.Sprintf("lat=%.7f", where[1])), where) == "" || leaks([]byte("x 28.683 x"), where) == "" {
		t.Error("the search finds nothing")
	}
}

type request struct{ method, target, body string }

// positionRequests are all endpoints with a position, and many ways to get one
// wrong.
func positionRequests(id, cursor string, p orb.Point) []request {
	lat, lon := fmt.Sprintf("%.7f", p[1]), fmt.Sprintf("%.7f", p[0])
	gcj := geo.GCJ02.FromWGS84(p)
	pair := "lat=" + lat + "&lon=" + lon
	polygon := fmt.Sprintf(`{"polygon":{"type":"Polygon","coordinates":[[[%s,%s],[116,28],[116,29],[%s,%s]]]}}`, lon, lat, lon, lat)
	line := fmt.Sprintf(`{"line":{"type":"LineString","coordinates":[[%s,%s],[116,28]]},"buffer":200}`, lon, lat)
	var list []request
	for _, query := range []string{
		pair, pair + "&crs=gcj02", pair + "&expand=true&category=nothing", pair + "&limit=1&cursor=" + cursor, "lat=" + lat + "0001&lon=" + lon + "0001",
		fmt.Sprintf("lat=%.7f&lon=%.7f&crs=gcj02", gcj[1], gcj[0]),
		// wrong
		"lat=" + lat, "lat=" + lon + "&lon=" + lat, "lat=" + lat + "," + lon, "lat=" + lat + "x&lon=" + lon, pair + "&" + pair, pair + "&radius=" + lat + "e9",
		pair + "&cursor=" + lat, pair + "&crs=" + lon, pair + "&open_at=" + lat, pair + "&" + lat + "=" + lon, pair + "&category=" + lat, pair + "&wheelchair=" + lon,
		pair + "&limit=" + lat, "lat=%" + lat + "&lon=" + lon, "lat=" + strings.Replace(lat, ".", ",", 1) + "&lon=" + strings.Replace(lon, ".", ",", 1),
		"lat=28%C2%B041'1.47%22&lon=" + lon, "lat=28%2041%201.47&lon=" + lon, "28%C2%B041'1.47=1&" + pair,
		"q=" + lat, "position=" + lat + "," + lon, lat + "," + lon,
	} {
		list = append(list, request{"GET", "/v1/facilities/nearby?" + query, ""})
	}
	for _, target := range []string{
		"/v1/facilities/" + id + "/navigation?from_lat=" + lat + "&from_lon=" + lon, "/v1/facilities/" + id + "/navigation?from_lat=" + lat,
		"/v1/facilities/" + id + "/navigation?mode=drive&from_lat=" + lat + "&from_lon=" + lon + "&crs=bd09",
		"/v1/facilities/" + id + "/navigation?mode=transit&from_lat=" + lat + "&from_lon=" + lon,
		"/v1/facilities/" + id + "/navigation?" + pair, "/v1/facilities/" + id + "?" + pair,
		"/v1/facilities/" + lat + "," + lon, "/v1/facilities/" + lat + "," + lon + "/navigation?from_lat=" + lat + "&from_lon=" + lon,
		"/v1/facilities?bbox=" + lon + "," + lat + ",116,29", "/v1/facilities?bbox=" + lat + "," + lon + ",116,29", "/v1/facilities?" + pair,
		"/v1/cells?res=9&bbox=" + lon + "," + lat + ",116,29", "/v1/cells?res=" + lat + "&bbox=115," + lat,
		"/v1/search?q=" + url.QueryEscape(lat+","+lon), "/v1/search?" + pair, "/v1/tiles/toilet/" + lat + "/" + lon + "/1.mvt", "/v1/tiles/all/9/420/213.mvt?" + pair,
		"/v1/nothing/" + lat + "/" + lon, "/nothing?" + pair, "/" + lat + "," + lon, "/v1/facilities/nearby/" + lat,
	} {
		list = append(list, request{"GET", target, ""})
	}
	return append(list,
		request{"POST", "/v1/facilities/within", polygon}, request{"POST", "/v1/facilities/within", polygon[:len(polygon)-3]},
		request{"POST", "/v1/facilities/within?" + pair, polygon}, request{"POST", "/v1/facilities/within", line},
		request{"POST", "/v1/facilities/along", line}, request{"POST", "/v1/facilities/along", strings.Replace(line, "200", lat, 1)},
		request{"POST", "/v1/facilities/along", strings.Replace(line, "200", `"`+lat+`"`, 1)},
		request{"POST", "/v1/facilities/nearby?" + pair, ""}, request{"DELETE", "/v1/facilities/" + lat, ""})
}
