package cql2_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"fujin/services/publishing/ogc/cql2"
)

// building is what the standard's examples filter, with what they speak of.
func building() (cql2.Options, cql2.Source) {
	schema := map[string]cql2.Type{
		"landsat:scene_id": cql2.String, "eo:instrument": cql2.String, "eo:cloud_cover": cql2.Number, "landsat:wrs_path": cql2.String,
		"floors": cql2.Number, "taxes": cql2.Number, "owner": cql2.String, "swimming_pool": cql2.Boolean, "material": cql2.String,
		"location": cql2.Geometry, "geometry": cql2.Geometry, "updated": cql2.Timestamp, "built": cql2.Date, "city": cql2.String,
		"road_class": cql2.String, "etat_vol": cql2.String, "missing": cql2.String, "gone": cql2.Number, "capacity": cql2.String, "无障碍": cql2.String,
	}
	values := map[string]cql2.Value{
		"landsat:scene_id": cql2.TextOf("LC82030282019133LGN00"), "eo:instrument": cql2.TextOf("OLI_TIRS"), "eo:cloud_cover": number(0.15),
		"landsat:wrs_path": cql2.TextOf("153"), "floors": number(6), "taxes": number(500), "owner": cql2.TextOf("Mike Jones"),
		"swimming_pool": {Type: cql2.Boolean, Bool: true}, "material": cql2.TextOf("red brick"), "city": cql2.TextOf("Via dell'Avvento"),
		"location": {Type: cql2.Geometry, Geometry: orb.Point{-117.95, 33.9}},
		"geometry": {Type: cql2.Geometry, Geometry: orb.Polygon{{{0, 0}, {2, 0}, {2, 2}, {0, 2}, {0, 0}}}},
		"updated":  {Type: cql2.Timestamp, Time: time.Date(2020, 5, 1, 13, 0, 0, 0, time.UTC)},
		"built":    {Type: cql2.Date, Time: time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)}, "road_class": cql2.TextOf("STRASSE"),
		"etat_vol": cql2.TextOf("debarquer"), "capacity": cql2.TextOf("12"), "无障碍": cql2.TextOf("是"),
	}
	return cql2.Options{Schema: schema}, func(name string) cql2.Value { return values[name] }
}

func number(f float64) cql2.Value { return cql2.Value{Type: cql2.Number, Number: f} }

