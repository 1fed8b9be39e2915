package publishing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel/errs"
)

func (s *Service) mountFeatures(m mount) {
	edit := []int{http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired}
	on(m, entry{method: http.MethodGet, path: "/{id}/features", id: "features", public: true, answers: geoJSON(exampleFeatures), summary: "Facilities of a dataset as it is, or as it was",
		doc: "A GeoJSON FeatureCollection in the order of ids. The first page fixes the version; the pages that follow it are of the same."}, s.getFeatures)
	on(m, entry{method: http.MethodGet, path: "/{id}/features/{fid}", id: "feature", public: true, answers: geoJSON(exampleFeature), summary: "One facility of a dataset as it is, or as it was"}, s.getFeature)
	on(m, entry{method: http.MethodPatch, path: "/{id}/features/{fid}", id: "edit-feature", errors: edit, answers: geoJSON(exampleFeature), summary: "Change some of what is said of a facility",
		doc: "A merge patch (RFC 7396) of the feature's geometry and properties: null removes a member. It is checked as a row of a file is, and published at once as a version of one row."}, s.patchFeature)
	on(m, entry{method: http.MethodPut, path: "/{id}/features/{fid}", id: "replace-feature", errors: edit, answers: geoJSON(exampleFeature), summary: "Say anew all that is said of a facility"}, s.putFeature)
	on(m, entry{method: http.MethodDelete, path: "/{id}/features/{fid}", id: "remove-feature", errors: edit, summary: "Take a facility out of a dataset",
		doc: "As a version of one row; rollback brings it back under the same id."}, s.deleteFeature)
	on(m, entry{method: http.MethodPut, path: "/{id}/features/{fid}/closure", id: "close-feature", answers: geoJSON(exampleFeature), summary: "Say that a facility is shut for a time",
		doc: "Seen within a second by every search. It is no version, and stays when a new version comes."}, s.putClosure)
	on(m, entry{method: http.MethodDelete, path: "/{id}/features/{fid}/closure", id: "reopen-feature", status: http.StatusNoContent, summary: "Say that a facility is open again"}, s.deleteClosure)
}

// FeaturePath names a facility of a dataset.
type FeaturePath struct {
	DatasetPath
	Feature string `path:"fid" maxLength:"64" doc:"Permanent id of the facility" example:"01m7xxpt4enq0bqct55e8a8v8x"`
}

// Moment selects a version.
type Moment struct {
	AsOf string `query:"as_of" maxLength:"40" doc:"Number of a version, or a time (RFC 3339) at which it was in force; without, the one in force" example:"3"`
}

func (s *Service) getFeatures(ctx context.Context, in *struct {
	DatasetPath
	Moment
	BBox
	Page
}) (*collectionOutput, error) {
	within, err := in.bound()
	if err != nil {
		return nil, err
	}
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	if _, err := s.published(ctx, in.ID); err != nil {
		return nil, err
	}
	number, err := s.versionOf(ctx, in.ID, in.AsOf)
	if err != nil {
		return nil, err
	}
	if after != "" { // a further page
		fixed, id, _ := strings.Cut(after, " ")
		if number, err = strconv.ParseInt(fixed, 10, 64); err != nil || id == "" {
			return nil, errs.New(errs.Invalid, "").WithField("query.cursor", "malformed", "must be the next_cursor of the page before, unchanged")
		}
		after = id
	}
	v, err := s.facilities.Version(ctx, in.ID, number)
	if err != nil {
		return nil, err
	}
	out := newCollection()
	out.Body.Version = v.Number
	last := ""
	err = s.facilities.Features(ctx, in.ID, facility.FeatureQuery{Version: v.Number, Bound: within, After: after, Limit: in.Limit + 1}, func(f facility.Feature) error {
		if len(out.Body.Features) == in.Limit {
			out.Body.NextCursor = cursor(strconv.FormatInt(v.Number, 10) + " " + last)
			return nil
		}
		text, err := json.Marshal(featureOf(f))
		out.Body.Features, last = append(out.Body.Features, text), f.ID
		return err
	})
	return out, err
}

