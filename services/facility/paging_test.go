package facility_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

// list is an endpoint that pages: an address with a query, and a body.
type list struct{ name, method, target, body string }

// lists are the four endpoints, asked for what lies around the canary: a
// radius, a box, an area and a route that all hold the same square kilometres.
func lists() []list {
	x, y := canary[0], canary[1]
	const d = 0.0156429
	return []list{
		{"nearby", "GET", fmt.Sprintf("/v1/facilities/nearby?lat=%.7f&lon=%.7f&radius=3000", y, x), ""},
		{"box", "GET", fmt.Sprintf("/v1/facilities?bbox=%.7f,%.7f,%.7f,%.7f", x-d, y-d, x+d, y+d), ""},
		{"within", "POST", "/v1/facilities/within?access=unknown", fmt.Sprintf(
			`{"polygon":{"type":"Polygon","coordinates":[[[%.7f,%.7f],[%.7f,%.7f],[%.7f,%.7f],[%.7f,%.7f]]]}}`, x-2*d, y-d, x+2*d, y-d, x, y+3*d, x-2*d, y-d)},
		{"along", "POST", "/v1/facilities/along?access=unknown", fmt.Sprintf(
			`{"line":{"type":"LineString","coordinates":[[%.7f,%.7f],[%.7f,%.7f],[%.7f,%.7f]]},"buffer":1500}`, x-d, y, x, y, x+d, y+d/7)},
	}
}

// page asks for one page of a list.
func (s *site) page(l list, query string) collection {
	s.t.Helper()
	var c collection
	if status, raw := s.ask(l.method, l.target+query, l.body, &c); status != http.StatusOK {
		s.t.Fatalf("%s%s: %d %s", l.name, query, status, raw)
	}
	return c
}

// scattered makes places of all shapes around the canary, many on one point.
func scattered(rng *rand.Rand, prefix string, n int) []datasets.Place {
	places := make([]datasets.Place, n)
	for i := range places {
		at := orb.Point{canary[0] + (rng.Float64()-0.5)*0.02, canary[1] + (rng.Float64()-0.5)*0.02}
		if rng.IntN(3) == 0 { // ties
			at = orb.Point{canary[0] + float64(rng.IntN(3))*0.001, canary[1] + 0.002}
		}
		p := toilet(fmt.Sprint(prefix, i), fmt.Sprint(prefix, i), 0)
		p.Geometry = at
		switch rng.IntN(8) {
		case 0:
			p.Geometry = orb.LineString{at, {at[0] + 0.001, at[1] + 0.002}}
		case 1:
			p.Geometry = orb.Polygon{{at, {at[0] + 0.002, at[1]}, {at[0], at[1] + 0.001}, at}}
		}
		places[i] = p
	}
	return places
}

// TestPagingGivesEachFacilityOnce pages through every list in pages of all
// sizes. Between them other facilities come, go and move, and those that are
// counted change in all but their place.
func TestPagingGivesEachFacilityOnce(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	rng := rand.New(rand.NewPCG(2, 2026))
	fixed := scattered(rng, "fixed", 60)
	s.publish("fixed", fixed...)
	s.publish("noise", scattered(rng, "noise", 40)...)
	for round := range 3 {
		for _, l := range lists() {
			want := map[string]bool{}
			for _, f := range s.page(l, "&dataset=fixed&limit=100").Features {
				want[f.ID] = true
			}
			if len(want) < 30 {
				t.Fatalf("%s holds only %d facilities", l.name, len(want))
			}
			seen := map[string]int{}
			limit := 1 + rng.IntN(20)
			pages, cursor := 0, ""
			for {
				c := s.page(l, fmt.Sprintf("&limit=%d%s", limit, cursor))
				pages++
				if len(c.Features) > limit || len(c.Features) < limit && c.NextCursor != "" {
					t.Fatalf("%s: %d on a page of %d, next %q", l.name, len(c.Features), limit, c.NextCursor)
				}
				for _, f := range c.Features {
					seen[f.ID]++
				}
				if c.NextCursor == "" {
					break
				}
				checkCursor(t, l, c.NextCursor)
				cursor = "&cursor=" + c.NextCursor
				if pages%2 == 0 {
					noise := scattered(rng, "noise", 60)
					s.publish("noise", noise[rng.IntN(20):40+rng.IntN(20)]...)
				} else {
					fixed[rng.IntN(len(fixed))].Name = fmt.Sprint("renamed ", round, pages)
					s.publish("fixed", fixed...)
				}
			}
			for id := range want {
				if seen[id] != 1 {
					t.Errorf("%s, %d a page: facility %s came %d times", l.name, limit, id, seen[id])
				}
			}
		}
	}
}

// checkCursor looks for positions of the query in a cursor.
func checkCursor(t *testing.T, l list, cursor string) {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		t.Fatal(err)
	}
	const d = 0.0156429
	for _, p := range []orb.Point{canary, {canary[0] - d, canary[1] - d}, {canary[0] + d, canary[1] + d}} {
		for _, b := range [][]byte{raw, []byte(cursor)} {
			if found := leaks(b, p); found != "" {
				t.Errorf("%s: the cursor holds a position: %s", l.name, found)
			}
		}
	}
}

// refusal asks for a page that is refused and gives the code of the cursor's fault.
func (s *site) refusal(l list, query string) string {
	s.t.Helper()
	var p struct {
		Errors []struct{ Location, Code string }
	}
	if status, _ := s.ask(l.method, l.target+query, l.body, &p); status != http.StatusBadRequest || len(p.Errors) != 1 || p.Errors[0].Location != "query.cursor" {
		return fmt.Sprint(status, p.Errors)
	}
	return p.Errors[0].Code
}

