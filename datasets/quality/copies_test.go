package quality

import (
	"fmt"
	"strings"
	"testing"
)

func TestExactCopies(t *testing.T) {
	rows := towns(10, 28.7, 115.9)
	for i := range rows { // without an id
		rows[i] = rows[i][strings.IndexByte(rows[i], ','):]
	}
	rows = append(rows, rows[3], rows[5], rows[3])
	src := table(townHeader, rows...)
	got := pass(t, src, Order{})
	got.want(t, "row_duplicate", 11, 12, 13)
	got.want(t, "place_duplicate")
	got = pass(t, src, Order{Repairs: []string{"duplicate_dropped"}})
	got.want(t, "row_duplicate")
	if got.Accepted != 10 || got.Dropped != 3 {
		t.Errorf("accepted %d, dropped %d", got.Accepted, got.Dropped)
	}
}

func TestDuplicates(t *testing.T) {
	header := "name,lat,lon,address,level,category"
	for _, test := range []struct {
		name, first, second string
		duplicate           bool
	}{
		{"same name, 20 m apart", "八一广场公厕,28.674000,115.900000,,,", "八一广场公厕,28.674150,115.900100,,,", true},
		{"another word for toilet", "八一广场公厕,28.674000,115.900000,,,", "八一广场公共厕所,28.674150,115.900100,,,", true},
		{"order of words, signs", "Toilet (Central Park),28.674000,115.900000,,,", "Central-Park public toilets,28.674150,115.900100,,,", true},
		{"100 m apart", "八一广场公厕,28.674000,115.900000,,,", "八一广场公厕,28.674900,115.900000,,,", false},
		{"numbers differ", "No. 1 Toilet,28.674000,115.900000,,,", "No. 2 Toilet,28.674150,115.900100,,,", false},
		{"storeys differ", "Mall,28.674000,115.900000,,1,", "Mall,28.674010,115.900000,,2,", false},
		{"house numbers differ", "Lawson,28.674000,115.900000,12 Bayi Road,,", "Lawson,28.674200,115.900000,16 Bayi Road,,", false},
		{"one address missing", "Lawson,28.674000,115.900000,12 Bayi Road,,", "Lawson,28.674200,115.900000,,,", true},
		{"kinds differ", "People's Park,28.674000,115.900000,,,toilet", "People's Park,28.674010,115.900000,,,store", false},
		{"no name but the kind", "公共厕所,28.674000,115.900000,,,", "公共厕所,28.674150,115.900100,,,", false},
		{"neighbours with other names", "Lawson,28.674000,115.900000,,,", "Starbucks,28.674000,115.900000,,,", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := pass(t, table(header, test.first, test.second), Order{})
			if n := got.count("place_duplicate"); n != 0 != test.duplicate {
				t.Errorf("found %d times", n)
			}
		})
	}
}

// A chain whose shops all bear one name, all in one town, must not take the
// square of their number.
func TestManyOfOneName(t *testing.T) {
	var rows []string
	for i := range 20_000 {
		rows = append(rows, fmt.Sprintf("Seven,%.6f,%.6f,,,", 28+float64(i%200)*0.001, 115+float64(i/200)*0.001))
	}
	rows = append(rows, "Seven,28.0001,115.0001,,,")
	got := pass(t, table("name,lat,lon,address,level,category", rows...), Order{})
	got.want(t, "place_duplicate", 20_001)
}
