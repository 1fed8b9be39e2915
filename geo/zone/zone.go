// Package zone tells the time zone of a position.
//
// The data are the zones of timezone-boundary-builder 2025b (from
// OpenStreetMap, ODbL) in the reduced form of github.com/ringsaturn/tzf: right
// to about 100 m, and at sea to the nautical zones.
//
// They are loaded at the first question about a place outside the mainland of
// China and then held: about 14 MB and 80 ms. tzf's own finder would unpack all
// outlines into about 100 MB; here they stay packed and an outline is walked in
// its packed form, which only positions near a border need.
package zone

import (
	"math"
	"sync"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// At returns the IANA zone of a position, such as "Europe/Paris", at sea a
// nautical zone such as "Etc/GMT-8", "UTC" for a position that does not exist.
//
// The mainland of China is "Asia/Shanghai" throughout, also in Xinjiang, where
// tz has an "Asia/Urumqi" two hours behind: opening hours, timetables and
// official notices are in Beijing time there too. That answer takes some
// nanoseconds and loads nothing; elsewhere it takes about a microsecond, and near
// borders up to a millisecond.
func At(p orb.Point) string {
	if geo.InMainland(p) {
		return "Asia/Shanghai"
	}
	lon, lat := p[0], p[1]
	if !(math.Abs(lat) <= 90) || math.IsNaN(lon) || math.IsInf(lon, 0) {
		return "UTC"
	}
	if lon < -180 || lon > 180 {
		lon = math.Remainder(lon, 360)
	}
	if name := world().find(lon, lat); name != "" {
		return name
	}
	return nautical(lon)
}

// world is loaded at first use.
var world = sync.OnceValue(newFinder)

// nautical is the zone of the high seas: 15 degrees of longitude to the hour,
// with the sign that POSIX gives it.
func nautical(lon float64) string {
	names := [...]string{
		"Etc/GMT+12", "Etc/GMT+11", "Etc/GMT+10", "Etc/GMT+9", "Etc/GMT+8", "Etc/GMT+7", "Etc/GMT+6", "Etc/GMT+5", "Etc/GMT+4",
		"Etc/GMT+3", "Etc/GMT+2", "Etc/GMT+1", "Etc/GMT", "Etc/GMT-1", "Etc/GMT-2", "Etc/GMT-3", "Etc/GMT-4", "Etc/GMT-5", "Etc/GMT-6",
		"Etc/GMT-7", "Etc/GMT-8", "Etc/GMT-9", "Etc/GMT-10", "Etc/GMT-11", "Etc/GMT-12",
	}
	hour := int(math.Floor((lon + 7.5) / 15))
	return names[max(0, min(len(names)-1, hour+12))]
}
