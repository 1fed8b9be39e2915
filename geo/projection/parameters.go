package projection

// parameters are a projection's numbers by the folded names of WKT 1, in metres,
// radians and shares of one.
type parameters map[string]float64

// first is the first of the names that is there.
func (p parameters) first(otherwise float64, names ...string) float64 {
	for _, name := range names {
		if value, ok := p[name]; ok {
			return value
		}
	}
	return otherwise
}

// has tells whether a parameter is stated.
func (p parameters) has(name string) bool {
	_, ok := p[name]
	return ok
}

// origin is the longitude and latitude from which the projection counts.
func (p parameters) origin() (lon, lat float64) {
	lon = p.first(0, "centralmeridian", "longitudeoforigin", "longitudeofcenter", "longitudeofcentre")
	lat = p.first(0, "latitudeoforigin", "latitudeofcenter", "latitudeofcentre", "centralparallel")
	return lon, lat
}

// falseOrigin is what was added to easting and northing.
func (p parameters) falseOrigin() (east, north float64) {
	return p.first(0, "falseeasting"), p.first(0, "falsenorthing")
}

// scale is the scale at the origin.
func (p parameters) scale() float64 { return p.first(1, "scalefactor") }

// parallels are the standard parallels; one that is not stated is the other or
// the latitude of origin.
func (p parameters) parallels() (first, second float64) {
	_, lat := p.origin()
	first = p.first(lat, "standardparallel1")
	return first, p.first(first, "standardparallel2")
}
