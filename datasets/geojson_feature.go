package datasets

import (
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"github.com/tidwall/gjson"
)

// featureRows turns features, one after the other, into rows.
type featureRows struct {
	placer *placer
	n      int
	fields []Field
}

// next takes the bytes of one feature, or the error that kept them from being
// read. What it returns is the sink's error.
func (r *featureRows) next(raw []byte, failed error) error {
	r.n++
	feature, ok, err := r.placer.parseJSON(r.n, raw, failed)
	if err != nil || !ok {
		return err
	}
	return r.feature(feature)
}

// parseJSON reads the bytes of record n, or rejects it: for the error that kept
// them from being read, or for what they are. The error returned is the sink's.
func (p *placer) parseJSON(n int, raw []byte, failed error) (value gjson.Result, ok bool, err error) {
	if failed != nil {
		return value, false, p.reject(n, "", "feature_too_large", "the feature is larger than %d MiB", maxFeature>>20)
	}
	text := string(raw)
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
		if err := p.once(n, "", "encoding_damaged", "the file is not wholly UTF-8, as JSON must be; what cannot be read becomes \uFFFD"); err != nil {
			return value, false, err
		}
	}
	if !gjson.Valid(text) {
		if text = nullForNaN(text); !gjson.Valid(text) {
			return value, false, p.reject(n, "", "json_damaged", "not valid JSON: %s", clip(text))
		}
	}
	return gjson.Parse(text), true, nil
}

// feature reads one feature or bare geometry.
func (r *featureRows) feature(feature gjson.Result) error {
	var kind, id, geometry, properties gjson.Result
	feature.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "type":
			kind = value
		case "id":
			id = value
		case "geometry":
			geometry = value
		case "properties":
			properties = value
		}
		return true
	})
	switch kind.Str {
	case "Feature":
	case "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection":
		geometry = feature
	default:
		return r.placer.reject(r.n, "", "feature_expected", "neither a Feature nor a geometry: %s", clip(feature.Raw))
	}
	r.fields = r.fields[:0]
	r.identify(featureID(id))
	r.properties(properties)
	r.categorise()
	shape, fault := parseGeometry(geometry, 0)
	if fault != nil {
		return r.placer.refuse(r.n, fault)
	}
	return r.placer.row(r.n, r.fields, shape)
}

// featureID is a feature's id as text.
func featureID(id gjson.Result) string {
	if id.Type == gjson.Number {
		return id.Raw
	}
	return id.Str
}

// identify adds the feature's own id. The ids that GeoServer invents for each
// answer anew ("toilets.fid-625c1810_160e8517696_-31d9") identify nothing.
func (r *featureRows) identify(id string) {
	if id != "" && !(strings.Contains(id, "fid-") && strings.Contains(id, "_-")) {
		r.fields = append(r.fields, Field{"@id", id})
	}
}

// properties adds the properties. Those that other programs put one level
// deeper, under "tags" or "attributes", count as if they stood above.
func (r *featureRows) properties(properties gjson.Result) {
	if !properties.IsObject() {
		return
	}
	properties.ForEach(func(key, value gjson.Result) bool {
		if value.IsObject() && (key.Str == "tags" || key.Str == "attributes") {
			r.properties(value)
			return true
		}
		text := propertyText(value)
		if text == "" || len(r.fields) > 0 && key.Str == "@id" && text == r.fields[0].Value {
			return true
		}
		r.fields = append(r.fields, Field{key.Str, text})
		return true
	})
}

// propertyText is a value as text: numbers as they are written, "" for null and
// for the empty list that some services put where a text would stand.
func propertyText(value gjson.Result) string {
	switch value.Type {
	case gjson.Null:
		return ""
	case gjson.String:
		return value.Str
	case gjson.JSON:
		if len(strings.Trim(value.Raw, "[]{} \t\r\n")) == 0 {
			return ""
		}
	}
	return value.Raw
}

