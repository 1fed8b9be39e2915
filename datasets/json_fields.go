package datasets

import (
	"regexp"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/tidwall/gjson"
)

// jsonFields makes the flat fields of a record out of its nested members, so
// that a mapping can name each of them and columns are known by their names:
// {"location": {"lat": 1}} is the field "location.lat". Lists of plain values are
// joined with semicolons, as OSM does.
type jsonFields struct {
	placer *placer
	fields []Field
	// shape is a GeoJSON geometry found in the record; the one that is called
	// geometry wins.
	shape orb.Geometry
	fault *fault // what is wrong with a geometry
}

// maxFieldDepth is how deep members are taken apart; what lies below stays JSON.
const maxFieldDepth = 5

// read takes a record apart.
func (r *jsonFields) read(record gjson.Result) {
	r.fields, r.shape, r.fault = r.fields[:0], nil, nil
	r.members("", record, 1)
}

// members adds the members of an object under a prefix.
func (r *jsonFields) members(prefix string, object gjson.Result, depth int) {
	object.ForEach(func(key, value gjson.Result) bool {
		if prefix == "" || !addressLine.MatchString(key.Str) {
			r.member(prefix+key.Str, key.Str, value, depth)
		}
		return true
	})
}

// add adds a field that is not empty.
func (r *jsonFields) add(name, text string) {
	if text != "" {
		r.fields = append(r.fields, Field{name, text})
	}
}

// member adds one member; name is the path to it, key its own name.
func (r *jsonFields) member(name, key string, value gjson.Result, depth int) {
	switch {
	case !value.IsObject() && !value.IsArray():
		r.add(name, propertyText(value))
	case propertyText(value) == "": // [] and {} state nothing
	case r.placer.column(name).role == roleHours:
		r.add(name, value.Raw)
	case value.IsArray():
		r.array(name, key, value)
	case r.geometry(key, value):
	case r.localised(name, localisedMembers(value)):
	case wrapper(key):
		r.members(strings.TrimSuffix(name, key), value, depth+1)
	case depth >= maxFieldDepth:
		r.add(name, value.Raw)
	default:
		r.add(name, addressLines(value))
		r.members(name+".", value, depth+1)
	}
}

// array adds a list: of plain values, of texts in several languages, or as JSON.
func (r *jsonFields) array(name, key string, value gjson.Result) {
	var parts []string
	plain, numbers := true, true
	items := value.Array()
	for _, item := range items {
		plain = plain && !item.IsObject() && !item.IsArray()
		numbers = numbers && item.Type == gjson.Number
		if text := propertyText(item); text != "" {
			parts = append(parts, text)
		}
	}
	switch {
	case plain && numbers && (len(items) == 2 || len(items) == 3) && strings.EqualFold(key, "coordinates"):
		r.add(name, "POINT("+parts[0]+" "+parts[1]+")") // as GeoJSON orders them
	case plain:
		r.add(name, strings.Join(parts, ";"))
	case r.localised(name, localisedItems(items)):
	default:
		r.add(name, value.Raw)
	}
}

// geometry takes a GeoJSON geometry, or a feature's, out of the record.
func (r *jsonFields) geometry(key string, value gjson.Result) bool {
	if value.Get("type").Str == "Feature" && value.Get("geometry").IsObject() {
		value = value.Get("geometry")
	}
	switch value.Get("type").Str {
	case "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon":
		if !value.Get("coordinates").IsArray() {
			return false
		}
	case "GeometryCollection":
	default:
		return false
	}
	if r.shape != nil && key != "geometry" {
		return true
	}
	shape, fault := parseGeometry(value, 0)
	if shape != nil {
		r.shape = shape
	}
	if fault != nil {
		r.fault = fault
	}
	return true
}

// A translation is a text in one language, named as OSM names it.
type translation struct{ language, text string }

