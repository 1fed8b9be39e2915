package datasets

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"io"
	"path"
	"slices"
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
	k := &kmlFile{placer: p}
	if err := k.read(ctx, src, sink.Progress); err != nil {
		return Summary{}, err
	}
	return k.done()
}

// readKMZ reads a zipped KML: its doc.kml, else the first at the top, and those
// in the archive to which that links.
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
	k := &kmlFile{placer: p, archive: a, documents: []*zip.File{main}}
	for i := 0; i < len(k.documents); i++ {
		k.dir = path.Dir(memberName(k.documents[i]))
		if err := k.read(ctx, a.source(k.documents[i]), nil); err != nil {
			return Summary{}, err
		}
	}
	if others := otherMembers(files, k.documents...); len(others) > 0 {
		if err := p.once(0, "", "tables_ignored", "only %s is read; there are others: %s", path.Base(memberName(main)), listNames(others)); err != nil {
			return Summary{}, err
		}
	}
	return k.done()
}

// otherMembers names the members that are not read.
func otherMembers(all []*zip.File, read ...*zip.File) (names []string) {
	for _, f := range all {
		if !slices.Contains(read, f) {
			names = append(names, clip(strings.ToValidUTF8(memberName(f), "?")))
		}
	}
	return names
}

// A kmlFile is a KML while it is read.
type kmlFile struct {
	placer *placer
	stream *xmlStream
	// archive is that of a KMZ, else nil; documents are those of its members that
	// are to be read, dir the folder of the current one.
	archive   *archive
	documents []*zip.File
	dir       string
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
func (k *kmlFile) read(ctx context.Context, src Source, progress func(int64)) error {
	s, err := openXML(ctx, src, progress)
	if err != nil {
		return err
	}
	defer s.close()
	k.stream, k.folders = s, nil
	k.placer.summary.Format, k.placer.summary.Encoding = KML, "UTF-8"
	k.placer.declare(WGS84) // as the format demands
	for {
		token, err := s.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := k.token(token); err != nil {
			return err
		}
	}
}

// done is the summary, or the refusal of what holds nothing.
func (k *kmlFile) done() (Summary, error) {
	switch {
	case k.n == 0 && k.link != "":
		return Summary{}, Refuse("the KML holds no placemarks but a link to %s, which is not followed; download that file and import it", clip(k.link))
	case k.n == 0:
		return Summary{}, Refuse("the KML holds no placemarks; export it again with its places")
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

// networkLink notes a document of the same archive, and warns of data that lies
// elsewhere.
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
	href = strings.TrimSpace(href)
	if k.archive != nil {
		if member := k.archive.find(path.Join(k.dir, href)); member != nil && strings.EqualFold(path.Ext(href), ".kml") {
			if !slices.Contains(k.documents, member) {
				k.documents = append(k.documents, member)
			}
			return nil
		}
	}
	if k.link == "" {
		k.link = href
	}
	return k.placer.once(0, "", "link_ignored", "the file links to %s, which is not followed; import that file on its own", clip(href))
}
