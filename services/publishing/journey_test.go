package publishing_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/publishing"
)

// delta is a line of a diff.
type delta struct {
	Op, ID        string
	Row           int
	Fields        []string
	Before, After *struct {
		Properties struct{ Name, Phone string }
	}
}

// TestMunichIsPublishedCorrectedAndUndone is the journey of an agency with a
// file that a spreadsheet has damaged.
func TestMunichIsPublishedCorrectedAndUndone(t *testing.T) {
	t.Parallel()
	file := realFile(t, "toilets/de_munich_toilets_export.csv")
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		s := serve(t, db, publishing.Options{Access: access(t, db)})
		const at = "/v1/datasets/munich-toilets"
		s.dataset("munich-toilets", map[string]any{"area": []float64{11.3, 48, 11.8, 48.3}, "licence": "MIT"})

		first := s.bring("munich-toilets", "munich.csv", file)
		if first.State != "ready" || first.Summary.Read != 1092 || first.Summary.Rejected < 1000 || first.count("coordinate_damaged") < 1000 || len(first.SHA256) != 64 {
			t.Fatalf("the damaged file: %+v", first)
		}
		if len(first.Report.Repairs) == 0 || first.Report.Repairs[0].Code != "decimal_restored" || first.Report.Repairs[0].Applied {
			t.Fatalf("repairs proposed: %+v", first.Report.Repairs)
		}
		var proposed struct {
			Repairs []struct {
				Row           int
				Before, After string
			}
		}
		s.ask(publisher, "GET", at+"/uploads/"+first.ID+"/repairs?code=decimal_restored&limit=1", nil).wants(200, &proposed)
		if len(proposed.Repairs) != 1 || !strings.Contains(proposed.Repairs[0].Before, "481.475.266") || !strings.Contains(proposed.Repairs[0].After, "48.1475266") {
			t.Errorf("the first repair: %+v", proposed.Repairs)
		}

		s.ask(publisher, "PATCH", at+"/uploads/"+first.ID, map[string]any{"repairs": []string{"decimal_restored"}}).wants(202)
		mended := s.examined("munich-toilets", first.ID)
		if mended.State != "ready" || mended.Summary.Accepted < 800 || mended.Summary.Added != int64(mended.Summary.Accepted) {
			t.Fatalf("with the repair: %+v", mended.Summary)
		}
		if found := s.features(nobody, "/v1/facilities/nearby?lat=48.1475&lon=11.5586&radius=300"); len(found) != 0 {
			t.Errorf("a draft is found: %v", found)
		}
		if v := s.publish("munich-toilets", first.ID, "first"); v != 1 {
			t.Errorf("published as version %d", v)
		}
		if found := s.features(nobody, "/v1/facilities/nearby?lat=48.1475&lon=11.5586&radius=300"); found["WC U-Bahnhof Stiglmaierplatz"] == nil {
			t.Errorf("what was published is not found: %v", found)
		}
		s.correctAndUndo(at, file, mended.Summary.Accepted)
	})
}

