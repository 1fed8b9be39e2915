package publishing_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/publishing"
)

func TestASecondPersonApproves(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		s := serve(t, db, publishing.Options{Access: access(t, db)})
		s.dataset("lakes", map[string]any{"require_approval": true})
		const at = "/v1/datasets/lakes"
		u := s.bring("lakes", "a.csv", table("1 East", "2 West"))
		s.ask(reviewer, "POST", at+"/uploads/"+u.ID+"/approval", `{"decision":"approve"}`).refused(409, "not_waiting")
		var waiting struct{ State, Awaiting string }
		asked := s.ask(publisher, "POST", at+"/versions", map[string]string{"upload": u.ID, "note": "inventory"}, "Idempotency-Key", "k").wants(202, &waiting)
		if waiting.State != "awaiting_approval" || waiting.Awaiting != u.ID || asked.header.Get("Location") != at+"/uploads/"+u.ID {
			t.Errorf("%+v %v", waiting, asked.header)
		}
		s.ask(nobody, "GET", at, nil).wants(404)
		s.ask(publisher, "POST", at+"/versions", map[string]string{"upload": u.ID}).refused(409, "awaiting_approval")
		s.ask(publisher, "PATCH", at+"/uploads/"+u.ID, `{}`).refused(409, "not_editable")
		s.ask(second, "POST", at+"/uploads/"+u.ID+"/approval", `{"decision":"approve"}`).refused(403, "forbidden")

		// A rejected upload may be read in another way and asked for again.
		s.ask(reviewer, "POST", at+"/uploads/"+u.ID+"/approval", `{"decision":"reject","note":"West is closed"}`).wants(200, &u)
		if u.State != "refused" || !strings.Contains(u.Reason, "West is closed") || u.DecidedBy == "" {
			t.Errorf("rejected: %+v", u)
		}
		s.ask(publisher, "PATCH", at+"/uploads/"+u.ID, `{}`).wants(202)
		s.examined("lakes", u.ID)
		s.ask(publisher, "POST", at+"/versions", map[string]string{"upload": u.ID, "note": "inventory"}).wants(202)
		s.ask(reviewer, "POST", at+"/uploads/"+u.ID+"/approval", `{"decision":"approve","note":"compared"}`, "Idempotency-Key", "a").wants(200, &u)
		if u.State != "published" || u.Version != 1 || u.Decision != "compared" || u.RequestedBy == u.DecidedBy {
			t.Errorf("approved: %+v", u)
		}
		again := s.ask(reviewer, "POST", at+"/uploads/"+u.ID+"/approval", `{"decision":"approve","note":"compared"}`, "Idempotency-Key", "a").wants(200)
		if again.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("approved again: %v", again.header)
		}
		s.seen("lakes", 1)
		found := s.features(nobody, at+"/features")
		if len(found) != 2 {
			t.Errorf("published: %v", found)
		}
		s.approvalCannotBePassedBy(at)
	})
}

// approvalCannotBePassedBy tries the ways around the second person.
func (s *site) approvalCannotBePassedBy(at string) {
	var c struct{ Features []struct{ ID string } }
	s.ask(nobody, "GET", at+"/features", nil).wants(200, &c)
	feature := at + "/features/" + c.Features[0].ID
	s.ask(publisher, "PATCH", feature, `{"properties":{"name":"x"}}`, "If-Match", "*").refused(409, "approval_required")
	s.ask(publisher, "DELETE", feature, nil, "If-Match", "*").refused(409, "approval_required")
	s.ask(publisher, "PATCH", at, `{"require_approval":false}`, "If-Match", "*").refused(403, "forbidden")
	s.ask(reviewer, "PATCH", at, `{"require_approval":false}`, "If-Match", "*").wants(200)
	s.ask(publisher, "PATCH", feature, `{"properties":{"name":"x"}}`, "If-Match", "*").wants(200)
}

func TestAPublicationThatHappenedMeanwhile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		s := serve(t, db, publishing.Options{Access: access(t, db)})
		s.dataset("lakes", nil)
		const at = "/v1/datasets/lakes"
		older := s.bring("lakes", "a.csv", table("1 East"))
		newer := s.bring("lakes", "b.csv", table("1 East", "2 West"))
		latest := s.bring("lakes", "c.csv", table("2 West", "3 North"))
		s.ask(publisher, "POST", at+"/versions", map[string]any{"upload": newer.ID, "base": 7}).refused(409, "version_changed")
		first := s.ask(publisher, "POST", at+"/versions", map[string]any{"upload": newer.ID, "base": 0}, "Idempotency-Key", "k").wants(201)
		again := s.ask(publisher, "POST", at+"/versions", map[string]any{"upload": newer.ID, "base": 0}, "Idempotency-Key", "k").wants(201)
		if string(first.body) != string(again.body) || again.header.Get("Idempotent-Replayed") != "true" || first.header.Get("Location") != at+"/versions/1" {
			t.Errorf("repeated: %s, %s", first.body, again.body)
		}
		s.ask(publisher, "POST", at+"/versions", map[string]any{"upload": newer.ID}).refused(409, "already_published")
		s.ask(publisher, "POST", at+"/versions", map[string]any{"upload": older.ID}).refused(409, "superseded")
		if text := s.ask(publisher, "POST", at+"/versions", map[string]any{"upload": latest.ID}).refused(409, "version_changed"); !strings.Contains(text, "PATCH the upload with {}") {
			t.Error(text)
		}
		s.ask(publisher, "POST", at+"/versions", map[string]any{"upload": "none"}).refused(400, "invalid")
		s.ask(publisher, "PATCH", at+"/uploads/"+latest.ID, `{}`).wants(202)
		if u := s.examined("lakes", latest.ID); u.Base != 1 || u.Summary.Added != 1 || u.Summary.Removed != 1 {
			t.Errorf("compared again: %+v", u)
		}
		if v := s.publish("lakes", latest.ID, ""); v != 2 {
			t.Errorf("version %d", v)
		}
	})
}

// TestAPublicationOutlivesItsClient hangs up in the middle of one.
func TestAPublicationOutlivesItsClient(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	s := serve(t, db, publishing.Options{Access: access(t, db)})
	s.dataset("lakes", nil)
	rows := make([]string, 20_000)
	for i := range rows {
		rows[i] = strconv.Itoa(i) + " Lake"
	}
	u := s.bring("lakes", "a.csv", table(rows...))
	ctx, hangUp := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, "POST", s.server.URL+"/v1/datasets/lakes/versions", strings.NewReader(`{"upload":"`+u.ID+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.keys[publisher])
	ended := make(chan error, 1)
	go func() {
		_, err := http.DefaultClient.Do(request)
		ended <- err
	}()
	s.eventually("the draft", func() error {
		var drafts int
		err := db.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM dataset WHERE draft_by IS NOT NULL`).Scan(&drafts)
		if err == nil && drafts == 0 {
			return errOther
		}
		return err
	})
	hangUp()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Fatalf("the publication was over before: %v", err)
	}
	if u = s.published("lakes", u.ID); u.Version != 1 {
		t.Errorf("%+v", u)
	}
}

// published waits until an upload is published.
func (s *site) published(dataset, id string) (u upload) {
	s.t.Helper()
	s.eventually("publication of upload "+id, func() error {
		s.ask(publisher, "GET", "/v1/datasets/"+dataset+"/uploads/"+id, nil).wants(200, &u)
		if u.State != "published" {
			return errOther
		}
		return nil
	})
	return u
}
