package publishing_test

import (
	"strings"
	"testing"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/publishing"
)

// feature is a feature as the API tells it.
type feature struct {
	ID         string
	Geometry   struct{ Coordinates []float64 }
	Properties struct {
		Name, Category, Phone, Address string
		OpeningHours                   string `json:"opening_hours"`
		SourceID                       string `json:"source_id"`
		Attributes                     map[string]string
		Version                        int64
		Open                           string
		Closure                        *struct{ From, Until, Reason string }
	}
	Warnings []struct{ Code, Column string }
}

func TestOneFacilityIsEdited(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		s := serve(t, db, publishing.Options{Access: access(t, db)})
		s.dataset("lakes", map[string]any{"area": []float64{115, 28, 117, 30}})
		s.publish("lakes", s.bring("lakes", "a.csv", table("1 East", "2 West")).ID, "")
		var c struct{ Features []feature }
		s.ask(nobody, "GET", "/v1/datasets/lakes/features", nil).wants(200, &c)
		at := "/v1/datasets/lakes/features/" + c.Features[0].ID
		tag := s.ask(nobody, "GET", at, nil).wants(200).header.Get("ETag")

		s.ask(publisher, "PATCH", at, `{"properties":{"name":"Great East"}}`).refused(428, "precondition_required")
		var f feature
		patched := s.ask(publisher, "PATCH", at+"?note=sign+renewed",
			`{"geometry":{"type":"Point","coordinates":[115.8612345678,28.7]},"properties":{"name":"Great East","phone":"0791 123","attributes":{"wheelchair":"yes","colour":"blue"}}}`,
			"If-Match", tag, "Content-Type", "application/merge-patch+json").wants(200, &f)
		p := f.Properties
		if p.Name != "Great East" || p.Phone != "0791 123" || p.OpeningHours != "24/7" || p.Attributes["wheelchair"] != "yes" || p.SourceID != "1" || p.Version != 2 ||
			f.Geometry.Coordinates[0] != 115.8612346 || patched.header.Get("ETag") == tag {
			t.Errorf("patched: %+v", f)
		}
		s.ask(publisher, "PATCH", at, `{"properties":{"name":"x"}}`, "If-Match", tag).refused(412, "precondition_failed")
		tag = patched.header.Get("ETag")
		s.editsAreChecked(at, tag)

		f = feature{}
		s.ask(publisher, "PATCH", at, `{"properties":{"phone":null,"attributes":{"colour":null}}}`, "If-Match", tag).wants(200, &f)
		if p := f.Properties; p.Phone != "" || len(p.Attributes) != 1 || p.Name != "Great East" {
			t.Errorf("members removed: %+v", f)
		}
		f = feature{}
		put := s.ask(publisher, "PUT", at, `{"geometry":{"type":"Point","coordinates":[115.86,28.7]},"properties":{"name":"New East","category":"toilet","opening_hours":"6 h - 22 h"}}`,
			"If-Match", "*").wants(200, &f)
		if p := f.Properties; p.Name != "New East" || p.OpeningHours != "06:00-22:00" || len(p.Attributes) != 0 || p.SourceID != "1" {
			t.Errorf("replaced: %+v", f)
		}
		var before feature
		s.ask(nobody, "GET", at+"?as_of=1", nil).wants(200, &before)
		if before.Properties.Name != "East" {
			t.Errorf("as of version 1: %+v", before)
		}
		var v struct {
			Version, Removed, Facilities int64
			Kind                         string
		}
		s.ask(publisher, "DELETE", at, nil, "If-Match", put.header.Get("ETag")).wants(200, &v)
		if v.Version != 5 || v.Removed != 1 || v.Facilities != 1 || v.Kind != "edit" {
			t.Errorf("removed: %+v", v)
		}
		s.ask(nobody, "GET", at, nil).wants(404)
		diff := linesOf[delta](s.ask(nobody, "GET", "/v1/datasets/lakes/diff?from=1&to=2", nil))
		if len(diff) != 1 || diff[0].Op != "changed" || !strings.Contains(strings.Join(diff[0].Fields, " "), "phone") || diff[0].Before.Properties.Name != "East" || diff[0].After.Properties.Name != "Great East" {
			t.Errorf("the version of one row: %+v", diff)
		}
	})
}

// editsAreChecked tries what a row of a file would not get away with.
func (s *site) editsAreChecked(at, tag string) {
	for body, want := range map[string]string{
		`{"properties":{"version":7}}`:                            "body.properties.version unknown_field",
		`{"properties":{"attributes":{"wheelchair":true}}}`:       "wrong_type",
		`{"properties":{"attributes":"yes"}}`:                     "wrong_type must be an object",
		`{"properties":{"verified_at":"yesterday"}}`:              "body.properties.verified_at not_a_time",
		`{"properties":{"verified_at":7}}`:                        "body.properties.verified_at not_a_time",
		`{"properties":{"category":null}}`:                        "body.properties.category required",
		`{"properties":{"category":"Toilet!"}}`:                   "body.properties.category malformed",
		`{"geometry":{"type":"Point","coordinates":[0,0]}}`:       "null_island",
		`{"geometry":{"type":"Point","coordinates":[400,28]}}`:    "coordinate_out_of_range",
		`{"geometry":{"type":"Pint","coordinates":[115,28]}}`:     "body.geometry malformed",
		`{"geometry":{"type":"Point","coordinates":[11.5,48.1]}}`: "body.geometry outside_area",
		`{"properties":{"name":"x"},"colour":"red"}`:              "unknown_field",
	} {
		text := s.ask(publisher, "PATCH", at, body, "If-Match", tag).refused(400, "invalid")
		if !strings.Contains(text, want) {
			s.t.Errorf("%s: %s, want %s", body, text, want)
		}
	}
}

func TestAFacilityIsShutForATime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		s := serve(t, db, publishing.Options{Access: access(t, db)})
		s.dataset("lakes", map[string]any{"require_approval": false})
		s.publish("lakes", s.bring("lakes", "a.csv", table("1 East")).ID, "")
		var c struct{ Features []feature }
		s.ask(nobody, "GET", "/v1/datasets/lakes/features", nil).wants(200, &c)
		at := "/v1/datasets/lakes/features/" + c.Features[0].ID
		s.ask(publisher, "DELETE", at+"/closure", nil).wants(404)
		var f feature
		s.ask(publisher, "PUT", at+"/closure", `{"reason":"burst pipe"}`).wants(200, &f)
		if f.Properties.Closure == nil || f.Properties.Closure.Reason != "burst pipe" || f.Properties.Version != 1 {
			t.Errorf("%+v", f)
		}
		near := func(want string) {
			s.eventually("state "+want, func() error {
				var c struct{ Features []feature }
				s.ask(nobody, "GET", "/v1/facilities/nearby?lat=28.68&lon=115.85", nil).wants(200, &c)
				if len(c.Features) != 1 || c.Features[0].Properties.Open != want {
					return errOther
				}
				return nil
			})
		}
		near("closed")
		s.ask(publisher, "DELETE", at+"/closure", nil).wants(204)
		near("open")
		s.ask(publisher, "PUT", at+"/closure", `{"from":"2026-11-21T08:00:00Z","until":"2026-11-20T08:00:00Z"}`).refused(400, "invalid")
		s.ask(publisher, "PUT", "/v1/datasets/lakes/features/none/closure", `{}`).refused(404, "not_found")
	})
}
