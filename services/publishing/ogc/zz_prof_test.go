package ogc_test

import "testing"

func TestZZProf(t *testing.T) {
	s := serve(t, openSQLite(t))
	s.publish("wc", toilets(50000)...)
	for range 6 {
		s.ok(items + "?limit=1&filter=name%3D'x'")
	}
}
