package facility_test

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fujin/geo"
	"fujin/services/facility"
)

// wayDoc is the answer of GET /v1/facilities/{id}/navigation.
type wayDoc struct {
	Facility, Name, Mode string
	From                 *struct{ Lat, Lon float64 }
	To                   struct{ Lat, Lon float64 }
	CRS                  string
	Distance             *struct {
		Straight float64  `json:"straight_m"`
		Bearing  float64  `json:"bearing_deg"`
		Routed   *float64 `json:"routed_m"`
		Duration *float64 `json:"duration_s"`
		Source   string
	}
	Links []struct{ Provider, Platform, Mode, URL, CRS string }
}

func (s *site) way(id, query string) wayDoc {
	s.t.Helper()
	var w wayDoc
	target := "/v1/facilities/" + id + "/navigation?" + query
	if status, raw := s.ask("GET", target, "", &w); status != http.StatusOK {
		s.t.Fatalf("%s: %d %s", target, status, raw)
	}
	return w
}

func from(p orb.Point) string { return fmt.Sprintf("from_lat=%.7f&from_lon=%.7f", p[1], p[0]) }

// awkward is a name with everything that has a meaning in an address.
const awkward = `八一"公园" & 厕所 #1+2=3?100%/|<a>`

func TestNavigationLinksInAllModes(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	p := toilet("1", awkward, 100)
	s.publish("test", p)
	id := s.get(here).Features[0].ID
	to := p.Geometry.(orb.Point)
	for _, mode := range []string{"", "walk", "bicycle", "drive", "transit", "taxi"} {
		for _, start := range []string{"", from(canary)} {
			query := start
			if mode != "" {
				query += "&mode=" + mode
			}
			w := s.way(id, query)
			if mode == "" {
				mode = "walk"
			}
			if w.Facility != id || w.Name != awkward || w.Mode != mode || w.CRS != "wgs84" || w.To.Lat != to[1] || w.To.Lon != to[0] {
				t.Errorf("%s: %+v", query, w)
			}
			if (w.From != nil) != (start != "") || (w.Distance != nil) != (start != "") {
				t.Errorf("%s: start %v, distance %v", query, w.From, w.Distance)
			}
			named := 0
			for _, link := range w.Links {
				if strings.ContainsFunc(link.URL, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"<>\^{|}`+"`", r) }) {
					t.Errorf("%s: not percent-encoded: %s", query, link.URL)
				}
				if link.Mode != "" && link.Mode != mode {
					t.Errorf("%s: a link for %s: %s", query, link.Mode, link.URL)
				}
				u, err := url.Parse(link.URL)
				if err != nil {
					t.Errorf("%s: %v", query, err)
					continue
				}
				for _, values := range u.Query() {
					if strings.Contains(values[0], `八一"公园" & 厕所 #1+2=3?100%`) {
						named++
						break
					}
				}
				if link.Provider == "amap" && link.CRS != "gcj02" {
					t.Errorf("%s: Amap in %s", query, link.CRS)
				}
			}
			if named < 3 {
				t.Errorf("%s: the name is whole in only %d of %d links", query, named, len(w.Links))
			}
		}
	}
}

func TestAmapLinksAreInGCJ02(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	p := toilet("1", "厕所", 100)
	s.publish("test", p)
	id := s.get(here).Features[0].ID
	wantTo, wantFrom := geo.GCJ02.FromWGS84(p.Geometry.(orb.Point)), geo.GCJ02.FromWGS84(canary)
	near := func(lon, lat string, want orb.Point) bool {
		x, err1 := strconv.ParseFloat(lon, 64)
		y, err2 := strconv.ParseFloat(lat, 64)
		return err1 == nil && err2 == nil && math.Abs(x-want[0]) < 2e-6 && math.Abs(y-want[1]) < 2e-6
	}
	checked := map[string]bool{}
	for _, link := range s.way(id, from(canary)+"&mode=walk").Links {
		u, err := url.Parse(link.URL)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		switch {
		case strings.HasPrefix(link.URL, "https://uri.amap.com/navigation"):
			to, start := strings.Split(q.Get("to"), ","), strings.Split(q.Get("from"), ",")
			checked["web"] = len(to) == 3 && len(start) == 3 && near(to[0], to[1], wantTo) && near(start[0], start[1], wantFrom) && to[2] == "厕所"
		case strings.HasPrefix(link.URL, "https://uri.amap.com/marker"):
			at := strings.Split(q.Get("position"), ",")
			checked["marker"] = len(at) == 2 && near(at[0], at[1], wantTo)
		case link.Provider == "amap":
			checked[link.Platform] = near(q.Get("dlon"), q.Get("dlat"), wantTo) && near(q.Get("slon"), q.Get("slat"), wantFrom) && q.Get("dev") == "0"
		}
	}
	for _, form := range []string{"web", "marker", "android", "ios"} {
		if !checked[form] {
			t.Errorf("Amap's %s link is missing or not in GCJ-02", form)
		}
	}
}

func TestNavigationSaysHowFarInAStraightLine(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	point := toilet("1", "point", 50)
	square := toilet("2", "square", 0)
	square.Geometry = orb.Polygon{{{115.80, 28.60}, {115.82, 28.60}, {115.82, 28.62}, {115.80, 28.62}, {115.80, 28.60}}}
	s.publish("test", point, square)
	id := s.get("/v1/facilities/nearby?lat=28.68&lon=115.86&radius=3000").Features[0].ID
	to := point.Geometry.(orb.Point)
	w := s.way(id, from(canary))
	if d := w.Distance; d.Source != "straight_line" || d.Routed != nil || d.Duration != nil ||
		math.Abs(d.Straight-geo.Distance(canary, to)) > 0.06 || math.Abs(d.Bearing-geo.Bearing(canary, to)) > 0.06 {
		t.Errorf("%+v", *d)
	}
	area := s.get("/v1/facilities/nearby?lat=28.61&lon=115.81&radius=3000").Features[0].ID
	if d := s.way(area, from(orb.Point{115.81, 28.61})).Distance; d.Straight != 0 {
		t.Errorf("inside the area it is %g m", d.Straight)
	}
	if d := s.way(area, from(orb.Point{115.81, 28.63})).Distance; math.Abs(d.Straight-geo.Distance(orb.Point{115.81, 28.63}, orb.Point{115.81, 28.62})) > 0.1 {
		t.Errorf("to the area's edge it is %g m", d.Straight)
	}
}

func TestNavigationInOtherSystems(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	p := toilet("1", "厕所", 100)
	s.publish("test", p)
	id := s.get(here).Features[0].ID
	plain := s.way(id, from(canary))
	for _, crs := range []geo.CRS{geo.GCJ02, geo.BD09} {
		start, to := crs.FromWGS84(canary), crs.FromWGS84(p.Geometry.(orb.Point))
		w := s.way(id, from(start)+"&crs="+string(crs))
		if w.CRS != string(crs) || w.From.Lat != geo.Round7(start[1]) || w.From.Lon != geo.Round7(start[0]) || w.To.Lat != geo.Round7(to[1]) || w.To.Lon != geo.Round7(to[0]) {
			t.Errorf("%s: from %v to %v", crs, w.From, w.To)
		}
		if math.Abs(w.Distance.Straight-plain.Distance.Straight) > 0.1 {
			t.Errorf("%s: %g m, %g m in WGS-84", crs, w.Distance.Straight, plain.Distance.Straight)
		}
		for i, link := range w.Links {
			if link.URL != plain.Links[i].URL {
				t.Errorf("%s: %s\nWGS-84: %s", crs, link.URL, plain.Links[i].URL)
			}
		}
	}
}
