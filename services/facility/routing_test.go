package facility_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"fujin/api"
	"fujin/geo"
	"fujin/services/facility"
	"fujin/services/platform/outbound"
)

// detour is how much longer than the straight line the test servers' ways are.
const detour = 1.37

// speeds in m/s by OSRM profile or Valhalla costing.
func speeds() map[string]float64 {
	return map[string]float64{"foot": 1.4, "bicycle": 4, "car": 9, "pedestrian": 1.4, "auto": 9, "taxi": 8}
}

// osrmServer answers the table service as OSRM does: coordinates are lon,lat,
// faults are HTTP 400 with a code, a pair without a way is null.
func osrmServer(w http.ResponseWriter, r *http.Request) {
	fault := func(code, text string) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"message":%q,"code":%q}`, text, code)
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if r.Method != http.MethodGet || len(parts) != 4 || parts[0] != "table" || parts[1] != "v1" || speeds()[parts[2]] == 0 {
		fault("InvalidUrl", "URL string malformed close to position 1")
		return
	}
	var at []orb.Point
	for pair := range strings.SplitSeq(parts[3], ";") {
		lon, lat, ok := strings.Cut(pair, ",")
		x, err1 := strconv.ParseFloat(lon, 64)
		y, err2 := strconv.ParseFloat(lat, 64)
		if !ok || err1 != nil || err2 != nil || math.Abs(y) > 90 {
			fault("InvalidValue", "Invalid coordinate value.")
			return
		}
		at = append(at, orb.Point{x, y})
	}
	q := r.URL.Query()
	annotations := strings.Split(q.Get("annotations"), ",")
	if len(at) != 2 || q.Get("sources") != "0" || q.Get("destinations") != "1" || len(q) != 3 {
		fault("InvalidOptions", "this test server knows the way from 0 to 1 only")
		return
	}
	metres := geo.Distance(at[0], at[1]) * detour
	waypoint := func(p orb.Point) map[string]any {
		return map[string]any{"hint": "AAAA", "distance": 1.5, "name": "", "location": p}
	}
	answer := map[string]any{"code": "Ok", "sources": []any{waypoint(at[0])}, "destinations": []any{waypoint(at[1])}}
	if slices.Contains(annotations, "duration") {
		answer["durations"] = [][]float64{{math.Round(metres/speeds()[parts[2]]*10) / 10}}
	}
	if slices.Contains(annotations, "distance") {
		answer["distances"] = [][]float64{{math.Round(metres*10) / 10}}
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_ = json.NewEncoder(w).Encode(answer)
}

// valhallaServer answers the matrix service as Valhalla does: kilometres, and
// faults as HTTP 400 with an error code.
func valhallaServer(w http.ResponseWriter, r *http.Request) {
	fault := func(code int, text string) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error_code":%d,"error":%q,"status_code":400,"status":"Bad Request"}`, code, text)
	}
	if r.URL.Path != "/sources_to_targets" {
		fault(106, "Try any of: '/locate' '/route' '/sources_to_targets'")
		return
	}
	type location struct{ Lat, Lon *float64 }
	var body struct {
		Sources, Targets []location
		Costing          string
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Method != http.MethodPost {
		fault(100, "Failed to parse json request")
		return
	}
	if speeds()[body.Costing] == 0 {
		fault(125, "No costing method found: '"+body.Costing+"'")
		return
	}
	if len(body.Sources) != 1 || len(body.Targets) != 1 || body.Sources[0].Lat == nil || body.Targets[0].Lon == nil || math.Abs(*body.Sources[0].Lat) > 90 {
		fault(120, "Insufficient number of locations provided")
		return
	}
	s, d := body.Sources[0], body.Targets[0]
	metres := geo.Distance(orb.Point{*s.Lon, *s.Lat}, orb.Point{*d.Lon, *d.Lat}) * detour
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	fmt.Fprintf(w, `{"algorithm":"costmatrix","units":"kilometers","sources":[{"lon":%f,"lat":%f}],"targets":[{"lon":%f,"lat":%f}],`+
		`"sources_to_targets":[[{"distance":%.3f,"time":%.0f,"to_index":0,"from_index":0}]]}`,
		*s.Lon, *s.Lat, *d.Lon, *d.Lat, metres/1000, metres/speeds()[body.Costing])
}

// listen runs a routing server and keeps what it was asked.
func listen(t *testing.T, handler http.HandlerFunc) (address string, asked func() []string) {
	t.Helper()
	var mu sync.Mutex
	var list []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		list = append(list, r.Method+" "+r.URL.RequestURI())
		mu.Unlock()
		handler(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(list)
	}
}

