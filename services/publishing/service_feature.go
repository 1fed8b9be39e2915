package publishing

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/org"
)

// versionOf resolves as_of: a version's number, or a time at which it was in
// force; "" is the one in force now.
func (s *Service) versionOf(ctx context.Context, dataset, AsOf string) (int64, error) {
	if AsOf == "" {
		return 0, nil
	}
	if number, err := strconv.ParseInt(AsOf, 10, 64); err == nil && number > 0 {
		return number, nil
	}
	at, err := time.Parse(time.RFC3339, AsOf)
	if err != nil {
		return 0, errs.New(errs.Invalid, "").WithField("query.as_of", "malformed", "must be the number of a version, or a time such as 2026-11-21T08:00:00+08:00 with + written as %%2B")
	}
	return s.facilities.VersionAt(ctx, dataset, at)
}

// editable gives a published dataset to whoever may edit its features. Where a
// second person must approve what is published, a single edit would go past them.
func (s *Service) editable(ctx context.Context, dataset string) (Dataset, error) {
	d, err := s.own(ctx, dataset, org.Publisher)
	if err == nil {
		err = d.mustBePublished()
	}
	if err == nil && d.RequireApproval {
		err = errs.New(errs.Conflict, "what is published in dataset %q needs a second person's approval: bring the corrected file, so that a reviewer can approve it", dataset).
			WithCode("approval_required")
	}
	return d, err
}

// EditFeature publishes another form of one facility as a version of one row.
// edit turns the feature as it stands into the wanted one; the result passes the
// same reader as a row of a file. warnings are what the reader has to say.
func (s *Service) EditFeature(ctx context.Context, dataset, id string, guard Guard, note string, edit func(FeatureView) (FeatureView, error)) (facility.Feature, []datasets.Issue, error) {
	d, err := s.editable(ctx, dataset)
	if err != nil {
		return facility.Feature{}, nil, err
	}
	now, err := s.facilities.Feature(ctx, dataset, 0, id)
	if err != nil {
		return now, nil, err
	}
	if err := guard.check("feature", id, now.ETag); err != nil {
		return now, nil, err
	}
	wanted, err := edit(featureOf(now))
	if err != nil {
		return now, nil, err
	}
	place, warnings, err := readBack(ctx, wanted, now.Place, d)
	if err != nil {
		return now, nil, err
	}
	row, err := facility.Prepare(place)
	if err != nil {
		return now, nil, err
	}
	_, err = s.facilities.Change(ctx, dataset, []facility.Edit{{ID: id, Row: &row, ETag: now.ETag}}, facility.Provenance{By: actor(ctx), Org: d.Org, Note: note})
	if err != nil {
		return now, nil, err
	}
	now, err = s.facilities.Feature(ctx, dataset, 0, id)
	return now, warnings, err
}

// RemoveFeature publishes a version without one facility.
func (s *Service) RemoveFeature(ctx context.Context, dataset, id string, guard Guard, note string) (facility.Publication, error) {
	d, err := s.editable(ctx, dataset)
	if err != nil {
		return facility.Publication{}, err
	}
	now, err := s.facilities.Feature(ctx, dataset, 0, id)
	if err == nil {
		err = guard.check("feature", id, now.ETag)
	}
	if err != nil {
		return facility.Publication{}, err
	}
	return s.facilities.Change(ctx, dataset, []facility.Edit{{ID: id, ETag: now.ETag}}, facility.Provenance{By: actor(ctx), Org: d.Org, Note: note})
}

// Close shuts a facility for a time. It is no version: it is seen at once, needs
// no approval, and lies over all versions.
func (s *Service) Close(ctx context.Context, dataset, id string, c facility.Closure) (facility.Feature, error) {
	d, err := s.own(ctx, dataset, org.Publisher)
	if err == nil {
		err = d.mustBePublished()
	}
	if err != nil {
		return facility.Feature{}, err
	}
	c.By = actor(ctx)
	if err := s.facilities.Close(ctx, dataset, id, c); err != nil {
		return facility.Feature{}, err
	}
	return s.facilities.Feature(ctx, dataset, 0, id)
}

// Reopen ends the closure of a facility.
func (s *Service) Reopen(ctx context.Context, dataset, id string) error {
	d, err := s.own(ctx, dataset, org.Publisher)
	if err == nil {
		err = d.mustBePublished()
	}
	if err != nil {
		return err
	}
	return s.facilities.Reopen(ctx, dataset, id)
}

// readBack has a feature read as a row of a file is, so that an edit can say no
// more than a file could: attributes, opening hours and positions are normalised
// and checked alike.
func readBack(ctx context.Context, wanted FeatureView, before datasets.Place, d Dataset) (place datasets.Place, warnings []datasets.Issue, err error) {
	drawn, err := wanted.place(before)
	if err != nil {
		return place, nil, err
	}
	var file bytes.Buffer
	one := func(yield func(datasets.Place, error) bool) { yield(drawn, nil) }
	if err := datasets.WriteGeoJSON(&file, one); err != nil {
		return place, nil, err
	}
	found := false
	refused := errs.New(errs.Invalid, "")
	src := datasets.Source{Name: "feature.geojson", Size: int64(file.Len()), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file.Bytes())), nil }}
	_, err = datasets.Read(ctx, src, datasets.Options{Category: drawn.Category}, datasets.Sink{
		Place: func(p datasets.Place) error { place, found = p, true; return nil },
		Issue: func(i datasets.Issue) error {
			if i.Rejected {
				refused = refused.WithField(locationOf(i.Column), i.Code, "%s", i.Message)
			} else if i.Row > 0 {
				warnings = append(warnings, i)
			}
			return nil
		},
	})
	switch {
	case len(refused.Fields) > 0:
		return place, nil, refused
	case err != nil:
		return place, nil, errs.New(errs.Invalid, "the feature cannot be used: %s", err).WithField("body", "invalid", "%s", err)
	case !found:
		return place, nil, errs.New(errs.Invalid, "the feature cannot be used").WithField("body", "invalid", "is no place")
	}
	if b := d.Area; b != nil && !b.bound().Contains(place.Geometry.Bound().Center()) {
		return place, nil, errs.New(errs.Invalid, "").WithField("body.geometry", "outside_area", "must lie in the area of the dataset, %g,%g,%g,%g", b[0], b[1], b[2], b[3])
	}
	place.SourceID = before.SourceID // the writer writes the permanent one where there is none
	return place, warnings, nil
}

