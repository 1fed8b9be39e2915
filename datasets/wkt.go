package datasets

import (
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
)

// drawn is the line or area that stands as WKT in the current record's position
// column, nil where there is none; a point is left to position.
func (p *placer) drawn() orb.Geometry {
	text := p.value(rolePosition)
	if !strings.HasSuffix(text, ")") {
		return nil
	}
	kind, _, _ := strings.Cut(text, "(")
	switch strings.ToUpper(strings.TrimSpace(kind)) {
	case "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION":
	default:
		return nil
	}
	shape, err := wkt.Unmarshal(text)
	if err != nil || !sound(shape) {
		return nil
	}
	return shape
}

// sound tells whether lines have two positions and rings are closed around an
// area.
func sound(shape orb.Geometry) bool {
	switch shape := shape.(type) {
	case orb.LineString:
		return len(shape) >= 2
	case orb.MultiLineString:
		return allSound(shape)
	case orb.Ring:
		return len(shape) >= 4 && shape[0] == shape[len(shape)-1]
	case orb.Polygon:
		return len(shape) > 0 && allSound(shape)
	case orb.MultiPolygon:
		return allSound(shape)
	case orb.Collection:
		return allSound(shape)
	}
	return true
}

// allSound is sound for every member.
func allSound[G orb.Geometry](members []G) bool {
	for _, member := range members {
		if !sound(member) {
			return false
		}
	}
	return true
}
