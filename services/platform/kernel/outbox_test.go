package kernel_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/kernel/errs"
)

var errEnough = errors.New("enough")

// follow collects n events of the topics after seq.
func follow(t *testing.T, db *kernel.DB, after int64, n int, topics ...string) (got []kernel.Event) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := db.Follow(ctx, after, topics, func(_ context.Context, events []kernel.Event) error {
		if got = append(got, events...); len(got) >= n {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatalf("followed %d of %d events: %v", len(got), n, err)
	}
	return got
}

func emit(t *testing.T, db *kernel.DB, topic, ref string, payload any) {
	t.Helper()
	if err := db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
		return tx.Emit(ctx, topic, ref, payload)
	}); err != nil {
		t.Fatal(err)
	}
}

func TestEventsAppearInCommitOrderWithoutGaps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		servers := []*kernel.DB{openTags(t, open)}
		if servers[0].Engine() == kernel.Postgres {
			servers = append(servers, openTags(t, open), openTags(t, open))
		}
		const writers, each = 6, 60
		var wg sync.WaitGroup
		for s, db := range servers {
			for w := range writers {
				wg.Go(func() {
					for i := range each {
						ref := fmt.Sprintf("%d-%d", s, w)
						if err := db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
							if i%7 == 6 {
								_ = tx.Emit(ctx, "tag.lost", ref, i)
								return errEnough // an event of a change that is not made is not seen
							}
							return tx.Emit(ctx, "tag.made", ref, i)
						}); err != nil && !errors.Is(err, errEnough) {
							t.Error(err)
						}
					}
				})
			}
		}
		got := follow(t, servers[0], 0, len(servers)*writers*(each-each/7)) // reads while they write
		wg.Wait()
		latest := map[string]int{}
		for i, e := range got {
			if e.Seq != int64(i+1) || e.Topic != "tag.made" {
				t.Fatalf("event %d is %d %s", i+1, e.Seq, e.Topic)
			}
			var n int
			if err := json.Unmarshal(e.Payload, &n); err != nil {
				t.Fatal(err)
			}
			if before, ok := latest[e.Ref]; ok && n <= before {
				t.Fatalf("writer %s: %d after %d", e.Ref, n, before)
			}
			latest[e.Ref] = n
		}
		if last, err := servers[len(servers)-1].LastSeq(t.Context()); err != nil || last != int64(len(got)) {
			t.Errorf("last seq %d, want %d: %v", last, len(got), err)
		}
	})
}

func TestFollowWakesAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		reader := open()
		writer := reader
		if reader.Engine() == kernel.Postgres {
			writer = open() // another server
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		seen, ended := make(chan time.Time, 10), make(chan error, 1)
		go func() {
			ended <- reader.Follow(ctx, 0, nil, func(context.Context, []kernel.Event) error { seen <- time.Now(); return nil })
		}()
		var late []time.Duration
		for i := range 10 {
			emit(t, writer, "tag.made", fmt.Sprint(i), nil)
			committed := time.Now()
			select {
			case at := <-seen:
				late = append(late, at.Sub(committed))
			case <-time.After(time.Second):
				t.Fatal("an event was not seen within a second")
			}
		}
		slices.Sort(late)
		if late[5] > 50*time.Millisecond { // the poll alone would give 100 ms
			t.Errorf("events are seen %v after the commit: nobody is woken", late[5])
		}
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("a follower whose context ended: %v", err)
		}
	})
}

func TestFollowSelectsTopicsAndResumes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		for i := range 30 {
			emit(t, db, []string{"a", "b", "c"}[i%3], fmt.Sprint(i), map[string]int{"i": i})
		}
		got := follow(t, db, 5, 16, "a", "c")
		if got[0].Seq != 6 || got[0].Ref != "5" || string(got[0].Payload) != `{"i":5}` || len(got) != 17 {
			t.Errorf("%d events, first %+v", len(got), got[0])
		}
		if age := time.Since(got[0].At); age < 0 || age > time.Minute || got[0].At.Location() != time.UTC {
			t.Errorf("an event just made is of %v", got[0].At)
		}
	})
}

func TestTrimmedEventsAreMissedLoudly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db, ctx := open(), t.Context()
		for range 10 {
			emit(t, db, "a", "", nil)
		}
		if n, err := db.Trim(ctx, time.Now().Add(-time.Hour)); n != 0 || err != nil {
			t.Errorf("trimmed %d young events: %v", n, err)
		}
		if n, err := db.Trim(ctx, time.Now().Add(time.Hour)); n != 9 || err != nil {
			t.Errorf("trimmed %d, want all but the newest: %v", n, err)
		}
		emit(t, db, "a", "new", nil)
		if first, err := db.FirstSeq(ctx); first != 10 || err != nil {
			t.Errorf("first seq %d, want 10: %v", first, err)
		}
		if got := follow(t, db, 10, 1); got[0].Seq != 11 || got[0].Ref != "new" {
			t.Errorf("after trimming comes %+v", got[0])
		}
		if got := follow(t, db, 9, 1); len(got) != 2 {
			t.Errorf("%d events after 9, want 2", len(got))
		}
		err := db.Follow(ctx, 8, nil, func(context.Context, []kernel.Event) error { return errEnough })
		if errs.CodeOf(err) != "events_trimmed" {
			t.Errorf("a reader that missed something: %v", err)
		}
	})
}
