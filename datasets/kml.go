package datasets

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/paulmach/orb"
)

// kmlReader reads KML, the format of Google Earth and My Maps: each Placemark
// is a record. Its ExtendedData are its attributes, and so are a table in its
// description and the folders in which it lies. Styles, views, tours and what
// Google added (gx:) mean nothing to a register of places. It streams.
type kmlReader struct{}

// Read implements Reader.
func (kmlReader) Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	p, err := newPlacer(src.Name, opt, sink)
	if err != nil {
		return Summary{}, err
	}
	return (&kmlFile{placer: p}).read(ctx, src, sink.Progress)
}

// readKMZ reads a zipped KML: its doc.kml, else the first at the top.
func readKMZ(ctx context.Context, a *archive, opt Options, sink Sink) (Summary, error) {
	p, err := newPlacer(a.name, opt, sink)
	if err != nil {
		return Summary{}, err
	}
	files := a.named(".kml")
	main := files[0]
	for _, f := range files {
		if depth := strings.Count(memberName(f), "/"); depth < strings.Count(memberName(main), "/") {
			main = f
		}
	}
	if doc := a.find("doc.kml"); doc != nil {
		main = doc
	}
	if others := otherMembers(files, main); others != "" {
		if err := p.once(0, "", "tables_ignored", "only %s is read; there are others: %s", path.Base(memberName(main)), others); err != nil {
			return Summary{}, err
		}
	}
	return (&kmlFile{placer: p}).read(ctx, a.source(main), nil)
}

// otherMembers names the members that are not read, "" if there are none.
func otherMembers(all []*zip.File, read *zip.File) string {
	var names []string
	for _, f := range all {
		if f != read {
			names = append(names, clip(strings.ToValidUTF8(memberName(f), "?")))
		}
	}
	return listNames(names)
}

// A kmlFile is a KML while it is read.
type kmlFile struct {
	placer *placer
	stream *xmlStream
	// folders are the names of the folders that are open; those without one are
	// empty.
	folders []string
	n       int
	link    string // the first NetworkLink
	fields  []Field
	shapes  []orb.Geometry
	fault   *fault
	size    int // bytes of the placemark's texts
}

// read reads the file to its end.
func (k *kmlFile) read(ctx context.Context, src Source, progress func(int64)) (Summary, error) {
	s, err := openXML(ctx, src, progress)
	if err != nil {
		return Summary{}, err
	}
	defer s.close()
	k.stream = s
	k.placer.summary.Format, k.placer.summary.Encoding = KML, "UTF-8"
	k.placer.declare(WGS84) // as the format demands
	for {
		token, err := s.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return Summary{}, err
		}
		if err := k.token(token); err != nil {
			return Summary{}, err
		}
	}
	switch {
	case k.n == 0 && k.link != "":
		return Summary{}, fmt.Errorf("the KML holds no placemarks but a link to %s, which is not followed; download that file and import it", clip(k.link))
	case k.n == 0:
		return Summary{}, errors.New("the KML holds no placemarks; export it again with its places")
	}
	return k.placer.done(KML, "UTF-8"), nil
}

// token takes what stands outside of placemarks.
func (k *kmlFile) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		switch t.Name.Local {
		case "Folder":
			k.folders = append(k.folders, "")
		case "name":
			k.size = 0
			text, err := k.text()
			if last := len(k.folders) - 1; last >= 0 && k.folders[last] == "" && k.parent() == "Folder" {
				k.folders[last] = strings.TrimSpace(text)
			}
			return err
		case "Placemark":
			return k.placemark(t)
		case "NetworkLink":
			return k.networkLink()
		}
	case xml.EndElement:
		if t.Name.Local == "Folder" && len(k.folders) > 0 {
			k.folders = k.folders[:len(k.folders)-1]
		}
	}
	return nil
}

// parent is the element that is open.
func (k *kmlFile) parent() string {
	if depth := k.stream.depth(); depth > 0 {
		return k.stream.open[depth-1]
	}
	return ""
}

// text reads the element that has just begun to its end: all its text.
func (k *kmlFile) text() (string, error) {
	var b strings.Builder
	for end := k.stream.depth() - 1; k.stream.depth() > end; {
		token, err := k.stream.next()
		if err != nil {
			return "", err
		}
		if data, ok := token.(xml.CharData); ok {
			if k.size += len(data); k.size <= maxFeature {
				b.Write(data)
			}
		}
	}
	return b.String(), nil
}

// children calls the function for each element inside of the one that has just
// begun; the function reads it to its end or leaves that to children.
func (k *kmlFile) children(child func(xml.StartElement) error) error {
	for end := k.stream.depth() - 1; k.stream.depth() > end; {
		token, err := k.stream.next()
		if err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); ok {
			depth := k.stream.depth()
			if err := child(start); err != nil {
				return err
			}
			if k.stream.depth() == depth { // it was of no interest
				if err := k.stream.pass(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// networkLink warns of data that lies elsewhere.
func (k *kmlFile) networkLink() error {
	href := ""
	var link func(xml.StartElement) error
	link = func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "Link", "Url":
			return k.children(link)
		case "href":
			href, err = k.text()
		}
		return err
	}
	if err := k.children(link); err != nil {
		return err
	}
	if k.link == "" {
		k.link = strings.TrimSpace(href)
	}
	return k.placer.once(0, "", "link_ignored", "the file links to %s, which is not followed; import that file on its own", clip(strings.TrimSpace(href)))
}
