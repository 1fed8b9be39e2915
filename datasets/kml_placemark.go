package datasets

import (
	"encoding/xml"
	"strings"

	"github.com/paulmach/orb"
)

// placemark reads one record.
func (k *kmlFile) placemark(start xml.StartElement) error {
	k.n++
	k.fields, k.shapes, k.fault, k.size = k.fields[:0], nil, nil, 0
	k.add("@id", attribute(start, "id"))
	if err := k.children(k.part); err != nil {
		return err
	}
	if k.size > maxFeature {
		return k.placer.reject(k.n, "", "feature_too_large", "the placemark is larger than %d MiB", maxFeature>>20)
	}
	var folders []string
	for _, name := range k.folders {
		if name != "" {
			folders = append(folders, name)
		}
	}
	k.add("folder", strings.Join(folders, " / "))
	if k.fault != nil {
		return k.placer.reject(k.n, k.fault.column, k.fault.code, "%s", k.fault.message)
	}
	return k.placer.row(k.n, k.fields, joined(k.shapes))
}

// add adds a field that says something.
func (k *kmlFile) add(key, value string) {
	if value = strings.TrimSpace(value); value != "" && key != "" {
		k.fields = append(k.fields, Field{key, value})
	}
}

// part reads one element of a placemark.
func (k *kmlFile) part(e xml.StartElement) error {
	switch e.Name.Local {
	case "name", "address":
		return k.field(e.Name.Local)
	case "phoneNumber":
		return k.field("phone")
	case "description":
		return k.description()
	case "styleUrl": // in hand-made maps the style stands for the kind of place
		text, err := k.text()
		k.add("style", strings.TrimPrefix(strings.TrimSpace(text), "#"))
		return err
	case "ExtendedData":
		return k.children(k.data)
	case "Point", "LineString", "LinearRing", "Polygon", "MultiGeometry":
		shape, err := k.geometry(e.Name.Local)
		if shape != nil {
			k.shapes = append(k.shapes, shape)
		}
		return err
	}
	return nil
}

// field reads an element's text into a field.
func (k *kmlFile) field(key string) error {
	text, err := k.text()
	k.add(key, text)
	return err
}

// description reads prose with HTML; a table in it, as exports of other systems
// have it, is taken apart into fields.
func (k *kmlFile) description() error {
	text, err := k.text()
	if err != nil {
		return err
	}
	prose, table := readHTML(text)
	k.add("description", prose)
	for _, f := range table {
		k.add(f.Key, f.Value)
	}
	return nil
}

// data reads what stands in ExtendedData: <Data name="…"><value>, or
// <SchemaData><SimpleData name="…">, or elements of another namespace.
func (k *kmlFile) data(e xml.StartElement) error {
	switch e.Name.Local {
	case "Data":
		return k.children(func(value xml.StartElement) error {
			if value.Name.Local != "value" {
				return nil
			}
			return k.field(attribute(e, "name"))
		})
	case "SchemaData":
		return k.children(func(value xml.StartElement) error {
			if value.Name.Local != "SimpleData" {
				return nil
			}
			return k.field(attribute(value, "name"))
		})
	case "SimpleData":
		return k.field(attribute(e, "name"))
	}
	return k.field(e.Name.Local)
}

// geometry reads the shape that has just begun; nil where it is empty or
// damaged, which the fault then tells.
func (k *kmlFile) geometry(kind string) (orb.Geometry, error) {
	var points []orb.Point
	var polygon orb.Polygon
	var members []orb.Geometry
	err := k.children(func(e xml.StartElement) error {
		switch name := e.Name.Local; name {
		case "coordinates":
			text, err := k.text()
			points = k.points(text)
			return err
		case "outerBoundaryIs", "innerBoundaryIs":
			return k.children(func(e xml.StartElement) error {
				if e.Name.Local != "LinearRing" {
					return nil
				}
				ring, err := k.geometry("LinearRing")
				if area, ok := ring.(orb.Polygon); ok {
					polygon = addRing(polygon, area[0], name == "outerBoundaryIs")
				}
				return err
			})
		case "Point", "LineString", "LinearRing", "Polygon", "MultiGeometry":
			shape, err := k.geometry(name)
			if shape != nil && kind == "MultiGeometry" {
				members = append(members, shape)
			}
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	switch {
	case kind == "MultiGeometry":
		return joined(members), nil
	case kind == "Polygon" && len(polygon) > 0 && len(polygon[0]) > 0:
		return polygon, nil
	case kind == "Point" && len(points) > 0:
		return points[0], nil
	case kind == "LineString" && len(points) > 1:
		return orb.LineString(points), nil
	case kind == "LinearRing" && len(points) > 2:
		ring := orb.Ring(points)
		if !ring.Closed() {
			ring = append(ring, ring[0])
		}
		return orb.Polygon{ring}, nil
	case len(points) > 0: // a line or an area of one or two places
		return orb.MultiPoint(points), nil
	}
	return nil, nil
}

// addRing puts the outer ring first, whatever comes first in the file.
func addRing(polygon orb.Polygon, ring orb.Ring, outer bool) orb.Polygon {
	switch {
	case len(polygon) == 0 && outer:
		return orb.Polygon{ring}
	case len(polygon) == 0:
		return orb.Polygon{nil, ring}
	case outer && len(polygon[0]) == 0:
		polygon[0] = ring
		return polygon
	}
	return append(polygon, ring)
}

// points reads "lon,lat[,height]" tuples. Blanks around the commas, which the
// format forbids and people write, are understood.
func (k *kmlFile) points(text string) []orb.Point {
	words := strings.Fields(text)
	var points []orb.Point
	for i := 0; i < len(words); {
		tuple := words[i]
		for i++; i < len(words) && len(tuple) < 100 && (strings.HasSuffix(tuple, ",") || strings.HasPrefix(words[i], ",")); i++ {
			tuple += words[i]
		}
		lon, rest, _ := strings.Cut(tuple, ",")
		lat, _, _ := strings.Cut(rest, ",")
		x, okX := parseDecimal(lon)
		y, okY := parseDecimal(lat)
		if !okX || !okY {
			k.fault = &fault{"coordinates", "coordinate_damaged", Say("%q is not longitude,latitude", clip(tuple))}
			return nil
		}
		points = append(points, orb.Point{x, y})
	}
	return points
}

// joined makes one geometry of several: a Multi of their kind where they are of
// one.
func joined(shapes []orb.Geometry) orb.Geometry {
	var points orb.MultiPoint
	var lines orb.MultiLineString
	var areas orb.MultiPolygon
	for _, shape := range shapes {
		switch shape := shape.(type) {
		case orb.Point:
			points = append(points, shape)
		case orb.MultiPoint:
			points = append(points, shape...)
		case orb.LineString:
			lines = append(lines, shape)
		case orb.MultiLineString:
			lines = append(lines, shape...)
		case orb.Polygon:
			areas = append(areas, shape)
		case orb.MultiPolygon:
			areas = append(areas, shape...)
		}
	}
	switch len(shapes) {
	case 0:
		return nil
	case 1:
		return shapes[0]
	}
	switch {
	case len(lines) == 0 && len(areas) == 0 && len(points) > 0:
		return points
	case len(points) == 0 && len(areas) == 0 && len(lines) > 0:
		return lines
	case len(points) == 0 && len(lines) == 0 && len(areas) > 0:
		return areas
	}
	return orb.Collection(shapes)
}