// examples are those of the standard that its classes here cover, and what
// they leave open; each in both encodings.
var examples = []struct {
	text, json string
	want       bool
}{
	{`landsat:scene_id = 'LC82030282019133LGN00'`, `{"op":"=","args":[{"property":"landsat:scene_id"},"LC82030282019133LGN00"]}`, true},
	{`eo:instrument LIKE 'OLI%'`, `{"op":"like","args":[{"property":"eo:instrument"},"OLI%"]}`, true},
	{`landsat:wrs_path IN ('153','154','15X')`, `{"op":"in","args":[{"property":"landsat:wrs_path"},["153","154","15X"]]}`, true},
	{`eo:cloud_cover BETWEEN 0.1 AND 0.2`, `{"op":"between","args":[{"property":"eo:cloud_cover"},0.1,0.2]}`, true},
	{`eo:cloud_cover=0.1 OR eo:cloud_cover=0.2`, `{"op":"or","args":[{"op":"=","args":[{"property":"eo:cloud_cover"},0.1]},{"op":"=","args":[{"property":"eo:cloud_cover"},0.2]}]}`, false},
	{`floors>5`, `{"op":">","args":[{"property":"floors"},5]}`, true},
	{`taxes<=500`, `{"op":"<=","args":[{"property":"taxes"},500]}`, true},
	{`owner LIKE '%Jones%'`, `{"op":"like","args":[{"property":"owner"},"%Jones%"]}`, true},
	{`owner NOT LIKE '%Mike%'`, `{"op":"not","args":[{"op":"like","args":[{"property":"owner"},"%Mike%"]}]}`, false},
	{`swimming_pool=true`, `{"op":"=","args":[{"property":"swimming_pool"},true]}`, true},
	{`swimming_pool=true AND (floors>5 OR material LIKE 'brick%' OR material LIKE '%brick')`,
		`{"op":"and","args":[{"op":"=","args":[{"property":"swimming_pool"},true]},{"op":"or","args":[{"op":">","args":[{"property":"floors"},5]},{"op":"like","args":[{"property":"material"},"brick%"]},{"op":"like","args":[{"property":"material"},"%brick"]}]}]}`, true},
	{`NOT (floors<5) OR swimming_pool=true`, `{"op":"or","args":[{"op":"not","args":[{"op":"<","args":[{"property":"floors"},5]}]},{"op":"=","args":[{"property":"swimming_pool"},true]}]}`, true},
	{`(owner LIKE 'mike%' OR owner LIKE 'Mike%') AND floors<4`, `{"op":"and","args":[{"op":"or","args":[{"op":"like","args":[{"property":"owner"},"mike%"]},{"op":"like","args":[{"property":"owner"},"Mike%"]}]},{"op":"<","args":[{"property":"floors"},4]}]}`, false},
	{`updated >= DATE('1970-01-01')`, `{"op":">=","args":[{"property":"updated"},{"date":"1970-01-01"}]}`, true},
	{`updated = date('2020-05-01')`, `{"op":"=","args":[{"property":"updated"},{"date":"2020-05-01"}]}`, true},
	{`updated < TIMESTAMP('2020-05-01T13:00:00.5Z')`, `{"op":"<","args":[{"property":"updated"},{"timestamp":"2020-05-01T13:00:00.5Z"}]}`, true},
	{`built = DATE('2015-01-01')`, `{"op":"=","args":[{"property":"built"},{"date":"2015-01-01"}]}`, true},
	{`updated IN ('2020-05-01T13:00:00Z','1999-01-01T00:00:00Z')`, `{"op":"in","args":[{"property":"updated"},["2020-05-01T13:00:00Z","1999-01-01T00:00:00Z"]]}`, true},
	{`built NOT IN ('2015-01-01')`, `{"op":"not","args":[{"op":"in","args":[{"property":"built"},["2015-01-01"]]}]}`, false},
	{`geometry IS NOT NULL`, `{"op":"not","args":[{"op":"isNull","args":[{"property":"geometry"}]}]}`, true},
	{`missing IS NULL`, `{"op":"isNull","args":[{"property":"missing"}]}`, true},
	{`city='Via dell''Avvento'`, `{"op":"=","args":[{"property":"city"},"Via dell'Avvento"]}`, true},
	{`city NOT IN ('Toronto','Tokyo')`, `{"op":"not","args":[{"op":"in","args":[{"property":"city"},["Toronto","Tokyo"]]}]}`, true},
	{`CASEI(road_class) IN (CASEI('Οδος'),CASEI('Straße'))`, `{"op":"in","args":[{"op":"casei","args":[{"property":"road_class"}]},[{"op":"casei","args":["Οδος"]},{"op":"casei","args":["Straße"]}]]}`, true},
	{`CASEI(owner) LIKE casei('%JONES')`, `{"op":"like","args":[{"op":"casei","args":[{"property":"owner"}]},{"op":"casei","args":["%JONES"]}]}`, true},
	{`ACCENTI(etat_vol) = ACCENTI('débárquér')`, `{"op":"=","args":[{"op":"accenti","args":[{"property":"etat_vol"}]},{"op":"accenti","args":["débárquér"]}]}`, true},
	{`S_INTERSECTS(geometry,POINT(1 1))`, `{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[1,1]}]}`, true},
	{`S_WITHIN(location,BBOX(-118,33.8,-117.9,34))`, `{"op":"s_within","args":[{"property":"location"},{"bbox":[-118,33.8,-117.9,34]}]}`, true},
	{`S_INTERSECTS(geometry,POLYGON((-10 -10,10 -10,10 10,-10 -10)))`, `{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Polygon","coordinates":[[[-10,-10],[10,-10],[10,10],[-10,-10]]]}]}`, true},
	{`S_INTERSECTS(geometry,MULTILINESTRING((5 5,6 6),(-1 1,3 1)))`, `{"op":"s_intersects","args":[{"property":"geometry"},{"type":"MultiLineString","coordinates":[[[5,5],[6,6]],[[-1,1],[3,1]]]}]}`, true},
	{`S_INTERSECTS(geometry,GEOMETRYCOLLECTION(POINT(9 9),POLYGON((1 1,3 1,3 3,1 1))))`, `{"op":"s_intersects","args":[{"property":"geometry"},{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[9,9]},{"type":"Polygon","coordinates":[[[1,1],[3,1],[3,3],[1,1]]]}]}]}`, true},
	{`S_DISJOINT(location,LINESTRING(0 0,1 1))`, `{"op":"s_disjoint","args":[{"property":"location"},{"type":"LineString","coordinates":[[0,0],[1,1]]}]}`, true},
	{`S_CROSSES(LINESTRING(-1 1,3 1),geometry)`, `{"op":"s_crosses","args":[{"type":"LineString","coordinates":[[-1,1],[3,1]]},{"property":"geometry"}]}`, true},
	{`S_TOUCHES(geometry,MULTIPOINT((2 0),(5 5)))`, `{"op":"s_touches","args":[{"property":"geometry"},{"type":"MultiPoint","coordinates":[[2,0],[5,5]]}]}`, true},
	{`S_OVERLAPS(geometry,MULTIPOLYGON(((1 1,3 1,3 3,1 3,1 1))))`, `{"op":"s_overlaps","args":[{"property":"geometry"},{"type":"MultiPolygon","coordinates":[[[[1,1],[3,1],[3,3],[1,3],[1,1]]]]}]}`, true},
	{`S_CONTAINS(geometry,POINT(2 2))`, `{"op":"s_contains","args":[{"property":"geometry"},{"type":"Point","coordinates":[2,2]}]}`, false},
	{`S_EQUALS(geometry,POLYGON((2 0,2 2,0 2,0 0,2 0)))`, `{"op":"s_equals","args":[{"property":"geometry"},{"type":"Polygon","coordinates":[[[2,0],[2,2],[0,2],[0,0],[2,0]]]}]}`, true},
	{`S_INTERSECTS(location,BBOX(170,-90,-100,90))`, `{"op":"s_intersects","args":[{"property":"location"},{"bbox":[170,-90,-100,90]}]}`, true},
	{`TRUE`, `true`, true},
	{`NOT FALSE AND "owner" = 'Mike Jones'`, `{"op":"and","args":[{"op":"not","args":[false]},{"op":"=","args":[{"property":"owner"},"Mike Jones"]}]}`, true},
	{`6 = floors AND owner <> city`, `{"op":"and","args":[{"op":"=","args":[6,{"property":"floors"}]},{"op":"<>","args":[{"property":"owner"},{"property":"city"}]}]}`, true},
	{`无障碍 = '是'`, `{"op":"=","args":[{"property":"无障碍"},"是"]}`, true},
	// A text that holds a number compares as one.
	{`capacity > 9`, `{"op":">","args":[{"property":"capacity"},9]}`, true},
	{`owner > 9 OR owner <= 9`, `{"op":"or","args":[{"op":">","args":[{"property":"owner"},9]},{"op":"<=","args":[{"property":"owner"},9]}]}`, false},
	// What is unknown stays unknown under NOT.
	{`missing = 'x'`, `{"op":"=","args":[{"property":"missing"},"x"]}`, false},
	{`NOT missing = 'x'`, `{"op":"not","args":[{"op":"=","args":[{"property":"missing"},"x"]}]}`, false},
	{`missing = 'x' OR floors = 6`, `{"op":"or","args":[{"op":"=","args":[{"property":"missing"},"x"]},{"op":"=","args":[{"property":"floors"},6]}]}`, true},
	{`NOT (gone > 3 AND floors = 5)`, `{"op":"not","args":[{"op":"and","args":[{"op":">","args":[{"property":"gone"},3]},{"op":"=","args":[{"property":"floors"},5]}]}]}`, true},
	{`owner LIKE 'Mike\_Jones'`, `{"op":"like","args":[{"property":"owner"},"Mike\\_Jones"]}`, false},
	{`owner LIKE 'M_ke%J%s'`, `{"op":"like","args":[{"property":"owner"},"M_ke%J%s"]}`, true},
}

