package publishing_test

import (
	"strings"
	"testing"

	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/publishing"
)

func TestMetadataAreEditedUnderTheirETag(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		s := serve(t, db, publishing.Options{Access: access(t, db)})
		made := s.ask(publisher, "POST", "/v1/datasets", `{"id":"lakes","title":{"zh-Hans":"湖"},"area":[115.4,28.1,116.6,29.2],"division":"360100"}`, "Idempotency-Key", "1").wants(201)
		if made.header.Get("Location") != "/v1/datasets/lakes" || made.header.Get("ETag") != `"1"` {
			t.Errorf("%v", made.header)
		}
		again := s.ask(publisher, "POST", "/v1/datasets", `{"id":"lakes","title":{"zh-Hans":"湖"},"area":[115.4,28.1,116.6,29.2],"division":"360100"}`, "Idempotency-Key", "1").wants(201)
		if again.header.Get("Idempotent-Replayed") != "true" || string(again.body) != string(made.body) {
			t.Errorf("repeated: %v %s", again.header, again.body)
		}
		s.ask(publisher, "POST", "/v1/datasets", `{"id":"ponds","title":{"en":"x"}}`, "Idempotency-Key", "1").refused(422, "key_reused")
		s.ask(stranger, "POST", "/v1/datasets", `{"id":"lakes","title":{"en":"x"}}`).refused(409, "taken")

		const at = "/v1/datasets/lakes"
		s.ask(publisher, "PATCH", at, `{"licence":"CC-BY-4.0"}`).refused(428, "precondition_required")
		s.ask(publisher, "PATCH", at, `{"licence":"CC-BY-4.0"}`, "If-Match", `"7"`).refused(412, "precondition_failed")
		var d struct {
			Title    map[string]string
			Licence  string
			Area     []float64
			Division string
			Contact  struct{ Email string }
		}
		edited := s.ask(publisher, "PATCH", at, `{"licence":"CC-BY-4.0","contact":{"email":"a@b.example"},"area":[]}`, "If-Match", `"1"`).wants(200, &d)
		if edited.header.Get("ETag") != `"2"` || d.Licence != "CC-BY-4.0" || d.Title["zh-Hans"] != "湖" || d.Area != nil || d.Contact.Email != "a@b.example" || d.Division != "360100" {
			t.Errorf("edited: %v %+v", edited.header, d)
		}
	})
}

func TestWhatIsSaidOfADatasetIsChecked(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db)})
	for body, want := range map[string]string{
		`{"id":"A B","title":{"en":"x"}}`:                                            "body.id malformed",
		`{"id":"a"}`:                                                                 "body.title required",
		`{"id":"a","title":{"English":"x"}}`:                                         "body.title.English malformed",
		`{"id":"a","title":{"en":" "}}`:                                              "body.title.en empty",
		`{"id":"a","title":{"en":"x"},"licence":"free for all"}`:                     "body.licence malformed",
		`{"id":"a","title":{"en":"x"},"contact":{"email":"x"}}`:                      "body.contact.email malformed",
		`{"id":"a","title":{"en":"x"},"contact":{"url":"javascript:x"}}`:             "body.contact.url malformed",
		`{"id":"a","title":{"en":"x"},"area":[1,2,3]}`:                               "body.area out_of_range",
		`{"id":"a","title":{"en":"x"},"area":[10,2,3,4]}`:                            "body.area out_of_range",
		`{"id":"a","title":{"en":"x"},"division":"999999"}`:                          "body.division not_one_of",
		`{"id":"a","title":{"en":"x"},"category":"Public Toilet"}`:                   "body.category malformed",
		`{"id":"a","title":{"en":"x"},"crs":"moon"}`:                                 "body.crs not_one_of",
		`{"id":"a","title":{"en":"x"},"org":"roads"}`:                                "body.org not_one_of",
		`{"id":"a","title":{"en":"x"},"colour":"red"}`:                               "body.colour unknown_field",
		`{"id":"a","title":{"en":"x"},"mapping":{"name":1}}`:                         "body.mapping.name wrong_type",
		`{"id":"a","title":{"en":"x"},"require_approval":"yes, certainly"}`:          "body.require_approval not_a_boolean",
		`{"id":"a","title":{"en":"x"},"category":"` + strings.Repeat("x", 65) + `"}`: "body.category malformed",
		`{"id":"a","title":{"en":"x"},"mapping":{"name":" "}}`:                       "body.mapping empty",
		`{"id":"a","title":{"en":"x"},"required":["name",""]}`:                       "body.required[1] malformed",
		`{"id":"a","title":{"en":"` + strings.Repeat("x", 201) + `"}}`:               "body.title.en too_long",
	} {
		if text := s.ask(publisher, "POST", "/v1/datasets", body).refused(400, "invalid"); !strings.Contains(text, want) {
			t.Errorf("%s: %s, want %s", body, text, want)
		}
	}
	s.ask(reviewer, "POST", "/v1/datasets", `{"id":"a","title":{"en":"x"}}`).refused(403, "forbidden")
}

func TestWhatTheCommandLinePublishedBelongsToNobody(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db)})
	_, err := s.facilities.Replace(t.Context(), "imported", func(yield func(facility.Row) error) error {
		return yield(facility.Row{Key: "i:1", Category: "toilet", Lat: 28.68, Lon: 115.85, Doc: `"name":"a","attributes":{}`})
	}, facility.Provenance{})
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Org     *string
		Version int64
		Title   map[string]string
	}
	s.ask(nobody, "GET", "/v1/datasets/imported", nil).wants(200, &d)
	if d.Org != nil || d.Version != 1 || d.Title["en"] != "imported" {
		t.Errorf("%+v", d)
	}
	s.ask(publisher, "POST", "/v1/datasets", `{"id":"imported","title":{"en":"mine"}}`).refused(409, "taken")
	s.ask(publisher, "POST", "/v1/datasets/imported/uploads", table("1 a")).refused(403, "not_owned")
	s.ask(publisher, "PATCH", "/v1/datasets/imported", `{}`, "If-Match", "*").refused(403, "not_owned")
}
