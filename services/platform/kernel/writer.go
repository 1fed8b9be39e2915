package kernel

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"fujin/services/platform/kernel/errs"
)

// The bounds of the writer. A full queue at 10,000 commits a second is a tenth of a second's work.
const (
	maxQueued   = 1024                  // waiting closures; more are refused as overloaded
	maxBatch    = 256                   // closures that share one commit
	batchBudget = 50 * time.Millisecond // after which no further closure joins the batch
	batchLimit  = 2 * time.Minute       // after which a batch that hangs on PostgreSQL is given up
	slowClosure = time.Second           // after which a closure is named in the log
	maxRetries  = 5                     // of one closure after conflicts between servers
)

// writer is the one goroutine that changes the database. It takes what is queued, runs it in one transaction and
// answers after the commit; while a commit waits for the disk the next batch gathers by itself, so that there is no
// delay to tune.
type writer struct {
	db    *DB
	queue chan *job
	done  chan struct{} // closed when the goroutine has ended

	commits, changes atomic.Int64

	mu     sync.RWMutex // held for reading while queueing, so that close never closes the queue under a sender
	closed bool
}

// job is one closure on its way.
type job struct {
	ctx     context.Context
	fn      func(ctx context.Context, tx *Tx) error
	started atomic.Bool // set by whoever decides first: the writer that runs it, or the caller who gives up
	tries   int
	events  []Event
	after   []func() // OnCommit
	err     error
	done    chan struct{}
}

func newWriter(db *DB) *writer {
	w := &writer{db: db, queue: make(chan *job, maxQueued), done: make(chan struct{})}
	go w.loop()
	return w
}

// Stats tells how the writer is doing, for metrics: Changes/Commits is how many changes share a commit.
type Stats struct {
	Queued  int   // closures waiting now
	Commits int64 // since Open
	Changes int64 // closures those commits answered, failed ones included
}

// Stats gives the writer's counters.
func (db *DB) Stats() Stats {
	return Stats{Queued: len(db.writer.queue), Commits: db.writer.commits.Load(), Changes: db.writer.changes.Load()}
}

// submit queues fn and waits for its outcome.
func (w *writer) submit(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if ctx.Value(insideWrite{}) != nil {
		return errs.New(errs.Internal, "a write closure called Write: it would wait for itself")
	}
	j := &job{ctx: ctx, fn: fn, done: make(chan struct{})}
	if err := w.enqueue(j); err != nil {
		return err
	}
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		if j.started.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		<-j.done
		return j.err
	}
}

func (w *writer) enqueue(j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errs.New(errs.Unavailable, "the database is closed").WithCode("closed")
	}
	select {
	case w.queue <- j:
		return nil
	default:
		return errs.New(errs.Unavailable, "too many changes are waiting").WithCode("overloaded")
	}
}

// close refuses further work, lets the queue run empty and returns when the goroutine has ended.
func (w *writer) close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.done
}

func (w *writer) loop() {
	defer close(w.done)
	for first := range w.queue {
		batch := w.gather(first)
		for len(batch) > 0 {
			n := w.run(batch)
			batch = batch[n:]
		}
	}
}

// gather takes the closures that are waiting now, and drops those whose caller has gone.
func (w *writer) gather(first *job) []*job {
	batch := make([]*job, 0, 1+min(len(w.queue), maxBatch))
	for j, ok := first, true; ok; {
		if j.started.CompareAndSwap(false, true) {
			batch = append(batch, j)
		}
		if len(batch) == maxBatch {
			break
		}
		select {
		case j, ok = <-w.queue:
		default:
			ok = false
		}
	}
	return batch
}

// run commits the first closures of the batch and answers them; it tells how many. When the transaction as a whole
// fails without being committed, each of its closures runs again in one of its own, so that every caller gets the
// outcome of their own change and not a neighbour's.
func (w *writer) run(batch []*job) int {
	n, err := w.attempt(batch)
	switch {
	case err == nil, errors.Is(err, errUnknown):
		w.commits.Add(1)
		w.changes.Add(int64(n))
		for _, j := range batch[:n] {
			close(j.done)
		}
	case n > 1:
		w.db.log.Debug("batch rolled back; its changes run one by one", "changes", n, "error", err)
		for i := range n {
			w.run(batch[i : i+1])
		}
	default:
		w.again(batch[0], err)
	}
	return n
}

// again repeats a lone closure after a conflict with another server, and gives its error to the caller otherwise.
func (w *writer) again(j *job, err error) {
	if j.tries++; retryable(err) && j.tries < maxRetries && j.ctx.Err() == nil {
		time.Sleep(time.Duration(j.tries*j.tries) * 5 * time.Millisecond)
		w.run([]*job{j})
		return
	}
	j.err = Classify(err)
	close(j.done)
}

