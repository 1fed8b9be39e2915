package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"fujin/services/platform/jobs"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

// errand is the one kind of job of the tests.
type errand struct {
	Name string `json:"name"`
}

// Kind names it.
func (errand) Kind() string { return "errand" }

// TestMain lets the test program be a server that is killed while it works.
func TestMain(m *testing.M) {
	if os.Getenv("FUJIN_TEST_CHILD") != "" {
		fmt.Println("error:", child())
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// child works on jobs that never end, and says when it has begun one.
func child() error {
	ctx := context.Background()
	db, err := kernel.Open(ctx, kernel.Config{DataDir: os.Getenv("FUJIN_TEST_DIR"), DatabaseURL: os.Getenv("FUJIN_TEST_URL")})
	if err != nil {
		return err
	}
	s, err := jobs.New(ctx, db, jobs.Config{})
	if err != nil {
		return err
	}
	jobs.Register(s, jobs.Worker[errand]{Do: func(context.Context, jobs.Job[errand]) error {
		fmt.Println("begun")
		select {}
	}})
	if err := db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
		return s.Insert(ctx, tx, errand{"endless"}, jobs.Options{})
	}); err != nil {
		return err
	}
	return s.Run(ctx)
}

// office runs jobs until it is closed.
type office struct {
	t     *testing.T
	db    *kernel.DB
	jobs  *jobs.Service
	close func()
}

func open(t *testing.T, db *kernel.DB, w jobs.Worker[errand]) *office {
	t.Helper()
	s, err := jobs.New(t.Context(), db, jobs.Config{Logger: slog.New(slog.DiscardHandler), Queues: map[string]int{"slow": 1}, Poll: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	jobs.Register(s, w)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	o := &office{t, db, s, sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})}
	t.Cleanup(o.close)
	return o
}

func (o *office) insert(name string, options jobs.Options) error {
	return o.db.Write(o.t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
		return o.jobs.Insert(ctx, tx, errand{name}, options)
	})
}

func (o *office) mustInsert(name string, options jobs.Options) {
	o.t.Helper()
	if err := o.insert(name, options); err != nil {
		o.t.Fatal(err)
	}
}

// awaits gives the next value of a channel, or fails.
func awaits[T any](t *testing.T, from <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(10 * time.Second):
		t.Fatalf("nothing came: %s", what)
	}
	return v
}

func silent[T any](t *testing.T, from <-chan T, what string) {
	t.Helper()
	select {
	case v := <-from:
		t.Fatalf("%s: %v", what, v)
	case <-time.After(300 * time.Millisecond): // three polls
	}
}

func TestAJobExistsIfItsChangeDoes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, database func() *kernel.DB) {
		did := make(chan jobs.Job[errand], 10)
		o := open(t, database(), jobs.Worker[errand]{Do: func(_ context.Context, j jobs.Job[errand]) error { did <- j; return nil }})
		no := errors.New("changed my mind")
		err := o.db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
			if err := o.jobs.Insert(ctx, tx, errand{"rolled back"}, jobs.Options{}); err != nil {
				return err
			}
			return no
		})
		if !errors.Is(err, no) {
			t.Fatal(err)
		}
		o.mustInsert("committed", jobs.Options{})
		if j := awaits(t, did, "the committed job"); j.Args.Name != "committed" || j.Attempt != 1 {
			t.Errorf("%+v", j)
		}
		silent(t, did, "a job of a change that was rolled back, or one twice")

		start := time.Now()
		o.mustInsert("later", jobs.Options{At: start.Add(1500 * time.Millisecond)})
		if j := awaits(t, did, "the job of later"); j.Args.Name != "later" || time.Since(start) < 1400*time.Millisecond {
			t.Errorf("%+v after %v", j, time.Since(start))
		}
		err = o.db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
			return o.jobs.Insert(ctx, tx, stranger{}, jobs.Options{})
		})
		if err == nil || !strings.Contains(err.Error(), "stranger") {
			t.Errorf("a job nobody can do: %v", err)
		}
	})
}

type stranger struct{}

// Kind names it.
func (stranger) Kind() string { return "stranger" }

func TestAFailedJobIsTriedAgainAndThenGivenUp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, database func() *kernel.DB) {
		did, gaveUp := make(chan jobs.Job[errand], 10), make(chan error, 10)
		o := open(t, database(), jobs.Worker[errand]{
			Do: func(_ context.Context, j jobs.Job[errand]) error {
				did <- j
				switch {
				case j.Args.Name == "hopeless":
					return jobs.Never(errors.New("no such street"))
				case j.Attempt == 2:
					panic("stumbled")
				}
				return fmt.Errorf("failed %d", j.Attempt)
			},
			GaveUp:   func(_ context.Context, j jobs.Job[errand], err error) { gaveUp <- err },
			Attempts: 3, Backoff: func(int) time.Duration { return 10 * time.Millisecond },
		})
		o.mustInsert("stubborn", jobs.Options{})
		for i := range 3 {
			if j := awaits(t, did, "an attempt"); j.Attempt != i+1 || j.Attempts != 3 {
				t.Errorf("attempt %d: %+v", i+1, j)
			}
		}
		if err := awaits(t, gaveUp, "the end"); err.Error() != "failed 3" {
			t.Errorf("given up for: %v", err)
		}
		o.mustInsert("hopeless", jobs.Options{})
		awaits(t, did, "the only attempt")
		if err := awaits(t, gaveUp, "the end at once"); !strings.Contains(err.Error(), "no such street") {
			t.Errorf("given up for: %v", err)
		}
		silent(t, did, "another attempt")
	})
}

