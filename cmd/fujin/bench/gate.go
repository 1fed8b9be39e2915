package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"fujin/datasets"
)

// Gate measures what publishing costs those who ask: nearby queries at a steady
// rate while many files arrive, pass the gate and are published; and how long
// one large file takes.
type Gate struct {
	Facilities int // published before
	Uploads    int // files that arrive at once
	Rows       int // of each
	Publish    int // how many of them are published
	Million    int // rows of the large file; 0 leaves it out
	PerSecond  int // queries
	Idle       time.Duration
	Seed       uint64
	// Apart starts a process that leaves the processors to others: those who bring files stand for other machines.
	Apart func(*exec.Cmd) error
	Out   io.Writer // the table
	Log   io.Writer // what is going on
}

// gateRun is the benchmark under way.
type gateRun struct {
	*Gate
	fujin   *self
	agency  *agency
	queries *stream
	files   []string
	uploads []string // ids, by dataset
	phases  []phase
	memory  *peaks
}

// phase is a span of the stream.
type phase struct {
	name        string
	from, until time.Time
}

// Run measures and prints the tables.
func (b *Gate) Run(ctx context.Context) error {
	s, err := newSelf()
	if err != nil {
		return err
	}
	r := &gateRun{Gate: b, fujin: s}
	defer s.remove()
	defer func() { _ = s.stop() }()
	if err := r.start(ctx); err != nil {
		return err
	}
	if err := r.crowd(ctx); err != nil {
		return err
	}
	return r.alone(ctx)
}

func (r *gateRun) say(format string, args ...any) { fmt.Fprintf(r.Log, format+"\n", args...) }

// start publishes the sample, writes the files and runs the server.
func (r *gateRun) start(ctx context.Context) (err error) {
	r.say("importing %d sample facilities, writing %d files …", r.Facilities, r.Uploads)
	if _, err := r.fujin.importSample(ctx, r.Facilities, r.Seed, 1); err != nil {
		return err
	}
	for i := range r.Uploads {
		path := filepath.Join(r.fujin.folder, dataset(i)+".csv")
		if err := writeSampleCSV(path, r.Rows, r.Seed+uint64(i)+1); err != nil {
			return err
		}
		r.files = append(r.files, path)
	}
	if _, err := r.fujin.serve(); err != nil {
		return err
	}
	if r.agency, err = newAgency(ctx, r.fujin); err != nil {
		return err
	}
	for i := range r.Uploads {
		if err := r.agency.create(ctx, dataset(i)); err != nil {
			return err
		}
	}
	return nil
}

func dataset(i int) string { return fmt.Sprintf("bench-%02d", i+1) }

// crowd has all files brought at once, while queries go on.
func (r *gateRun) crowd(ctx context.Context) (err error) {
	requests := nearbyRequests(datasets.SamplePositions(20_000, r.Seed+1, 1), "")
	r.queries, err = startStream(r.PerSecond, func() (conversation, error) { return dialHTTP(r.fujin.address, requests) })
	if err != nil {
		return err
	}
	r.memory = watchMemory(r.fujin.pid(), 5*time.Second) // seldom: the kernel halts a process while it counts its pages
	time.Sleep(3 * time.Second)                          // connections and caches warm up
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"idle", r.rest},
		{fmt.Sprintf("%d files arrive", r.Uploads), r.bring},
		{"they pass the gate", r.await},
		{fmt.Sprintf("%d of them are published", min(r.Publish, r.Uploads)), r.publish},
		{"afterwards, the index catching up", r.rest},
	} {
		begin := time.Now()
		if err := step.do(ctx); err != nil {
			return err
		}
		r.phases = append(r.phases, phase{step.name, begin, time.Now()})
		r.say("%s: %.1f s", step.name, time.Since(begin).Seconds())
	}
	if err := r.queries.stop(); err != nil {
		return err
	}
	r.memory.stop()
	return r.print()
}

// rest waits.
func (r *gateRun) rest(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(r.Idle):
		return nil
	}
}

// bring has another process bring them.
func (r *gateRun) bring(ctx context.Context) error {
	args := []string{"bench", "bring", "--server", r.agency.server}
	child := exec.CommandContext(ctx, r.fujin.program, append(args, r.files...)...)
	child.Stdin = strings.NewReader(r.agency.key)
	child.Stderr = os.Stderr
	var out bytes.Buffer
	child.Stdout = &out
	if err := r.Apart(child); err != nil {
		return err
	}
	if err := child.Wait(); err != nil {
		return fmt.Errorf("the files could not be brought: %w", err)
	}
	return json.Unmarshal(out.Bytes(), &r.uploads)
}

