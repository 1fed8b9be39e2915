// Package bench measures Fujin beside its peers: the same facilities, the same
// queries, the same machine, in turns, so that a slow minute hits all alike.
// What is compared is the processor time that a server's processes spend per
// query, and latencies as ratios; absolute figures are those of the machine.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"fujin/datasets"
)

// Nearby is the main benchmark: the 20 nearest of a million facilities within
// 1.5 km, with all attributes, over kept-alive connections.
type Nearby struct {
	Facilities int
	Queries    int // per round; systems that are much slower get an eighth
	Rounds     int
	Clients    int
	Peers      []string // redis, postgis
	Seed       uint64
	Out        io.Writer // the table
	Log        io.Writer // what is going on
}

// system is one contender.
type system struct {
	name    string
	pid     int
	queries int
	dial    func() (conversation, error)
	loaded  time.Duration
	rounds  []measured
}

// run is a benchmark under way.
type run struct {
	*Nearby
	fujin     *self
	systems   []*system
	positions []orb.Point
	ready     time.Duration // restart to the first ready answer
	stops     []func()
}

// Run measures and prints the table.
func (b *Nearby) Run(ctx context.Context) error {
	r := &run{Nearby: b, positions: datasets.SamplePositions(b.Queries, b.Seed+1, 1)}
	defer func() {
		for _, stop := range slices.Backward(r.stops) {
			stop()
		}
	}()
	for _, step := range []func(context.Context) error{r.startFujin, r.startFloor, r.startPeers, r.measure} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	r.print()
	return nil
}

func (r *run) say(format string, args ...any) { fmt.Fprintf(r.Log, format+"\n", args...) }

func (r *run) startFujin(ctx context.Context) error {
	s, err := newSelf()
	if err != nil {
		return err
	}
	r.fujin = s
	r.stops = append(r.stops, func() { _ = s.stop(); s.remove() })
	r.say("importing %d sample facilities …", r.Facilities)
	took, err := s.importSample(ctx, r.Facilities, r.Seed, 1)
	if err != nil {
		return err
	}
	r.say("imported in %.1f s; building the index …", took.Seconds())
	first, err := s.serve()
	if err != nil {
		return err
	}
	if err := s.stop(); err != nil {
		return err
	}
	if r.ready, err = s.serve(); err != nil {
		return err
	}
	r.say("first start %.1f s, restart to ready %.2f s", first.Seconds(), r.ready.Seconds())
	requests := nearbyRequests(r.positions, "")
	r.systems = append(r.systems, &system{name: "Fujin nearby", pid: s.pid(), queries: r.Queries, loaded: took,
		dial: func() (conversation, error) { return dialHTTP(s.address, requests) }})
	filtered := nearbyRequests(r.positions, "&category=toilet&wheelchair=yes,limited,designated&open_at=now")
	r.systems = append(r.systems, &system{name: "Fujin nearby, three filters", pid: s.pid(), queries: r.Queries,
		dial: func() (conversation, error) { return dialHTTP(s.address, filtered) }})
	return nil
}

// startFloor runs the gate with a body of the size of Fujin's answers, made of
// nothing: what HTTP alone costs.
func (r *run) startFloor(context.Context) error {
	size, err := r.answerSize()
	if err != nil {
		return err
	}
	floor, err := newSelf()
	if err != nil {
		return err
	}
	r.stops = append(r.stops, func() { _ = floor.stop(); floor.remove() })
	if _, err := floor.start("bench", "floor", "--bytes", fmt.Sprint(size), "--data", floor.data()); err != nil {
		return err
	}
	r.say("floor: a constant body of %d bytes behind the same middleware", size)
	requests := [][]byte{request("/constant?lat=28.6829000&lon=115.8582000")}
	r.systems = append(r.systems, &system{name: "constant body, same gate", pid: floor.pid(), queries: r.Queries,
		dial: func() (conversation, error) { return dialHTTP(floor.address, requests) }})
	return nil
}

// answerSize is the mean size of Fujin's answers.
func (r *run) answerSize() (int, error) {
	talk, err := r.systems[0].dial()
	if err != nil {
		return 0, err
	}
	defer talk.close()
	total, n := 0, min(len(r.positions), 500)
	for i := range n {
		size, err := talk.ask(i)
		if err != nil {
			return 0, err
		}
		total += size
	}
	return total / n, nil
}