func TestExamplesOfTheStandard(t *testing.T) {
	opt, source := building()
	for _, e := range examples {
		f, err := cql2.ParseText(e.text, opt)
		if err != nil {
			t.Errorf("%s: %v", e.text, err)
			continue
		}
		if got := f.Match(source); got != e.want {
			t.Errorf("%s: %v, want %v", e.text, got, e.want)
		}
		if f, err = cql2.ParseJSON([]byte(e.json), opt); err != nil {
			t.Errorf("%s: %v", e.json, err)
		} else if got := f.Match(source); got != e.want {
			t.Errorf("%s: %v, want %v", e.json, got, e.want)
		}
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	opt, _ := building()
	for _, c := range []struct{ filter, place, says string }{
		{`ownr = 'x'`, "character 1:", `did you mean "owner"`},
		{`floors > 5 AND own = 1 AND x`, "character 16:", `did you mean "owner"`},
		{`floors >`, "character 9:", "end of the filter"},
		{`floors ! 5`, "character 8:", "means nothing"},
		{`floors + 1 > 5`, "character 8:", "arithmetic"},
		{`owner LIKE floors`, "character 7:", "pattern"},
		{`floors LIKE '5%'`, "character 8:", "LIKE is for strings"},
		{`owner = 'x`, "character 9:", "never closed"},
		{`floors BETWEEN 1`, "character 17:", "AND"},
		{`updated > '2020-01-01'`, "character 9:", "TIMESTAMP("},
		{`updated IN ('2020-01-01','soon')`, "character 9:", "TIMESTAMP("},
		{`geometry = 'x'`, "character 10:", "spatial function"},
		{`swimming_pool > 3`, "character 15:", "a boolean cannot be compared with a number"},
		{`T_AFTER(updated, DATE('2020-01-01'))`, "character 1:", "not available"},
		{`soundex(owner) = 'x'`, "character 1:", "no function soundex"},
		{`DATE('2020-13-01') < updated`, "character 6:", "no date"},
		{`S_INTERSECTS(geometry)`, "character 1:", "two geometries"},
		{`S_INTERSECTS(geometry, POLYGON((0 0,1 0,1 1,0 1)))`, "character 32:", "repeat its first position"},
		{`S_INTERSECTS(geometry, POLYGON((0 0,2 2,2 0,0 2,0 0)))`, "character 24:", "not valid"},
		{`S_INTERSECTS(geometry, BBOX(1,2,3))`, "character 24:", "4 or 6"},
		{`无障碍 = '是' AND 名称 = '某'`, "character 15:", "no property"},
		{`(floors > 5`, "character 12:", "expected )"},
		{`floors > 5 owner = 'x'`, "character 12:", "AND or OR"},
		{strings.Repeat("(", 60) + `TRUE`, "character 51:", "deep"},
		{`{"op":"="}`, "/args:", "missing"},
		{`{"op":"=","args":[{"property":"ownr"},"x"]}`, "/args/0/property:", `did you mean "owner"`},
		{`{"op":"and","args":[true,{"op":"like","args":[{"property":"owner"},3]}]}`, "/args/1:", "pattern"},
		{`{"op":"plus","args":[1,2]}`, "/op:", "no function"},
		{`{"op":"=","args":[{"property":"owner"}]}`, "/args:", "takes 2"},
		{`{"op":"s_within","args":[{"property":"geometry"},{"type":"Point","coordinates":["x"]}]}`, "/args/1:", "GeoJSON"},
		{`{"op":`, "", "not JSON"},
	} {
		parse := func() (*cql2.Filter, error) { return cql2.ParseText(c.filter, opt) }
		if strings.HasPrefix(c.filter, "{") {
			parse = func() (*cql2.Filter, error) { return cql2.ParseJSON([]byte(c.filter), opt) }
		}
		_, err := parse()
		var placed *cql2.Error
		if !errors.As(err, &placed) || !strings.Contains(err.Error(), c.place) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want %s … %s", c.filter, err, c.place, c.says)
		}
	}
}

