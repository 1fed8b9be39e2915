package quality

import (
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

func TestSwapped(t *testing.T) {
	zagreb := func(more ...string) []string { return append(towns(60, 45.8, 16), more...) }
	for _, test := range []struct {
		name   string
		rows   []string
		order  Order
		swaped []int
	}{
		{"among the others, on land", zagreb("S1,Swapped,16.05,45.81,a"), Order{}, []int{61}},
		{"several", zagreb("S1,Swapped,16.05,45.81,a", "S2,Swapped too,16.1,45.9,b"), Order{}, []int{61, 62}},
		{"too few others to say", []string{"S1,Swapped,16.05,45.81,a", "S2,Right,45.81,16.05,b"}, Order{}, nil},
		{"in the area", []string{"S1,Swapped,16.05,45.81,a", "S2,Right,45.81,16.05,b"},
			Order{Area: &orb.Bound{Min: orb.Point{15, 45}, Max: orb.Point{17, 47}}}, []int{1}},
		{"as published", []string{"S1,Swapped,16.05,45.81,a"}, Order{Known: published(Known{SourceID: "S1", At: orb.Point{16.05, 45.81}, Own: true})}, []int{1}},
		{"a whole file, where others are published", towns(60, 16, 45.8), Order{Known: publishedRows(60, 45.8, 16)}, count(60)},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := pass(t, table(townHeader, test.rows...), test.order)
			got.want(t, "position_swapped", test.swaped...)
			test.order.Repairs = []string{"axes_swapped"}
			mended := pass(t, table(townHeader, test.rows...), test.order)
			mended.want(t, "position_swapped")
			if n := len(mended.repaired("axes_swapped")); n != len(test.swaped) {
				t.Errorf("%d repairs, want %d", n, len(test.swaped))
			}
			for _, row := range test.swaped {
				if at := mended.place(t, row).Geometry.(orb.Point); at[1] < 44 {
					t.Errorf("row %d still lies at %v", row, at)
				}
			}
		})
	}
}

func TestSwappedBeyondRange(t *testing.T) {
	rows := append(towns(20, 28.7, 115.9), "S1,Swapped,115.91,28.69,a")
	got := pass(t, table(townHeader, rows...), Order{})
	got.want(t, "coordinate_out_of_range", 21)
	if r := got.repaired("axes_swapped"); len(r) != 1 || r[0].Row != 21 || r[0].After != "28.69, 115.91" || r[0].Applied {
		t.Errorf("repairs %+v", r)
	}
	got = pass(t, table(townHeader, rows...), Order{Repairs: []string{"axes_swapped"}})
	got.want(t, "coordinate_out_of_range")
	got.at(t, 21, 28.69, 115.91)
}

func TestSignLost(t *testing.T) {
	rows := append(towns(40, 55.9, -3.2), "S1,Lost,55.87,3.72,a")
	got := pass(t, table(townHeader, rows...), Order{})
	got.want(t, "position_sign_lost", 41)
	got = pass(t, table(townHeader, rows...), Order{Repairs: []string{"sign_restored"}})
	got.at(t, 41, 55.87, -3.72)
	// Without the minus sign in a southern country.
	rows = append(towns(40, -33.9, 151.1), "S1,Lost,33.85,151.2,a")
	pass(t, table(townHeader, rows...), Order{}).want(t, "position_sign_lost", 41)
}

func TestOutside(t *testing.T) {
	area := &orb.Bound{Min: orb.Point{115.5, 28.4}, Max: orb.Point{116.3, 29}}
	rows := append(towns(30, 28.7, 115.9), "F1,Shanghai,31.23,121.47,a", "F2,At the edge,29.01,115.9,b")
	got := pass(t, table(townHeader, rows...), Order{Area: area})
	got.want(t, "position_outside_area", 31)
	got = pass(t, table(townHeader, rows...), Order{})
	got.want(t, "position_far", 31)
	got.want(t, "position_outside_area")
}

func TestFakes(t *testing.T) {
	rows := append(towns(40, 28.7, 115.9),
		"F1,Zero,0,0,a", "F2,Nearly zero,0.000005,-0.000007,b", "F3,Whole degrees,35,105,c", "F4,One value twice,28.7,28.7,d", "F5,Half missing,0,115.9,e")
	got := pass(t, table(townHeader, rows...), Order{})
	got.want(t, "null_island", 41, 42)
	got.want(t, "position_fake", 43, 44, 45)
	got.want(t, "position_far")
}

