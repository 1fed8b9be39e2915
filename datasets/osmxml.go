package datasets

import (
	"context"
	"encoding/xml"
	"io"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// osmXMLReader reads OSM XML as planet extracts, editors and the Overpass API
// write it: with the nodes that ways refer to, with the coordinates in the ways
// (out geom), or with a middle (out center, out bb). Its memory does not grow
// with the file, only with the facilities found in it.
type osmXMLReader struct{}

// Read implements Reader. Read counts the elements that are facilities of the
// selected category; all others are not rows.
func (osmXMLReader) Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	file := osmXMLFile{src: src}
	return readOSM(ctx, src, opt, sink, OSMXML, file.scan)
}

// osmXMLFile is read once for every pass.
type osmXMLFile struct{ src Source }

// scan reads the file once.
func (f osmXMLFile) scan(ctx context.Context, pass osmPass) error {
	s, err := openXML(ctx, f.src, pass.progress)
	if err != nil {
		return err
	}
	defer s.close()
	if err := f.root(s); err != nil {
		return err
	}
	for {
		token, err := s.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if err := f.element(s, start, pass); err != nil {
			return err
		}
	}
}

// root passes over the root element, which must be <osm>.
func (f osmXMLFile) root(s *xmlStream) error {
	for {
		token, err := s.next()
		if err != nil {
			return Refuse("the file is not OSM XML: it has no <osm> element")
		}
		start, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case start.Name.Local == "osm":
			return nil
		case start.Name.Local == "osmChange", start.Name.Local == "osmAugmentedDiff":
			return Refuse("the file holds changes (<%s>), not the state; apply them to an extract and import that", start.Name.Local)
		default:
			return Refuse("the file is not OSM XML: its root is <%s>", clip(start.Name.Local))
		}
	}
}

// element reads one child of the root and hands it to a pass that wants it.
func (f osmXMLFile) element(s *xmlStream, start xml.StartElement, pass osmPass) error {
	kind := overpassKind(start.Name.Local)
	if kind == 0 {
		text, err := f.pass(s)
		if err == nil && start.Name.Local == "remark" && strings.Contains(text, "error") {
			err = Refuse("the file is incomplete: Overpass stopped with %q; run the query again with a smaller area or a longer timeout", clip(strings.TrimSpace(text)))
		}
		return err
	}
	if pass.kinds&(1<<kind) == 0 || attribute(start, "visible") == "false" || attribute(start, "action") == "delete" {
		_, err := f.pass(s)
		return err
	}
	id, err := strconv.ParseInt(attribute(start, "id"), 10, 64)
	if err != nil {
		return s.invalid(Say("<%s> has no id", start.Name.Local))
	}
	el := &osmElement{osmRef: osmRef{kind, id}}
	if at := osmXMLPoint(start); at != nil && kind == osmNode {
		el.shape = *at
	}
	tagged, err := f.content(s, el)
	if err != nil || !pass.want(el.osmRef, tagged) || kind == osmNode && el.shape == nil {
		return err
	}
	err = pass.take(el)
	if fromSink, ok := err.(errSink); ok {
		return fromSink.error
	}
	return err
}

// pass passes over the rest of the current element and gives its first text.
func (f osmXMLFile) pass(s *xmlStream) (string, error) {
	text := ""
	for outside := s.depth() - 1; s.depth() > outside; {
		token, err := s.next()
		if err != nil {
			return "", err
		}
		if chars, ok := token.(xml.CharData); ok && text == "" {
			text = string(chars)
		}
	}
	return text, nil
}

// content reads an element's tags, nodes and members, and tells whether one of
// its tags has a feature key.
func (f osmXMLFile) content(s *xmlStream, el *osmElement) (tagged bool, err error) {
	var line orb.LineString
	for outside := s.depth() - 1; s.depth() > outside; {
		token, err := s.next()
		if err != nil {
			return false, err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "tag":
			tag := osmTag{attribute(start, "k"), attribute(start, "v")}
			el.tags = append(el.tags, tag)
			tagged = tagged || osmFeatureKey(tag.key)
		case "nd":
			line = el.nd(start, line, s.depth()-outside == 3)
		case "member":
			el.members = append(el.members, osmXMLMember(start))
		case "center":
			el.about = osmXMLPoint(start)
		case "bounds":
			if el.about == nil {
				el.about = osmXMLMiddle(start)
			}
		}
	}
	if el.kind == osmWay && len(line) > 0 {
		el.shape = line
	}
	return tagged, nil
}

// nd reads a node of a way, or of a relation's member, with its coordinates
// where they are written out.
func (el *osmElement) nd(start xml.StartElement, line orb.LineString, ofMember bool) orb.LineString {
	at := osmXMLPoint(start)
	if ofMember {
		if last := len(el.members) - 1; last >= 0 && at != nil {
			part, _ := el.members[last].shape.(orb.LineString)
			el.members[last].shape = append(part, *at)
		}
		return line
	}
	if id, err := strconv.ParseInt(attribute(start, "ref"), 10, 64); err == nil {
		el.nodes = append(el.nodes, id)
	}
	if at != nil {
		line = append(line, *at)
	}
	return line
}

// osmXMLMember reads a relation's member.
func osmXMLMember(start xml.StartElement) osmMember {
	id, _ := strconv.ParseInt(attribute(start, "ref"), 10, 64) // an unknown one is not found
	m := osmMember{osmRef: osmRef{overpassKind(attribute(start, "type")), id}, role: attribute(start, "role")}
	if at := osmXMLPoint(start); at != nil {
		m.shape = *at
	}
	return m
}

// osmXMLPoint reads the attributes lat and lon, nil where they are missing.
func osmXMLPoint(start xml.StartElement) *orb.Point {
	lat, errLat := strconv.ParseFloat(attribute(start, "lat"), 64)
	lon, errLon := strconv.ParseFloat(attribute(start, "lon"), 64)
	if errLat != nil || errLon != nil {
		return nil
	}
	return &orb.Point{lon, lat}
}

// osmXMLMiddle is the middle of an element's bounds.
func osmXMLMiddle(start xml.StartElement) *orb.Point {
	var edge [4]float64
	for i, name := range [...]string{"minlon", "minlat", "maxlon", "maxlat"} {
		v, err := strconv.ParseFloat(attribute(start, name), 64)
		if err != nil {
			return nil
		}
		edge[i] = v
	}
	return &orb.Point{(edge[0] + edge[2]) / 2, (edge[1] + edge[3]) / 2}
}
