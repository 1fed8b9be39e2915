package ogc

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"fujin/services/publishing/catalogue"
)

//go:embed pages/*.html
var pageFiles embed.FS

// document is what a page shows. Each page takes the fields it needs.
type document struct {
	Title       string
	Links       []link
	List        []string
	Collections []description
	Collection  *description
	Fields      []fieldRow
	Columns     []string
	Rows        []itemRow
	Summary     string
	Next        string
	Text        string
	Item        []fieldRow

	// set by render
	T        map[string]string
	Language string
	Base     string
	JSON     string
}

// fieldRow is a property in a table.
type fieldRow struct{ Name, Type, Text, Example string }

// itemRow is an item in a table.
type itemRow struct {
	ID, Href string
	Cells    []string
}

// render answers with a page.
func (s *Service) render(r *request, name string, d document) error {
	d.T, d.Language, d.Base, d.JSON = wordsOf(r.language), r.language, s.url(""), s.address(r, "f", "json")
	var b bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&b, "layout", d); err != nil {
		return err
	}
	r.Writer.Header().Set("Content-Security-Policy", catalogue.Policy)
	r.send("text/html; charset=utf-8", b.Bytes())
	return nil
}

// columnsShown is how many properties the table of a page of items has.
const columnsShown = 6

func (s *Service) itemsPage(r *request, c collection, p page, next string) error {
	d := document{Title: s.titleOf(r, c), Next: next}
	d.Summary = fmt.Sprintf(wordsOf(r.language)["matched"], p.matched, len(p.items))
	for _, it := range p.items {
		for _, prop := range it.properties() {
			if len(d.Columns) < columnsShown && !slices.Contains(d.Columns, prop.name) {
				d.Columns = append(d.Columns, prop.name)
			}
		}
	}
	for _, it := range p.items {
		row := itemRow{ID: it.id(), Href: s.itemURL(r, it), Cells: make([]string, len(d.Columns))}
		for _, prop := range it.properties() {
			for i, name := range d.Columns {
				if name == prop.name {
					row.Cells[i] = shown(prop.value)
				}
			}
		}
		d.Rows = append(d.Rows, row)
	}
	return s.render(r, "items", d)
}

func (s *Service) itemPage(r *request, c collection, it item) error {
	d := document{Title: it.id() + " · " + s.titleOf(r, c)}
	for _, p := range it.properties() {
		d.Item = append(d.Item, fieldRow{Name: p.name, Text: shown(p.value)})
		if (p.name == "name" || p.name == "title") && shown(p.value) != "" {
			d.Title = shown(p.value)
		}
	}
	if g := it.geometry(); g != nil {
		text := g.GeoJSONType()
		if p, ok := g.(orb.Point); ok {
			text = fmt.Sprintf("%v, %v", p[1], p[0])
		}
		d.Item = append(d.Item, fieldRow{Name: "geometry", Text: text})
	}
	if _, facility := it.(*place); facility {
		d.Next = s.PublicURL + "/p/" + it.id()
	}
	return s.render(r, "item", d)
}

func (s *Service) itemURL(r *request, it item) string {
	at := s.collectionURL(r) + "/items/" + it.id() + "?f=html"
	if asOf := r.values["as_of"]; asOf != "" {
		at += "&as_of=" + template.URLQueryEscaper(asOf)
	}
	return at
}

func (s *Service) titleOf(r *request, c collection) string {
	if d, ok := c.(*dataset); ok {
		return d.record.Name(r.language)
	}
	return wordsOf(r.language)["catalogue"]
}

// shown is a property's value as a page writes it.
func shown(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, ", ")
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}
