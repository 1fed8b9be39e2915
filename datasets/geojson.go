package datasets

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/tidwall/gjson"
)

// geoJSONReader reads RFC 7946 GeoJSON of any size: a FeatureCollection, a bare
// Feature or geometry, a GeometryCollection (each geometry is a row), or an
// array of features. The legacy "crs" member is obeyed wherever it stands.
//
// The file is walked twice: first its structure, so that a file that is cut is
// refused before a row was taken, then its features, of which one at a time is
// in memory.
type geoJSONReader struct{}

// Read implements Reader.
func (geoJSONReader) Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	file := &geoJSONFile{jsonFile: jsonFile{src: src}}
	err := file.walk(ctx, nil, file.outline)
	if err == nil {
		err = file.check()
	}
	if err != nil {
		return Summary{}, err
	}
	placer, err := newPlacer(src.Name, opt, sink)
	if err != nil {
		return Summary{}, err
	}
	if err := file.declare(placer, opt); err != nil {
		return Summary{}, err
	}
	rows := &featureRows{placer: placer}
	if err := file.walk(ctx, sink.Progress, func(s *jsonStream) error { return file.rows(s, rows) }); err != nil {
		return Summary{}, err
	}
	return placer.done(GeoJSON, file.encoding), nil
}

// geoJSONFile knows what stands at the top of a file.
type geoJSONFile struct {
	jsonFile
	kind    string // "type" of the root; "array" where the root is one
	list    string // the member that holds the rows; "" if the root is the row
	crs     gjson.Result
	fromOSM bool
}

// outline learns the kind of the file and checks its structure to the end.
func (f *geoJSONFile) outline(s *jsonStream) error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	if c == '[' {
		f.kind = "array"
		return s.array(s.skip)
	}
	return s.object(func(key string) error {
		switch key {
		case "features", "geometries":
			if c, err := s.peek(); err != nil || c != '[' {
				return errors.Join(err, s.skip())
			}
			if f.list != "features" {
				f.list = key
			}
			return s.array(s.skip)
		case "type", "crs", "generator":
			raw, err := s.value(64 << 10)
			if err == errValueTooLarge {
				return nil
			}
			if err != nil {
				return err
			}
			switch value := gjson.Parse(string(raw)); key {
			case "type":
				f.kind = value.Str
			case "crs":
				f.crs = value
			default:
				f.fromOSM = strings.HasPrefix(value.Str, "overpass")
			}
			return nil
		}
		return s.skip()
	})
}

// check refuses JSON that is not GeoJSON.
func (f *geoJSONFile) check() error {
	switch f.kind {
	case "array", "Feature", "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon":
		f.list = ""
		return nil
	case "GeometryCollection":
		if f.list == "geometries" {
			return nil
		}
		return Refuse("the file is a GeometryCollection without \"geometries\"")
	case "FeatureCollection", "":
		if f.list == "features" {
			return nil
		}
		if f.kind != "" {
			return Refuse("the file is a FeatureCollection without \"features\"")
		}
		return Refuse("the file is JSON but not GeoJSON: it has neither \"type\" nor \"features\"")
	case "Topology":
		return Refuse("the file is TopoJSON, which is not read; convert it to GeoJSON (ogr2ogr -f GeoJSON)")
	}
	return Refuse("the file is JSON but not GeoJSON: its type is %q", clip(f.kind))
}

// declare tells the placer the coordinate system that the file names. One that
// is not known refuses the file, unless the options say what it is.
func (f *geoJSONFile) declare(p *placer, opt Options) error {
	if f.fromOSM {
		p.declare(WGS84)
	}
	name := f.crs.Get("properties.name").String()
	if code := f.crs.Get("properties.code"); name == "" && code.Exists() {
		name = "EPSG:" + code.String()
	}
	if name == "" && f.crs.Type == gjson.String {
		name = f.crs.Str
	}
	if name == "" && f.crs.IsObject() {
		name = f.crs.Raw // a link, which is not followed
	}
	crs, err := ParseCRS(name)
	if err == nil {
		p.declare(crs)
		return nil
	}
	if stated, _ := ParseCRS(opt.CRS); stated != "" {
		return nil
	}
	return err
}

// rows reads the features.
func (f *geoJSONFile) rows(s *jsonStream, rows *featureRows) error {
	switch {
	case f.kind == "array":
		return s.records(rows.next)
	case f.list == "":
		return s.record(rows.next)
	}
	return s.object(func(key string) error {
		if key != f.list {
			return s.skip()
		}
		if c, err := s.peek(); err != nil || c != '[' {
			return errors.Join(err, s.skip())
		}
		return s.records(rows.next)
	})
}

// geoJSONSeqReader reads newline-delimited GeoJSON and GeoJSON text sequences
// (RFC 8142). A line that is no feature is one rejected row.
type geoJSONSeqReader struct{}

// Read implements Reader.
func (geoJSONSeqReader) Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	placer, err := newPlacer(src.Name, opt, sink)
	if err != nil {
		return Summary{}, err
	}
	in, err := src.Open()
	if err != nil {
		return Summary{}, err
	}
	defer in.Close()
	lines := newRecordScanner(ctx, in, sink.Progress)
	rows := &featureRows{placer: placer}
	for {
		raw, err := lines.next(maxFeature)
		if err == io.EOF {
			return placer.done(GeoJSONSeq, "UTF-8"), nil
		}
		if err != nil && err != errValueTooLarge {
			return Summary{}, err
		}
		if err := rows.next(raw, err); err != nil {
			return Summary{}, err
		}
	}
}