func loopback() *http.Client {
	return outbound.NewClient(2*time.Second, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
}

func TestRoutedDistanceIsLabelled(t *testing.T) {
	osrm, askedOSRM := listen(t, osrmServer)
	valhalla, askedValhalla := listen(t, valhallaServer)
	p := toilet("1", "厕所", 100)
	to := p.Geometry.(orb.Point)
	straight := geo.Distance(canary, to)
	for _, c := range []struct {
		source   string
		router   facility.Router
		asked    func() []string
		profiles map[string]string
	}{
		{"osrm", facility.OSRM{Client: loopback(), URL: osrm}, askedOSRM,
			map[string]string{"walk": "foot", "bicycle": "bicycle", "drive": "car", "taxi": "car"}},
		{"valhalla", facility.Valhalla{Client: loopback(), URL: valhalla + "/"}, askedValhalla,
			map[string]string{"walk": "pedestrian", "bicycle": "bicycle", "drive": "auto", "taxi": "taxi"}},
	} {
		t.Run(c.source, func(t *testing.T) {
			s := serve(t, openSQLite(t), facility.Options{Router: c.router})
			s.publish("test", p)
			id := s.get(here).Features[0].ID
			for mode, profile := range c.profiles {
				before := len(c.asked())
				d := s.way(id, from(canary)+"&mode="+mode).Distance
				if d.Source != c.source || d.Routed == nil || d.Duration == nil {
					t.Fatalf("%s: %+v", mode, *d)
				}
				if math.Abs(d.Straight-straight) > 0.06 || math.Abs(*d.Routed-straight*detour) > 1 || math.Abs(*d.Duration-straight*detour/speeds()[profile]) > 1 {
					t.Errorf("%s: %g m straight, %g m in %g s", mode, d.Straight, *d.Routed, *d.Duration)
				}
				asked := c.asked()[before:]
				if want := fmt.Sprintf("GET /table/v1/%s/%.7f,%.7f;%.7f,%.7f?sources=0&destinations=1&annotations=duration,distance", profile, canary[0], canary[1], to[0], to[1]); c.source == "osrm" && !slices.Equal(asked, []string{want}) {
					t.Errorf("%s: asked %q, want %q", mode, asked, want)
				}
				if c.source == "valhalla" && !slices.Equal(asked, []string{"POST /sources_to_targets"}) {
					t.Errorf("%s: asked %q", mode, asked)
				}
			}
			before := len(c.asked())
			if d := s.way(id, from(canary)+"&mode=transit").Distance; d.Source != "straight_line" || d.Routed != nil {
				t.Errorf("transit: %+v", *d)
			}
			s.way(id, "mode=drive")
			if asked := c.asked()[before:]; len(asked) != 0 {
				t.Errorf("asked without need: %q", asked)
			}
		})
	}
}

// TestWithoutRoutingTheStraightLineStays has a routing service fail in every
// way; the answer is the straight line, soon, and the log keeps the position.
func TestWithoutRoutingTheStraightLineStays(t *testing.T) {
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, strings.ReplaceAll(body, "PATH", r.URL.Path))
		}
	}
	slow := func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
	}
	endless := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	}
	refused := httptest.NewServer(http.NotFoundHandler())
	refused.Close()
	osrm, asked := listen(t, osrmServer)
	t.Run("all", func(t *testing.T) { // returns when the parallel ones have ended
		for name, c := range map[string]struct {
			address string
			handler http.HandlerFunc
			client  *http.Client
		}{
			"slow":              {handler: slow},
			"endless":           {handler: endless},
			"error":             {handler: answer(500, "PATH")},
			"fault":             {handler: answer(400, `{"code":"NoSegment","message":"Could not find a matching segment for PATH"}`)},
			"no way":            {handler: answer(200, `{"code":"Ok","durations":[[null]],"distances":[[null]]}`)},
			"empty":             {handler: answer(200, `{"code":"Ok","durations":[],"distances":[]}`)},
			"code that quotes":  {handler: answer(200, `{"code":"PATH"}`)},
			"not JSON":          {handler: answer(200, "<html>PATH")},
			"position as value": {handler: answer(200, fmt.Sprintf(`{"code":%.7f}`, canary[1]))},
			"other host":        {handler: http.RedirectHandler(refused.URL+fmt.Sprintf("/%.7f", canary[1]), http.StatusFound).ServeHTTP},
			"nobody":            {address: refused.URL},
			"guarded":           {address: osrm, client: outbound.NewClient(2*time.Second, nil)},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if c.handler != nil {
					c.address, _ = listen(t, c.handler)
				}
				if c.client == nil {
					c.client = loopback()
				}
				log := new(journal)
				s := serveBehind(t, openSQLite(t), facility.Options{Logger: log.logger(), Router: facility.OSRM{Client: c.client, URL: c.address}}, api.Config{Logger: log.logger()})
				s.publish("test", toilet("1", "厕所", 100))
				id := s.get(here).Features[0].ID
				start := time.Now()
				d := s.way(id, from(canary)).Distance
				if took := time.Since(start); took > 3*time.Second {
					t.Errorf("it took %v", took)
				}
				if d.Source != "straight_line" || d.Routed != nil || d.Duration != nil || d.Straight == 0 {
					t.Errorf("%+v", *d)
				}
				log.checked(t, "routing service did not answer", canary)
			})
		}
	})
	if n := len(asked()); n != 0 {
		t.Errorf("the guard let %d calls through", n)
	}
}