type featureOutput struct {
	ContentType string `header:"Content-Type"`
	ETag        string `header:"ETag"`
	Body        struct {
		FeatureView
		Warnings []datasets.Issue `json:"warnings,omitempty" doc:"What is odd about what was said, and was taken all the same"`
	}
}

func featureAnswer(f facility.Feature, warnings []datasets.Issue) *featureOutput {
	out := &featureOutput{ContentType: "application/geo+json", ETag: f.ETag}
	out.Body.FeatureView, out.Body.Warnings = featureOf(f), warnings
	return out
}

func (s *Service) getFeature(ctx context.Context, in *struct {
	FeaturePath
	Moment
}) (*featureOutput, error) {
	if _, err := s.published(ctx, in.ID); err != nil {
		return nil, err
	}
	number, err := s.versionOf(ctx, in.ID, in.AsOf)
	if err != nil {
		return nil, err
	}
	f, err := s.facilities.Feature(ctx, in.ID, number, in.Feature)
	if err != nil {
		return nil, err
	}
	return featureAnswer(f, nil), nil
}

// Reason is the query of an edit.
type Reason struct {
	Note string `query:"note" maxLength:"1000" doc:"Why, for those who read the list of versions" example:"moved across the road"`
}

// editedMembers are the properties that an edit may set.
type editedMembers struct {
	Name         string            `json:"name"`
	Category     string            `json:"category"`
	Address      string            `json:"address,omitempty"`
	Phone        string            `json:"phone,omitempty"`
	OpeningHours string            `json:"opening_hours,omitempty"`
	Attributes   map[string]string `json:"attributes,omitempty"`
	VerifiedAt   *time.Time        `json:"verified_at,omitempty"`
}

// editedFeature is a feature as far as an edit may set it.
type editedFeature struct {
	Type       string          `json:"type,omitempty" enum:"Feature"`
	Geometry   json.RawMessage `json:"geometry" doc:"GeoJSON geometry, WGS-84"`
	Properties editedMembers   `json:"properties"`
}

func (e editedFeature) view(now FeatureView) FeatureView {
	p := e.Properties
	now.Geometry = e.Geometry
	now.Properties = featureMembers{Name: p.Name, Category: p.Category, Address: p.Address, Phone: p.Phone, OpeningHours: p.OpeningHours,
		Attributes: p.Attributes, VerifiedAt: p.VerifiedAt, SourceID: now.Properties.SourceID}
	return now
}

func (s *Service) patchFeature(ctx context.Context, in *struct {
	FeaturePath
	Guarded
	Reason
	Body struct {
		Type       string         `json:"type,omitempty" enum:"Feature"`
		Geometry   map[string]any `json:"geometry,omitempty" doc:"GeoJSON geometry, WGS-84" example:"{\"type\":\"Point\",\"coordinates\":[115.8582,28.6829]}"`
		Properties map[string]any `json:"properties,omitempty" doc:"name, category, address, phone, opening_hours, attributes, verified_at; null removes one" example:"{\"phone\":null,\"attributes\":{\"wheelchair\":\"yes\"}}"`
	} `contentType:"application/merge-patch+json"`
}) (*featureOutput, error) {
	f, warnings, err := s.EditFeature(ctx, in.ID, in.Feature, Guard(in.IfMatch), in.Note, func(now FeatureView) (FeatureView, error) {
		if in.Body.Geometry != nil {
			var err error
			if now.Geometry, err = json.Marshal(in.Body.Geometry); err != nil {
				return now, err
			}
		}
		p := now.Properties
		members, err := json.Marshal(editedMembers{p.Name, p.Category, p.Address, p.Phone, p.OpeningHours, p.Attributes, p.VerifiedAt})
		if err != nil {
			return now, err
		}
		wanted := editedFeature{Geometry: now.Geometry}
		if err := mergePatch(members, in.Body.Properties, &wanted.Properties); err != nil {
			return now, err
		}
		return wanted.view(now), nil
	})
	if err != nil {
		return nil, err
	}
	return featureAnswer(f, warnings), nil
}

