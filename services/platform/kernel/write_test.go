package kernel_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/kernel/errs"
)

// hold keeps the writer busy until release is called, so that what is written meanwhile shares the next commit.
func hold(t *testing.T, db *kernel.DB) (release func()) {
	t.Helper()
	running, free, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		var once sync.Once
		if err := db.Write(context.Background(), func(context.Context, *kernel.Tx) error {
			once.Do(func() { close(running) })
			<-free
			return nil
		}); err != nil {
			t.Errorf("held write: %v", err)
		}
	}()
	<-running
	return func() { close(free); <-over }
}

// queued waits until n closures wait for the writer.
func queued(t *testing.T, db *kernel.DB, n int) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); db.Stats().Queued < n; {
		if time.Now().After(end) {
			t.Fatalf("%d closures are queued, want %d", db.Stats().Queued, n)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestConcurrentWritesShareACommit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db, ctx := openTags(t, open), t.Context()
		release := hold(t, db)
		before := db.Stats().Commits
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				err := db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
					if err := insert(ctx, tx, fmt.Sprint(i)); err != nil {
						return err
					}
					if i%10 == 3 {
						panic("unlucky")
					}
					if i%10 == 7 { // a statement that fails, and a closure that does not care
						_ = insert(ctx, tx, fmt.Sprint(i))
					}
					return nil
				})
				if bad := i%10 == 3 || i%10 == 7; (errs.KindOf(err) == errs.Internal) != bad || (err != nil) != bad {
					t.Errorf("change %d: %v", i, err)
				}
			})
		}
		queued(t, db, 100)
		release()
		wg.Wait()
		if n := count(t, db); n != 80 {
			t.Errorf("%d rows, want 80: each failing closure alone leaves no trace", n)
		}
		if n := db.Stats().Commits - before; n > 10 { // the held one and the batch; more when the machine is slow
			t.Errorf("%d commits for 101 changes", n)
		}
	})
}

// deferredTable lets a change fail only when its transaction commits.
var deferredTable = fstest.MapFS{"001_link.sql": {Data: []byte(`-- +goose Up
CREATE TABLE link (id text PRIMARY KEY, tag text NOT NULL REFERENCES tag (id) DEFERRABLE INITIALLY DEFERRED);
`)}}

func TestACommitThatFailsHarmsOnlyItsCulprit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db, ctx := openTags(t, open), t.Context()
		if err := db.Migrate(ctx, "link", deferredTable); err != nil {
			t.Fatal(err)
		}
		release := hold(t, db)
		var wg sync.WaitGroup
		var runs atomic.Int64
		for i := range 20 {
			wg.Go(func() {
				err := db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
					runs.Add(1)
					if i != 13 {
						return insert(ctx, tx, fmt.Sprint(i))
					}
					_, err := tx.ExecContext(ctx, `INSERT INTO link (id, tag) VALUES ('x', 'nowhere')`)
					return err
				})
				if (i == 13) != (errs.CodeOf(err) == "reference") || (i == 13) != (err != nil) {
					t.Errorf("change %d: %v", i, err)
				}
			})
		}
		queued(t, db, 20)
		release()
		wg.Wait()
		if n := count(t, db); n != 19 {
			t.Errorf("%d rows, want 19", n)
		}
		if n := runs.Load(); n != 40 {
			t.Errorf("the closures ran %d times, want 40: together, then one by one", n)
		}
	})
}

func TestWriteHonoursItsContextBeforeTheStartOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := openTags(t, open)
		release := hold(t, db)
		ctx, cancel := context.WithCancel(t.Context())
		answer := make(chan error, 1)
		go func() {
			answer <- db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error { return insert(ctx, tx, "late") })
		}()
		queued(t, db, 1)
		cancel()
		if err := <-answer; !errors.Is(err, context.Canceled) { // at once: the writer is still held
			t.Errorf("a change whose caller has gone: %v", err)
		}
		release()
		ctx, cancel = context.WithCancel(t.Context())
		err := db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
			defer cancel() // after the last statement: the change is made, and its caller learns so
			return insert(ctx, tx, "done")
		})
		if err != nil {
			t.Errorf("a change that had started: %v", err)
		}
		if n := count(t, db); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

func TestAFullQueueIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		release := hold(t, db)
		nothing := func(context.Context, *kernel.Tx) error { return nil }
		var wg sync.WaitGroup
		var refused atomic.Int64
		for range 1030 {
			wg.Go(func() {
				if err := db.Write(t.Context(), nothing); err != nil {
					refused.Add(1)
					if errs.KindOf(err) != errs.Unavailable || errs.CodeOf(err) != "overloaded" {
						t.Errorf("refused with %v", err)
					}
				}
			})
		}
		queued(t, db, 1024)
		for end := time.Now().Add(5 * time.Second); refused.Load() < 6 && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		release()
		wg.Wait()
		if n := refused.Load(); n != 6 {
			t.Errorf("%d refused, want 6", n)
		}
	})
}

func TestCloseCommitsWhatIsQueued(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := openTags(t, open)
		release := hold(t, db)
		answer := make(chan error, 1)
		go func() {
			answer <- db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error { return insert(ctx, tx, "a") })
		}()
		queued(t, db, 1)
		closed := make(chan error, 1)
		go func() { closed <- db.Close() }()
		release()
		if err := errors.Join(<-answer, <-closed); err != nil {
			t.Fatal(err)
		}
		err := db.Write(t.Context(), func(context.Context, *kernel.Tx) error { return nil })
		if errs.CodeOf(err) != "closed" {
			t.Errorf("a write after Close: %v", err)
		}
		if n := count(t, open()); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

func TestATransactionEndsWithItsClosure(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db, ctx := openTags(t, open), t.Context()
		var kept *kernel.Tx
		if err := db.Write(ctx, func(_ context.Context, tx *kernel.Tx) error { kept = tx; return nil }); err != nil {
			t.Fatal(err)
		}
		if err := insert(ctx, kept, "a"); errs.KindOf(err) != errs.Internal {
			t.Errorf("a statement after the end: %v", err)
		}
		var n int
		if err := kept.QueryRowContext(ctx, `SELECT 1`).Scan(&n); err == nil {
			t.Error("a query after the end succeeded")
		}
	})
}

func TestTheWriterOutlivesItsClosures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := openTags(t, open)
		for name, fn := range map[string]func(ctx context.Context, tx *kernel.Tx) error{
			"panic":  func(context.Context, *kernel.Tx) error { panic("unlucky") },
			"goexit": func(context.Context, *kernel.Tx) error { runtime.Goexit(); return nil },
			"write in write": func(ctx context.Context, _ *kernel.Tx) error {
				return db.Write(ctx, func(context.Context, *kernel.Tx) error { return nil })
			},
		} {
			if err := db.Write(t.Context(), fn); errs.KindOf(err) != errs.Internal {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error { return insert(ctx, tx, "a") }); err != nil {
			t.Errorf("a write after them: %v", err)
		}
	})
}

func TestADiskFullLosesNothingAndHarmsNobody(t *testing.T) {
	db, err := kernel.Open(t.Context(), dbtest.Config(t, kernel.SQLite))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context(), "tag", tagTable); err != nil {
		t.Fatal(err)
	}
	limit := func(pages int) {
		t.Helper()
		if err := db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
			var got int
			return tx.QueryRowContext(ctx, fmt.Sprintf(`PRAGMA max_page_count = %d`, pages)).Scan(&got)
		}); err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // to what it has
	release := hold(t, db)
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			err := db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
				owner := "me"
				if i == 5 {
					owner = strings.Repeat("x", 1<<20)
				}
				_, err := tx.ExecContext(ctx, `INSERT INTO tag (id, owner) VALUES ($1, $2)`, fmt.Sprint(i), owner)
				return err
			})
			if (i == 5) != (errs.KindOf(err) == errs.NoSpace) || (i == 5) != (err != nil) {
				t.Errorf("change %d: %v", i, err)
			}
		})
	}
	queued(t, db, 10)
	release()
	wg.Wait()
	if n := count(t, db); n != 9 {
		t.Errorf("%d rows, want 9", n)
	}
}

func TestOnCommitIsCalledForWhatWasCommitted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := open()
		no := errors.New("no")
		var mu sync.Mutex
		called := map[string]int{}
		var all sync.WaitGroup
		for i := range 20 { // some share a commit with one that fails
			all.Go(func() {
				name := fmt.Sprint(i)
				err := db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
					tx.OnCommit(func() { mu.Lock(); defer mu.Unlock(); called[name]++ })
					if i%2 == 1 {
						return no
					}
					return tx.Emit(ctx, "x", name, nil)
				})
				mu.Lock()
				defer mu.Unlock()
				if want := 1 - i%2; called[name] != want || errors.Is(err, no) != (want == 0) {
					t.Errorf("%s: called %d times when Write returned %v", name, called[name], err)
				}
			})
		}
		all.Wait()
	})
}
