package zone

import (
	"math"

	"github.com/ringsaturn/tzf"
	tzfrellite "github.com/ringsaturn/tzf-rel-lite"
	tzfpb "github.com/ringsaturn/tzf/gen/go/tzf/v1"
	"google.golang.org/protobuf/proto"
)

// finder holds the tiles that lie in one zone and, for the rest, the packed
// outlines.
type finder struct {
	tiles tzf.F
	zones []outlines
}

// outlines are the areas of one zone.
type outlines struct {
	name  string
	areas []area
}

// area is a polygon in polyline encoding (pairs of signed base-64 varints in
// units of 1e-5 degree, longitude first) and its box.
type area struct {
	west, south, east, north float64
	outer                    []byte
	holes                    [][]byte
}

// newFinder unpacks the module's data. They are compiled in, so failing to read
// them is a fault of the build.
func newFinder() *finder {
	var tiles tzfpb.PreindexTimezones
	if err := proto.Unmarshal(tzfrellite.PreindexData, &tiles); err != nil {
		panic("zone: " + err.Error())
	}
	fuzzy, err := tzf.NewFuzzyFinderFromPB(&tiles)
	if err != nil {
		panic("zone: " + err.Error())
	}
	var packed tzfpb.CompressedTimezones
	if err := proto.Unmarshal(tzfrellite.LiteCompressData, &packed); err != nil {
		panic("zone: " + err.Error())
	}
	f := &finder{tiles: fuzzy}
	for _, z := range packed.Timezones {
		o := outlines{name: z.Name}
		for _, polygon := range z.Data {
			o.areas = append(o.areas, newArea(polygon))
		}
		f.zones = append(f.zones, o)
	}
	return f
}

func newArea(polygon *tzfpb.CompressedPolygon) area {
	a := area{west: math.Inf(1), south: math.Inf(1), east: math.Inf(-1), north: math.Inf(-1), outer: polygon.Points}
	walk(a.outer, func(lon, lat float64) {
		a.west, a.east = math.Min(a.west, lon), math.Max(a.east, lon)
		a.south, a.north = math.Min(a.south, lat), math.Max(a.north, lat)
	})
	for _, hole := range polygon.Holes {
		a.holes = append(a.holes, hole.Points)
	}
	return a
}

// find returns the zone of a position, "" where the outlines leave a gap. Of
// overlapping zones it is the alphabetically first, as in tzf.
func (f *finder) find(lon, lat float64) string {
	if name := f.tiles.GetTimezoneName(lon, lat); name != "" {
		return name
	}
	best := ""
	for _, z := range f.zones {
		if best != "" && z.name > best {
			continue
		}
		for _, a := range z.areas {
			if a.contains(lon, lat) {
				best = z.name
				break
			}
		}
	}
	return best
}

func (a area) contains(lon, lat float64) bool {
	if lon < a.west || lon > a.east || lat < a.south || lat > a.north || !crosses(a.outer, lon, lat) {
		return false
	}
	for _, hole := range a.holes {
		if crosses(hole, lon, lat) {
			return false
		}
	}
	return true
}

// crosses is the even-odd rule along the parallel.
func crosses(ring []byte, lon, lat float64) bool {
	inside, started := false, false
	var firstLon, firstLat, lastLon, lastLat float64
	edge := func(toLon, toLat float64) {
		if (lastLat > lat) != (toLat > lat) && lastLon+(toLon-lastLon)*(lat-lastLat)/(toLat-lastLat) > lon {
			inside = !inside
		}
	}
	walk(ring, func(x, y float64) {
		if !started {
			firstLon, firstLat, started = x, y, true
		} else {
			edge(x, y)
		}
		lastLon, lastLat = x, y
	})
	edge(firstLon, firstLat)
	return inside
}

// walk decodes a ring without storing it.
func walk(ring []byte, visit func(lon, lat float64)) {
	var lon, lat int
	for len(ring) > 0 {
		var d int
		d, ring = varint(ring)
		lon += d
		d, ring = varint(ring)
		lat += d
		visit(float64(lon)/1e5, float64(lat)/1e5)
	}
}

// varint reads one number of Google's polyline format: five bits a byte, the
// least first, 0x20 set on all but the last, 63 added to make them printable;
// the sign is in the lowest bit.
func varint(data []byte) (int, []byte) {
	value, bits := 0, 0
	for i, c := range data {
		c -= 63
		value |= int(c&0x1f) << bits
		bits += 5
		if c&0x20 == 0 {
			data = data[i+1:]
			break
		}
	}
	return value>>1 ^ -(value & 1), data
}