func TestOnceAndQueues(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, database func() *kernel.DB) {
		begun, goOn := make(chan string, 10), make(chan bool)
		o := open(t, database(), jobs.Worker[errand]{Queue: "slow", Do: func(_ context.Context, j jobs.Job[errand]) error {
			begun <- j.Args.Name
			<-goOn
			return nil
		}})
		o.mustInsert("a", jobs.Options{Once: true})
		awaits(t, begun, "a")
		o.mustInsert("a", jobs.Options{Once: true}) // while it is under way
		o.mustInsert("b", jobs.Options{Once: true})
		o.mustInsert("b", jobs.Options{Once: true}) // while it waits
		silent(t, begun, "two jobs of a queue for one")
		goOn <- true
		if name := awaits(t, begun, "b"); name != "b" {
			t.Errorf("then %s", name)
		}
		goOn <- true
		silent(t, begun, "a job that was waiting already")
		o.mustInsert("a", jobs.Options{Once: true})
		awaits(t, begun, "a again, since the first has ended")
		goOn <- true
	})
}

func TestStoppingPutsAJobBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, database func() *kernel.DB) {
		begun := make(chan jobs.Job[errand], 10)
		db := database()
		first := open(t, db, jobs.Worker[errand]{Attempts: 1, Do: func(ctx context.Context, j jobs.Job[errand]) error {
			begun <- j
			<-ctx.Done()
			return ctx.Err()
		}})
		first.mustInsert("long", jobs.Options{})
		awaits(t, begun, "the job")
		start := time.Now()
		first.close()
		if took := time.Since(start); took < time.Second || took > 8*time.Second {
			t.Errorf("stopping took %v", took)
		}
		open(t, db, jobs.Worker[errand]{Attempts: 1, Do: func(_ context.Context, j jobs.Job[errand]) error { begun <- j; return nil }})
		if j := awaits(t, begun, "the job again"); j.Attempt != 1 {
			t.Errorf("being stopped counts as a failure: %+v", j)
		}
	})
}

func TestAKilledServersJobRunsAgain(t *testing.T) {
	t.Parallel()
	for _, engine := range []kernel.Engine{kernel.SQLite, kernel.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			if engine == kernel.Postgres && os.Getenv(dbtest.SQLiteOnly) != "" {
				t.Skip("without PostgreSQL")
			}
			config := dbtest.Config(t, engine)
			killed := exec.Command(os.Args[0])
			killed.Env = append(os.Environ(), "FUJIN_TEST_CHILD=1", "FUJIN_TEST_DIR="+config.DataDir, "FUJIN_TEST_URL="+config.DatabaseURL)
			out, err := killed.StdoutPipe()
			if err == nil {
				err = killed.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			said := make([]byte, 100)
			n, _ := io.ReadAtLeast(out, said, len("begun\n"))
			_ = killed.Process.Kill()
			_ = killed.Wait()
			if string(said[:n]) != "begun\n" {
				t.Fatalf("the server to be killed said %q", said[:n])
			}
			config.Clock = func() time.Time { return time.Now().Add(2 * time.Minute) } // by when its silence is noticed
			db, err := kernel.Open(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			did := make(chan jobs.Job[errand], 10)
			open(t, db, jobs.Worker[errand]{Do: func(_ context.Context, j jobs.Job[errand]) error { did <- j; return nil }})
			if j := awaits(t, did, "the killed server's job"); j.Args.Name != "endless" || j.Attempt != 2 {
				t.Errorf("%+v", j)
			}
		})
	}
}

func TestEveryNowAndThen(t *testing.T) {
	t.Parallel()
	db, err := kernel.Open(t.Context(), dbtest.Config(t, kernel.SQLite))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	s, err := jobs.New(t.Context(), db, jobs.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	did := make(chan string, 10)
	jobs.Register(s, jobs.Worker[errand]{Do: func(_ context.Context, j jobs.Job[errand]) error { did <- j.Args.Name; return nil }})
	jobs.Every(s, 300*time.Millisecond, errand{"sweep"})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	for range 3 {
		awaits(t, did, "a turn")
	}
	stop()
	if err := awaits(t, ended, "the end"); err != nil {
		t.Fatal(err)
	}
}

// Many changes at once, each with its job, while jobs are taken and finished: nobody waits for somebody who waits.
func TestManyChangesWithJobsAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, database func() *kernel.DB) {
		const changes = 200
		db := database()
		did := make(chan string, 2*changes)
		o := open(t, db, jobs.Worker[errand]{Do: func(ctx context.Context, j jobs.Job[errand]) error {
			did <- j.Args.Name
			return db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error { return tx.Emit(ctx, "errand.done", j.Args.Name, nil) })
		}})
		var all sync.WaitGroup
		for i := range changes {
			all.Go(func() {
				if err := o.insert(fmt.Sprint(i), jobs.Options{}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		seen := map[string]bool{}
		for range changes {
			seen[awaits(t, did, "a job")] = true
		}
		if len(seen) != changes {
			t.Errorf("%d of %d jobs were done", len(seen), changes)
		}
	})
}
