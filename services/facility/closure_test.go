package facility_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/kernel/errs"
)

// always is a toilet that never closes by itself.
func always(id, name string) datasets.Place {
	p := toilet(id, name, 0)
	p.OpeningHours = "24/7"
	return p
}

// state waits until a server tells this of the only facility.
func (s *site) state(open, nextChange, reason string) {
	s.t.Helper()
	s.eventually(open+" for "+reason, func() error {
		var c collection
		status, raw := s.ask("GET", here, "", &c)
		if status != http.StatusOK || len(c.Features) != 1 {
			return fmt.Errorf("%d %s", status, raw)
		}
		p := c.Features[0].Properties
		if p.Open != open || p.NextChange != nextChange || p.OpeningHours != "24/7" || strings.Contains(raw, `"closure":`) != (reason != "") || !strings.Contains(raw, reason) {
			return fmt.Errorf("%s", raw)
		}
		return nil
	})
}

func TestAClosureIsSeenAtOnceAndLasts(t *testing.T) {
	eachReopened(t, func(t *testing.T, r reopen) {
		s, _, stop := r.server()
		s.publish("test", always("1", "first"))
		s.state("open", "", "")
		id := s.get(here).Features[0].ID
		until := noon.Add(26 * time.Hour)
		c := facility.Closure{From: noon.Add(-time.Hour), Until: until, Reason: "burst pipe", By: "key 1"}
		if err := s.Close(t.Context(), "test", id, c); err != nil {
			t.Fatal(err)
		}
		reopens := "2026-11-22T14:00:00+08:00"
		s.state("closed", reopens, "burst pipe")
		if n := len(s.get(here + "&open_at=now").Features); n != 0 {
			t.Errorf("%d facilities are open now", n)
		}
		if n := len(s.get(here + "&open_at=2026-11-22T14:00:00%2B08:00").Features); n != 1 {
			t.Errorf("%d facilities are open when it ends", n)
		}
		// It lies over the next version too, and over the next start, from the
		// snapshot or from the tables.
		s.publish("test", always("1", "second"))
		s.state("closed", reopens, "burst pipe")
		stop()
		s, _, stop = r.server()
		s.state("closed", reopens, "burst pipe")
		stop()
		r.removeSnapshot()
		s, log, stop := r.server()
		s.state("closed", reopens, "burst pipe")
		if !strings.Contains(string(log.bytes()), "index built") {
			t.Error("the index was not built anew")
		}
		// It can be changed, and ended.
		c.Until, c.Reason = time.Time{}, "for good?"
		if err := s.Close(t.Context(), "test", id, c); err != nil {
			t.Fatal(err)
		}
		s.state("closed", "", "for good?")
		if err := s.Reopen(t.Context(), "test", id); err != nil {
			t.Fatal(err)
		}
		s.state("open", "", "")
		stop()
	})
}

func TestAClosureIsToldToOtherServersAndToSubscribers(t *testing.T) {
	cfg := dbtest.Config(t, kernel.Postgres)
	db := openWith(t, cfg, t.TempDir())
	a := serve(t, db, facility.Options{})
	b := serve(t, openWith(t, cfg, t.TempDir()), facility.Options{})
	a.publish("test", always("1", "first"))
	b.named("first")
	start := time.Now()
	id := b.get(here).Features[0].ID
	if err := b.Close(t.Context(), "test", id, facility.Closure{From: noon, Reason: "secret word"}); err != nil {
		t.Fatal(err)
	}
	a.state("closed", "", "secret word")
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %v", took)
	}
	var payload string
	err := db.Reader().QueryRowContext(t.Context(), `SELECT payload FROM outbox WHERE topic = $1 AND ref = $2`, facility.TopicClosure, id).Scan(&payload)
	var event facility.ClosureEvent
	if err != nil || json.Unmarshal([]byte(payload), &event) != nil || event.Dataset != "test" || !event.Closed || !event.From.Equal(noon) || strings.Contains(payload, "secret") {
		t.Errorf("%v: the event says %s", err, payload)
	}
}

func TestWhatCannotBeClosed(t *testing.T) {
	s := open(t, openSQLite(t))
	publish(t, s, toilet("1", "a", 0))
	id := published(t, s)["a"].ID
	now := time.Now()
	for name, c := range map[string]struct {
		dataset, id string
		closure     facility.Closure
		kind        errs.Kind
	}{
		"no dataset":  {"none", id, facility.Closure{}, errs.NotFound},
		"no facility": {"test", "nobody", facility.Closure{}, errs.NotFound},
		"backwards":   {"test", id, facility.Closure{From: now, Until: now}, errs.Invalid},
		"a novel":     {"test", id, facility.Closure{Reason: strings.Repeat("长", 201)}, errs.Invalid},
	} {
		if err := s.Close(t.Context(), c.dataset, c.id, c.closure); errs.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Reopen(t.Context(), "test", id); errs.KindOf(err) != errs.NotFound {
		t.Errorf("opening what is open: %v", err)
	}
}
