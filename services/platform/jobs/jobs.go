// Package jobs does work apart from the request that asked for it: a job is inserted in the caller's transaction, so that
// it exists if and only if the change does, and is worked on once it is committed, again after a failure, again after
// the server was killed. River keeps and hands out the jobs, in tables of its own beside ours.
//
// # How River shares SQLite
//
// SQLite has one writer at a time, and Fujin's is a goroutine that commits the changes of many callers together. River
// works on the same single connection (kernel.StdPool): database/sql hands it to whoever asked first, so that River
// waits for at most the batch under way, and the writer for at most one of River's transactions, which are a few
// indexed statements long. A connection of River's own would instead meet the writer at SQLite's lock, where waiting
// means asking again after a while (busy_timeout): under a steady load of commits River would find it taken every
// time and fail after ten seconds, and the writer would sleep up to 100 ms beside a lock that is long free. There can
// be no deadlock: nothing that holds the connection waits for somebody who needs it. Insert uses the transaction it is
// given, River's own transactions call nobody, and workers run outside of any.
//
// On PostgreSQL River has a small pool of its own and locks rows, not the database.
//
// # What idling costs
//
// A job is begun at once where it was inserted: the commit rings a bell that River listens for (wake.go). What other
// servers insert, and what is due later, is found by asking each queue now and then (Config.Poll): one statement on an
// index, which finds nothing and so writes nothing, not even to the log. The only writes of an idle server are the
// leader's sign of life, every five seconds.
package jobs

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"fujin/services/platform/kernel"
)

//go:embed migrations
var migrations embed.FS

// DefaultQueue is where jobs wait whose worker names no other.
const DefaultQueue = "default"

const (
	pollEvery       = time.Second
	fetchPause      = 20 * time.Millisecond // between two looks into a busy queue
	defaultAttempts = 10
	graceTime       = 2 * time.Second // for jobs under way when the server stops; then they are put back
)

// Args are what a job is told, kept as JSON. Kind names the work, for good: a later version of the program must still
// understand the jobs of an earlier one. They hold ids, no secrets.
type Args interface{ Kind() string }

// Job is one piece of work.
type Job[T Args] struct {
	ID       int64
	Attempt  int // from 1; attempts cut short by a stop of the server do not count, those cut short by its death do
	Attempts int // after which it is given up
	Args     T
}

// Worker knows how to do one kind of job. The same job may be done twice, if the server dies between the end of the work
// and its record: a worker makes sure that this harms nothing.
type Worker[T Args] struct {
	// Do does the work. nil ends the job; an error has it done again after a while; Never and Later say otherwise. ctx
	// ends with Timeout and when the server stops: Do then returns soon, and what it returns does not matter.
	Do func(ctx context.Context, job Job[T]) error
	// GaveUp, if set, is told of a job that will not be tried again, with the last error.
	GaveUp   func(ctx context.Context, job Job[T], cause error)
	Queue    string                          // DefaultQueue if empty
	Attempts int                             // 10 if 0
	Timeout  time.Duration                   // of an attempt; 0: none
	Backoff  func(attempt int) time.Duration // how long after the failure of an attempt the next begins; River's (1 s, 16 s, 81 s, …) if nil
}

// Never marks the error of a job that no further attempt can do.
func Never(cause error) error { return river.JobCancel(cause) }

// Later puts a job off; the attempt does not count.
func Later(after time.Duration) error { return river.JobSnooze(after) }

// Options of Insert; the zero value is a job to be done once, now.
type Options struct {
	At   time.Time // not before, and at most some seconds after
	Once bool      // not if one of the same kind and args is waiting or under way
}

// Config says which queues there are and how many jobs of each a server works on at a time.
type Config struct {
	Logger *slog.Logger
	Queues map[string]int // DefaultQueue gets 4 unless it is named
	// Poll is how often a queue is looked into without a reason; 1 s if 0.
	Poll time.Duration
}

// Service inserts and works jobs.
type Service struct {
	db       *kernel.DB
	log      *slog.Logger
	id       string // of this server, among those that share the database
	driver   driver
	config   river.Config
	inserter *river.Client[*sql.Tx]
	kinds    map[string]kind
}

// kind is what Insert must know of a registered worker.
type kind struct {
	queue    string
	attempts int
}

// New prepares the tables. Register workers, then call Run; a program that only inserts needs no Run.
func New(ctx context.Context, db *kernel.DB, config Config) (*Service, error) {
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	if config.Poll == 0 {
		config.Poll = pollEvery
	}
	s := &Service{db: db, log: config.Logger, id: db.NewID(), kinds: map[string]kind{}}
	s.driver = driver{riversqlite.New(db.StdPool()), make(bell, 64)}
	if db.Engine() == kernel.Postgres {
		s.driver.Driver = riverdatabasesql.New(db.StdPool())
	}
	quiet := slog.New(warnings{config.Logger.Handler()})
	if err := db.Migrate(ctx, "jobs", migrations); err != nil {
		return nil, err
	}
	err := db.MigrateStd(ctx, func(ctx context.Context, _ *sql.DB) error {
		migrator, err := rivermigrate.New(s.driver, &rivermigrate.Config{Logger: quiet})
		if err == nil {
			_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if s.inserter, err = river.NewClient(s.driver, &river.Config{Logger: quiet}); err != nil {
		return nil, err
	}
	s.config = river.Config{
		ID: s.id, Logger: quiet, Workers: river.NewWorkers(), Queues: queues(config.Queues), FetchPollInterval: config.Poll, FetchCooldown: fetchPause,
		JobTimeout: -1, // each worker has its own
		// Interrupted jobs are found by their server's death (revive), long before this.
		RescueStuckJobsAfter: 30 * 24 * time.Hour,
	}
	return s, nil
}

func queues(workers map[string]int) map[string]river.QueueConfig {
	all := map[string]river.QueueConfig{DefaultQueue: {MaxWorkers: 4}}
	for name, n := range workers {
		all[name] = river.QueueConfig{MaxWorkers: max(1, n)}
	}
	return all
}

// Register says how a kind of job is done. Call it before Run; a kind twice, or a queue nobody configured, is a fault of
// the program and panics.
func Register[T Args](s *Service, w Worker[T]) {
	if w.Queue == "" {
		w.Queue = DefaultQueue
	}
	if w.Attempts == 0 {
		w.Attempts = defaultAttempts
	}
	if _, ok := s.config.Queues[w.Queue]; !ok {
		panic("jobs: there is no queue " + w.Queue)
	}
	var zero T
	river.AddWorker(s.config.Workers, &adapter[T]{worker: w, log: s.log})
	s.kinds[zero.Kind()] = kind{w.Queue, w.Attempts}
}

// Every inserts a job now and then: one server of several does, counting from its start, with the first at once. Jobs that a
// server misses while it is down are not made up for. Call it before Run.
func Every[T Args](s *Service, interval time.Duration, args T) {
	k := s.kinds[args.Kind()]
	s.config.PeriodicJobs = append(s.config.PeriodicJobs, river.NewPeriodicJob(river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) { return args, k.options(Options{Once: true}) },
		&river.PeriodicJobOpts{RunOnStart: true}))
}

var errUnknownKind = errors.New("no worker is registered for this kind of job")
