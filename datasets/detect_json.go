package datasets

import (
	"bytes"
	"regexp"

	"github.com/tidwall/gjson"
)

var (
	geoJSONType     = regexp.MustCompile(`"type"\s*:\s*"(Feature|FeatureCollection|Point|LineString|Polygon|MultiPoint|MultiLineString|MultiPolygon|GeometryCollection)"`)
	overpassElement = regexp.MustCompile(`^\[\s*(\]|\{[^{}\[\]]*"type"\s*:\s*"(node|way|relation|area|count)")`)
	esriFeature     = regexp.MustCompile(`"attributes"\s*:\s*\{`)
	gbfsData        = regexp.MustCompile(`^\{\s*("stations"|"bikes"|"vehicles"|"feeds"|"system_id"|"vehicle_types"|"[a-z]{2}"\s*:\s*\{\s*"feeds")`)
	gbfsID          = regexp.MustCompile(`"(station_id|bike_id|vehicle_id|feeds|system_id|vehicle_type_id)"\s*:`)
)

// detectJSON tells the kinds of JSON by the members that come first. The text
// may end anywhere.
func detectJSON(text []byte) Format {
	if text[0] == '[' { // of features, or of records that hold a geometry somewhere
		return detectRecord(gjson.GetBytes(text, "0"))
	}
	root := gjson.ParseBytes(text)
	if severalLines(text) {
		if detectRecord(root) == GeoJSON {
			return GeoJSONSeq
		}
		return JSON
	}
	has := map[string]gjson.Result{}
	root.ForEach(func(key, value gjson.Result) bool {
		if _, twice := has[key.Str]; !twice {
			has[key.Str] = value
		}
		return true
	})
	elements, features := has["elements"], has["features"]
	switch {
	case has["osm3s"].Exists(), elements.Exists() && overpassElement.MatchString(elements.Raw):
		return Overpass
	case isGBFS(has):
		return GBFS
	case has["geometryType"].Exists() && has["type"].Str == "", features.Exists() && esriFeature.MatchString(features.Raw) && !geoJSONType.MatchString(features.Raw),
		has["error"].Exists() && has["error"].Get("code").Exists() && len(has) == 1:
		return EsriJSON
	case features.IsArray() && (has["type"].Str == "FeatureCollection" || geoJSONType.MatchString(features.Raw) || len(features.Raw) < 4),
		has["type"].Str == "Topology":
		return GeoJSON
	}
	return detectRecord(root)
}

// detectRecord tells what one object, alone or the first of an array, is: a
// feature or geometry of GeoJSON, a feature of Esri's, or something else.
func detectRecord(record gjson.Result) Format {
	geometry := record.Get("geometry")
	switch {
	case geoJSONType.MatchString(`"type":` + record.Get("type").Raw):
		return GeoJSON
	case record.Get("attributes").IsObject() && (esriShape(geometry) || len(record.Map()) == 1 || geometry.Exists() && geometry.Type == gjson.Null):
		return EsriJSON
	}
	return JSON
}

// esriShape tells a geometry of Esri's by its members.
func esriShape(geometry gjson.Result) bool {
	for _, member := range [...]string{"x", "rings", "paths", "points", "curveRings", "curvePaths", "xmin"} {
		if geometry.Get(member).Exists() {
			return true
		}
	}
	return false
}

// isGBFS tells a file of a bike sharing feed by its envelope, of which what
// follows the data may not be seen.
func isGBFS(has map[string]gjson.Result) bool {
	data := has["data"]
	if !data.IsObject() {
		return false
	}
	enveloped := has["ttl"].Type == gjson.Number && has["last_updated"].Exists()
	return enveloped || gbfsData.MatchString(data.Raw) && gbfsID.MatchString(data.Raw)
}

// severalLines tells newline-delimited JSON: the first line is complete, and
// another follows.
func severalLines(text []byte) bool {
	line, rest, found := bytes.Cut(text, []byte("\n"))
	rest = bytes.TrimSpace(rest)
	return found && len(rest) > 0 && rest[0] == '{' && gjson.ValidBytes(line)
}
