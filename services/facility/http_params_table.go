package facility

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"

	"fujin/geo"
	"fujin/geo/index"
)

func bounds(low, high float64) huma.Schema {
	return huma.Schema{Type: "number", Minimum: &low, Maximum: &high}
}

func whole(low, high float64, preset any) huma.Schema {
	s := bounds(low, high)
	s.Type, s.Default = "integer", preset
	return s
}

func text() huma.Schema { return huma.Schema{Type: "string"} }

func oneOf(values ...string) huma.Schema {
	s := text()
	for _, v := range values {
		s.Enum = append(s.Enum, v)
	}
	return s
}

func flag(preset bool) huma.Schema { return huma.Schema{Type: "boolean", Default: preset} }

// positionParams are a position: lat and lon in the system that crs names.
func positionParams() params {
	return params{
		{name: "lat", doc: "latitude of the position in degrees", required: true, schema: bounds(-90, 90), example: 28.6829,
			set: func(r *request, v string) (err error) { r.lat, err = latitude("lat", v); return err }},
		{name: "lon", doc: "longitude of the position in degrees", required: true, schema: bounds(-180, 180), example: 115.8582,
			set: func(r *request, v string) (err error) {
				r.lon, err = number("lon", v, -180, 180, "degrees")
				return err
			}},
	}
}

func latitude(name, v string) (float64, error) {
	f, err := number(name, v, -90, 90, "degrees")
	if err != nil && codeOf(err) == "out_of_range" {
		if g, ok := number(name, v, -180, 180, ""); ok == nil && math.Abs(g) > 90 {
			err = outOfRange("%s must be from -90 to 90 degrees; are latitude and longitude swapped?", name)
		}
	}
	return f, err
}

func limitParam(preset, most int) param {
	return param{name: "limit", doc: fmt.Sprintf("how many facilities at most, 1 to %d (default %d)", most, preset), schema: whole(1, float64(most), preset),
		set:    func(r *request, v string) (err error) { r.limit, err = integer("limit", v, 1, most); return err },
		preset: func(r *request) { r.limit = preset }}
}

func cursorParam() param {
	return param{name: "cursor", doc: "next_cursor of the page before, with the same other parameters", schema: text(),
		set: func(r *request, v string) error { r.cursor = v; return nil }}
}

func crsParam() param {
	return param{name: "crs", doc: "coordinate system of positions in the query and the answer: wgs84 (default), gcj02 or bd09", schema: oneOf("wgs84", "gcj02", "bd09"),
		set: func(r *request, v string) error {
			switch c := geo.CRS(v); c {
			case "wgs84", "gcj02", "bd09":
				r.crs = c
				return nil
			}
			return coded{"not_one_of", fmt.Sprintf("crs must be wgs84, gcj02 or bd09, not %q", clip(v))}
		}}
}

// filterParams are the filters of every list of facilities.
func filterParams() params {
	ps := params{
		{name: "category", doc: "comma list of categories, any of them; an unknown one finds nothing", schema: text(), example: "toilet",
			set: func(r *request, v string) (err error) {
				r.filter.Categories, err = list("category", v, "a category is lower-case letters, digits and _, beginning with a letter", isCategory)
				return err
			}},
		datasetParam(),
		{name: "open_at", doc: "only what is open at this time: now, or an RFC 3339 time such as 2026-11-21T22:00:00+08:00", schema: text(), example: "now",
			set: setOpenAt},
		{name: "include_unknown", doc: "whether facilities without known hours stay when open_at is given (default true)", schema: flag(true),
			set: func(r *request, v string) (err error) {
				r.filter.IncludeUnknown, err = boolean("include_unknown", v)
				return err
			}},
	}
	for _, t := range traits {
		ps = append(ps, param{
			name: t.name, doc: "comma list of answers: " + strings.Join(t.answers, ", ") + " (unknown = not stated); " + t.doc, schema: text(),
			set: func(r *request, v string) error {
				mask, err := t.allow(v)
				if err != nil {
					return coded{"not_one_of", t.name + ": " + err.Error()}
				}
				if r.filter.Allowed == 0 {
					r.filter.Allowed = math.MaxUint64
				}
				r.filter.Allowed &= mask | ^t.all()
				return nil
			},
		})
	}
	return ps
}

func datasetParam() param {
	return param{name: "dataset", doc: "comma list of dataset ids, any of them", schema: text(),
		set: func(r *request, v string) (err error) {
			r.filter.Datasets, err = list("dataset", v, "a dataset id is 1 to 64 of a-z, 0-9, _ and -", isDataset)
			return err
		}}
}