// TestBoundHoldsWhatMatches: an index may leave out what lies outside.
func TestBoundHoldsWhatMatches(t *testing.T) {
	opt, _ := building()
	box := func(w, s, e, n float64) orb.Bound { return orb.Bound{Min: orb.Point{w, s}, Max: orb.Point{e, n}} }
	for text, want := range map[string]orb.Bound{
		`S_INTERSECTS(geometry,BBOX(1,2,3,4))`:                                              box(1, 2, 3, 4),
		`floors > 5 AND S_WITHIN(geometry,BBOX(1,2,3,4)) AND owner='x'`:                     box(1, 2, 3, 4),
		`S_INTERSECTS(geometry,BBOX(1,2,3,4)) AND S_INTERSECTS(geometry,BBOX(2,0,5,5))`:     box(1, 2, 3, 4),
		`S_INTERSECTS(geometry,POINT(1 2)) OR S_TOUCHES(LINESTRING(5 6,7 8),geometry)`:      box(1, 2, 7, 8),
		`S_INTERSECTS(geometry,BBOX(170,-10,-170,10))`:                                      box(-180, -10, 180, 10),
		`(S_INTERSECTS(geometry,POINT(1 2)) OR floors=1) AND S_EQUALS(geometry,POINT(3 4))`: box(3, 4, 3, 4),
	} {
		f, err := cql2.ParseText(text, opt)
		if err != nil {
			t.Fatal(err)
		}
		if b, ok := f.Bound(); !ok || b != want {
			t.Errorf("%s: %v %v, want %v", text, b, ok, want)
		}
	}
	for _, text := range []string{`floors=1`, `NOT S_INTERSECTS(geometry,POINT(1 2))`, `S_DISJOINT(geometry,POINT(1 2))`, `S_INTERSECTS(geometry,POINT(1 2)) OR floors=1`} {
		f, err := cql2.ParseText(text, opt)
		if err != nil {
			t.Fatal(err)
		}
		if b, ok := f.Bound(); ok {
			t.Errorf("%s: bounded by %v", text, b)
		}
	}
}

func TestPositionsMayBeInAnotherOrder(t *testing.T) {
	opt, source := building()
	opt.Position = func(p orb.Point) (orb.Point, error) {
		if p[0] > 90 || p[0] < -90 {
			return p, errors.New("latitude is from -90 to 90")
		}
		return orb.Point{p[1], p[0]}, nil
	}
	f, err := cql2.ParseText(`S_WITHIN(location,BBOX(33.8,-118,34,-117.9)) AND S_INTERSECTS(location,POLYGON((33 -119,33 -117,35 -117,35 -119,33 -119)))`, opt)
	if err != nil || !f.Match(source) {
		t.Errorf("latitude first: %v", err)
	}
	if _, err := cql2.ParseText(`S_INTERSECTS(location,POINT(-118 33))`, opt); err == nil || !strings.Contains(err.Error(), "character 23: latitude") {
		t.Errorf("a position that is none: %v", err)
	}
}
