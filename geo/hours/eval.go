package hours

import (
	"time"

	"github.com/paulmach/orb"
)

// horizon is how far At looks for a change in either direction, in days: a year and the Spring Festival's drift. In a week
// that is like every other, the first eight days tell all.
const (
	horizon       = 400
	weeklyHorizon = 8
)

// openEndComment explains a state that an open end leaves unknown.
const openEndComment = "open end"

// calendar is what a schedule needs to know about a place during one evaluation.
type calendar struct {
	zone   *time.Location
	lo, hi int64 // Unix seconds between which the zone's offset is offset
	offset int64 // seconds east of UTC
	point  orb.Point
	sun    solarDay
	public []day    // sorted public holidays
	makeUp []makeUp // sorted make-up workdays
}

// newCalendar prepares the calendar for evaluations around t.
func (s *Schedule) newCalendar(t time.Time, p Place) calendar {
	c := calendar{zone: p.Zone, point: p.Point}
	if c.zone == nil {
		c.zone = time.UTC
	}
	c.settle(t.In(c.zone))
	if s.holidays {
		c.public, c.makeUp = tables(p.Country)
	}
	return c
}

// settle remembers the zone's offset at t and how long it is valid.
func (c *calendar) settle(t time.Time) {
	const forever = 1 << 60
	_, offset := t.Zone()
	from, to := t.ZoneBounds()
	c.offset, c.lo, c.hi = int64(offset), -forever, forever
	if !from.IsZero() {
		c.lo = from.Unix()
	}
	if !to.IsZero() {
		c.hi = to.Unix()
	}
}

// instant returns the Unix time at which the wall clock shows a minute of a day. It never decreases with the minute: a
// skipped time is the moment of the change, a repeated one its first occurrence.
func (c *calendar) instant(n day, minute int16) int64 {
	const margin = 26 * 3600
	wall := int64(n)*86400 + int64(minute)*60
	if u := wall - c.offset; u-margin >= c.lo && u+margin < c.hi {
		return u
	}
	return c.changing(wall)
}

// changing is instant near a change of the zone's offset.
func (c *calendar) changing(wall int64) int64 {
	guess := time.Unix(wall-c.offset, 0).In(c.zone)
	c.settle(guess)
	u := wall - c.offset
	switch {
	case u >= c.hi: // the guess was before a change and the time after it
		before := c.offset
		change := c.hi
		c.settle(time.Unix(change, 0).In(c.zone))
		if u = wall - c.offset; u < change && wall-before >= change {
			return change // skipped
		}
	case c.lo > -1<<60:
		change, after := c.lo, c.offset
		c.settle(time.Unix(change-1, 0).In(c.zone))
		if v := wall - c.offset; v < change {
			return v // before the change, or repeated
		}
		c.settle(time.Unix(change, 0).In(c.zone))
		if u = wall - after; u < change {
			return change // skipped
		}
	}
	return u
}

// At returns the state at a moment, and since when and until when it holds. The zero Place is allowed.
func (s *Schedule) At(t time.Time, p Place) Span {
	c := s.newCalendar(t, p)
	sec := t.Unix()
	today := day(floorDiv64(sec+c.offset, 86400))
	limit := day(horizon)
	if s.weekly {
		limit = weeklyHorizon
	}
	var buf [24]segment
	line := s.timeline(buf[:0], &c, dateOf(today))
	at := mark{state: Closed, rule: -1}
	for i := range line {
		if c.instant(today, line[i].from) <= sec {
			at = line[i].mark
		}
	}
	span := Span{State: at.state, Comment: s.comment(at)}
	if s.constant() {
		return span
	}
	if u, ok := s.until(&c, line, today, limit, sec, at.state); ok {
		span.Until = time.Unix(u, 0).In(c.zone)
	}
	line = s.timeline(buf[:0], &c, dateOf(today))
	if u, ok := s.since(&c, line, today, limit, sec, at.state); ok {
		span.From = time.Unix(u, 0).In(c.zone)
	}
	return span
}

// comment returns what the deciding rule says.
func (s *Schedule) comment(m mark) string {
	switch {
	case m.rule >= 0 && s.rules[m.rule].comment != "":
		return s.rules[m.rule].comment
	case m.guess:
		return openEndComment
	}
	return ""
}

// constant tells whether the state can never change.
func (s *Schedule) constant() bool {
	for i := range s.rules {
		r := &s.rules[i]
		days := r.hasDays() && r.weekdays != everyDay || r.hasDates() || len(r.years)+len(r.weeks)+len(r.only) > 0
		if days || len(r.times) > 0 && !r.times[0].wholeDay() {
			return false
		}
	}
	return true
}

// until finds the first instant after sec with another state; line is the timeline of today and is overwritten.
func (s *Schedule) until(c *calendar, line []segment, today, limit day, sec int64, state State) (int64, bool) {
	for d := dateOf(today); d.n <= today+limit; {
		if d.n != today {
			line = s.timeline(line[:0], c, d)
		}
		start := c.instant(d.n, 0)
		for i := range line {
			end := c.segmentEnd(d.n, line, i)
			if end > start && end > sec && line[i].state != state {
				return start, true
			}
			start = end
		}
		if state == Closed && d.mday > 1 && s.dormant(d) {
			d = dateOf(dayOf(d.year, d.month+1, 1))
		} else {
			d = d.next()
		}
	}
	return 0, false
}

// since finds the end of the last stretch before sec with another state; line is the timeline of today.
func (s *Schedule) since(c *calendar, line []segment, today, limit day, sec int64, state State) (int64, bool) {
	for d := dateOf(today); d.n >= today-limit; {
		if d.n != today {
			line = s.timeline(line[:0], c, d)
		}
		for i := len(line) - 1; i >= 0; i-- {
			if line[i].state == state {
				continue
			}
			start, end := c.instant(d.n, line[i].from), c.segmentEnd(d.n, line, i)
			if end > start && start <= sec {
				return end, true
			}
		}
		if state == Closed && d.mday > 2 && s.dormant(d) {
			d = dateOf(dayOf(d.year, d.month, 1))
		} else {
			d = d.previous()
		}
	}
	return 0, false
}

func (c *calendar) segmentEnd(n day, line []segment, i int) int64 {
	if i+1 < len(line) {
		return c.instant(n, line[i+1].from)
	}
	return c.instant(n+1, 0)
}

// dormant tells whether no rule can match in the day's month.
func (s *Schedule) dormant(d date) bool {
	for i := range s.rules {
		r := &s.rules[i]
		if r.active>>(d.month-1)&1 != 0 && (len(r.years) == 0 || matchesYear(r.years, d.year)) {
			return false
		}
	}
	return true
}

func floorDiv64(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
