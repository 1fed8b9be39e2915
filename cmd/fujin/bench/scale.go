package bench

import (
	"context"
	"fmt"
	"io"
	"time"

	"fujin/datasets"
)

// Scale measures the same query over ever more facilities at equal density:
// the area grows with them.
type Scale struct {
	Sizes   []int
	Queries int
	Rounds  int
	Clients int
	Seed    uint64
	Out     io.Writer
	Log     io.Writer
}

// densityOf is how many facilities the sample has at its own scale.
const densityOf = 1_000_000

// Run measures and prints the table.
func (b *Scale) Run(ctx context.Context) error {
	var systems []*system
	for _, n := range b.Sizes {
		s, err := newSelf()
		if err != nil {
			return err
		}
		defer s.remove()
		defer func() { _ = s.stop() }()
		scale := float64(n) / densityOf
		fmt.Fprintf(b.Log, "importing %d facilities …\n", n)
		took, err := s.importSample(ctx, n, b.Seed, scale)
		if err != nil {
			return err
		}
		if _, err := s.serve(); err != nil {
			return err
		}
		requests := nearbyRequests(datasets.SamplePositions(b.Queries, b.Seed+1, scale), "")
		systems = append(systems, &system{name: fmt.Sprint(n), pid: s.pid(), queries: b.Queries, loaded: took,
			dial: func() (conversation, error) { return dialHTTP(s.address, requests) }})
	}
	r := &run{Nearby: &Nearby{Rounds: b.Rounds, Clients: b.Clients, Log: b.Log}, systems: systems}
	if err := r.measure(ctx); err != nil {
		return err
	}
	fmt.Fprintln(b.Out, "| facilities | server CPU µs / query | × smallest | p50 / p99 ms | memory MB (PSS) | import s |")
	fmt.Fprintln(b.Out, "| --- | --- | --- | --- | --- | --- |")
	for _, s := range systems {
		fmt.Fprintf(b.Out, "| %s | %.1f | %.2f | %.2f / %.2f | %.0f | %.1f |\n", s.name, median(s.figures(micros)), ratio(s, systems[0], micros),
			median(s.figures(p50)), median(s.figures(p99)), median(s.figures(memory)), s.loaded.Seconds())
	}
	return nil
}

// Updates measures what changes cost queries: rounds with and without them.
type Updates struct {
	Facilities int
	PerSecond  int
	Queries    int
	Rounds     int
	Clients    int
	Seed       uint64
	Out        io.Writer
	Log        io.Writer
}

// Run measures and prints the table. Quiet and busy rounds take turns on one
// server; the changes go through the database and its outbox.
func (b *Updates) Run(ctx context.Context) error {
	s, err := newSelf()
	if err != nil {
		return err
	}
	defer s.remove()
	defer func() { _ = s.stop() }()
	fmt.Fprintf(b.Log, "importing %d facilities …\n", b.Facilities)
	if _, err := s.importSample(ctx, b.Facilities, b.Seed, 1); err != nil {
		return err
	}
	if _, err := s.serve(); err != nil {
		return err
	}
	positions := datasets.SamplePositions(b.Queries, b.Seed+1, 1)
	requests := nearbyRequests(positions, "")
	dial := func() (conversation, error) { return dialHTTP(s.address, requests) }
	change, err := newChanger(ctx, s, positions, b.PerSecond)
	if err != nil {
		return err
	}
	quiet, busy := &system{name: "no changes"}, &system{name: fmt.Sprintf("%d changes a second", b.PerSecond)}
	whole := &system{name: "… with the work of the changes"}
	var idle time.Duration
	for round := range b.Rounds + 1 {
		q, err := load(s.pid(), b.Clients, b.Queries, round*997, dial)
		if err != nil {
			return err
		}
		stop := change.start(ctx)
		m, err := load(s.pid(), b.Clients, b.Queries, round*997, dial)
		applied, changeErr := stop()
		if err != nil {
			return err
		}
		if changeErr != nil {
			return changeErr
		}
		cost, err := change.cost(ctx, s.pid(), m.wall)
		if err != nil {
			return err
		}
		fmt.Fprintf(b.Log, "round %d of %d: %d changes in %.1f s\n", round, b.Rounds, applied, m.wall.Seconds())
		if round == 0 {
			continue
		}
		idle += cost
		whole.rounds = append(whole.rounds, m)
		// What the changes themselves cost the server is measured without queries and taken off.
		m.cpu -= cost / time.Duration(m.queries)
		quiet.rounds, busy.rounds = append(quiet.rounds, q), append(busy.rounds, m)
	}
	fmt.Fprintf(b.Out, "%d facilities, %d clients, medians of %d interleaved rounds\n\n", b.Facilities, b.Clients, b.Rounds)
	fmt.Fprintln(b.Out, "| | server CPU µs / query | × quiet | queries / s | p50 / p99 ms |")
	fmt.Fprintln(b.Out, "| --- | --- | --- | --- | --- |")
	for _, x := range []*system{quiet, busy, whole} {
		fmt.Fprintf(b.Out, "| %s | %.1f | %.2f | %.0f | %.2f / %.2f |\n", x.name, median(x.figures(micros)), ratio(x, quiet, micros),
			median(x.figures(rate)), median(x.figures(p50)), median(x.figures(p99)))
	}
	fmt.Fprintf(b.Out, "\nA change costs %.0f µs of CPU from the socket to the index.\n",
		float64(idle/time.Microsecond)/float64(b.Rounds)/float64(b.PerSecond)/median(busy.figures(func(m measured) float64 { return m.wall.Seconds() })))
	return nil
}
