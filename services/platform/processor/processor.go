// Package processor has those who compute for long let others in.
//
// Whoever wakes up to answer a query should have a processor at once. Linux shares
// them out in slices of milliseconds, which it measures only at its clock's ticks,
// four milliseconds apart on many a machine: a query that meets a long computation
// waits for the next, even where the computation is of the idle class, if the one
// who answers has just had more than its share. So computations offer their
// processor often; that costs less than a microsecond when nobody wants it.
package processor

import "time"

// stretch is how long a computation keeps a processor to itself. A kernel may take
// an offer for a whole slice of its own, so that offers made much more often would
// slow a computation down wherever others are always busy.
const stretch = 100 * time.Microsecond

// Stint is a long computation of one goroutine. The zero value is one that has
// offered nothing yet.
type Stint struct{ since time.Time }

// Yield lets another thread have the processor, if one is waiting and some time has
// passed since that was offered last. It is cheap enough for every row of a file.
// Whoever holds what queries wait for does not call it.
func (s *Stint) Yield() {
	if time.Since(s.since) < stretch {
		return
	}
	yield()
	s.since = time.Now()
}
