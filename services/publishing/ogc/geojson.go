package ogc

import (
	"encoding/json"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/tidwall/gjson"
)

// appendItem appends an item as a GeoJSON feature, without the closing brace:
// a single one has links besides.
func appendItem(b []byte, it item, system crs) []byte {
	b = append(b, `{"type":"Feature","id":`...)
	b = gjson.AppendJSONString(b, it.id())
	b = append(b, `,"geometry":`...)
	b = appendGeometry(b, it.geometry(), system)
	b = append(b, `,"properties":{`...)
	for i, p := range it.properties() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(gjson.AppendJSONString(b, p.name), ':')
		b = appendValue(b, p.value)
	}
	b = append(b, '}')
	if more, ok := it.(interface{ appendMembers([]byte) []byte }); ok {
		b = more.appendMembers(b)
	}
	return b
}

func appendValue(b []byte, v any) []byte {
	if s, ok := v.(string); ok {
		return gjson.AppendJSONString(b, s)
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, encoded...)
}

// appendGeometry appends a geometry in a coordinate system.
func appendGeometry(b []byte, g orb.Geometry, system crs) []byte {
	if g == nil {
		return append(b, "null"...)
	}
	if members, ok := g.(orb.Collection); ok {
		b = append(b, `{"type":"GeometryCollection","geometries":[`...)
		for i, member := range members {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendGeometry(b, member, system)
		}
		return append(b, "]}"...)
	}
	b = append(append(append(b, `{"type":"`...), g.GeoJSONType()...), `","coordinates":`...)
	return append(appendCoordinates(b, g, system), '}')
}

func appendCoordinates(b []byte, g orb.Geometry, system crs) []byte {
	switch g := g.(type) {
	case orb.Point:
		p := system.write(g)
		b = strconv.AppendFloat(append(b, '['), p[0], 'f', -1, 64)
		return append(strconv.AppendFloat(append(b, ','), p[1], 'f', -1, 64), ']')
	case orb.MultiPoint:
		return appendList(b, g, system)
	case orb.LineString:
		return appendList(b, g, system)
	case orb.Ring:
		return appendList(b, g, system)
	case orb.MultiLineString:
		return appendList(b, g, system)
	case orb.Polygon:
		return appendList(b, g, system)
	case orb.MultiPolygon:
		return appendList(b, g, system)
	}
	return append(b, "[]"...)
}

func appendList[G orb.Geometry](b []byte, list []G, system crs) []byte {
	b = append(b, '[')
	for i, g := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendCoordinates(b, g, system)
	}
	return append(b, ']')
}
