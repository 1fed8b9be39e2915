package ogc

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"fujin/services/platform/kernel/errs"
	"fujin/services/publishing/catalogue"
	"fujin/services/publishing/ogc/cql2"
)

// recordList is the catalogue as a collection of records. There are so few
// that a list in memory serves.
type recordList struct{ list []*record }

// records reads the catalogue.
func (s *Service) records(ctx context.Context, language string) (*recordList, error) {
	all, err := s.Catalogue.Datasets(ctx)
	if err != nil {
		return nil, err
	}
	profiles, err := s.Profiles.OfAll(ctx, all)
	if err != nil {
		return nil, err
	}
	c := new(recordList)
	for i, one := range all {
		r := &record{Record: one, language: language, base: s.PublicURL}
		profile := cmp.Or(profiles[i], new(catalogue.Profile))
		switch {
		case one.Area != nil:
			a := one.Area
			r.bound = &orb.Bound{Min: orb.Point{a[0], a[1]}, Max: orb.Point{a[2], a[3]}}
		case profile.Facilities > 0:
			r.bound = &profile.Bound
		}
		for category := range profile.Categories {
			r.keywords = append(r.keywords, category)
		}
		slices.Sort(r.keywords)
		c.list = append(c.list, r)
	}
	slices.SortFunc(c.list, func(a, b *record) int { return cmp.Compare(a.ID, b.ID) })
	return c, nil
}

func (c *recordList) version() int64 { return 0 }

func (c *recordList) schema(context.Context) (map[string]cql2.Type, error) {
	return map[string]cql2.Type{"id": cql2.String, "geometry": cql2.Geometry, "title": cql2.String, "description": cql2.String,
		"license": cql2.String, "created": cql2.Timestamp, "updated": cql2.Timestamp, "facilities": cql2.Number}, nil
}

func (c *recordList) count(ctx context.Context, bound *orb.Bound) (n int64, err error) {
	err = c.each(ctx, walk{bound: bound}, func(candidate) error { n++; return nil })
	return n, err
}

func (c *recordList) load(_ context.Context, chosen []candidate) ([]item, error) {
	items := make([]item, len(chosen))
	for i, r := range chosen {
		items[i] = r.(*record)
	}
	return items, nil
}

func (c *recordList) each(_ context.Context, w walk, yield func(candidate) error) error {
	limit := w.limit
	for _, r := range c.list {
		if r.ID <= w.after || w.bound != nil && !r.meets(*w.bound) {
			continue
		}
		if err := yield(r); err != nil {
			return err
		}
		if limit--; limit == 0 {
			break
		}
	}
	return nil
}

func (c *recordList) item(_ context.Context, id string) (item, error) {
	for _, r := range c.list {
		if r.ID == id {
			return r, nil
		}
	}
	return nil, errs.New(errs.NotFound, "there is no record %q", clip(id)).WithField("path.fid", "not_found", "the catalogue has no such record")
}

// narrow adds the parameters that only records have.
func (c *recordList) narrow(q *query, r *request) {
	terms, types := r.values["q"], r.values["type"]
	ids, external := r.values["ids"], r.values["externalIds"]
	if terms+types+ids+external == "" {
		return
	}
	q.match = func(it candidate) bool {
		one, ok := it.(*record)
		return ok && (terms == "" || one.mentions(terms)) && (types == "" || listed(types, "dataset")) &&
			(ids == "" || listed(ids, one.ID)) && (external == "" || listed(external, one.uri()))
	}
}

func listed(list, value string) bool {
	return slices.ContainsFunc(strings.Split(list, ","), func(s string) bool { return strings.TrimSpace(s) == value })
}

// record is a dataset's entry in the catalogue.
type record struct {
	catalogue.Record
	language string
	base     string // the public address
	bound    *orb.Bound
	keywords []string
}

func (r *record) id() string { return r.ID }

// uri names the dataset for the world.
func (r *record) uri() string { return r.base + "/datasets/" + r.ID }

func (r *record) geometry() orb.Geometry {
	if r.bound == nil {
		return nil
	}
	if r.bound.Min == r.bound.Max {
		return r.bound.Min
	}
	return r.bound.ToPolygon()
}

func (r *record) instant() time.Time { return r.UpdatedAt }
func (r *record) etag() string       { return "" } // it depends on the language too

// meets tells whether the record's box and another share a point. A record
// without one meets all boxes, as the standard has it.
func (r *record) meets(b orb.Bound) bool {
	if r.bound == nil {
		return true
	}
	if b.Min[0] <= b.Max[0] {
		return r.bound.Intersects(b)
	}
	west, east := b, b
	west.Max[0], east.Min[0] = 180, -180
	return r.bound.Intersects(west) || r.bound.Intersects(east)
}

// mentions tells whether the record's texts hold the search terms: one of
// those that commas separate; a term of several words has them in that order.
func (r *record) mentions(terms string) bool {
	texts := append([]string{r.ID}, r.keywords...)
	for _, m := range [...]map[string]string{r.Title, r.Description} {
		for _, t := range m {
			texts = append(texts, t)
		}
	}
	for i, t := range texts {
		texts[i] = strings.ToLower(strings.Join(strings.Fields(t), " "))
	}
	return slices.ContainsFunc(strings.Split(terms, ","), func(term string) bool {
		term = strings.ToLower(strings.Join(strings.Fields(term), " "))
		return term != "" && slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, term) })
	})
}

