package projection

import (
	"math"
	"strings"
	"sync"
)

// A helmert moves geocentric positions of a datum to WGS-84: a translation in
// metres, rotations in radians (position vector convention) and a scale.
type helmert struct{ tx, ty, tz, rx, ry, rz, scale float64 }

// arcsecond is a second of arc in radians.
const arcsecond = degree / 3600

// newHelmert takes metres, seconds of arc and millionths, as TOWGS84 does.
func newHelmert(tx, ty, tz, rx, ry, rz, ppm float64) *helmert {
	if tx == 0 && ty == 0 && tz == 0 && rx == 0 && ry == 0 && rz == 0 && ppm == 0 {
		return nil
	}
	return &helmert{tx, ty, tz, rx * arcsecond, ry * arcsecond, rz * arcsecond, ppm * 1e-6}
}

// helmert reads TOWGS84 with three or seven numbers.
func (n *node) helmert() *helmert {
	var v [7]float64
	for i := range v {
		v[i], _ = n.number(i) // absent ones are 0
	}
	return newHelmert(v[0], v[1], v[2], v[3], v[4], v[5], v[6])
}

// apply moves a position on the ellipsoid, at height 0, to WGS-84.
func (h *helmert) apply(from ellipsoid, lon, lat float64) (float64, float64) {
	sinLat, cosLat := math.Sincos(lat)
	sinLon, cosLon := math.Sincos(lon)
	n := from.a / math.Sqrt(1-from.e2*sinLat*sinLat)
	x, y, z := n*cosLat*cosLon, n*cosLat*sinLon, n*(1-from.e2)*sinLat
	s := 1 + h.scale
	x, y, z = h.tx+s*(x-h.rz*y+h.ry*z), h.ty+s*(h.rz*x+y-h.rx*z), h.tz+s*(-h.ry*x+h.rx*y+z)

	p := math.Hypot(x, y)
	lat = math.Atan2(z, p*(1-wgs84.e2))
	for range 10 { // the height is small beside the radius: three rounds are enough
		sin := math.Sin(lat)
		next := math.Atan2(z+wgs84.e2*sin*wgs84.a/math.Sqrt(1-wgs84.e2*sin*sin), p)
		if math.Abs(next-lat) < 1e-14 {
			break
		}
		lat = next
	}
	return math.Atan2(y, x), lat
}

