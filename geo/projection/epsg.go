package projection

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"github.com/paulmach/orb"
)

// epsgText is a subset of the EPSG Geodetic Parameter Dataset, owned by IOGP
// (https://epsg.org/terms-of-use.html), version 10.076 as PROJ distributes it:
// the systems that this package converts. A line is one of
//
//	D|datum|shift to WGS-84 as TOWGS84 has it, of datums that are not in the table above
//	G|code|name|datum|a|1/f|prime meridian|unit|area
//	P|code|name|code of its G|unit|number of its method|parameters|area
//
// in metres and degrees; an area is south, west, north and east. TestEPSGTable
// writes it anew with -update.
//
//go:embed epsg.txt
var epsgText string

// EPSG is the projected or geographic system of a code; false for a code that
// is unknown or whose projection or datum is.
func EPSG(code int) (*System, bool) {
	s, known := epsgSystems()[code]
	return s, known
}

// Covers tells whether a WGS-84 position lies in the area of use; false where
// that is not known, as for a system that was not looked up by its code.
func (s *System) Covers(at orb.Point) bool {
	if s.area == nil || at[1] < s.area[0] || at[1] > s.area[2] {
		return false
	}
	if west, east := s.area[1], s.area[3]; west <= east {
		return at[0] >= west && at[0] <= east
	}
	return at[0] >= s.area[1] || at[0] <= s.area[3] // over the 180th meridian
}

// An epsgMethod is a projection by its number in the EPSG dataset: its name, and
// the parameters in the order of the table.
type epsgMethod struct {
	name       string
	parameters []string
}

var epsgMethods = map[string]epsgMethod{
	"9807": {"Transverse Mercator", natural},
	"9801": {"Lambert Conic Conformal (1SP)", natural},
	"9804": {"Mercator (variant A)", natural},
	"9809": {"Oblique Stereographic", natural},
	"9820": {"Lambert Azimuthal Equal Area", natural},
	"1024": {"Popular Visualisation Pseudo Mercator", natural},
	"9805": {"Mercator (variant B)", conic},
	"9802": {"Lambert Conic Conformal (2SP)", conic},
	"9803": {"Lambert Conic Conformal (2SP Belgium)", conic},
	"9822": {"Albers Equal Area", conic},
	"9812": {"Hotine Oblique Mercator (variant A)", oblique},
	"9815": {"Hotine Oblique Mercator (variant B)", oblique},
	"9819": {"Krovak", krovaks},
	"1041": {"Krovak (North Orientated)", krovaks},
}

// The parameters of the methods.
var (
	natural = []string{"latitudeoforigin", "centralmeridian", "scalefactor", "falseeasting", "falsenorthing"}
	conic   = []string{"latitudeoforigin", "centralmeridian", "standardparallel1", "standardparallel2", "falseeasting", "falsenorthing"}
	oblique = []string{"latitudeofcenter", "longitudeofcenter", "azimuth", "rectifiedgridangle", "scalefactor", "falseeasting", "falsenorthing"}
	krovaks = []string{"latitudeofcenter", "centralmeridian", "azimuth", "pseudostandardparallel1", "scalefactor", "falseeasting", "falsenorthing"}
)

// epsgDatums are the shifts of the table, by the datums' folded names.
var epsgDatums = sync.OnceValue(func() map[string]datum {
	found := map[string]datum{}
	for line := range strings.Lines(epsgText) {
		if cells := strings.Split(strings.TrimSpace(line), "|"); cells[0] == "D" {
			found[fold(cells[1])] = datum{shift: (&node{values: strings.Fields(cells[2])}).helmert()}
		}
	}
	return found
})

// epsgSystems reads the table once. A line that makes no system is left out; a
// test holds that there is none.
var epsgSystems = sync.OnceValue(func() map[int]*System {
	found := map[int]*System{}
	bases := map[string]definition{}
	for line := range strings.Lines(epsgText) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		var d definition
		switch cells[0] {
		case "G":
			d = epsgGeographic(cells)
			bases[cells[1]] = d
		case "P":
			d = epsgProjected(cells, bases[cells[3]])
		default:
			continue
		}
		code, _ := strconv.Atoi(cells[1])
		if s, err := d.system(); err == nil {
			s.area = numbers(cells[len(cells)-1])
			found[code] = s
		}
	}
	return found
})

// epsgGeographic reads a line G.
func epsgGeographic(cells []string) definition {
	v := numbers(strings.Join(cells[4:8], " "))
	return definition{name: cells[2], datum: cells[3], a: v[0], reciprocal: v[1], meridian: v[2] * degree, unit: v[3] * degree}
}

// epsgProjected makes a line P of its geographic system.
func epsgProjected(cells []string, d definition) definition {
	method := epsgMethods[cells[5]]
	d.name, d.method, d.unit, d.parameters = cells[2], method.name, numbers(cells[4])[0], parameters{}
	for i, value := range numbers(cells[6]) {
		name := method.parameters[i]
		d.parameters[name] = value * unitOf(name, 1, degree)
	}
	return d
}

// numbers reads numbers with blanks between; what is none is 0.
func numbers(text string) []float64 {
	fields := strings.Fields(text)
	values := make([]float64, len(fields))
	for i, f := range fields {
		values[i], _ = strconv.ParseFloat(f, 64)
	}
	return values
}
