package index

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"golang.org/x/sys/unix"
)

// town is n facilities at one density: Gaussian clusters of up to 91,000, such
// that about 1,000 lie within 1.5 km of one drawn at random. A larger n covers
// a larger area.
func town(n int, visit func(Item) error) error {
	const cluster = 90_909
	rnd := rand.New(rand.NewPCG(1, uint64(n)))
	clusters := (n + cluster - 1) / cluster
	sigma := math.Sqrt(float64(n/clusters)*1500*1500/4000) / 111_000
	side := int(math.Ceil(math.Sqrt(float64(clusters))))
	body := strings.Repeat("x", 300)
	hours := []string{"24/7", "Mo-Su 06:00-22:00", "Mo-Fr 08:00-18:00", "Mo-Su 00:00-24:00", "06:30-21:30"}
	for i := range n {
		c := i % clusters
		p := orb.Point{
			115 + 0.8*float64(c%side) + rnd.NormFloat64()*sigma/0.88,
			28 + 0.8*float64(c/side)*0.3 + rnd.NormFloat64()*sigma,
		}
		item := Item{
			ID:       fmt.Sprintf("01kaf%021d", uint64(i)*0x9E3779B97F4A7C15>>1),
			Geometry: p,
			Category: categoriesOfTown[rnd.IntN(len(categoriesOfTown))],
			Dataset:  "sample",
			Traits:   1<<rnd.IntN(2) | 4<<rnd.IntN(3) | 32<<rnd.IntN(3),
			Zone:     "Asia/Shanghai",
			Body:     []byte(body[:200+rnd.IntN(100)]),
		}
		if rnd.IntN(2) == 0 {
			item.Hours = hours[rnd.IntN(len(hours))]
		}
		if err := visit(item); err != nil {
			return err
		}
	}
	return nil
}

var categoriesOfTown = []string{"toilet", "shop", "pickup", "library", "bike"}

// towns keeps the indexes of a benchmark run. Size 10M needs FUJIN_BENCH_10M.
type towns map[int]*Live

func (t towns) of(b *testing.B, n int) *Live {
	b.Helper()
	if n > 1_000_000 && os.Getenv("FUJIN_BENCH_10M") == "" {
		b.Skip("set FUJIN_BENCH_10M=1 for ten million")
	}
	if l := t[n]; l != nil {
		return l
	}
	dir, err := os.MkdirTemp("", "fujin-index")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir) // what is mapped stays
	l := New(Options{Path: dir + "/index", Database: "bench", Attributes: attributes})
	start := time.Now()
	if err := l.Rebuild(context.Background(), 1, func(add func(Item) error) error { return town(n, add) }); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d items built in %v, %d bytes mapped", n, time.Since(start).Round(time.Millisecond), len(l.View().base.mapping.data))
	t[n] = l
	return l
}

// places draws query places from the items.
func places(l *Live) []orb.Point {
	rnd := rand.New(rand.NewPCG(2, 2))
	v := l.View()
	out := make([]orb.Point, 1<<14)
	for i := range out {
		p := v.base.position(uint32(rnd.IntN(int(v.base.count)))).degrees()
		out[i] = orb.Point{p[0] + 0.0003*rnd.Float64(), p[1] + 0.0003*rnd.Float64()}
	}
	return out
}

func BenchmarkNear(b *testing.B) {
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	two := Filter{Categories: []string{"toilet", "shop"}, Allowed: ^uint64(1)}
	open := two
	open.OpenAt, open.IncludeUnknown = noon, true
	built := towns{}
	for _, n := range []int{10_000, 100_000, 1_000_000, 10_000_000} {
		for _, c := range []struct {
			name   string
			filter Filter
		}{{"plain", Filter{}}, {"filters=2", two}, {"filters=2+open", open}} {
			b.Run(fmt.Sprintf("%s/n=%d", c.name, n), func(b *testing.B) {
				l := built.of(b, n)
				benchNear(b, l, c.filter)
			})
		}
	}
}

func benchNear(b *testing.B, l *Live, f Filter) {
	at := places(l)
	v := l.View()
	dst := make([]Hit, 0, 20)
	found := 0
	b.ReportAllocs()
	measureCPU(b, func(i int) {
		dst = v.Near(Near{At: at[i%len(at)], Radius: 1500, Limit: 20, Filter: f}, dst[:0])
		found += len(dst)
	})
	b.ReportMetric(float64(found)/float64(b.N), "hits/op")
}

// measureCPU runs an operation b.N times and reports the processor time of the
// thread: the mean, and that of the fastest of many rounds, for machines that
// are shared.
func measureCPU(b *testing.B, run func(i int)) {
	const round = 1 << 14
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	used := func() int64 {
		var u unix.Timespec // Getrusage counts in ticks of some milliseconds
		if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &u); err != nil {
			b.Fatal(err)
		}
		return u.Nano()
	}
	b.ResetTimer()
	before := used()
	last, fastest := before, int64(math.MaxInt64)
	for i := range b.N {
		run(i)
		if i%round == round-1 {
			now := used()
			last, fastest = now, min(fastest, now-last)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(used()-before)/float64(b.N), "cpu-ns/op")
	if b.N >= round {
		b.ReportMetric(float64(fastest)/round, "fastest-cpu-ns/op")
	}
}

// BenchmarkBuild measures Add and Finish of items that lie ready, with and
// without their H3 cells.
func BenchmarkBuild(b *testing.B) {
	const n = 1_000_000
	items := make([]Item, 0, n)
	if err := town(n, func(item Item) error { items = append(items, item); return nil }); err != nil {
		b.Fatal(err)
	}
	for _, cells := range []bool{false, true} {
		b.Run(fmt.Sprintf("n=%d/cells=%t", n, cells), func(b *testing.B) {
			for range b.N {
				path := b.TempDir() + "/index"
				builder, err := NewBuilder(path, "bench")
				if err != nil {
					b.Fatal(err)
				}
				for _, item := range items {
					if cells {
						item.Cell = 0x8a40a0a0a0a7fff
					}
					if err := builder.Add(item); err != nil {
						b.Fatal(err)
					}
				}
				if err := builder.Finish(b.Context(), 1); err != nil {
					b.Fatal(err)
				}
				start := time.Now()
				if _, err := Open(Options{Path: path, Database: "bench"}); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(time.Since(start).Milliseconds()), "open-ms")
			}
		})
	}
}