// datums are the datums known: names as definitions write them, folded, then
// what moves them to WGS-84 (metres, seconds of arc, millionths; position
// vector), then the metres by which that may be off where it is more than 5.
// Those of the first line agree with WGS-84 to a metre or so. The numbers are
// from the EPSG dataset, which has none for Xian 1980: its positions are taken
// for those of WGS-84.
const datums = `
wgs1984, wgs84, worldgeodeticsystem1984, worldgeodeticsystem1984ensemble, wgs1984majorauxiliarysphere, etrs1989, etrs89, europeanterrestrialreferencesystem1989, europeanterrestrialreferencesystem1989ensemble, northamerican1983, northamericandatum1983, nad83, northamerican1983csrs, nad83canadianspatialreferencesystem, northamerican1983harn, nad83highaccuracyreferencenetwork, nad1983nsrs2007, nad83nationalspatialreferencesystem2007, nad19832011, nad83nationalspatialreferencesystem2011, gda1994, geocentricdatumofaustralia1994, gda2020, geocentricdatumofaustralia2020, jgd2000, japanesegeodeticdatum2000, jgd2011, japanesegeodeticdatum2011, china2000, cgcs2000, chinageodeticcoordinatesystem2000, nzgd2000, newzealandgeodeticdatum2000, korea2000, koreangeodeticdatum2002, geocentricdatumofkorea, sirgas2000, sistemadereferenciageocentricoparalasamericas2000, rgf1993, reseaugeodesiquefrancais1993, reseaugeodesiquefrancais1993v1, rgf1993v1, twd1997, taiwandatum1997, hartebeesthoek1994, sweref99, estonia1992, estonia1997, lithuania1994, lithuania1994etrs89, latvia1992, igm1995, istitutogeograficomilitaire1995, irenet95, svy21, macao2008, gdm2000, geodeticdatumofmalaysia2000, dgn1995, datumgeodesinasional1995, chtrf1995, swissterrestrialreferenceframe1995, slovenia1996, sloveniageodeticdatum1996, croatianterrestrialreferencesystem, htrs96, isn1993, islandsnet1993, isn2004, islandsnet2004, posgar2007, posicionesgeodesicasargentinas2007, magna, marcogeocentriconacionaldereferencia, systemoftheunifiedtrigonometricalcadastralnetworketrs, etrf2000poland, itrf2000, itrf2008, itrf2014, internationalterrestrialreferenceframe2008, internationalterrestrialreferenceframe2014 = 0
amersfoort = 565.4171 50.3319 465.5524 -0.398957388 0.343987817 -1.877401640 4.0725
osgb1936, ordnancesurveyofgreatbritain1936, osgb36 = 446.448 -125.157 542.06 0.15 0.247 0.842 -20.489
deutscheshauptdreiecksnetz, dhdn, potsdam, potsdamrauenberg1950dhdn = 598.1 73.7 418.2 0.202 0.045 -2.455 6.7
mgi, militargeographischeinstitut, militargeographischeinstitute = 577.326 90.129 463.919 5.137 1.474 5.297 2.4232
ch1903 = 674.374 15.056 405.346 0 0 0 0
european1950, europeandatum1950, ed50 = -87 -98 -121 0 0 0 0 = 10
ntf, nouvelletriangulationfrancaise, nouvelletriangulationfrancaiseparis = -168 -60 320 0 0 0 0
belge1972, reseaunationalbelge1972 = -106.8686 52.2978 -103.7239 0.3366 -0.457 1.8422 -1.2747
beijing1954 = 15.8 -154.4 -82.3 0 0 0 0 = 15
xian1980 = 0 = 100
pulkovo1942 = 23.92 -141.27 -80.9 0 0.35 0.82 -0.12 = 6
pulkovo1942adj1958, pulkovo194258 = 33.4 -146.6 -76.3 -0.359 -0.053 0.844 -0.84
pulkovo1942adj1983, pulkovo194283 = 24 -123 -94 0.02 -0.25 -0.13 1.1
dealulpiscului1970 = 28 -121 -77 0 0 0 0 = 10
sjtsk, systemjednotnetrigonometrickesitekatastralni, systemoftheunifiedtrigonometricalcadastralnetwork, jtsk, systemoftheunifiedtrigonometricalcadastralnetworkferro = 570.8 85.7 462.8 4.998 1.587 5.261 3.56
northamerican1927, northamericandatum1927, nad27 = -8 160 176 0 0 0 0 = 15
tokyo = -146.414 507.337 680.507 0 0 0 0 = 10
koreandatum1985, korean1985 = -115.8 474.99 674.11 1.16 -2.31 -1.63 6.43
tm65, tm1965, tm75, ireland1965, geodeticdatumof1965 = 482.5 -130.6 564.6 -1.042 -0.214 -0.631 8.15
hungarian1972, hungariandatum1972, hd1972 = 52.17 -71.82 -14.9 0 0 0 0
montemario = -104.1 -49.1 -9.9 0.971 -2.917 0.714 -11.68
hongkong1980 = -162.619 -276.959 -161.764 0.067753 -2.243648 -1.158828 -1.094246
hutzushan, hutzushan1950 = -637 -549 -203 0 0 0 0 = 30
newzealand1949, newzealandgeodeticdatum1949, nzgd49 = 59.47 -5.04 187.44 0.47 -0.1 1.024 -4.5993
australian1966, australiangeodeticdatum1966, agd66 = -117.808 -51.536 137.784 0.303 0.446 0.234 -0.29
australian1984, australiangeodeticdatum1984, agd84 = -117.763 -51.51 139.061 0.292 0.443 0.277 -0.191
rt1990, riketskoordinatsystem1990 = 414.1 41.3 603.1 -0.855 2.141 -7.023 0
kkj, kartastokoordinaattijarjestelma, kartastokoordinaattijarjestelma1966 = -96.062 -82.428 -121.753 4.801 0.345 -1.376 1.496
ngo1948 = 278.3 93 474.5 7.889 0.05 -6.61 6.21
lisbon, lisbon1937 = -304.046 -60.576 103.64 0 0 0 0
datum73 = -239.749 88.181 30.488 0.263 0.082 1.211 2.229
israel, israel1993 = 23.772 17.49 17.859 -0.3132 -1.85274 1.67299 -5.4262
vietnam2000, vn2000 = -191.90441429 -39.30318279 -111.45032835 0.00928836 -0.01975479 0.00427372 0.252906278
ggrs1987, greekgeodeticreferencesystem1987 = -199.87 74.79 246.62 0 0 0 0
indian1975 = 210 814 289 0 0 0 0 = 10
kertau, kertau1968, kertaurso = -11 851 5 0 0 0 0 = 15
timbalai1948 = -679 669 -48 0 0 0 0 = 10
luzon1911 = -133 -77 -51 0 0 0 0 = 20
`

// A datum is what a line of the table says.
type datum struct {
	shift    *helmert
	accuracy float64
}

// datumTable reads the table once.
var datumTable = sync.OnceValue(func() map[string]datum {
	found := map[string]datum{}
	for line := range strings.Lines(strings.TrimSpace(datums)) {
		parts := strings.Split(strings.TrimSpace(line), " = ")
		numbers := &node{values: strings.Fields(parts[1])}
		d := datum{shift: numbers.helmert()}
		if len(parts) == 3 {
			d.accuracy, _ = (&node{values: parts[2:]}).number(0)
		}
		for name := range strings.SplitSeq(parts[0], ",") {
			found[fold(name)] = d
		}
	}
	return found
})

// findDatum looks a datum up by its name; Esri puts "D_" before it.
func findDatum(name string) (shift *helmert, accuracy float64, known bool) {
	for _, prefix := range []string{"D_", "d_"} {
		name = strings.TrimPrefix(name, prefix)
	}
	d, known := datumTable()[fold(name)]
	if !known {
		d, known = epsgDatums()[fold(name)]
	}
	return d.shift, d.accuracy, known
}