func (r *run) startPeers(ctx context.Context) error {
	for _, peer := range r.Peers {
		start := time.Now()
		s := &system{queries: max(r.Queries/8, 1000)}
		switch peer {
		case "redis":
			server, err := startRedis()
			if err != nil {
				return err
			}
			r.stops = append(r.stops, server.stop)
			r.say("loading Redis …")
			if err := server.fill(r.Facilities, r.Seed); err != nil {
				return err
			}
			searches := server.searches(r.positions)
			s.name, s.pid = "Redis GEOSEARCH + MGET", server.command.Process.Pid
			s.dial = func() (conversation, error) { return dialRedis(server.address, searches) }
		case "postgis":
			server, err := startPostGIS(ctx)
			if server != nil {
				r.stops = append(r.stops, server.stop)
			}
			if err != nil {
				return err
			}
			r.say("loading PostGIS …")
			if err := server.fill(ctx, r.Facilities, r.Seed); err != nil {
				return err
			}
			s.name, s.pid = "PostGIS ST_DWithin + KNN", server.server.PID()
			s.dial = func() (conversation, error) { return server.dial(ctx, r.positions) }
		default:
			return errors.New("--peers takes redis and postgis, not " + peer)
		}
		s.loaded = time.Since(start)
		r.systems = append(r.systems, s)
	}
	return nil
}

// measure lets the systems take turns; the first, uncounted, turn warms them up.
func (r *run) measure(ctx context.Context) error {
	for round := range r.Rounds + 1 {
		for _, s := range r.systems {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			m, err := load(s.pid, r.Clients, s.queries, round*997, s.dial)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			if round > 0 {
				s.rounds = append(s.rounds, m)
			}
		}
		r.say("round %d of %d", round, r.Rounds)
	}
	return nil
}

// figures picks one figure out of all rounds of a system.
func (s *system) figures(of func(measured) float64) []float64 {
	list := make([]float64, len(s.rounds))
	for i, m := range s.rounds {
		list[i] = of(m)
	}
	return list
}

func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// ratio is the median of the ratios round by round.
func ratio(a, b *system, of func(measured) float64) float64 {
	x, y := a.figures(of), b.figures(of)
	for i := range x {
		x[i] /= y[i]
	}
	return median(x)
}

func micros(m measured) float64 { return float64(m.cpu) / float64(time.Microsecond) }
func p50(m measured) float64    { return m.p50.Seconds() * 1000 }
func p99(m measured) float64    { return m.p99.Seconds() * 1000 }
func rate(m measured) float64   { return m.rate() }
func memory(m measured) float64 { return float64(m.memory) / (1 << 20) }

// print writes the table and what it says of the goals.
func (r *run) print() {
	fmt.Fprintf(r.Out, "%d facilities, %d clients, medians of %d interleaved rounds\n\n", r.Facilities, r.Clients, r.Rounds)
	fmt.Fprintln(r.Out, "| system | server CPU µs / query | × floor | queries / s | p50 / p99 ms | memory MB (PSS) | load s |")
	fmt.Fprintln(r.Out, "| --- | --- | --- | --- | --- | --- | --- |")
	fujin, floor := r.systems[0], r.systems[2]
	for _, s := range r.systems {
		loaded := "–"
		if s.loaded > 0 {
			loaded = fmt.Sprintf("%.1f", s.loaded.Seconds())
		}
		fmt.Fprintf(r.Out, "| %s | %.1f | %.2f | %.0f | %.2f / %.2f | %.0f | %s |\n", s.name, median(s.figures(micros)), ratio(s, floor, micros),
			median(s.figures(rate)), median(s.figures(p50)), median(s.figures(p99)), median(s.figures(memory)), loaded)
	}
	fmt.Fprintln(r.Out)
	goal(r.Out, "CPU of nearby by that of the constant handler", ratio(fujin, floor, micros), 1.5, "×", true)
	goal(r.Out, "p99 of nearby by that of the constant handler", ratio(fujin, floor, p99), 1.5, "×", true)
	var peers []float64
	var names []string
	for _, s := range r.systems[3:] {
		peers = append(peers, ratio(s, fujin, micros))
		names = append(names, s.name)
	}
	if len(peers) > 0 {
		goal(r.Out, "CPU of the better of "+strings.Join(names, " and ")+" by that of nearby", slices.Min(peers), 7, "×", false)
	}
	goal(r.Out, "restart to ready", r.ready.Seconds(), 1, " s", true)
	goal(r.Out, "import", fujin.loaded.Seconds(), 20, " s", true)
	goal(r.Out, "memory under load", median(fujin.figures(memory)), 400, " MB", true)
}

// goal says whether a figure is within its limit.
func goal(out io.Writer, name string, value, limit float64, unit string, atMost bool) {
	word := "missed"
	if atMost == (value <= limit) || value == limit {
		word = "reached"
	}
	sign := map[bool]string{true: "≤", false: "≥"}[atMost]
	fmt.Fprintf(out, "- %s: %.2f%s, goal %s %g%s: %s\n", name, value, unit, sign, limit, unit, word)
}
