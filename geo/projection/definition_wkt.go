package projection

import (
	"slices"
	"strings"
)

// definition reads a coordinate system, also one that another is wrapped around.
func (n *node) definition() (definition, error) {
	switch {
	case n.is("COMPD_CS", "COMPOUNDCRS"): // with a height, which is not used
		for _, part := range n.nodes {
			if part.is("PROJCS", "GEOGCS", "BOUNDCRS") || part.is(projectedCRS...) || part.is(geographicCRS...) {
				return part.definition()
			}
		}
		return definition{}, unsupported(n.text(0), "it is made of parts none of which is a position on earth")
	case n.is("BOUNDCRS"):
		return n.bound()
	case n.is("GEOGCS"):
		return n.geographic1(n.text(0)), nil
	case n.is("PROJCS"):
		return n.projected1()
	case n.is(geographicCRS...):
		return n.geographic2(n.text(0)), nil
	case n.is(projectedCRS...):
		return n.projected2()
	}
	return definition{}, unsupported(n.text(0), "%s is neither a projected nor a geographic system", clip(n.keyword))
}

// The keywords of WKT 2, the long forms included.
var (
	projectedCRS  = []string{"PROJCRS", "PROJECTEDCRS"}
	geographicCRS = []string{"GEOGCRS", "GEOGRAPHICCRS", "GEODCRS", "GEODETICCRS"}
	baseCRS       = []string{"BASEGEOGCRS", "BASEGEODCRS"}
)

// geographic1 reads datum, prime meridian and angular unit of a GEOGCS, for the
// system of that name.
func (n *node) geographic1(name string) definition {
	datum := n.find("DATUM")
	d := definition{name: name, datum: datum.text(0), unit: degree}
	d.ellipsoid(datum.find("SPHEROID", "ELLIPSOID"))
	if value, err := n.find("UNIT").number(1); err == nil && value > 0 {
		d.unit = value
	}
	if value, err := n.find("PRIMEM").number(1); err == nil {
		d.meridian = value * degree // whatever the unit, as all who write WKT 1 do
	}
	if to := datum.find("TOWGS84"); to != nil {
		d.related, d.toWGS84 = true, to.helmert()
	}
	return d
}

// ellipsoid takes an ellipsoid's numbers; what is not stated is left 0, which
// none has.
func (d *definition) ellipsoid(n *node) {
	a, errA := n.number(1)
	reciprocal, errF := n.number(2)
	if errA == nil && errF == nil {
		d.a, d.reciprocal = a*n.unit(1), reciprocal
	}
}

// projected1 reads the projection, its parameters and the linear unit of a
// PROJCS.
func (n *node) projected1() (definition, error) {
	base := n.find("GEOGCS")
	if base == nil {
		return definition{}, unsupported(n.text(0), "its definition has no %s", "GEOGCS")
	}
	d := base.geographic1(n.text(0))
	angle := d.unit
	d.unit = 1
	if value, err := n.find("UNIT").number(1); err == nil && value > 0 {
		d.unit = value
	}
	d.method, d.parameters = n.find("PROJECTION").text(0), parameters{}
	for _, p := range n.nodes {
		if value, err := p.number(1); err == nil && p.is("PARAMETER") {
			name := fold(p.text(0))
			d.parameters[name] = value * unitOf(name, d.unit, angle)
		}
	}
	if code, _ := n.find("AUTHORITY").number(1); code == 3857 || fold(n.text(0)) == "wgs84pseudomercator" {
		d.method = "Mercator_Auxiliary_Sphere" // written as Mercator_1SP, which on the ellipsoid is another
	}
	return d, nil
}

// unitOf is the unit of a parameter that does not state one.
func unitOf(name string, length, angle float64) float64 {
	switch {
	case strings.HasPrefix(name, "false"):
		return length
	case strings.HasPrefix(name, "scalefactor"):
		return 1
	}
	return angle
}

// unit is the unit that a node of WKT 2 states.
func (n *node) unit(otherwise float64) float64 {
	value, err := n.find("LENGTHUNIT", "ANGLEUNIT", "SCALEUNIT", "UNIT").number(1)
	if err != nil || value <= 0 {
		return otherwise
	}
	return value
}

// axisUnit is the unit of a system's coordinates, which stands in its axes or
// behind them.
func (n *node) axisUnit(otherwise float64) float64 {
	return n.find("AXIS").unit(n.unit(otherwise))
}

// geographic2 is geographic1 for a GEOGCRS or BASEGEOGCRS of WKT 2, whose datum
// may be an ensemble.
func (n *node) geographic2(name string) definition {
	datum := n.find("DATUM", "GEODETICDATUM", "TRF", "ENSEMBLE")
	d := definition{name: name, datum: datum.text(0), unit: n.axisUnit(degree)}
	d.ellipsoid(datum.find("ELLIPSOID", "SPHEROID"))
	meridian := n.find("PRIMEM", "PRIMEMERIDIAN")
	if value, err := meridian.number(1); err == nil {
		d.meridian = value * meridian.unit(d.unit)
	}
	return d
}