// locationOf is where a column of a file stands in a feature.
func locationOf(column string) string {
	switch column {
	case "", "geometry", "coordinates", "lat", "lon":
		return "body.geometry"
	case "name", "category", "address", "phone", "opening_hours":
		return "body.properties." + column
	}
	return "body.properties.attributes." + column
}

// FeatureView is a facility of a dataset as a GeoJSON feature.
type FeatureView struct {
	Type       string          `json:"type" enum:"Feature"`
	ID         string          `json:"id" doc:"Permanent" example:"01m7xxpt4enq0bqct55e8a8v8x"`
	Geometry   json.RawMessage `json:"geometry" doc:"GeoJSON geometry, WGS-84"`
	Properties featureMembers  `json:"properties"`
}

// featureMembers are what is told of a facility.
type featureMembers struct {
	Name         string            `json:"name" example:"映山东路公共厕所"`
	Category     string            `json:"category" example:"toilet"`
	Address      string            `json:"address,omitempty" example:"映山东路7号"`
	Phone        string            `json:"phone,omitempty" example:"0791-07541706"`
	OpeningHours string            `json:"opening_hours,omitempty" doc:"As OpenStreetMap writes them" example:"06:00-22:00"`
	Attributes   map[string]string `json:"attributes" doc:"OpenStreetMap's keys and values where they are known" example:"{\"wheelchair\":\"yes\"}"`
	VerifiedAt   *time.Time        `json:"verified_at,omitempty" doc:"When somebody last confirmed it"`
	SourceID     string            `json:"source_id,omitempty" doc:"Its id in the agency's files" example:"TH-0173"`
	Version      int64             `json:"version,omitempty" doc:"Version in which it took this form" example:"3"`
	Closure      *closureView      `json:"closure,omitempty" doc:"A time in which it is shut, whatever its hours say"`
}

// featureOf shows a facility.
func featureOf(f facility.Feature) FeatureView {
	v := FeatureView{Type: "Feature", ID: f.ID, Geometry: geometryJSON(f.Geometry), Properties: featureMembers{
		Name: f.Name, Category: f.Category, Address: f.Address, Phone: f.Phone, OpeningHours: f.OpeningHours, Attributes: f.Attributes,
		SourceID: f.SourceID, Version: f.Version,
	}}
	if v.Properties.Attributes == nil {
		v.Properties.Attributes = map[string]string{}
	}
	if !f.VerifiedAt.IsZero() {
		v.Properties.VerifiedAt = &f.VerifiedAt
	}
	if f.Closure != nil {
		v.Properties.Closure = viewOfClosure(*f.Closure)
	}
	return v
}

// geometryJSON is a geometry as GeoJSON; ours are points, lines and areas, which
// cannot fail.
func geometryJSON(g orb.Geometry) json.RawMessage {
	text, err := json.Marshal(geojson.NewGeometry(g))
	if err != nil {
		return json.RawMessage("null")
	}
	return text
}

// place is the feature as a reader would give it; what a feature does not show
// stays as it was.
func (v FeatureView) place(before datasets.Place) (datasets.Place, error) {
	p := before
	geometry, err := geojson.UnmarshalGeometry(v.Geometry)
	if err != nil || geometry.Geometry() == nil {
		return p, errs.New(errs.Invalid, "").WithField("body.geometry", "malformed", `must be a GeoJSON geometry: {"type":"Point","coordinates":[115.8582,28.6829]}`)
	}
	p.Geometry = geometry.Geometry()
	m := v.Properties
	if strings.TrimSpace(m.Category) == "" {
		return p, errs.New(errs.Invalid, "").WithField("body.properties.category", "required", "is required")
	}
	if facility.ValidateCategory(m.Category) != nil {
		return p, errs.New(errs.Invalid, "").WithField("body.properties.category", "malformed", "use at most 64 of a-z, 0-9 and _, beginning with a letter")
	}
	p.Name, p.Category, p.Address, p.Phone, p.OpeningHours, p.Attributes = m.Name, m.Category, m.Address, m.Phone, m.OpeningHours, m.Attributes
	p.VerifiedAt = time.Time{}
	if m.VerifiedAt != nil {
		p.VerifiedAt = *m.VerifiedAt
	}
	return p, nil
}

// featureOfRow shows a row that is not published yet. body holds its document,
// more further properties.
func featureOfRow(id string, lon, lat float64, category string, body json.RawMessage, more map[string]any) json.RawMessage {
	properties := map[string]any{}
	if err := json.Unmarshal(body, &properties); err != nil {
		return json.RawMessage("null")
	}
	properties["category"] = category
	for key, value := range more {
		properties[key] = value
	}
	feature := map[string]any{"type": "Feature", "geometry": geometryJSON(orb.Point{lon, lat}), "properties": properties}
	if id != "" {
		feature["id"] = id
	}
	text, err := json.Marshal(feature)
	if err != nil {
		return json.RawMessage("null")
	}
	return text
}
