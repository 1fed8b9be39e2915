package ogc

import (
	"context"
	"net/url"

	"github.com/paulmach/orb"

	"fujin/services/publishing/catalogue"
)

// description is a collection as the API describes it.
type description struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	Links       []link   `json:"links"`
	Extent      *extent  `json:"extent,omitempty"`
	ItemType    string   `json:"itemType"`
	CRS         []string `json:"crs"`
	StorageCRS  string   `json:"storageCrs"`
	// ItemCount and Version are Fujin's own.
	ItemCount int64  `json:"itemCount"`
	Version   int64  `json:"version,omitempty"`
	Updated   string `json:"updated,omitempty"`
	Licence   string `json:"license,omitempty"`
	// Type and the rest are those of a catalogue of records.
	Type       string   `json:"type,omitempty"`
	ConformsTo []string `json:"conformsTo,omitempty"`
}

type extent struct {
	Spatial  *spatialExtent  `json:"spatial,omitempty"`
	Temporal *temporalExtent `json:"temporal,omitempty"`
}

type spatialExtent struct {
	BBox [][4]float64 `json:"bbox"`
	CRS  string       `json:"crs"`
}

type temporalExtent struct {
	Interval [][2]*string `json:"interval"`
	TRS      string       `json:"trs"`
}

// describe describes a dataset's version. With a nil profile it leaves out the
// extent.
func (s *Service) describe(r *request, record catalogue.Record, version int64, profile *catalogue.Profile) description {
	d := description{
		ID: record.ID, Title: record.Name(r.language), Description: catalogue.Text(record.Description, r.language), ItemType: "feature",
		CRS: systemURIs(), StorageCRS: uriCRS84, ItemCount: record.Facilities, Version: version, Updated: stamp(record.UpdatedAt), Licence: record.Licence,
	}
	if profile != nil {
		d.ItemCount = profile.Facilities
		d.Extent = extentOf(profile)
	}
	d.Links = s.datasetLinks(record, r.values["as_of"])
	return d
}

func extentOf(p *catalogue.Profile) *extent {
	e := new(extent)
	if p.Facilities > 0 {
		e.Spatial = &spatialExtent{[][4]float64{box(p.Bound)}, uriCRS84}
	}
	if !p.First.IsZero() {
		from, until := stamp(p.First), stamp(p.Last)
		e.Temporal = &temporalExtent{[][2]*string{{&from, &until}}, "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"}
	}
	return e
}

func box(b orb.Bound) [4]float64 { return [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]} }

// datasetLinks are a collection's links, but for those to itself.
func (s *Service) datasetLinks(record catalogue.Record, asOf string) []link {
	base := s.url("/collections/" + record.ID)
	query := ""
	if asOf != "" {
		query = "as_of=" + url.QueryEscape(asOf)
	}
	at := func(path, f string) string {
		q := query
		if f != "" {
			if q != "" {
				q += "&"
			}
			q += "f=" + f
		}
		if q == "" {
			return base + path
		}
		return base + path + "?" + q
	}
	links := []link{
		{at("/items", "json"), "items", typeGeoJSON, "Features as GeoJSON", false},
		{at("/items", "html"), "items", typeHTML, "Features as a page", false},
		{at("/queryables", ""), relQueryables, typeSchema, "Properties for filters", false},
		{at("/sortables", ""), relSortables, typeSchema, "Properties for sorting", false},
		{at("/schema", ""), relSchema, typeSchema, "Schema of the features", false},
		{base + "/tiles", relTilesets, typeJSON, "Vector tiles", false},
		{s.PublicURL + "/datasets/" + record.ID, "describedby", typeHTML, "About the dataset", false},
		{s.PublicURL + "/v1/datasets/" + record.ID + "/dcat", "describedby", "application/ld+json", "DCAT-AP", false},
		{s.PublicURL + "/v1/datasets/" + record.ID + "/feed.atom", "alternate", "application/atom+xml", "Versions", false},
		{s.PublicURL + "/v1/datasets/" + record.ID + "/versions", "version-history", typeJSON, "Versions", false},
	}
	if address := catalogue.LicenceURL(record.Licence); address != "" {
		links = append(links, link{address, "license", typeHTML, record.Licence, false})
	}
	return links
}

func (s *Service) getCollections(r *request) error {
	if err := r.takes(); err != nil {
		return err
	}
	ctx := r.Request.Context()
	records, err := s.Catalogue.Datasets(ctx)
	if err != nil {
		return err
	}
	profiles, err := s.Profiles.OfAll(ctx, records)
	if err != nil {
		return err
	}
	all := []description{}
	for i, record := range records {
		d := s.describe(r, record, record.Version, profiles[i])
		d.Links = append([]link{{s.url("/collections/" + record.ID), "self", typeJSON, "The collection", false}}, d.Links...)
		all = append(all, d)
	}
	own, err := s.describeCatalogue(ctx, r)
	if err != nil {
		return err
	}
	own.Links = append([]link{{s.url("/collections/" + CatalogueID), "self", typeJSON, "The collection", false}}, own.Links...)
	all = append(all, own)
	if r.html {
		return s.render(r, "collections", document{Title: wordsOf(r.language)["collections"], Collections: all})
	}
	return r.sendJSON(typeJSON, map[string]any{"links": s.views(r, typeJSON), "collections": all, "crs": systemURIs(),
		"numberMatched": len(all), "numberReturned": len(all)})
}

func (s *Service) getCollection(r *request) error {
	if err := r.takes("as_of"); err != nil {
		return err
	}
	ctx := r.Request.Context()
	d, err := s.describeOpen(ctx, r)
	if err != nil {
		return err
	}
	d.Links = append(s.views(r, typeJSON), d.Links...)
	if r.html {
		return s.render(r, "collection", document{Title: d.Title, Collection: &d})
	}
	return r.sendJSON(typeJSON, d)
}

// describeOpen describes the collection that a request names.
func (s *Service) describeOpen(ctx context.Context, r *request) (description, error) {
	c, err := s.open(ctx, r)
	if err != nil {
		return description{}, err
	}
	d, ok := c.(*dataset)
	if !ok {
		return s.describeCatalogue(ctx, r)
	}
	profile, err := d.profile(ctx)
	if err != nil {
		return description{}, err
	}
	return s.describe(r, d.record, d.number, profile), nil
}
