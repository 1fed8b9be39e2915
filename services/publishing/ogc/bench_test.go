package ogc_test

import (
	"net/url"
	"testing"

	"fujin/datasets"
)

// BenchmarkFilters goes through 50,000 places: what a page costs that the
// index's boxes cannot narrow, of the version in force and of a former one.
func BenchmarkFilters(b *testing.B) {
	s := serve(b, openSQLite(b))
	var places []datasets.Place
	if err := datasets.Sample(50_000, 1, func(p datasets.Place) error { places = append(places, p); return nil }); err != nil {
		b.Fatal(err)
	}
	s.publish("wc", places...)
	s.publish("wc", places[1:]...)
	for name, query := range map[string]url.Values{
		"attribute":   {"filter": {"wheelchair = 'yes' AND fee = 'no'"}},
		"category":    {"filter": {"category = 'toilet'"}},
		"name":        {"filter": {"CASEI(name) LIKE '%park%'"}},
		"parameter":   {"wheelchair": {"yes"}},
		"sorted":      {"sortby": {"-name"}},
		"verified_at": {"filter": {"verified_at > DATE('2026-06-01')"}},
		"no_box":      {"filter": {"NOT S_INTERSECTS(geometry,BBOX(115.8,28.6,115.9,28.7))"}},
		"former":      {"filter": {"wheelchair = 'yes' AND fee = 'no'"}, "as_of": {"1"}},
	} {
		b.Run(name, func(b *testing.B) {
			query.Set("limit", "10")
			s.ok(items + "?" + query.Encode()) // the profile of the version
			for b.Loop() {
				s.ok(items + "?" + query.Encode())
			}
		})
	}
}