// localised adds a text that stands in several languages: the first Chinese one,
// else the first, is the value; the others are named by their language.
func (r *jsonFields) localised(name string, texts []translation) bool {
	if len(texts) == 0 {
		return false
	}
	main := max(0, slices.IndexFunc(texts, func(t translation) bool { return strings.HasPrefix(t.language, "zh") }))
	r.add(name, texts[main].text)
	isName := r.placer.column(name).role == roleName
	for i, t := range texts {
		switch {
		case isName:
			r.add("name:"+t.language, t.text)
		case i != main:
			r.add(name+":"+t.language, t.text)
		}
	}
	return true
}

// localisedMembers reads {"Zh_tw": "…", "En": "…"}, nil where the keys are not
// all languages.
func localisedMembers(object gjson.Result) []translation {
	var texts []translation
	all := true
	object.ForEach(func(key, value gjson.Result) bool {
		tag := languageTag(key.Str)
		if all = tag != "" && value.Type == gjson.String || tag != "" && value.Type == gjson.Null; value.Str != "" {
			texts = append(texts, translation{tag, value.Str})
		}
		return all
	})
	if !all {
		return nil
	}
	return texts
}

// localisedItems reads [{"text": "…", "language": "de"}, …], as GBFS writes it.
func localisedItems(items []gjson.Result) []translation {
	var texts []translation
	for _, item := range items {
		text, tag := item.Get("text"), languageTag(item.Get("language").Str)
		if text.Type != gjson.String || tag == "" {
			return nil
		}
		if text.Str != "" {
			texts = append(texts, translation{tag, text.Str})
		}
	}
	return texts
}

// languageTag writes the name of a language as OSM does, "" where it is none of
// those that files use.
func languageTag(key string) string {
	tag := strings.ReplaceAll(strings.ToLower(key), "_", "-")
	switch tag {
	case "zh", "cn", "chi", "zho", "chinese":
		return "zh"
	case "zh-cn", "zh-hans", "zhcn", "zhhans", "sc", "chs":
		return "zh-Hans"
	case "zh-tw", "zh-hk", "zh-mo", "zh-hant", "zhtw", "zhhant", "tc", "cht":
		return "zh-Hant"
	case "jp":
		return "ja"
	case "kr":
		return "ko"
	case "eng", "english":
		return "en"
	case "en", "de", "fr", "it", "es", "pt", "pl", "nl", "ja", "ko", "ru", "he", "ar", "tr", "sv", "da", "nb", "fi", "cs", "hu", "hr", "vi", "th", "ms", "el", "uk", "ro":
		return tag
	}
	if language, region, found := strings.Cut(tag, "-"); found && len(language) == 2 && len(region) == 2 {
		return languageTag(language) // en-GB
	}
	return ""
}

// wrapper tells members that only hold a record's fields together.
func wrapper(key string) bool {
	switch strings.ToLower(key) {
	case "fields", "properties", "attributes", "attrs", "tags", "record", "data", "info", "details":
		return true
	}
	return false
}

// addressLine is the name of one line of an address object.
var addressLine = regexp.MustCompile(`(?i)^(address[_ ]?)?line[_ ]?[1-4]$`)

// addressLines joins the lines of an address object, "" where it has none.
func addressLines(object gjson.Result) string {
	var lines []string
	object.ForEach(func(key, value gjson.Result) bool {
		if text := strings.TrimSpace(value.Str); text != "" && addressLine.MatchString(key.Str) {
			lines = append(lines, text)
		}
		return true
	})
	return strings.Join(lines, ", ")
}

// locates tells whether fields hold a position that can be read.
func (p *placer) locates(fields []Field) bool {
	var lat, lon bool
	for _, f := range fields {
		c := p.column(f.Key)
		for _, meaning := range append([]*column{c}, c.also...) {
			switch meaning.role {
			case roleLat:
				_, ok := parseAngle(strings.TrimSpace(f.Value))
				lat = lat || ok
			case roleLon:
				_, ok := parseAngle(strings.TrimSpace(f.Value))
				lon = lon || ok
			case rolePosition, roleLocation:
				if _, ok := parsePair(strings.TrimSpace(f.Value), meaning.order); ok {
					return true
				}
			}
		}
		if lat && lon {
			return true
		}
	}
	return false
}