func TestCursorsBelongToTheirQuery(t *testing.T) {
	s := serve(t, openSQLite(t), facility.Options{})
	s.publish("test", scattered(rand.New(rand.NewPCG(1, 1)), "p", 30)...)
	all := lists()
	for _, l := range all {
		const query = "&limit=2&category=toilet,store&fee=unknown&open_at=now"
		cursor := "&cursor=" + s.page(l, query).NextCursor
		for _, other := range all {
			if got := s.refusal(other, query+cursor); other != l && got != "other_query" {
				t.Errorf("a cursor of %s at %s: %s", l.name, other.name, got)
			}
		}
		for _, changed := range []string{
			"&limit=3&category=toilet,store&fee=unknown&open_at=now", "&limit=2&category=toilet&fee=unknown&open_at=now",
			"&limit=2&category=toilet,store&fee=yes,unknown&open_at=now", "&limit=2&category=toilet,store&open_at=now",
			"&limit=2&category=toilet,store&fee=unknown", "&limit=2&category=toilet,store&fee=unknown&open_at=2026-11-21T04:00:00Z",
			query + "&dataset=test", query + "&crs=gcj02", query + "&wheelchair=unknown",
		} {
			if got := s.refusal(l, changed+cursor); got != "other_query" {
				t.Errorf("%s%s: %s", l.name, changed, got)
			}
		}
		// The same in other words.
		s.page(l, "&open_at=now&fee=unknown&crs=wgs84&limit=2&category=toilet%2Cstore"+cursor)
		moved := l
		moved.target = strings.ReplaceAll(moved.target, "115.8", "115.9")
		moved.body = strings.ReplaceAll(moved.body, "115.8", "115.9")
		if got := s.refusal(moved, query+cursor); got != "other_query" {
			t.Errorf("%s elsewhere: %s", l.name, got)
		}
	}
	// Parameters that are alike in number and value, of different endpoints.
	null := toilet("0", "null island", 0)
	null.Geometry = orb.Point{0, 0}
	twins := make([]datasets.Place, 101)
	for i := range twins {
		twins[i] = null
		twins[i].SourceID = fmt.Sprint(i)
	}
	s.publish("island", twins...)
	near, box := list{"nearby", "GET", "/v1/facilities/nearby?lat=0&lon=0", ""}, list{"box", "GET", "/v1/facilities?bbox=0,0,0,0", ""}
	if got := s.refusal(box, "&limit=100&cursor="+s.page(near, "&limit=100").NextCursor); got != "other_query" {
		t.Errorf("a cursor of nearby at 0,0 for the box 0,0,0,0: %s", got)
	}
}

// TestNowStaysTheSameFromPageToPage has the clock pass closing time between
// two pages.
func TestNowStaysTheSameFromPageToPage(t *testing.T) {
	var clock atomic.Int64
	closing := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC) // 22:00 in Nanchang
	clock.Store(closing.Add(-time.Minute).UnixMilli())
	s := serve(t, openSQLite(t), facility.Options{Clock: func() time.Time { return time.UnixMilli(clock.Load()) }})
	places := make([]datasets.Place, 5)
	for i := range places {
		places[i] = toilet(fmt.Sprint(i), fmt.Sprint(i), 0)
		places[i].Geometry, places[i].OpeningHours = orb.Point{canary[0] + float64(i)*1e-4, canary[1]}, "06:00-22:00"
	}
	s.publish("test", places...)
	for _, l := range lists() {
		clock.Store(closing.Add(-time.Minute).UnixMilli())
		const query = "&limit=2&open_at=now&include_unknown=false"
		c := s.page(l, query)
		names := c.names()
		clock.Store(closing.Add(time.Minute).UnixMilli())
		for c.NextCursor != "" {
			c = s.page(l, query+"&cursor="+c.NextCursor)
			names = append(names, c.names()...)
			for _, f := range c.Features {
				if f.Properties.Open != "open" || f.Properties.NextChange != "2026-11-21T22:00:00+08:00" {
					t.Errorf("%s: %s until %s", l.name, f.Properties.Open, f.Properties.NextChange)
				}
			}
		}
		slices.Sort(names)
		if !slices.Equal(names, []string{"0", "1", "2", "3", "4"}) {
			t.Errorf("%s: %v", l.name, names)
		}
		if c := s.page(l, query); len(c.Features) != 0 {
			t.Errorf("%s: after closing time a new query finds %v", l.name, c.names())
		}
	}
}

func TestCursorsWorkOnAnotherServer(t *testing.T) {
	cfg := dbtest.Config(t, kernel.Postgres)
	first := serve(t, openWith(t, cfg, t.TempDir()), facility.Options{})
	first.publish("test", scattered(rand.New(rand.NewPCG(3, 3)), "p", 30)...)
	second := serve(t, openWith(t, cfg, t.TempDir()), facility.Options{})
	for _, l := range lists() {
		whole := first.page(l, "&limit=100")
		var ids, want []string
		for _, f := range whole.Features {
			want = append(want, f.ID)
		}
		at, c := first, collection{}
		for cursor := ""; cursor != "&cursor="; cursor = "&cursor=" + c.NextCursor {
			c = at.page(l, "&limit=4"+cursor)
			for _, f := range c.Features {
				ids = append(ids, f.ID)
			}
			if at = second; len(ids)%8 == 0 {
				at = first
			}
		}
		if !slices.Equal(ids, want) {
			t.Errorf("%s: %v by turns, %v at once", l.name, ids, want)
		}
	}
}

// openWith opens a further handle on a database with a data folder of its own.
func openWith(t *testing.T, cfg kernel.Config, folder string) *kernel.DB {
	t.Helper()
	cfg.DataDir = folder
	db, err := kernel.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
