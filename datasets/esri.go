package datasets

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/project"
	"github.com/tidwall/gjson"

	"fujin/geo/projection"
)

// esriReader reads the JSON of ArcGIS services: a FeatureSet, or its features
// alone as an array or one by one. What the FeatureSet says of its fields and
// of its spatial reference is obeyed wherever it stands.
//
// The file is walked twice, like GeoJSON: its structure first, then one feature
// at a time.
type esriReader struct{}

// Read implements Reader.
func (esriReader) Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	file := &esriFile{jsonFile: jsonFile{src: src}}
	if err := file.walk(ctx, nil, file.outline); err != nil {
		return Summary{}, err
	}
	if file.failure.Exists() {
		return Summary{}, Refuse("the file is not data but an error of the service: %s", clip(cmp.Or(file.failure.Get("message").Str, file.failure.Raw)))
	}
	placer, err := newPlacer(src.Name, opt, sink)
	if err != nil {
		return Summary{}, err
	}
	system, err := esriReference(file.reference)
	if err != nil && placer.declared == "" { // what the options state wins
		return Summary{}, err
	}
	rows := &esriRows{placer: placer, file: file, stated: placer.declared, system: system}
	if err := file.walk(ctx, sink.Progress, func(s *jsonStream) error { return file.rows(s, rows) }); err != nil {
		return Summary{}, err
	}
	if file.exceeded {
		err := placer.once(0, "", "file_incomplete", "the service left features out of its answer (exceededTransferLimit); ask for the rest and import all of them together")
		if err != nil {
			return Summary{}, err
		}
	}
	return placer.done(EsriJSON, file.encoding), nil
}

// esriFile knows what a FeatureSet says about all of its features.
type esriFile struct {
	jsonFile
	array     bool // the root is the array of features
	set       bool // the root has "features"
	reference gjson.Result
	failure   gjson.Result // what a service sends instead of features
	exceeded  bool
	fields    map[string]esriField
}

// outline learns what the root says and checks the structure to the end.
func (f *esriFile) outline(s *jsonStream) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c == '[' {
		f.array = true
		return s.array(s.skip)
	}
	aliases := gjson.Result{}
	err = s.object(func(key string) error {
		switch key {
		case "features":
			if c, err := s.peek(); err != nil || c != '[' {
				return errors.Join(err, s.skip())
			}
			f.set = true
			return s.array(s.skip)
		case "spatialReference", "fields", "fieldAliases", "exceededTransferLimit", "error":
			raw, err := s.value(4 << 20)
			if err == errValueTooLarge {
				return nil
			}
			if err != nil {
				return err
			}
			switch value := gjson.Parse(string(raw)); key {
			case "spatialReference":
				f.reference = value
			case "fields":
				f.fields = esriFields(value)
			case "fieldAliases":
				aliases = value
			case "error":
				f.failure = value
			default:
				f.exceeded = value.Bool()
			}
			return nil
		}
		return s.skip()
	})
	if f.fields == nil {
		f.fields = map[string]esriField{}
	}
	aliases.ForEach(func(name, alias gjson.Result) bool {
		field := f.fields[name.Str]
		field.alias = cmp.Or(field.alias, alias.Str)
		f.fields[name.Str] = field
		return true
	})
	return err
}

// rows reads the features.
func (f *esriFile) rows(s *jsonStream, rows *esriRows) error {
	switch {
	case f.array:
		return s.records(rows.next)
	case !f.set:
		return s.record(rows.next)
	}
	return s.object(func(key string) error {
		if key != "features" {
			return s.skip()
		}
		if c, err := s.peek(); err != nil || c != '[' {
			return errors.Join(err, s.skip())
		}
		return s.records(rows.next)
	})
}

// An esriSystem is a spatial reference: a coordinate system known by its number,
// or one to be converted from by its definition. The zero value says nothing.
type esriSystem struct {
	crs        CRS
	definition *projection.System
}

// esriReference understands a spatial reference. One that is not known is
// refused by its number or name.
func esriReference(reference gjson.Result) (esriSystem, error) {
	var unknown error
	for _, member := range [...]string{"latestWkid", "wkid"} {
		if code := reference.Get(member); code.Exists() {
			crs, err := ParseCRS("EPSG:" + code.String())
			if err == nil {
				return esriSystem{crs: crs}, nil
			}
			unknown = cmp.Or(unknown, Refuse("the file's spatialReference is %s %s, which is not known; ask the service for outSR=4326, or convert the file to WGS-84", member, code.String()))
		}
	}
	if text := reference.Get("wkt").Str; text != "" {
		system, err := projection.Parse(text)
		if err == nil {
			return esriSystem{WGS84, system}, nil
		}
		unknown = cmp.Or(unknown, Refuse("the file's spatialReference: %w; ask the service for outSR=4326, or convert the file to WGS-84", undefined(err)))
	}
	return esriSystem{}, unknown
}

// esriField is what a FeatureSet says of one field.
type esriField struct {
	alias string
	date  bool              // milliseconds since 1970
	codes map[string]string // of a coded value domain, by the code's JSON
}

