package datasets

import (
	"cmp"
	"context"
	"encoding/xml"
	"io"
	"slices"
	"strings"
)

// xmlReader reads any other XML in which an element repeats and holds a
// position: in attributes, in nested elements, or as a pair in one text.
//
// The file is walked twice: first to find out which element is the record, then
// record by record.
type xmlReader struct{}

// Read implements Reader.
func (xmlReader) Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	placer, err := newPlacer(src.Name, opt, sink)
	if err != nil {
		return Summary{}, err
	}
	finder := &xmlFinder{placer: placer, paths: map[string]*xmlPath{}}
	if err := walkXML(ctx, src, nil, finder.end); err != nil {
		return Summary{}, err
	}
	record, err := finder.record()
	if err != nil {
		return Summary{}, err
	}
	n := 0
	err = walkXML(ctx, src, sink.Progress, func(e *xmlElement) error {
		if e.path != record {
			return nil
		}
		n++
		if e.large {
			return placer.reject(n, "", "feature_too_large", "the element <%s> holds more than %d values or %d MiB", clip(e.name), maxXMLFields, maxXMLRecord>>20)
		}
		return placer.row(n, joinRepeated(e.fields), nil)
	})
	return placer.done(XML, "UTF-8"), err
}

const (
	maxXMLFields = 2000    // of one record
	maxXMLRecord = 4 << 20 // bytes of one record
	maxXMLPaths  = 2000    // different paths in a file that are looked at
	xmlSamples   = 20      // records looked at of each path
)

// An xmlElement is an element while it is read, with the values below it.
type xmlElement struct {
	name, path string
	// label is the name that <Data name="x"> gives its value.
	label  string
	fields []Field
	text   []byte
	size   int
	large  bool // it holds more than a record may; its values are given up
}

// walkXML reads a file and calls the function for every element at its end.
// Only the values of the elements that are open are in memory, and of those that
// are too large to be a record not even they.
func walkXML(ctx context.Context, src Source, progress func(int64), end func(*xmlElement) error) error {
	s, err := openXML(ctx, src, progress)
	if err != nil {
		return err
	}
	defer s.close()
	var open []*xmlElement
	for {
		token, err := s.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			path := t.Name.Local
			if len(open) > 0 {
				path = open[len(open)-1].path + "/" + path
			}
			open = append(open, startElement(t, path))
		case xml.CharData:
			if len(open) > 0 && !open[len(open)-1].large {
				top := open[len(open)-1]
				top.text = append(top.text, t...)
				top.grow(len(t))
			}
		case xml.EndElement:
			top := open[len(open)-1]
			open = open[:len(open)-1]
			if len(open) > 0 {
				open[len(open)-1].adopt(top)
			}
			if err := end(top); err != nil {
				return err
			}
		}
	}
}

// startElement begins an element with its attributes.
func startElement(start xml.StartElement, path string) *xmlElement {
	e := &xmlElement{name: start.Name.Local, path: path}
	for _, a := range start.Attr {
		switch {
		case a.Name.Space == "xmlns" || a.Name.Local == "xmlns" || a.Name.Space == "xsi":
		case a.Name.Local == "name" && len(start.Attr) == 1:
			e.label = a.Value
		default:
			e.fields = append(e.fields, Field{a.Name.Local, a.Value})
			e.grow(len(a.Value))
		}
	}
	return e
}

// grow counts what an element holds and gives it up where it is too much.
func (e *xmlElement) grow(bytes int) {
	e.size += bytes
	if len(e.fields) > maxXMLFields || e.size > maxXMLRecord {
		e.large, e.fields, e.text = true, nil, nil
	}
}

// adopt adds what a child that has ended holds.
func (e *xmlElement) adopt(child *xmlElement) {
	e.large = e.large || child.large
	if e.large {
		e.grow(maxXMLRecord + 1)
		return
	}
	text := strings.TrimSpace(string(child.text))
	name := child.name
	if child.label != "" && len(child.fields) == 0 && text != "" {
		name, child.label = child.label, ""
	}
	if text != "" || len(child.fields) == 0 && child.label == "" {
		e.fields = append(e.fields, Field{name, text})
	}
	if child.label != "" {
		e.fields = append(e.fields, Field{name + ".name", child.label})
	}
	for _, f := range child.fields {
		e.fields = append(e.fields, Field{name + "." + f.Key, f.Value})
	}
	e.grow(child.size)
}

// joinRepeated makes one field of those with the same name, their values parted
// by semicolons. Of positions the first counts.
func joinRepeated(fields []Field) []Field {
	at := make(map[string]int, len(fields))
	joined := fields[:0:0]
	for _, f := range fields {
		i, again := at[f.Key]
		switch {
		case !again:
			at[f.Key] = len(joined)
			joined = append(joined, f)
		case f.Value == "" || positional(foldName(f.Key[strings.LastIndexByte(f.Key, '.')+1:])):
		case joined[i].Value == "":
			joined[i].Value = f.Value
		default:
			joined[i].Value += ";" + f.Value
		}
	}
	return joined
}

// xmlFinder learns which element is the record.
type xmlFinder struct {
	placer *placer
	paths  map[string]*xmlPath
	order  []string
}

// xmlPath is what is known of the elements at one path.
type xmlPath struct {
	count, samples int
	located, named bool
	keys           []string
}

// end takes an element at its end.
func (f *xmlFinder) end(e *xmlElement) error {
	if len(e.fields) == 0 {
		return nil
	}
	p, known := f.paths[e.path]
	if !known {
		if len(f.order) == maxXMLPaths {
			return nil
		}
		p = &xmlPath{}
		f.paths[e.path] = p
		f.order = append(f.order, e.path)
	}
	if p.count++; p.samples == xmlSamples {
		return nil
	}
	p.samples++
	fields := joinRepeated(e.fields)
	p.located = p.located || f.placer.locates(fields)
	for _, field := range fields {
		c := f.placer.column(field.Key)
		p.named = p.named || c.role == roleName || strings.HasPrefix(c.key, "name:")
		if !slices.Contains(p.keys, field.Key) {
			p.keys = append(p.keys, field.Key)
		}
	}
	return nil
}

// record is the path of the records: of the elements with a position those that
// also have a name, then the most frequent, then the outermost.
func (f *xmlFinder) record() (string, error) {
	best, largest := "", ""
	for _, path := range f.order {
		p := f.paths[path]
		if largest == "" || p.count > f.paths[largest].count {
			largest = path
		}
		if p.located && (best == "" || f.better(path, best)) {
			best = path
		}
	}
	switch {
	case best != "":
		return best, nil
	case largest == "":
		return "", Refuse("the file holds no records: none of its elements has attributes or elements of its own")
	}
	if f.placer.opt.look != nil {
		return largest, nil
	}
	p := f.paths[largest]
	return "", noPosition(countRecords(p.count, Say(" in <%s>", largest)), p.keys)
}

// better compares two paths with positions.
func (f *xmlFinder) better(a, b string) bool {
	first, second := f.paths[a], f.paths[b]
	if first.named != second.named {
		return first.named
	}
	return cmp.Or(cmp.Compare(first.count, second.count), cmp.Compare(strings.Count(b, "/"), strings.Count(a, "/"))) > 0
}
