package datasets

import (
	"archive/zip"
	"bufio"
	"context"
	"io"
	"path"
	"strings"

	"github.com/paulmach/orb"

	"fujin/geo/projection"
)

// readShapefile reads a zipped shapefile: the .shp and, record by record beside
// it, the .dbf, in whatever case and folder they are. Without a .dbf there are
// positions alone. Without a .prj degrees are taken for WGS-84 and metres are
// refused. An index (.shx) is not needed.
//
// Of several shapefiles in one archive the first that has records is read.
func readShapefile(ctx context.Context, a *archive, opt Options, sink Sink) (Summary, error) {
	p, err := newPlacer(a.name, opt, sink)
	if err != nil {
		return Summary{}, err
	}
	layers := a.named(".shp")
	chosen := layers[0]
	for _, layer := range layers {
		if layer.UncompressedSize64 > shpHeaderSize {
			chosen = layer
			break
		}
	}
	if others := otherMembers(layers, chosen); len(others) > 0 {
		if err := p.once(0, "", "tables_ignored", "only %s is read; there are others: %s", path.Base(memberName(chosen)), listNames(others)); err != nil {
			return Summary{}, err
		}
	}
	p.summary.Format = Shapefile
	s := &shapefile{placer: p, archive: a, layer: chosen, name: clip(strings.ToValidUTF8(path.Base(memberName(chosen)), "?"))}
	if err := s.read(ctx); err != nil {
		return Summary{}, err
	}
	summary := p.done(Shapefile, s.encoding)
	if s.system != nil {
		summary.CRS = s.system.Name
	}
	return summary, nil
}

// A shapefile is one layer while it is read.
type shapefile struct {
	placer   *placer
	archive  *archive
	layer    *zip.File
	name     string
	system   *projection.System // nil: coordinates are as the placer is told
	table    *dbfTable          // nil if there is none
	encoding string
	n        int
	deleted  int
}

// part is the layer's member with another extension, nil if there is none.
func (s *shapefile) part(extension string) *zip.File {
	name := memberName(s.layer)
	return s.archive.find(strings.TrimSuffix(name, path.Ext(name)) + extension)
}

// read reads the layer.
func (s *shapefile) read(ctx context.Context) error {
	in, err := s.archive.open(s.layer)
	if err != nil {
		return err
	}
	defer in.Close()
	shapes, err := newShpReader(bufio.NewReaderSize(in, 64<<10), s.name)
	if err != nil {
		return err
	}
	if err := s.locate(shapes.bound); err != nil {
		return err
	}
	if part := s.part(".dbf"); part != nil {
		if s.table, err = s.openTable(part); err != nil {
			return err
		}
		defer s.table.close()
		s.encoding = s.table.encoding
		s.placer.summary.Encoding = s.encoding
	} else if err := s.placer.once(0, "", "attributes_missing", "the archive holds no .dbf beside %s; the places have neither names nor attributes", s.name); err != nil {
		return err
	}
	for {
		s.n++
		if s.n%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if done, err := s.record(shapes); done || err != nil {
			return err
		}
	}
}

// record pairs the next shape with the next row of the table.
func (s *shapefile) record(shapes *shpReader) (done bool, err error) {
	shape, fault, err := shapes.next()
	ended := err == io.EOF
	if err != nil && !ended {
		return false, err
	}
	var fields []Field
	if s.table != nil {
		var deleted bool
		fields, deleted, err = s.table.next()
		switch {
		case err == io.EOF && ended:
			return true, s.ending()
		case err == io.EOF:
			if err := s.placer.once(s.n, "", "attributes_missing", "the .dbf ends before the .shp; places from here on have no attributes"); err != nil {
				return false, err
			}
		case err != nil:
			return false, err
		case deleted:
			s.deleted++
			return false, nil
		}
		if err := s.table.warn(s.placer, s.n); err != nil {
			return false, err
		}
	} else if ended {
		return true, nil
	}
	if fault != nil {
		return false, s.placer.refuse(s.n, fault)
	}
	if s.system != nil && shape != nil {
		shape = s.project(shape)
	}
	return false, s.placer.row(s.n, fields, shape)
}

// ending tells of records that were deleted but not yet removed.
func (s *shapefile) ending() error {
	if s.deleted == 0 {
		return nil
	}
	return s.placer.once(0, "", "records_deleted", "%d records are marked as deleted and left out", s.deleted)
}

// locate finds the coordinate system: what the options say, else the .prj's.
func (s *shapefile) locate(bound orb.Bound) error {
	stated := s.placer.declared
	part := s.part(".prj")
	if stated == WebMercator || stated.system() != nil || stated == WGS84 && degrees(bound) {
		return nil
	}
	if part == nil {
		if degrees(bound) || s.placer.opt.look != nil {
			return nil // the placer warns that WGS-84 is assumed
		}
		return Refuse("%s has metres (%.0f, %.0f) but no .prj beside it that says of which coordinate system; add the .prj, or convert the file to WGS-84",
			s.name, bound.Min[0], bound.Min[1])
	}
	text, err := s.archive.bytes(part)
	if err != nil {
		return err
	}
	system, err := projection.Parse(string(text))
	switch {
	case err != nil:
		return Refuse("the .prj of %s cannot be used: %w; convert the shapefile to WGS-84 (ogr2ogr -t_srs EPSG:4326) and import that", s.name, undefined(err))
	case system.Geographic && !degrees(bound):
		return Refuse("the .prj of %s says degrees (%s), but its coordinates are metres (%.0f, %.0f); add the right .prj", s.name, clip(system.Name), bound.Min[0], bound.Min[1])
	}
	s.system = system
	s.placer.summary.CRS = system.Name
	s.placer.declare(WGS84)
	if system.Accuracy > 0 {
		return s.placer.approximate(system)
	}
	return nil
}

// degrees tells whether a file's extent can be degrees. Files of no records
// have none.
func degrees(bound orb.Bound) bool {
	return !(bound.Min[0] < -181 || bound.Max[0] > 361 || bound.Min[1] < -91 || bound.Max[1] > 91)
}

// project converts a geometry in place and returns it.
func (s *shapefile) project(shape orb.Geometry) orb.Geometry {
	convert := func(points []orb.Point) {
		for i, p := range points {
			points[i] = s.system.ToWGS84(p)
		}
	}
	switch shape := shape.(type) {
	case orb.Point:
		return s.system.ToWGS84(shape)
	case orb.MultiPoint:
		convert(shape)
	case orb.LineString:
		convert(shape)
	case orb.MultiLineString:
		for _, line := range shape {
			convert(line)
		}
	case orb.Polygon:
		for _, ring := range shape {
			convert(ring)
		}
	case orb.MultiPolygon:
		for _, polygon := range shape {
			for _, ring := range polygon {
				convert(ring)
			}
		}
	}
	return shape
}
