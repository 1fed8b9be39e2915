package bench

import (
	"errors"
	"slices"
	"sync"
	"time"
)

// stream puts queries to a server at a fixed rate until it is stopped, whether
// or not answers come in time: what it measures is how long people wait, not how
// much the server can do.
type stream struct {
	every   time.Duration // between two queries
	start   time.Time
	mu      sync.Mutex
	next    int
	samples []sample
	failed  error
	ended   bool
	group   sync.WaitGroup
}

// sample is one query.
type sample struct {
	due  time.Time
	took time.Duration
}

// streamClients is how many queries can be under way at a time: more than a
// server that keeps up ever has.
const streamClients = 32

func startStream(perSecond int, dial func() (conversation, error)) (*stream, error) {
	talks := make([]conversation, streamClients)
	for i := range talks {
		var err error
		if talks[i], err = dial(); err != nil {
			return nil, err
		}
	}
	s := &stream{every: time.Second / time.Duration(perSecond), start: time.Now()}
	for _, talk := range talks {
		s.group.Go(func() {
			err := errors.Join(s.client(talk), talk.close())
			s.mu.Lock()
			defer s.mu.Unlock()
			s.failed = errors.Join(s.failed, err)
		})
	}
	return s, nil
}

// client takes the next query and waits until it is due. One that is late
// already, because all clients were waiting for answers, counts from when it was
// due; otherwise our own timer's lateness is not held against the server.
func (s *stream) client(talk conversation) error {
	for {
		i, due, more := s.take()
		if !more {
			return nil
		}
		begin := due
		if wait := time.Until(due); wait > 0 {
			time.Sleep(wait)
			begin = time.Now()
		}
		if _, err := talk.ask(i); err != nil {
			return err
		}
		s.note(sample{due, time.Since(begin)})
	}
}

func (s *stream) take() (i int, due time.Time, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i = s.next
	s.next++
	return i, s.start.Add(time.Duration(i) * s.every), !s.ended && s.failed == nil
}

func (s *stream) note(one sample) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.samples = append(s.samples, one)
}

// stop ends the stream and tells whether a query failed.
func (s *stream) stop() error {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.group.Wait()
	return s.failed
}

// between are the times of the queries that were due in a span, sorted.
func (s *stream) between(from, until time.Time) []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var times []time.Duration
	for _, one := range s.samples {
		if !one.due.Before(from) && one.due.Before(until) {
			times = append(times, one.took)
		}
	}
	slices.Sort(times)
	return times
}