// categorise reads a feature that comes from OpenStreetMap by its tags: they
// say what it is and mean exactly what OSM's keys mean. One that has a category
// has been through this package already.
func (r *featureRows) categorise() {
	if len(r.fields) == 0 || r.fields[0].Key != "@id" || !osmID(r.fields[0].Value) {
		return
	}
	tags := make(osmTags, 0, len(r.fields))
	for _, f := range r.fields[1:] {
		if f.Key == "category" {
			return
		}
		tags = append(tags, osmTag{f.Key, f.Value})
	}
	for _, tag := range tags {
		r.placer.learnOSM(tag.key)
	}
	for _, key := range osmFeatureKeys() {
		if category := osmTagSelected(key, tags.find(key), ""); category != "" {
			r.fields = append(r.fields, Field{"category", category})
			return
		}
	}
}

// osmID reports whether an id names an element of OpenStreetMap.
func osmID(id string) bool {
	kind, number, found := strings.Cut(id, "/")
	return found && number != "" && number[0] >= '0' && number[0] <= '9' &&
		(kind == "node" || kind == "way" || kind == "relation")
}

// nullForNaN writes null for the NaN and Infinity that Python puts into JSON.
func nullForNaN(text string) string {
	var b strings.Builder
	done := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case 'N', 'I', '-':
			for _, word := range [...]string{"NaN", "Infinity", "-Infinity"} {
				if strings.HasPrefix(text[i:], word) {
					b.WriteString(text[done:i])
					b.WriteString("null")
					done = i + len(word)
					i = done - 1
					break
				}
			}
		}
	}
	b.WriteString(text[done:])
	return b.String()
}

// jsonText is the text of a JSON string.
func jsonText(raw string) string { return gjson.Parse(raw).Str }

// parseGeometry reads a GeoJSON geometry: nil where it is null.
func parseGeometry(value gjson.Result, depth int) (orb.Geometry, *fault) {
	if value.Type == gjson.Null {
		return nil, nil
	}
	kind, coordinates := value.Get("type").Str, value.Get("coordinates")
	var c coordinateReader
	var shape orb.Geometry
	switch kind {
	case "Point":
		shape = c.point(coordinates)
	case "MultiPoint":
		shape = c.multiPoint(coordinates)
	case "LineString":
		shape = c.line(coordinates)
	case "MultiLineString":
		shape = c.multiLine(coordinates)
	case "Polygon":
		shape = c.polygon(coordinates)
	case "MultiPolygon":
		shape = c.multiPolygon(coordinates)
	case "GeometryCollection":
		return parseCollection(value.Get("geometries"), depth)
	default:
		return nil, &fault{"geometry", "coordinate_damaged", Say("geometry of unknown type %s", clip(kind+value.Raw))}
	}
	if c.damaged() {
		return nil, &fault{"geometry", "coordinate_damaged", c.damage}
	}
	if c.positions == 0 {
		return nil, &fault{"geometry", "coordinate_missing", Say("the geometry has no positions")}
	}
	return shape, nil
}

// parseCollection reads the members of a GeometryCollection; a collection of
// one is that one.
func parseCollection(members gjson.Result, depth int) (orb.Geometry, *fault) {
	if depth == 8 {
		return nil, &fault{"geometry", "coordinate_damaged", Say("geometry collections nested too deep")}
	}
	var all orb.Collection
	var bad *fault
	members.ForEach(func(_, member gjson.Result) bool {
		var shape orb.Geometry
		if shape, bad = parseGeometry(member, depth+1); shape != nil {
			all = append(all, shape)
		}
		return bad == nil
	})
	switch {
	case bad != nil:
		return nil, bad
	case len(all) == 0:
		return nil, &fault{"geometry", "coordinate_missing", Say("the geometry collection is empty")}
	case len(all) == 1:
		return all[0], nil
	}
	return all, nil
}