func setOpenAt(r *request, v string) error {
	r.openFilter = true
	if v == "now" {
		r.openNow = true
		return nil
	}
	// A plus sign that was not percent-encoded arrives as a blank.
	t, err := time.Parse(time.RFC3339, strings.Replace(v, " ", "+", 1))
	if err != nil {
		return coded{"not_a_time", fmt.Sprintf("open_at must be now or an RFC 3339 time such as 2026-11-21T22:00:00+08:00, not %q", clip(v))}
	}
	if t.Year() < 1970 || t.Year() > 2200 {
		return outOfRange("open_at must lie in the years 1970 to 2200")
	}
	r.openAt, r.askedOpenAt = t, t.UnixMilli()
	return nil
}

// nearbyParams is the table of GET /v1/facilities/nearby.
func nearbyParams() params {
	ps := positionParams()
	ps = append(ps,
		param{name: "radius", doc: "metres around the position, 1 to 50000 (default 1500)", schema: bounds(minRadius, maxRadius),
			set: func(r *request, v string) (err error) {
				r.radius, err = number("radius", v, minRadius, maxRadius, "metres")
				return err
			}},
		limitParam(defaultLimit, maxLimit))
	ps = append(ps, filterParams()...)
	return append(ps,
		param{name: "expand", doc: "true: double the radius up to 50 km until something is found", schema: flag(false),
			set: func(r *request, v string) (err error) { r.expand, err = boolean("expand", v); return err }},
		crsParam(), cursorParam())
}

func bboxParam(required bool) param {
	return param{name: "bbox", doc: "west,south,east,north in degrees; west may exceed east across the antimeridian", required: required, schema: text(), example: "115.8,28.6,115.9,28.7",
		set: func(r *request, v string) error {
			parts := strings.Split(v, ",")
			if len(parts) != 4 {
				return fmt.Errorf("bbox must be four numbers west,south,east,north; there are %d", len(parts))
			}
			var n [4]float64
			for i, name := range [...]string{"bbox west", "bbox south", "bbox east", "bbox north"} {
				high := 180.0
				if i%2 == 1 {
					high = 90
				}
				f, err := number(name, strings.TrimSpace(parts[i]), -high, high, "degrees")
				if err != nil {
					return err
				}
				n[i] = f
			}
			if n[1] > n[3] {
				return outOfRange("bbox south (%g) is north of north (%g); the order is west,south,east,north", n[1], n[3])
			}
			r.bbox = orb.Bound{Min: orb.Point{n[0], n[1]}, Max: orb.Point{n[2], n[3]}}
			return nil
		}}
}

// boxParams is the table of GET /v1/facilities.
func boxParams() params {
	ps := params{bboxParam(true), limitParam(100, 1000)}
	return append(append(ps, filterParams()...), crsParam(), cursorParam())
}

// cellParams is the table of GET /v1/cells.
func cellParams() params {
	return params{bboxParam(true), {name: "res", doc: fmt.Sprintf("H3 resolution, 0 to %d", index.CellResolution), required: true,
		schema: whole(0, index.CellResolution, nil), example: 8,
		set: func(r *request, v string) (err error) {
			r.res, err = integer("res", v, 0, index.CellResolution)
			return err
		}}, crsParam()}
}

// searchParams is the table of GET /v1/search.
func searchParams() params {
	return params{{name: "q", doc: "words of a facility's name or a division's, Chinese or English", required: true, schema: text(), example: "南昌",
		set: func(r *request, v string) error {
			r.text = strings.TrimSpace(v)
			if n := utf8.RuneCountInString(r.text); n == 0 || n > 100 {
				return outOfRange("q must be 1 to 100 characters")
			}
			return nil
		}}, limitParam(10, 50), crsParam()}
}

// navigationParams is the table of GET /v1/facilities/{id}/navigation.
func navigationParams() params {
	return params{
		{name: "from_lat", doc: "latitude of the start in degrees; without a start the map app uses its own position", schema: bounds(-90, 90), example: 28.6829,
			set: func(r *request, v string) (err error) { r.fromLat, err = latitude("from_lat", v); return err }},
		{name: "from_lon", doc: "longitude of the start in degrees", schema: bounds(-180, 180), example: 115.8582,
			set: func(r *request, v string) (err error) {
				r.fromLon, err = number("from_lon", v, -180, 180, "degrees")
				return err
			}},
		{name: "mode", doc: "walk (default), bicycle, drive, transit or taxi", schema: oneOf("walk", "bicycle", "drive", "transit", "taxi"),
			set: func(r *request, v string) error {
				switch v {
				case "walk", "bicycle", "drive", "transit", "taxi":
					r.mode = v
					return nil
				}
				return coded{"not_one_of", fmt.Sprintf("mode must be walk, bicycle, drive, transit or taxi, not %q", clip(v))}
			}},
		crsParam(),
	}
}

// validText tells whether a value is text: UTF-8 without control characters.
func validText(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}

// printable is a parameter's name as it may stand in an error's location.
func printable(name string) string {
	if validText(name) {
		return clip(name)
	}
	return "?"
}