func TestMoved(t *testing.T) {
	known := published(Known{SourceID: "T0001", At: orb.Point{117, 28.7}, Own: true}, Known{SourceID: "M2", At: orb.Point{115.9, 28.7}, Own: true})
	got := pass(t, table(townHeader, append(towns(1, 28.7, 115.9), "M2,Near,28.701,115.901,a")...), Order{Known: known})
	got.want(t, "position_moved", 1)
}

func TestSharedPoint(t *testing.T) {
	rows := towns(30, 28.7, 115.9)
	for i := range 8 { // eight addresses that the geocoder did not find
		rows = append(rows, fmt.Sprintf("G%d,Unknown %s,28.68301,115.85801,%d Avenue %s", i, word(i+90), i*3, word(i+40)))
	}
	for i := range 8 { // eight shops of a mall
		rows = append(rows, fmt.Sprintf("M%d,Shop %s,28.70007,115.90009,88 Bayi Avenue", i, word(i+60)))
	}
	got := pass(t, table(townHeader, rows...), Order{})
	got.want(t, "point_shared", 31, 32, 33, 34, 35, 36, 37, 38)
	got.want(t, "place_duplicate")
	got.want(t, "row_duplicate")
}

func TestCoarse(t *testing.T) {
	var rows []string
	for i := range 40 {
		rows = append(rows, fmt.Sprintf("C%d,Place %s,%.2f,%.2f,%s", i, word(i), 28+float64(i)*0.03, 115+float64(i%7)*0.05, word(i+50)))
	}
	got := pass(t, table(townHeader, rows...), Order{})
	got.want(t, "positions_coarse", 0)
	pass(t, table(townHeader, towns(40, 28.7, 115.9)...), Order{}).want(t, "positions_coarse")
}

func TestDecimalRestored(t *testing.T) {
	damaged := []string{"D1,A,481.475.266,115.586.581,a", "D2,B,4.817.566,1.157.174,b", "D3,C,481.353,11.5754,c", "D4,D,48.134.777,11.707.882.281.858.200,d"}
	area := &orb.Bound{Min: orb.Point{11.3, 48}, Max: orb.Point{11.8, 48.3}}
	for name, order := range map[string]Order{
		"area":      {Area: area},
		"published": {Known: publishedRows(30, 48.14, 11.57)},
	} {
		t.Run(name, func(t *testing.T) {
			got := pass(t, table(townHeader, damaged...), order)
			got.want(t, "coordinate_damaged", 1, 2, 3, 4)
			order.Repairs = []string{"decimal_restored"}
			got = pass(t, table(townHeader, damaged...), order)
			got.want(t, "coordinate_damaged")
			got.at(t, 1, 48.1475266, 11.5586581)
			got.at(t, 2, 48.17566, 11.57174)
			got.at(t, 3, 48.1353, 11.5754)
			got.at(t, 4, 48.134777, 11.7078823)
		})
	}
	// Where nothing says where the places belong, nothing is made up.
	if got := pass(t, table(townHeader, damaged...), Order{Repairs: []string{"decimal_restored"}}); len(got.repairs) != 0 || got.Accepted != 0 {
		t.Errorf("repairs %v out of nothing", got.repairs)
	}
	// Two places for the point within a large area: nobody can say which.
	wide := &orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	if got := pass(t, table(townHeader, damaged...), Order{Area: wide}); len(got.repaired("decimal_restored")) != 0 {
		t.Errorf("repairs %v though there are several ways", got.repairs)
	}
}

func TestRepairOfShapes(t *testing.T) {
	features := []string{`{"type":"Feature","properties":{"name":"Area"},"geometry":{"type":"Polygon","coordinates":[[[45.8,16.0],[45.81,16.0],[45.81,16.01],[45.8,16.0]]]}}`}
	for i, row := range towns(40, 45.8, 16) {
		f := strings.Split(row, ",")
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"name":"P %d"},"geometry":{"type":"Point","coordinates":[%s,%s]}}`, i, f[3], f[2]))
	}
	src := text(`{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`)
	got := pass(t, src, Order{Repairs: []string{"axes_swapped"}})
	ring := got.place(t, 1).Geometry.(orb.Polygon)[0]
	if ring[1] != (orb.Point{16, 45.81}) {
		t.Errorf("the ring is %v", ring)
	}
}

// count is 1 to n.
func count(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i + 1
	}
	return list
}