// esriFields reads the member "fields".
func esriFields(list gjson.Result) map[string]esriField {
	fields := map[string]esriField{}
	list.ForEach(func(_, f gjson.Result) bool {
		field := esriField{alias: f.Get("alias").Str, date: f.Get("type").Str == "esriFieldTypeDate"}
		f.Get("domain.codedValues").ForEach(func(_, v gjson.Result) bool {
			if field.codes == nil {
				field.codes = map[string]string{}
			}
			field.codes[v.Get("code").Raw] = v.Get("name").Str
			return true
		})
		fields[f.Get("name").Str] = field
		return true
	})
	return fields
}

// esriRows turns features, one after the other, into rows.
type esriRows struct {
	placer *placer
	file   *esriFile
	stated CRS        // by the options
	system esriSystem // of the file
	n      int
	fields []Field
}

// next takes the bytes of one feature. What it returns is the sink's error.
func (r *esriRows) next(raw []byte, failed error) error {
	r.n++
	feature, ok, err := r.placer.parseJSON(r.n, raw, failed)
	if err != nil || !ok {
		return err
	}
	attributes, geometry := feature.Get("attributes"), feature.Get("geometry")
	if !attributes.IsObject() && !geometry.IsObject() {
		return r.placer.reject(r.n, "", "feature_expected", "not a feature with attributes and geometry: %s", clip(feature.Raw))
	}
	r.fields = r.fields[:0]
	attributes.ForEach(func(name, value gjson.Result) bool {
		r.field(name.Str, value)
		return true
	})
	shape, fault := esriGeometry(geometry)
	if fault != nil {
		return r.placer.refuse(r.n, fault)
	}
	system := r.system
	if system.crs == "" { // every feature may state its own
		if system, err = esriReference(geometry.Get("spatialReference")); err != nil && r.stated == "" {
			return r.placer.reject(r.n, "geometry", "crs_unknown", "%s", Told(err))
		}
	}
	r.placer.declared = cmp.Or(r.stated, system.crs)
	if r.stated == "" && system.definition != nil && shape != nil {
		shape = project.Geometry(shape, system.definition.ToWGS84)
	}
	return r.placer.row(r.n, r.fields, shape)
}

// field adds an attribute under its name, or under its alias where only that is
// known; a code counts as its description, a date as written.
func (r *esriRows) field(name string, value gjson.Result) {
	text := propertyText(value)
	f := r.file.fields[name]
	if meaning, coded := f.codes[value.Raw]; coded {
		text = meaning
	} else if f.date && value.Type == gjson.Number {
		text = time.UnixMilli(value.Int()).UTC().Format(time.RFC3339)
	}
	if f.alias != "" && !known(name) && known(f.alias) {
		name = f.alias
	}
	if text != "" {
		r.fields = append(r.fields, Field{name, text})
	}
}

// known tells whether a column's name says what it is.
func known(name string) bool {
	c := guessColumn(name)
	return c.role != roleAttribute || c.kind != kindText || c.key != name
}

// esriGeometry reads a geometry: nil where it is null or missing.
func esriGeometry(g gjson.Result) (orb.Geometry, *fault) {
	if !g.IsObject() {
		return nil, nil
	}
	var c coordinateReader
	var shape orb.Geometry
	switch {
	case g.Get("rings").Exists():
		shape = c.esriRings(g.Get("rings"))
	case g.Get("paths").Exists():
		shape = c.multiLine(g.Get("paths"))
	case g.Get("points").Exists():
		shape = c.multiPoint(g.Get("points"))
	case g.Get("curveRings").Exists(), g.Get("curvePaths").Exists():
		return nil, &fault{"geometry", "coordinate_damaged", Say("the shape has true curves, which are not read; ask the service without returnTrueCurves")}
	case g.Get("xmin").Exists():
		low, high := c.esriPoint(g.Get("xmin"), g.Get("ymin")), c.esriPoint(g.Get("xmax"), g.Get("ymax"))
		shape = orb.Bound{Min: low, Max: high}.ToPolygon()
	case g.Get("x").Type != gjson.Null && g.Get("x").String() != "NaN":
		shape = c.esriPoint(g.Get("x"), g.Get("y"))
	}
	switch {
	case c.damaged():
		return nil, &fault{"geometry", "coordinate_damaged", c.damage}
	case c.positions == 0:
		return nil, nil
	}
	return shape, nil
}

// esriPoint reads a point of two members.
func (c *coordinateReader) esriPoint(x, y gjson.Result) orb.Point {
	c.positions++
	return orb.Point{c.number(x), c.number(y)}
}

// esriRings puts rings together to areas, as in a shapefile.
func (c *coordinateReader) esriRings(value gjson.Result) orb.Geometry {
	var rings [][]orb.Point
	for _, ring := range c.polygon(value) {
		rings = append(rings, ring)
	}
	if len(rings) == 0 || c.damaged() {
		return nil
	}
	return shpAreas(rings)
}
