package hours

import "math"

// Altitudes of the sun's centre, in degrees: sunrise and sunset with refraction and the sun's radius, and civil twilight.
const (
	altitudeRise     = -0.833
	altitudeTwilight = -6
)

// solarDay caches the sun's times of one day.
type solarDay struct {
	day   day
	known bool
	noon  float64 // minutes after local midnight
	rise  float64 // half the time the sun is up, in minutes
	civil float64 // the same with civil twilight
}

// minute returns the minute of a time on a day.
func (c *calendar) minute(t clockTime, n day) int {
	if t.event == midnight {
		return t.minutes
	}
	if c.point[0] == 0 && c.point[1] == 0 {
		return t.usual()
	}
	if !c.sun.known || c.sun.day != n {
		offset := float64(c.instantOffset(n)) / 60
		c.sun = newSolarDay(n, c.point[0], c.point[1], offset)
	}
	return c.sun.minute(t.event) + t.minutes
}

// instantOffset returns the zone's offset at noon of a day, in seconds.
func (c *calendar) instantOffset(n day) int64 {
	return int64(n)*86400 + 12*3600 - c.instant(n, 12*60)
}

// minute returns the minute that an event falls into. Where the sun stays up, it rises at one solar midnight and sets
// just after the next, so that consecutive days touch; where it stays down, it rises and sets at noon.
func (s *solarDay) minute(e event) int {
	half := s.rise
	if e == dawn || e == dusk {
		half = s.civil
	}
	if e == dawn || e == sunrise {
		return int(math.Floor(s.noon - half))
	}
	if half >= minutesPerDay/2 {
		return int(math.Floor(s.noon+half)) + 1
	}
	return int(math.Floor(s.noon + half))
}

// newSolarDay computes the sun's times by the formulas of the NOAA solar calculator
// (https://gml.noaa.gov/grad/solcalc/calcdetails.html, after Meeus, "Astronomical Algorithms"), taken at local noon: they
// are within about a minute up to 72° of latitude. offset is the zone's, in minutes.
func newSolarDay(n day, lon, lat, offset float64) solarDay {
	const rad = math.Pi / 180
	t := (float64(n) + 0.5 - offset/minutesPerDay - 10957.5) / 36525 // Julian centuries since J2000
	long := math.Mod(280.46646+t*(36000.76983+t*0.0003032), 360)
	anomaly := 357.52911 + t*(35999.05029-0.0001537*t)
	ecc := 0.016708634 - t*(0.000042037+0.0000001267*t)
	center := math.Sin(rad*anomaly)*(1.914602-t*(0.004817+0.000014*t)) +
		math.Sin(rad*2*anomaly)*(0.019993-0.000101*t) + math.Sin(rad*3*anomaly)*0.000289
	node := rad * (125.04 - 1934.136*t)
	apparent := rad * (long + center - 0.00569 - 0.00478*math.Sin(node))
	obliq := rad * (23 + (26+(21.448-t*(46.815+t*(0.00059-t*0.001813)))/60)/60 + 0.00256*math.Cos(node))
	decl := math.Asin(math.Sin(obliq) * math.Sin(apparent))
	y := math.Tan(obliq/2) * math.Tan(obliq/2)
	equation := 4 / rad * (y*math.Sin(2*rad*long) - 2*ecc*math.Sin(rad*anomaly) +
		4*ecc*y*math.Sin(rad*anomaly)*math.Cos(2*rad*long) - y*y/2*math.Sin(4*rad*long) -
		1.25*ecc*ecc*math.Sin(2*rad*anomaly))
	noon := math.Mod(720-4*lon-equation+offset, minutesPerDay)
	if noon < 0 {
		noon += minutesPerDay
	}
	half := func(altitude float64) float64 {
		cos := math.Sin(rad*altitude)/(math.Cos(rad*lat)*math.Cos(decl)) - math.Tan(rad*lat)*math.Tan(decl)
		return 4 / rad * math.Acos(math.Max(-1, math.Min(1, cos)))
	}
	return solarDay{day: n, known: true, noon: noon, rise: half(altitudeRise), civil: half(altitudeTwilight)}
}