func (r *record) value(name string) cql2.Value {
	switch name {
	case "id":
		return cql2.TextOf(r.ID)
	case "geometry":
		if g := r.geometry(); g != nil {
			return cql2.Value{Type: cql2.Geometry, Geometry: g}
		}
	case "title":
		return cql2.TextOf(r.Name(r.language))
	case "description":
		return cql2.TextOf(catalogue.Text(r.Description, r.language))
	case "license":
		return cql2.TextOf(r.licence())
	case "created":
		return cql2.Value{Type: cql2.Timestamp, Time: r.CreatedAt}
	case "updated":
		return cql2.Value{Type: cql2.Timestamp, Time: r.UpdatedAt}
	case "facilities":
		return cql2.Value{Type: cql2.Number, Number: float64(r.Facilities)}
	}
	return cql2.Value{}
}

// properties are those of the standard's record, and the number of facilities.
func (r *record) properties() []property {
	list := []property{{"type", "dataset"}, {"title", r.Name(r.language)}}
	if d := catalogue.Text(r.Description, r.language); d != "" {
		list = append(list, property{"description", d})
	}
	list = append(list,
		property{"created", stamp(r.CreatedAt)}, property{"updated", stamp(r.UpdatedAt)},
		property{"keywords", append([]string{}, r.keywords...)},
		property{"language", map[string]string{"code": r.language}},
		property{"formats", []map[string]string{{"name": "GeoJSON", "mediaType": typeGeoJSON}, {"name": "CSV", "mediaType": "text/csv"},
			{"name": "GeoParquet", "mediaType": "application/vnd.apache.parquet"}, {"name": "FlatGeobuf", "mediaType": "application/flatgeobuf"}}},
		property{"externalIds", []map[string]string{{"value": r.uri()}}})
	if licence := r.licence(); licence != "" {
		list = append(list, property{"license", licence})
	}
	if c := r.contact(); c != nil {
		list = append(list, property{"contacts", []any{c}})
	}
	return append(list, property{"version", r.Version}, property{"facilities", r.Facilities})
}

// licence is the SPDX identifier of the licence; of one that has none "other",
// and a link leads to its text.
func (r *record) licence() string {
	if r.Licence != "" && r.Licence == catalogue.LicenceURL(r.Licence) {
		return "other"
	}
	return r.Licence
}

func (r *record) contact() map[string]any {
	c := map[string]any{}
	if name := cmp.Or(r.Contact.Name, r.Org); name != "" {
		c["organization"] = name
	}
	if r.Contact.Email != "" {
		c["emails"] = []map[string]string{{"value": r.Contact.Email}}
	}
	if r.Contact.URL != "" {
		c["links"] = []link{{r.Contact.URL, "about", typeHTML, "", false}}
	}
	if len(c) == 0 {
		return nil
	}
	return c
}

// appendMembers adds what a record has beside a feature's members.
func (r *record) appendMembers(b []byte) []byte {
	b = appendValue(append(b, `,"time":`...), map[string]any{"interval": []string{stamp(r.CreatedAt), stamp(r.UpdatedAt)}})
	return append(b, `,"conformsTo":["http://www.opengis.net/spec/ogcapi-records-1/1.0/req/record-core"]`...)
}

// links lead from a record to the dataset it describes.
func (r *record) links() []link {
	at := r.base + "/v1/datasets/" + r.ID
	links := []link{
		{r.base + "/ogc/collections/" + r.ID, "data", typeJSON, "The collection of features", false},
		{r.base + "/ogc/collections/" + r.ID + "/items", "item", typeGeoJSON, "The features", false},
		{r.uri(), "about", typeHTML, "About the dataset", false},
		{at + "/dcat", "describedby", "application/ld+json", "DCAT-AP", false},
	}
	if address := catalogue.LicenceURL(r.Licence); address != "" {
		links = append(links, link{address, "license", typeHTML, r.Licence, false})
	}
	return links
}

// describeCatalogue describes the collection of records.
func (s *Service) describeCatalogue(ctx context.Context, r *request) (description, error) {
	c, err := s.records(ctx, r.language)
	if err != nil {
		return description{}, err
	}
	t := wordsOf(r.language)
	d := description{ID: CatalogueID, Title: t["catalogue"], Description: t["catalogue_text"], ItemType: "record", CRS: systemURIs(),
		StorageCRS: uriCRS84, ItemCount: int64(len(c.list)), Type: "Collection",
		ConformsTo: []string{"http://www.opengis.net/spec/ogcapi-records-1/1.0/req/record-collection"}}
	var all *orb.Bound
	for _, one := range c.list {
		if one.bound == nil {
			continue
		}
		if all == nil {
			b := *one.bound
			all = &b
		}
		*all = all.Union(*one.bound)
	}
	if all != nil {
		d.Extent = &extent{Spatial: &spatialExtent{[][4]float64{box(*all)}, uriCRS84}}
	}
	base := s.url("/collections/" + CatalogueID)
	d.Links = []link{
		{base + "/items?f=json", "items", typeGeoJSON, "Records as GeoJSON", false},
		{base + "/items?f=html", "items", typeHTML, "Records as a page", false},
		{base + "/queryables", relQueryables, typeSchema, "Properties for filters", false},
		{base + "/sortables", relSortables, typeSchema, "Properties for sorting", false},
		{base + "/schema", relSchema, typeSchema, "Schema of the records", false},
	}
	return d, nil
}