// errUnknown marks a commit whose outcome is not known.
var errUnknown = errors.New("outcome unknown")

// attempt runs closures from the front of the batch in one transaction, as many as the budget allows, and commits. A
// nil error means that every one of the n has its own result in err; else nothing was committed, or errUnknown.
func (w *writer) attempt(batch []*job) (n int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), batchLimit)
	defer cancel()
	if w.db.engine == SQLite {
		ctx = context.Background() // nothing there waits for a network; and the driver is faster without a deadline
	}
	conn, err := w.db.write.Conn(ctx)
	if err != nil {
		return len(batch), err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return len(batch), err
	}
	defer tx.Rollback()

	begun := time.Now()
	var events []Event
	for n < len(batch) && (n == 0 || time.Since(begun) < batchBudget) {
		j := batch[n]
		n++
		if err := w.runOne(ctx, tx, j, len(batch) > 1); err != nil {
			return n, err
		}
		events = append(events, j.events...)
	}
	if err := w.db.insertEvents(ctx, tx, events); err != nil {
		return n, err
	}
	if err := tx.Commit(); err != nil {
		return n, w.commitFailed(conn, batch[:n], err)
	}
	if len(events) > 0 {
		w.db.wake.ring()
	}
	for _, j := range batch[:n] {
		for _, fn := range j.after {
			fn()
		}
	}
	return n, nil
}

// runOne runs one closure inside a savepoint and leaves its result in the job. The error it returns is one that ended
// the whole transaction. A closure alone on SQLite needs no savepoint: the transaction is one.
func (w *writer) runOne(ctx context.Context, tx *sql.Tx, j *job, shared bool) error {
	guarded := shared || w.db.engine == Postgres
	if guarded {
		if _, err := tx.ExecContext(ctx, "SAVEPOINT one"); err != nil {
			return err
		}
	}
	j.events, j.after, j.err = nil, nil, nil
	t := &Tx{q: queryer{tx, w.db.texts}, std: tx, now: w.db.Now()}
	err := w.call(j, t)
	t.over = true
	if err == nil && t.failed != nil {
		err = errs.New(errs.Internal, "a closure went on after a statement had failed").Because(t.failed)
	}
	if err == nil && guarded {
		_, err = tx.ExecContext(ctx, "RELEASE SAVEPOINT one")
	}
	if err == nil {
		j.events, j.after = t.events, t.after
		return nil
	}
	if !guarded || retryable(err) {
		return err
	}
	if _, back := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT one"); back != nil {
		return err // the engine has rolled back everything already (disk full, connection lost)
	}
	if _, back := tx.ExecContext(ctx, "RELEASE SAVEPOINT one"); back != nil {
		return back
	}
	j.err = Classify(err)
	return nil
}

// insideWrite marks the context of a closure.
type insideWrite struct{}

// call runs the closure, on a goroutine of its own, so that neither a panic in it nor runtime.Goexit (a test's FailNow)
// can end the writer: both become an error.
func (w *writer) call(j *job, t *Tx) error {
	begun := time.Now()
	answer := make(chan error, 1)
	go func() {
		err := errs.New(errs.Internal, "a change could not be made").WithCode("panic")
		defer func() {
			if p := recover(); p != nil {
				err = err.Because(fmt.Errorf("panic in a write closure: %v\n%s", p, debug.Stack()))
			}
			if err != nil {
				answer <- err
			}
			close(answer)
		}()
		result := j.fn(context.WithValue(j.ctx, insideWrite{}, true), t)
		err = nil
		answer <- result
	}()
	err := <-answer
	if took := time.Since(begun); took > slowClosure {
		w.db.log.Warn("a change kept all others waiting", slog.Duration("took", took))
	}
	return err
}

// commitFailed judges a failed COMMIT. When the engine itself says that it rolled back, the closures may run again.
// Otherwise nobody knows: the connection is thrown away, so that the next batch starts on a fresh one, and the callers
// are told so. Those whose closure had failed anyway have changed nothing, but what they had seen is in doubt too.
func (w *writer) commitFailed(conn *sql.Conn, batch []*job, cause error) error {
	if surelyNotCommitted(cause) {
		return cause
	}
	w.db.log.Error("a commit failed; its outcome is unknown", slog.Int("changes", len(batch)), slog.Any("error", cause))
	_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // closes the connection; the error is the request to
	for _, j := range batch {
		if j.err != nil {
			j.err = unavailable(cause)
			continue
		}
		j.err = errs.New(errs.Unavailable, "the change may or may not have been kept").
			WithCode("outcome_unknown").Because(cause)
	}
	return errUnknown
}
