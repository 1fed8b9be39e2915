package datasets

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// guesses are the fields of a layout by column, with their confidence.
func guesses(l Layout) map[string]string {
	found := map[string]string{}
	for _, c := range l.Columns {
		found[c.Name] = fmt.Sprintf("%s %.1f %d", c.Field, c.Confidence, c.Filled)
	}
	return found
}

func TestColumns(t *testing.T) {
	for _, test := range []struct {
		name, file string
		mapping    map[string]string
		want       map[string]string
	}{
		{"names are known", "名称,纬度,经度,备注\n八一公厕,28.674,115.9,\n", nil,
			map[string]string{"名称": "name 0.9 1", "纬度": "lat 0.9 1", "经度": "lon 0.9 1", "备注": "description 0.5 0"}},
		{"values do not fit", "name,lat,lon\nA,north,115.9\nB,south,115.9\n", nil,
			map[string]string{"name": "name 0.9 2", "lat": "lat 0.3 2", "lon": "lon 0.9 2"}},
		{"no position is named", "label,breedte?,lengte?\nA,28.6741,115.9012\nB,28.6752,115.9021\n", nil,
			map[string]string{"label": "name 0.9 2", "breedte?": "lat 0.5 2", "lengte?": "lon 0.5 2"}},
		{"longitude first", "label,p,q\nA,115.9012,28.6741\n", nil,
			map[string]string{"label": "name 0.9 1", "p": "lon 0.5 1", "q": "lat 0.5 1"}},
		{"mapped", "a,b,c\nA,28.6741,115.9012\n", map[string]string{"name": "a", "lat": "b", "lon": "c"},
			map[string]string{"a": "name 1.0 1", "b": "lat 1.0 1", "c": "lon 1.0 1"}},
		{"an attribute of its own", "name,lat,lon,colour\nA,28.6741,115.9012,red\n", nil,
			map[string]string{"name": "name 0.9 1", "lat": "lat 0.9 1", "lon": "lon 0.9 1", "colour": "colour 0.2 1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			layout, err := Columns(context.Background(), bytesSource("test.csv", []byte(test.file)), Options{Mapping: test.mapping})
			if err != nil {
				t.Fatal(err)
			}
			got := guesses(layout)
			for name, want := range test.want {
				if got[name] != want {
					t.Errorf("%s is %q, want %q", name, got[name], want)
				}
			}
			if len(got) != len(test.want) || layout.Format != CSV {
				t.Errorf("columns %v, format %s", got, layout.Format)
			}
		})
	}
}

func TestColumnsOfALongFile(t *testing.T) {
	var file strings.Builder
	file.WriteString("名称,lat,lon\n")
	for i := range 3 * lookRows {
		fmt.Fprintf(&file, "公厕%d,28.%04d,115.9\n", i%7, i)
	}
	layout, err := Columns(context.Background(), bytesSource("test.csv", []byte(file.String())), Options{CRS: "gcj02"})
	if err != nil {
		t.Fatal(err)
	}
	if n := layout.Columns[0].Filled; n < lookRows || n > lookRows+10 {
		t.Errorf("looked at %d rows", n)
	}
	if layout.Encoding != "UTF-8" || layout.CRS != "gcj02" || len(layout.Columns[0].Samples) != maxSamples {
		t.Errorf("layout %+v", layout)
	}
}

// TestWatchedReading changes values as they are read, and mends a position.
func TestWatchedReading(t *testing.T) {
	file := "name,lat,lon,wheelchair\nA,28.1,115.1,y\nB,28..2,115.2,n\nC,,,\n"
	var places []Place
	var rejected []Issue
	var asked []Damage
	var met []*Column
	_, err := Read(context.Background(), bytesSource("test.csv", []byte(file)), Options{}, Sink{
		Place: func(p Place) error { places = append(places, p); return nil },
		Issue: func(i Issue) error {
			if i.Rejected {
				rejected = append(rejected, i)
			}
			return nil
		},
		Record: func(row int, cells []Cell) error {
			for i := range cells {
				if cells[i].Field == "wheelchair" && row == 1 {
					cells[i].Value = "no"
				}
			}
			return nil
		},
		Mend:    func(d Damage) (orb.Point, bool) { asked = append(asked, d); return orb.Point{115.2, 28.2}, true },
		Columns: func(c []*Column) { met = c },
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(places) != 2 || places[0].Attributes["wheelchair"] != "no" || places[1].Geometry != (orb.Point{115.2, 28.2}) {
		t.Errorf("places %+v", places)
	}
	if len(asked) != 1 || asked[0] != (Damage{Row: 2, Column: "lat", Code: "coordinate_damaged", Lat: "28..2", Lon: "115.2"}) {
		t.Errorf("asked to mend %+v", asked)
	}
	if len(rejected) != 1 || rejected[0].Row != 3 || len(met) != 4 || met[3].Name != "wheelchair" {
		t.Errorf("rejected %+v, columns %v", rejected, met)
	}
}