// projected2 is projected1 for a PROJCRS of WKT 2.
func (n *node) projected2() (definition, error) {
	base, conversion := n.find(baseCRS...), n.find("CONVERSION")
	if base == nil {
		return definition{}, unsupported(n.text(0), "its definition has no %s", "BASEGEOGCRS")
	}
	d := base.geographic2(n.text(0))
	angle := d.unit
	d.unit = n.axisUnit(1)
	d.method, d.parameters = conversion.find("METHOD", "PROJECTION").text(0), parameters{}
	for _, p := range conversion.children("PARAMETER") {
		if value, err := p.number(1); err == nil {
			name := parameterName(fold(p.text(0)))
			d.parameters[name] = value * p.unit(unitOf(name, d.unit, angle))
		}
	}
	return d, nil
}

// parameterName is what WKT 1 calls a parameter of WKT 2; Esri calls it so in
// both.
func parameterName(folded string) string {
	if old, known := parameterNames[folded]; known {
		return old
	}
	return folded
}

// parameterNames are the names of the EPSG dataset, folded, and what WKT 1 calls
// them.
var parameterNames = map[string]string{
	"latitudeofnaturalorigin":             "latitudeoforigin",
	"longitudeofnaturalorigin":            "centralmeridian",
	"longitudeoforigin":                   "centralmeridian",
	"scalefactoratnaturalorigin":          "scalefactor",
	"latitudeoffalseorigin":               "latitudeoforigin",
	"longitudeoffalseorigin":              "centralmeridian",
	"latitudeof1ststandardparallel":       "standardparallel1",
	"latitudeof2ndstandardparallel":       "standardparallel2",
	"eastingatfalseorigin":                "falseeasting",
	"northingatfalseorigin":               "falsenorthing",
	"latitudeofprojectioncentre":          "latitudeofcenter",
	"longitudeofprojectioncentre":         "longitudeofcenter",
	"azimuthofinitialline":                "azimuth",
	"azimuthatprojectioncentre":           "azimuth",
	"anglefromrectifiedtoskewgrid":        "rectifiedgridangle",
	"scalefactoroninitialline":            "scalefactor",
	"scalefactoratprojectioncentre":       "scalefactor",
	"eastingatprojectioncentre":           "falseeasting",
	"northingatprojectioncentre":          "falsenorthing",
	"colatitudeofconeaxis":                "azimuth",
	"latitudeofpseudostandardparallel":    "pseudostandardparallel1",
	"scalefactoronpseudostandardparallel": "scalefactor",
}

// bound reads a system to which a transformation is bound, which is the datum's
// relation to WGS-84 where it is a shift; one by a grid is left for what is
// known of the datum.
func (n *node) bound() (definition, error) {
	source := n.find("SOURCECRS")
	if source == nil || len(source.nodes) == 0 {
		return definition{}, unsupported(n.text(0), "its definition has no %s", "SOURCECRS")
	}
	d, err := source.nodes[0].definition()
	if err != nil {
		return d, err
	}
	transformation := n.find("ABRIDGEDTRANSFORMATION")
	shift, isShift := transformation.shift()
	if !isShift {
		return d, nil
	}
	if target := n.find("TARGETCRS"); target != nil && len(target.nodes) > 0 {
		to, err := target.nodes[0].definition()
		if err != nil {
			return d, err
		}
		if beyond, _, known := findDatum(to.datum); !known || beyond != nil {
			return d, unsupported(d.name, "it is bound to %s, not to WGS 84", clip(to.datum))
		}
	}
	d.related, d.toWGS84 = true, shift
	return d, nil
}

// shift is a transformation by three or seven numbers; false for any other.
func (n *node) shift() (*helmert, bool) {
	v, isShift := n.numbersOfShift()
	return newHelmert(v[0], v[1], v[2], v[3], v[4], v[5], v[6]), isShift
}

// numbersOfShift are those of shift as TOWGS84 has them; WKT 2 writes the scale
// as a factor.
func (n *node) numbersOfShift() (v [7]float64, isShift bool) {
	method := fold(n.find("METHOD").text(0))
	turn := 1.0
	switch {
	case strings.HasPrefix(method, "geocentrictranslations"), strings.HasPrefix(method, "positionvector"):
	case strings.HasPrefix(method, "coordinateframe"):
		turn = -1
	default:
		return v, false
	}
	v[6] = 1
	names := []string{"xaxistranslation", "yaxistranslation", "zaxistranslation", "xaxisrotation", "yaxisrotation", "zaxisrotation", "scaledifference"}
	for _, p := range n.children("PARAMETER") {
		if i := slices.Index(names, fold(p.text(0))); i >= 0 {
			v[i], _ = p.number(1) // one that is no number is 0, as if absent
		}
	}
	return [...]float64{v[0], v[1], v[2], turn * v[3], turn * v[4], turn * v[5], (v[6] - 1) * 1e6}, true
}
