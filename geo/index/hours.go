package index

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"

	"fujin/geo/hours"
)

// schedule is a text with the zone it is read in.
type schedule struct{ text, zone string }

// timetable evaluates one schedule. It is compiled when first asked and
// remembers the spans of recent answers, so that asking again about about the
// same time costs two loads.
type timetable struct {
	schedule
	compile sync.Once
	parsed  *hours.Schedule // nil: no hours that are understood
	zone    *time.Location
	spans   spanCache
	// places holds a *spanCache per coarse position for schedules that depend
	// on the sun.
	places sync.Map
}

// spanCache holds a span per day, for a few days at once.
type spanCache [4]atomic.Pointer[span]

// span is a state in [from, until), Unix milliseconds.
type span struct {
	from, until int64
	state       State
}

// unknownForever is the span of hours that say nothing.
var unknownForever = span{math.MinInt64, math.MaxInt64, State{}}

const (
	day = 24 * 60 * 60 * 1000
	// coarse is the grid, in steps of 1e-7 degree, within which the sun rises
	// at the same time: 0.1 degree, 24 s.
	coarse = unit / 10
)

// at returns the state at a time, Unix milliseconds.
func (t *timetable) at(ms int64, p position) State { return t.span(ms, p).state }

// span returns the span that holds a time.
func (t *timetable) span(ms int64, p position) *span {
	t.compile.Do(t.prepare)
	if t.parsed == nil {
		return &unknownForever
	}
	cache := &t.spans
	if t.parsed.NeedsPosition() {
		p = position{p.x / coarse, p.y / coarse}
		known, ok := t.places.Load(p)
		if !ok {
			known, _ = t.places.LoadOrStore(p, new(spanCache))
		}
		cache = known.(*spanCache)
		p = position{p.x * coarse, p.y * coarse}
	}
	slot := &cache[uint64(ms/day)%uint64(len(cache))]
	if s := slot.Load(); s.holds(ms) {
		return s
	}
	s := t.evaluate(ms, p.degrees())
	slot.Store(&s)
	return &s
}

func (s *span) holds(ms int64) bool { return s != nil && s.from <= ms && ms < s.until }

func (t *timetable) prepare() {
	if t.text == "" {
		return
	}
	parsed, err := hours.Parse(t.text)
	if err != nil {
		return
	}
	zone, err := time.LoadLocation(t.schedule.zone)
	if err != nil {
		return
	}
	t.parsed, t.zone = parsed, zone
}

func (t *timetable) evaluate(ms int64, p orb.Point) span {
	found := t.parsed.At(time.UnixMilli(ms), hours.Place{Zone: t.zone, Point: p, Country: country(t.schedule.zone)})
	s := span{from: found.From.UnixMilli(), until: ms + day, state: State{State: found.State}}
	if found.From.IsZero() {
		s.from = ms
	}
	if !found.Until.IsZero() {
		s.until = found.Until.UnixMilli()
		s.state.Next = s.until
		s.state.NextLocal = time.UnixMilli(s.until).In(t.zone).Format(time.RFC3339)
	}
	return s
}

// country is the ISO 3166-1 code of the zones whose public holidays matter
// here.
func country(zone string) string {
	switch zone {
	case "Asia/Shanghai", "Asia/Urumqi", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin", "Asia/Kashgar", "PRC":
		return "CN"
	case "Asia/Hong_Kong", "Hongkong":
		return "HK"
	case "Asia/Macau", "Asia/Macao":
		return "MO"
	case "Asia/Taipei", "ROC":
		return "TW"
	}
	return ""
}

// timetables holds one timetable per schedule.
type timetables struct {
	mu    sync.RWMutex
	known map[schedule]*timetable
}

func newTimetables() *timetables { return &timetables{known: make(map[schedule]*timetable)} }

func (t *timetables) of(s schedule) *timetable {
	t.mu.RLock()
	found := t.known[s]
	t.mu.RUnlock()
	if found != nil {
		return found
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if found = t.known[s]; found == nil {
		found = &timetable{schedule: s}
		t.known[s] = found
	}
	return found
}

// state returns the state of an item of the base. Most ask about now: the last
// span of a schedule is at hand without a look at its timetable.
func (b *base) state(at uint32, ms int64, all *timetables) State {
	last := &b.spans[b.hoursOf(at)]
	if s := last.Load(); s.holds(ms) {
		return s.state
	}
	t := b.timetable(at, all)
	s := t.span(ms, b.position(at))
	if t.parsed == nil || !t.parsed.NeedsPosition() {
		last.Store(s)
	}
	return s.state
}

// timetable returns that of an item of the base.
func (b *base) timetable(at uint32, all *timetables) *timetable {
	number := b.hoursOf(at)
	slot := &b.timetables[number]
	if t := slot.Load(); t != nil {
		return t
	}
	text, zone := b.hoursAt(number)
	t := all.of(schedule{text, zone})
	slot.Store(t)
	return t
}