// correctAndUndo brings the file again with one place renamed and one left out.
func (s *site) correctAndUndo(at string, file []byte, facilities int) {
	t := s.t
	corrected := bytes.Replace(file, []byte("WC U-Bahnhof Stiglmaierplatz"), []byte("WC Stiglmaierplatz (U)"), 1)
	again := s.bring("munich-toilets", "munich-2.csv", corrected)
	s.ask(publisher, "PATCH", at+"/uploads/"+again.ID, map[string]any{"repairs": []string{"decimal_restored"}}).wants(202)
	again = s.examined("munich-toilets", again.ID)
	if again.Base != 1 || again.Summary.Added != 1 || again.Summary.Removed != 1 || again.Summary.Changed != 0 {
		t.Fatalf("against version %d: %+v", again.Base, again.Summary) // without ids a new name is a new place
	}
	preview := linesOf[delta](s.ask(publisher, "GET", at+"/uploads/"+again.ID+"/diff", nil))
	s.publish("munich-toilets", again.ID, "renamed")
	real := linesOf[delta](s.ask(nobody, "GET", at+"/diff?from=1&to=2", nil))
	for name, diff := range map[string][]delta{"preview": preview, "diff": real} {
		names := map[string]string{}
		for _, d := range diff {
			if d.After != nil {
				names[d.Op] = d.After.Properties.Name
			} else {
				names[d.Op] = d.Before.Properties.Name
			}
		}
		if len(diff) != 2 || names["added"] != "WC Stiglmaierplatz (U)" || names["removed"] != "WC U-Bahnhof Stiglmaierplatz" {
			t.Errorf("%s: %+v", name, diff)
		}
	}
	for format, beginning := range map[string]string{"geojson": `{"type":"FeatureCollection"`, "csv": "", "geoparquet": "PAR1", "flatgeobuf": "fgb"} {
		got := s.ask(nobody, "GET", at+"/versions/1/download?format="+format, nil).wants(200)
		if !bytes.HasPrefix(got.body, []byte(beginning)) || len(got.body) < 100_000 || !strings.Contains(got.header.Get("Content-Disposition"), "munich-toilets-1.") {
			t.Errorf("%s: %d bytes, %v", format, len(got.body), got.header)
		}
	}
	var back struct {
		Version, Of int64
		Kind        string
	}
	rollback := s.ask(publisher, "POST", at+"/rollback", map[string]any{"to": 1, "note": "the old name is right"}).wants(201, &back)
	if back.Version != 3 || back.Of != 1 || back.Kind != "rollback" || rollback.header.Get("Location") != at+"/versions/3" {
		t.Errorf("rolled back to %+v at %q", back, rollback.header.Get("Location"))
	}
	if same := linesOf[delta](s.ask(nobody, "GET", at+"/diff?from=1&to=3", nil)); len(same) != 0 {
		t.Errorf("after the rollback: %+v", same)
	}
	s.historyOf(at, facilities)
}

// historyOf checks what is told of the versions that were made.
func (s *site) historyOf(at string, facilities int) {
	t := s.t
	type list struct {
		Versions []struct {
			Version, Facilities                int64
			Kind, Note, Source, By, Upload, At string
			SHA256                             string `json:"sha256"`
			Org                                string
		}
		NextCursor string `json:"next_cursor"`
	}
	var newest, history list
	s.ask(publisher, "GET", at+"/versions?limit=2", nil).wants(200, &newest)
	if len(newest.Versions) != 2 || newest.Versions[0].Version != 3 || newest.Versions[0].By == "" || newest.NextCursor == "" {
		t.Fatalf("the newest versions: %+v", newest)
	}
	s.ask(nobody, "GET", at+"/versions?cursor="+newest.NextCursor, nil).wants(200, &history)
	v := history.Versions[0]
	if len(history.Versions) != 1 || v.Version != 1 || v.Kind != "upload" || v.Note != "first" || v.Source != "munich.csv" || len(v.SHA256) != 64 || v.Org != "parks" || v.By != "" || v.Facilities != int64(facilities) {
		t.Errorf("the first version, as a stranger sees it: %+v", history.Versions)
	}
	for _, asOf := range []string{"2", v.At} {
		var c struct {
			Version  int64
			Features []json.RawMessage
		}
		s.ask(nobody, "GET", at+"/features?limit=1&as_of="+asOf, nil).wants(200, &c)
		want := int64(2)
		if asOf != "2" {
			want = 1
		}
		if c.Version != want || len(c.Features) != 1 {
			t.Errorf("as of %s: version %d, %d features", asOf, c.Version, len(c.Features))
		}
	}
	seen := map[string]bool{}
	next, pages := "", 0
	for pages == 0 || next != "" {
		var c struct {
			Features   []struct{ ID string }
			NextCursor string `json:"next_cursor"`
		}
		s.ask(nobody, "GET", at+"/features?limit=300"+next, nil).wants(200, &c)
		for _, f := range c.Features {
			seen[f.ID] = true
		}
		if next, pages = "", pages+1; c.NextCursor != "" {
			next = "&cursor=" + c.NextCursor
		}
	}
	if len(seen) != facilities || pages != (facilities+299)/300 {
		t.Errorf("%d facilities in %d pages, want %s", len(seen), pages, strconv.Itoa(facilities))
	}
}