// mergePatch applies a patch to an object and reads the result (RFC 7396).
func mergePatch(object []byte, patch map[string]any, into any) error {
	var target map[string]any
	if err := json.Unmarshal(object, &target); err != nil {
		return err
	}
	text, err := json.Marshal(merged(target, patch))
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err = decoder.Decode(into)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		what := "a text"
		if kind.Type.Kind() == reflect.Map {
			what = "an object"
		}
		return errs.New(errs.Invalid, "").WithField("body.properties."+kind.Field, "wrong_type", "must be %s, not a %s", what, kind.Value)
	case err != nil && strings.HasPrefix(err.Error(), "json: unknown field "):
		name := strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`)
		return errs.New(errs.Invalid, "").WithField("body.properties."+name, "unknown_field", "cannot be set; there are name, category, address, phone, opening_hours, attributes and verified_at")
	case err != nil: // the one member that is not plain
		return errs.New(errs.Invalid, "").WithField("body.properties.verified_at", "not_a_time", "must be RFC 3339, such as 2026-11-21T08:00:00+08:00")
	}
	return nil
}

// merged is RFC 7396's MergePatch for two objects.
func merged(target, patch map[string]any) map[string]any {
	for key, value := range patch {
		inner, object := value.(map[string]any)
		switch {
		case value == nil:
			delete(target, key)
		case object:
			below, ok := target[key].(map[string]any)
			if !ok {
				below = map[string]any{}
			}
			target[key] = merged(below, inner)
		default:
			target[key] = value
		}
	}
	return target
}

func (s *Service) putFeature(ctx context.Context, in *struct {
	FeaturePath
	Guarded
	Reason
	Body editedFeature
}) (*featureOutput, error) {
	f, warnings, err := s.EditFeature(ctx, in.ID, in.Feature, Guard(in.IfMatch), in.Note, func(now FeatureView) (FeatureView, error) {
		return in.Body.view(now), nil
	})
	if err != nil {
		return nil, err
	}
	return featureAnswer(f, warnings), nil
}

func (s *Service) deleteFeature(ctx context.Context, in *struct {
	FeaturePath
	Guarded
	Reason
}) (*publishedOutput, error) {
	pub, err := s.RemoveFeature(ctx, in.ID, in.Feature, Guard(in.IfMatch), in.Note)
	if err != nil {
		return nil, err
	}
	out, err := s.versionAnswer(ctx, in.ID, pub.Version, false)
	if err == nil {
		out.Status = http.StatusOK
	}
	return out, err
}

// closureView is a closure as JSON.
type closureView struct {
	From   time.Time  `json:"from" doc:"When it begins"`
	Until  *time.Time `json:"until,omitempty" doc:"When it ends; absent while nobody knows"`
	Reason string     `json:"reason,omitempty" doc:"Told to citizens" example:"burst pipe"`
}

func viewOfClosure(c facility.Closure) *closureView {
	view := &closureView{From: c.From, Reason: c.Reason}
	if !c.Until.IsZero() {
		view.Until = &c.Until
	}
	return view
}

func (s *Service) putClosure(ctx context.Context, in *struct {
	FeaturePath
	Body struct {
		From   time.Time `json:"from,omitempty" doc:"When it begins; now if left out" example:"2026-11-21T08:00:00+08:00"`
		Until  time.Time `json:"until,omitempty" doc:"When it ends; left out while nobody knows" example:"2026-11-28T08:00:00+08:00"`
		Reason string    `json:"reason,omitempty" maxLength:"800" doc:"Told to citizens, at most 200 characters" example:"burst pipe"`
	}
}) (*featureOutput, error) {
	f, err := s.Close(ctx, in.ID, in.Feature, facility.Closure{From: in.Body.From, Until: in.Body.Until, Reason: in.Body.Reason})
	if err != nil {
		return nil, err
	}
	return featureAnswer(f, nil), nil
}

func (s *Service) deleteClosure(ctx context.Context, in *FeaturePath) (*empty, error) {
	return nil, s.Reopen(ctx, in.ID, in.Feature)
}
