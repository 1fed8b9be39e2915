package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/org"
	"fujin/services/platform/outbound"
	"fujin/services/platform/webhook"
)

// verify checks a signature with the standard's own library.
func verify(t *testing.T, secret string, got request) error {
	t.Helper()
	checker, err := standard.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return checker.Verify(got.body, got.header)
}

func TestSubscribersAreToldWhatTheyAskedFor(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open(), nil, webhook.Options{})
		key := s.key("red", org.Publisher)
		s.emit("before", tree{})
		everything, parks, felled := receive(t), receive(t), receive(t)
		made := s.subscribe(key, everything.URL, "")
		s.subscribe(key, parks.URL, `,"datasets":["parks"]`)
		s.subscribe(key, felled.URL, `,"topics":["tree.felled"]`)

		s.emit("oak", tree{Dataset: "streets"})
		got := everything.next("the oak")
		if got.Type != "tree.grown" || got.Data["tree"] != "oak" || time.Since(got.Time) > time.Minute || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s", got.body)
		}
		if err := verify(t, made.Secret, got); err != nil {
			t.Error(err)
		}
		got.body = append(got.body, ' ')
		if verify(t, made.Secret, got) == nil {
			t.Error("a changed message is not noticed")
		}
		s.emit("elm", tree{Dataset: "parks", Org: "red", Felled: true})
		for name, r := range map[string]*receiver{"everything": everything, "parks": parks, "felled": felled} {
			if got := r.next(name); got.Data["tree"] != "elm" {
				t.Errorf("%s was told %s", name, got.body)
			}
		}
		s.emit("theirs", tree{Org: "blue", Dataset: "parks", Felled: true})
		s.emit("kept back", tree{Dataset: "parks", Secret: true, Felled: true})
		everything.nothing("what is not for this organisation")
		parks.nothing("the same")
		d := s.eventually(key, made.ID, "the record of the elm", func(d delivery) bool { return d.State == "delivered" })
		if d.Topic != "tree.felled" || d.Attempts != 1 || d.Status != 204 || d.Error != "" || d.DeliveredAt.IsZero() || !d.NextAt.IsZero() {
			t.Errorf("%+v", d)
		}
	})
}

func TestAFailedMessageIsSentAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open(), nil, webhook.Options{Schedule: hasty()})
		key, r := s.key("red", org.Publisher), receive(t)
		made := s.subscribe(key, r.URL, "")
		r.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
		s.emit("oak", tree{})
		first := r.next("the first attempt")
		r.answers(nil)
		second := r.next("the second attempt")
		if first.header.Get("Webhook-Id") != second.header.Get("Webhook-Id") || string(first.body) != string(second.body) {
			t.Errorf("the second attempt is another message: %s, %s", first.body, second.body)
		}
		if err := verify(t, made.Secret, second); err != nil {
			t.Error(err)
		}
		s.eventually(key, made.ID, "success", func(d delivery) bool { return d.State == "delivered" && d.Attempts == 2 })

		r.answers(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		})
		s.emit("elm", tree{})
		d := s.eventually(key, made.ID, "the end after three attempts", func(d delivery) bool { return d.State == "failed" })
		if d.Attempts != 3 || d.Status != 307 || !strings.Contains(d.Error, "307 Temporary Redirect") {
			t.Errorf("%+v", d)
		}
		for range 3 {
			r.next("an attempt")
		}
		r.nothing("a redirect was followed, or an attempt made after the last")

		r.answers(nil)
		s.ask(key, "POST", "/v1/webhooks/"+made.ID+"/deliveries/"+d.ID+"/replay", "", 202, nil)
		if got := r.next("the replay"); got.header.Get("Webhook-Id") != d.ID || got.Data["tree"] != "elm" {
			t.Errorf("replayed %s", got.body)
		}
		s.eventually(key, made.ID, "success of the replay", func(d delivery) bool { return d.State == "delivered" && d.Attempts == 4 })
	})
}

func TestReceiversHaveTheirSay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open(), nil, webhook.Options{})
		key, r := s.key("red", org.Publisher), receive(t)
		made := s.subscribe(key, r.URL, "")
		r.answers(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		})
		s.emit("oak", tree{})
		d := s.eventually(key, made.ID, "an attempt", func(d delivery) bool { return d.Attempts == 1 })
		if wait := time.Until(d.NextAt); d.State != "pending" || wait < 59*time.Minute || wait > 61*time.Minute {
			t.Errorf("asked to wait an hour, it waits %v: %+v", wait, d)
		}
		r.next("the first attempt")
		// Somebody mended the receiver and does not want to wait.
		r.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
		s.ask(key, "POST", "/v1/webhooks/"+made.ID+"/deliveries/"+d.ID+"/replay", "", 202, nil)
		r.next("the replay")
		s.eventually(key, made.ID, "the end", func(d delivery) bool { return d.State == "failed" && d.Status == 410 })
		var now hook
		s.ask(key, "GET", "/v1/webhooks/"+made.ID, "", 200, &now)
		if now.State != "disabled" || !strings.Contains(now.Reason, "410") || now.Secret != "" {
			t.Errorf("after 410: %+v", now)
		}
		s.emit("elm", tree{})
		r.nothing("a disabled webhook was told")
		s.ask(key, "POST", "/v1/webhooks/"+made.ID+"/test", "", 409, nil)

		r.answers(nil)
		now = hook{}
		s.ask(key, "PATCH", "/v1/webhooks/"+made.ID, `{"state":"active"}`, 200, &now)
		if now.State != "active" || now.Reason != "" {
			t.Errorf("resumed: %+v", now)
		}
		s.ask(key, "POST", "/v1/webhooks/"+made.ID+"/test", "", 202, nil)
		if got := r.next("a test"); got.Type != "webhook.test" || got.Data["webhook"] != made.ID {
			t.Errorf("test: %s", got.body)
		}
		s.emit("ash", tree{})
		if got := r.next("the ash"); got.Data["tree"] != "ash" {
			t.Errorf("what happened while it was disabled is told later: %s", got.body)
		}
	})
}

