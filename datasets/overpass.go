package datasets

import (
	"context"
	"strings"

	"github.com/paulmach/orb"
	"github.com/tidwall/gjson"
)

// overpassReader reads the JSON of the Overpass API with any of its forms of
// output: out geom, out center, out bb, or ways with the nodes they refer to.
type overpassReader struct{}

// Read implements Reader. Read counts the elements that are facilities of the
// selected category; all others are not rows.
func (overpassReader) Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	file := &overpassFile{jsonFile: jsonFile{src: src}}
	return readOSM(ctx, src, opt, sink, Overpass, file.scan)
}

// overpassFile is read once for every pass.
type overpassFile struct {
	jsonFile
	checked bool // the structure of the whole file has been walked
}

// scan reads the file once. Before the first pass the structure is walked to the end,
// so that a file that is cut is refused before anything is taken.
func (f *overpassFile) scan(ctx context.Context, pass osmPass) error {
	if !f.checked {
		if err := f.elements(ctx, (*jsonStream).skip, nil); err != nil {
			return err
		}
		f.checked = true
	}
	return f.elements(ctx, func(s *jsonStream) error {
		raw, err := s.value(maxFeature)
		if err == errValueTooLarge {
			return nil
		}
		if err != nil {
			return err
		}
		return overpassTake(raw, pass)
	}, pass.progress)
}

// elements calls the function for every element, which it must consume.
func (f *overpassFile) elements(ctx context.Context, element func(*jsonStream) error, progress func(int64)) error {
	found, remark := false, ""
	err := f.walk(ctx, progress, func(s *jsonStream) error {
		return s.object(func(key string) error {
			switch key {
			case "elements":
				found = true
				return s.array(func() error { return element(s) })
			case "remark":
				raw, err := s.value(64 << 10)
				remark = jsonText(string(raw))
				return err
			}
			return s.skip()
		})
	})
	switch {
	case err != nil:
		return err
	case !found:
		return Refuse("the file is not an Overpass answer: it has no \"elements\"")
	case strings.Contains(remark, "error"):
		return Refuse("the file is incomplete: Overpass stopped with %q; run the query again with a smaller area or a longer timeout", clip(remark))
	}
	return nil
}

// overpassTake hands one element to a pass that wants it. Damaged elements are
// no facilities.
func overpassTake(raw []byte, pass osmPass) error {
	if !gjson.ValidBytes(raw) {
		return nil
	}
	el := &osmElement{}
	var lat, lon, nodes, members, tags, geometry gjson.Result
	gjson.ParseBytes(raw).ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "type":
			el.kind = overpassKind(value.Str)
		case "id":
			el.id = value.Int()
		case "lat":
			lat = value
		case "lon":
			lon = value
		case "nodes":
			nodes = value
		case "members":
			members = value
		case "tags":
			tags = value
		case "geometry":
			geometry = value
		case "center":
			el.about = overpassPoint(value)
		case "bounds":
			if el.about == nil {
				el.about = overpassMiddle(value)
			}
		}
		return true
	})
	if el.kind == 0 {
		return nil
	}
	tagged := false
	tags.ForEach(func(key, value gjson.Result) bool {
		el.tags = append(el.tags, osmTag{key.Str, value.String()})
		tagged = tagged || osmFeatureKey(key.Str)
		return true
	})
	if !pass.want(el.osmRef, tagged) {
		return nil
	}
	if lat.Type == gjson.Number && lon.Type == gjson.Number {
		el.shape = orb.Point{lon.Num, lat.Num}
	}
	nodes.ForEach(func(_, id gjson.Result) bool {
		el.nodes = append(el.nodes, id.Int())
		return true
	})
	if el.kind == osmWay {
		el.shape = overpassLine(geometry)
	}
	members.ForEach(func(_, member gjson.Result) bool {
		el.members = append(el.members, overpassMember(member))
		return true
	})
	if el.kind == osmNode && el.shape == nil {
		return nil
	}
	return pass.take(el)
}

// overpassKind understands the type of an element.
func overpassKind(text string) osmKind {
	switch text {
	case "node":
		return osmNode
	case "way":
		return osmWay
	case "relation":
		return osmRelation
	}
	return 0
}

// overpassMember reads a relation's member, with its coordinates where they are
// written out.
func overpassMember(value gjson.Result) osmMember {
	m := osmMember{
		osmRef: osmRef{overpassKind(value.Get("type").Str), value.Get("ref").Int()},
		role:   value.Get("role").Str,
		shape:  overpassLine(value.Get("geometry")),
	}
	if at := overpassPoint(value); at != nil {
		m.shape = *at
	}
	return m
}

// overpassLine reads a list of {lat, lon}; places outside the query's area are
// null and left out. It is nil where nothing is left.
func overpassLine(value gjson.Result) orb.Geometry {
	var line orb.LineString
	value.ForEach(func(_, at gjson.Result) bool {
		if p := overpassPoint(at); p != nil {
			line = append(line, *p)
		}
		return true
	})
	if line == nil {
		return nil
	}
	return line
}

// overpassPoint reads {lat, lon}, nil where it is not one.
func overpassPoint(value gjson.Result) *orb.Point {
	lat, lon := value.Get("lat"), value.Get("lon")
	if lat.Type != gjson.Number || lon.Type != gjson.Number {
		return nil
	}
	return &orb.Point{lon.Num, lat.Num}
}

// overpassMiddle is the middle of an element's bounds.
func overpassMiddle(value gjson.Result) *orb.Point {
	s, n := value.Get("minlat"), value.Get("maxlat")
	w, e := value.Get("minlon"), value.Get("maxlon")
	if s.Type != gjson.Number || n.Type != gjson.Number || w.Type != gjson.Number || e.Type != gjson.Number {
		return nil
	}
	return &orb.Point{(w.Num + e.Num) / 2, (s.Num + n.Num) / 2}
}
