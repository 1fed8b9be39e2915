package hours

// operator says how a rule meets the ones before it.
type operator uint8

const (
	override operator = iota // ";"
	addition                 // ","
	fallback                 // "||"
)

// rule is one rule sequence. Kinds of selectors are joined by AND, selectors of one kind by OR; an absent kind matches
// every day, and a rule without times holds all day.
type rule struct {
	op      operator
	years   []yearRange
	months  uint16 // bit m-1; one kind together with dates
	dates   []dateRange
	weeks   []weekRange
	only    []holiday // "PH Mo": must be a holiday as well
	state   State
	comment string

	weekdays uint8 // bit 0 is Monday; one kind together with nth and holidays
	nth      []nthDay
	holidays []holiday

	times []span

	resets bool   // clears the day of earlier rules
	wraps  bool   // a span may reach into the next day
	active uint16 // months in which the rule may match
}

// yearRange is every step-th year of [from, to].
type yearRange struct{ from, to, step int }

// weekRange is every step-th ISO week of [from, to]; from > to goes over the new year.
type weekRange struct{ from, to, step int }

// nthDay is the nth weekday of a month, moved by offset days.
type nthDay struct{ weekday, n, offset int }

// holiday is PH or SH, moved by offset days.
type holiday struct {
	school bool
	offset int
}

// dateRange is every step-th day from one moment of the year to another, both included.
type dateRange struct {
	from, to moment
	single   bool // to is from
	open     bool // "+": to the end of the year, or for ever when from has a year
	step     int
}

// anchor says what a moment is counted from.
type anchor uint8

const (
	byDay     anchor = iota // month and mday
	byEaster                // Easter Sunday
	byWeekday               // the nth weekday of month
)

// moment is a day of a year (0: any year).
type moment struct {
	anchor                          anchor
	year, month, mday, weekday, nth int
	offset                          int // days
}

func usesPH(hs []holiday) bool {
	for _, h := range hs {
		if !h.school {
			return true
		}
	}
	return false
}

func (r *rule) hasDates() bool { return r.months != 0 || len(r.dates) > 0 }

func (r *rule) hasDays() bool { return r.weekdays != 0 || len(r.nth) > 0 || len(r.holidays) > 0 }

// dated tells whether the rule selects days at all.
func (r *rule) dated() bool {
	return r.hasDates() || r.hasDays() || len(r.years) > 0 || len(r.weeks) > 0 || len(r.only) > 0
}

// activeMonths returns the months outside of which the rule cannot match.
func (r *rule) activeMonths() uint16 {
	const all = 1<<12 - 1
	if !r.hasDates() {
		return all
	}
	mask := r.months
	for _, d := range r.dates {
		if d.single {
			d.to = d.from
		}
		if d.open || d.from.anchor == byEaster || d.to.anchor == byEaster || d.from.offset != 0 || d.to.offset != 0 ||
			d.from.year != d.to.year {
			return all
		}
		for m := d.from.month; ; m = m%12 + 1 {
			mask |= 1 << (m - 1)
			if m == d.to.month {
				break
			}
		}
		if d.from.month == d.to.month && !d.single && d.from.mday > d.to.mday {
			return all
		}
		if d.from.anchor == byDay && d.from.mday > 28 {
			mask |= 1 << (d.from.month % 12)
		}
	}
	return mask
}

// matches tells whether the rule selects the day.
func (r *rule) matches(c *calendar, d date) bool {
	if r.active>>(d.month-1)&1 == 0 {
		return false
	}
	if r.hasDays() && !r.matchesDay(c, d) {
		return false
	}
	if len(r.years) > 0 && !matchesYear(r.years, d.year) {
		return false
	}
	if r.hasDates() && !r.matchesDate(d) {
		return false
	}
	if len(r.weeks) > 0 && !matchesWeek(r.weeks, isoWeek(d)) {
		return false
	}
	return len(r.only) == 0 || c.anyHoliday(r.only, d.n)
}

func (r *rule) matchesDay(c *calendar, d date) bool {
	weekday := d.weekday
	if weekday >= 5 && c.makeUp != nil {
		weekday = c.standsFor(d.n, weekday)
	}
	if r.weekdays>>weekday&1 != 0 {
		return true
	}
	for _, n := range r.nth {
		e := dateOf(d.n - day(n.offset))
		if e.weekday != n.weekday {
			continue
		}
		if got, ok := nthWeekday(e.year, e.month, n.weekday, n.n); ok && got == e.n {
			return true
		}
	}
	return len(r.holidays) > 0 && c.anyHoliday(r.holidays, d.n)
}

func (r *rule) matchesDate(d date) bool {
	if r.months>>(d.month-1)&1 != 0 {
		return true
	}
	for i := range r.dates {
		if r.dates[i].contains(d) {
			return true
		}
	}
	return false
}

func matchesYear(years []yearRange, year int) bool {
	for _, y := range years {
		if year >= y.from && year <= y.to && (year-y.from)%y.step == 0 {
			return true
		}
	}
	return false
}

func matchesWeek(weeks []weekRange, week int) bool {
	for _, w := range weeks {
		if w.from > w.to {
			if week >= w.from || week <= w.to {
				return true
			}
		} else if week >= w.from && week <= w.to && (week-w.from)%w.step == 0 {
			return true
		}
	}
	return false
}

// contains tells whether the day lies in the range as counted from this year or a neighbouring one.
func (r *dateRange) contains(d date) bool {
	if r.from.year != 0 {
		return r.containsFrom(r.from.year, d.n)
	}
	if r.containsFrom(d.year, d.n) || r.containsFrom(d.year-1, d.n) {
		return true
	}
	return r.from.offset < 0 && r.containsFrom(d.year+1, d.n)
}

func (r *dateRange) containsFrom(year int, n day) bool {
	from, ok := r.from.first(year)
	if n < from || r.single && !ok {
		return false
	}
	if r.open {
		return r.from.year != 0 || n <= dayOf(year, 12, 31)
	}
	to := from
	if !r.single {
		if r.to.year != 0 {
			year = r.to.year
		}
		if to = r.to.last(year); to < from && r.to.year == 0 {
			to = r.to.last(year + 1)
		}
	}
	return n <= to && int(n-from)%r.step == 0
}

// first returns the moment in a year as the start of a range, and whether the year has it: 29 February of a common
// year is 1 March then.
func (m *moment) first(year int) (day, bool) {
	ok := true
	var n day
	switch m.anchor {
	case byEaster:
		n = easter(year)
	case byWeekday:
		n, ok = nthWeekday(year, m.month, m.weekday, m.nth)
	default:
		n = dayOf(year, m.month, m.mday)
		ok = m.mday <= 28 || m.mday <= monthLength(year, m.month)
	}
	return n + day(m.offset), ok
}

// last returns the moment in a year as the end of a range: 29 February of a common year is 28 February then.
func (m *moment) last(year int) day {
	n, ok := m.first(year)
	if !ok && m.anchor == byDay {
		n = dayOf(year, m.month, monthLength(year, m.month)) + day(m.offset)
	}
	return n
}