func TestTheSecretIsReplacedInPeace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open(), nil, webhook.Options{})
		key, r := s.key("red", org.Publisher), receive(t)
		made := s.subscribe(key, r.URL, "")
		var renewed struct {
			Secret        string
			PreviousUntil time.Time `json:"previous_until"`
		}
		s.ask(key, "POST", "/v1/webhooks/"+made.ID+"/secret", "", 200, &renewed)
		if renewed.Secret == made.Secret || !strings.HasPrefix(renewed.Secret, "whsec_") || time.Until(renewed.PreviousUntil) < 23*time.Hour {
			t.Errorf("%+v", renewed)
		}
		s.emit("oak", tree{})
		got := r.next("the oak")
		for name, secret := range map[string]string{"old": made.Secret, "new": renewed.Secret} {
			if err := verify(t, secret, got); err != nil {
				t.Errorf("with the %s secret: %v", name, err)
			}
		}
	})
}

func TestPrivateAddressesAreNotCalled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open(), nil, webhook.Options{Client: outbound.NewClient(2*time.Second, nil), Schedule: hasty()})
		key, r := s.key("red", org.Publisher), receive(t)
		made := s.subscribe(key, r.URL, "")
		s.emit("oak", tree{})
		d := s.eventually(key, made.ID, "the end", func(d delivery) bool { return d.State == "failed" })
		if d.Status != 0 || d.Error != outbound.ErrRefused.Error() {
			t.Errorf("%+v", d)
		}
		r.nothing("a private address was called")
	})
}

func TestLostJobsAreMadeAnew(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		s := serve(t, db, nil, webhook.Options{Schedule: []time.Duration{time.Second}})
		key, r := s.key("red", org.Publisher), receive(t)
		made := s.subscribe(key, r.URL, "")
		r.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
		s.emit("oak", tree{})
		s.eventually(key, made.ID, "a failure", func(d delivery) bool { return d.Attempts == 1 })
		s.stop()
		if err := db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
			_, err := tx.ExecContext(ctx, `DELETE FROM river_job`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		r.answers(nil)
		s = serve(t, db, nil, webhook.Options{Schedule: []time.Duration{time.Second}})
		s.eventually(key, made.ID, "success", func(d delivery) bool { return d.State == "delivered" && d.Attempts == 2 })
	})
}

// Two servers share a database and a position; events come and subscribers are told of each once.
func TestSeveralServersTellOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		s := serve(t, db, nil, webhook.Options{})
		if db.Engine() == kernel.Postgres {
			serve(t, open(), nil, webhook.Options{})
		}
		key, r := s.key("red", org.Publisher), receive(t)
		made := s.subscribe(key, r.URL, "")
		const events = 60
		for i := range events {
			s.emit(fmt.Sprint(i), tree{})
		}
		seen := map[string]int{}
		for range events {
			seen[r.next("an event").Data["tree"]]++
		}
		r.nothing("an event twice")
		if len(seen) != events {
			t.Errorf("%d of %d events were told", len(seen), events)
		}
		var page struct {
			Deliveries []delivery
			NextCursor string `json:"next_cursor"`
		}
		listed := map[string]bool{}
		for path := "/v1/webhooks/" + made.ID + "/deliveries?limit=25&state=delivered"; ; path = "/v1/webhooks/" + made.ID + "/deliveries?limit=25&state=delivered&cursor=" + page.NextCursor {
			page.NextCursor = ""
			s.ask(key, "GET", path, "", 200, &page)
			for _, d := range page.Deliveries {
				listed[d.ID] = true
			}
			if page.NextCursor == "" {
				break
			}
		}
		if len(listed) != events {
			t.Errorf("%d of %d deliveries are listed", len(listed), events)
		}
	})
}

func TestARequestWithAKeyIsDoneOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		s := serve(t, open(), nil, webhook.Options{})
		key, r := s.key("red", org.Publisher), receive(t)
		again := func(path, body string, status int, header string) (made hook) {
			t.Helper()
			w := s.send(key, "POST", path, body, "Idempotency-Key", "k-"+path)
			if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil || w.Code != status || w.Header().Get("Idempotent-Replayed") != header {
				t.Fatalf("%s: %d %q %s", path, w.Code, w.Header().Get("Idempotent-Replayed"), w.Body)
			}
			return made
		}
		body := `{"url":"` + r.URL + `"}`
		first, second := again("/v1/webhooks", body, 201, ""), again("/v1/webhooks", body, 201, "true")
		if first.Secret == "" || first.ID != second.ID || first.Secret != second.Secret {
			t.Errorf("%+v, then %+v", first, second)
		}
		again("/v1/webhooks", `{"url":"https://other.example"}`, 422, "")
		test := "/v1/webhooks/" + first.ID + "/test"
		if one, two := again(test, "", 202, ""), again(test, "", 202, "true"); one.ID != two.ID {
			t.Errorf("%+v, then %+v", one, two)
		}
		replay := "/v1/webhooks/" + first.ID + "/deliveries/" + s.eventually(key, first.ID, "the test", func(d delivery) bool { return d.State == "delivered" }).ID + "/replay"
		again(replay, "", 202, "")
		again(replay, "", 202, "true")
		r.next("the test")
		r.next("its replay")
		r.nothing("what was asked for once came twice")
	})
}