// Bring sends files at once, each to the dataset of its name, and prints the ids of the uploads: the part of the
// benchmark that stands for other machines. It offers its processor as often as the server's own children do.
func Bring(ctx context.Context, server, key string, files []string, out io.Writer) error {
	a := &agency{server: server, key: key}
	ids := make([]string, len(files))
	group, ctx := errgroup.WithContext(ctx)
	for i, path := range files {
		group.Go(func() (err error) {
			ids[i], err = a.upload(ctx, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), path)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(ids)
}

func (r *gateRun) await(ctx context.Context) error {
	for i, id := range r.uploads {
		if err := r.agency.ready(ctx, dataset(i), id, r.Rows); err != nil {
			return err
		}
	}
	return nil
}

func (r *gateRun) publish(ctx context.Context) error {
	for i, id := range r.uploads[:min(r.Publish, r.Uploads)] {
		if err := r.agency.publish(ctx, dataset(i), id); err != nil {
			return err
		}
	}
	return nil
}

// print writes the table of the crowd.
func (r *gateRun) print() error {
	fmt.Fprintf(r.Out, "%d facilities, %d files of %d rows, %d queries a second, %d processors\n\n", r.Facilities, r.Uploads, r.Rows, r.PerSecond, runtime.NumCPU())
	fmt.Fprintln(r.Out, "| nearby queries while | seconds | queries | p50 ms | × idle | p99 ms | × idle | worst ms |")
	fmt.Fprintln(r.Out, "| --- | --- | --- | --- | --- | --- | --- | --- |")
	// The goal is of the files as a whole: they arrive in a few seconds, in which too few queries are put for a p99.
	whole := phase{"both together", r.phases[1].from, r.phases[2].until}
	var idle []time.Duration
	ratios := map[string]float64{}
	for _, p := range slices.Insert(slices.Clone(r.phases), 3, whole) {
		times := r.queries.between(p.from, p.until)
		if len(times) == 0 {
			return fmt.Errorf("%s: no query was put", p.name)
		}
		if idle == nil {
			idle = times
		}
		over := func(percent int) float64 {
			return float64(percentile(times, percent)) / float64(percentile(idle, percent))
		}
		ratios[p.name] = over(99)
		fmt.Fprintf(r.Out, "| %s | %.1f | %d | %.2f | %.2f | %.2f | %.2f | %.1f |\n", p.name, p.until.Sub(p.from).Seconds(), len(times),
			millis(percentile(times, 50)), over(50), millis(percentile(times, 99)), over(99), millis(times[len(times)-1]))
	}
	fmt.Fprintf(r.Out, "\nPeak memory (PSS): server %d MB, its child %d MB.\n\n", r.memory.server>>20, r.memory.children>>20)
	goal(r.Out, "p99 of nearby by that when idle, while files arrive and pass the gate", ratios[whole.name], 2, "×", true)
	goal(r.Out, "and while they are published", ratios[r.phases[3].name], 2, "×", true)
	return nil
}

// alone passes one large file through the gate, in each of two formats.
func (r *gateRun) alone(ctx context.Context) error {
	if r.Million == 0 {
		return nil
	}
	fmt.Fprintln(r.Out, "\n| one file alone | rows | MB | upload s | upload to ready s | peak MB (PSS) of server | of child |")
	fmt.Fprintln(r.Out, "| --- | --- | --- | --- | --- | --- | --- |")
	slowest := 0.0
	for _, format := range []struct {
		name, dataset string
		write         func(path string, n int, seed uint64) error
	}{{"CSV", "bench-csv", writeSampleCSV}, {"newline-delimited GeoJSON", "bench-lines", writeSampleLines}} {
		path := filepath.Join(r.fujin.folder, format.dataset)
		if err := format.write(path, r.Million, r.Seed+1000); err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if err := r.agency.create(ctx, format.dataset); err != nil {
			return err
		}
		memory := watchMemory(r.fujin.pid(), 250*time.Millisecond)
		begin := time.Now()
		id, err := r.agency.upload(ctx, format.dataset, path)
		arrived := time.Since(begin)
		if err == nil {
			err = r.agency.ready(ctx, format.dataset, id, r.Million)
		}
		memory.stop()
		if err != nil {
			return err
		}
		took := time.Since(begin).Seconds()
		slowest = max(slowest, took)
		fmt.Fprintf(r.Out, "| %s | %d | %d | %.1f | %.1f | %d | %d |\n", format.name, r.Million, info.Size()>>20, arrived.Seconds(), took, memory.server>>20, memory.children>>20)
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	fmt.Fprintln(r.Out)
	goal(r.Out, fmt.Sprintf("%d rows from upload to ready", r.Million), slowest, 60, " s", true)
	return nil
}

// percentile of sorted times.
func percentile(times []time.Duration, percent int) time.Duration {
	return times[len(times)*percent/100]
}

func millis(d time.Duration) float64 { return d.Seconds() * 1000 }

// peaks are the largest memories seen of a server and of its children, in bytes.
type peaks struct {
	server, children int64
	end              chan struct{}
	group            sync.WaitGroup
}

// watchMemory looks every so often until stop.
func watchMemory(pid int, every time.Duration) *peaks {
	p := &peaks{end: make(chan struct{})}
	p.group.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-p.end:
				return
			case <-tick.C:
			}
			own := memoryOfOne(pid)
			p.server = max(p.server, own)
			p.children = max(p.children, memoryOf(pid)-own)
		}
	})
	return p
}

func (p *peaks) stop() {
	close(p.end)
	p.group.Wait()
}
