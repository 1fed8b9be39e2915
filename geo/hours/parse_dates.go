package hours

import "math/bits"

// atMonthDay tells whether the month k tokens ahead is followed by a day, or by a weekday of which the range needs the
// date: "Mar Su[-1]-Oct Su[-1]".
func (p *parser) atMonthDay(k int) bool {
	d := p.peek(k + 1)
	if d.kind == kindWeekdays && p.peek(k+2).kind == '[' {
		for i := k + 3; ; i++ {
			switch t := p.peek(i); t.kind {
			case kindNumber, ',', '-':
				continue
			case ']':
				u, v := p.peek(i+1), p.peek(i+2)
				if (u.kind == '+' || u.kind == '-') && v.kind == kindNumber && p.peek(i+3).kind == kindDay {
					u, v = p.peek(i+4), p.peek(i+5)
				}
				return u.kind == '-' && (v.kind == kindMonth || v.kind == kindEaster || p.isYear(v))
			}
			return false
		}
	}
	if d.kind != kindNumber || d.digits > 2 {
		return false
	}
	u, v := p.peek(k+2), p.peek(k+3)
	switch {
	case u.kind == ':' && v.kind == kindNumber && v.offset == u.end, u.kind == kindHour, u.kind == kindAM, u.kind == kindPM:
		return false // "Jan 10:00-12:00"
	case u.kind == '.' && v.kind == kindNumber && v.offset == u.end && v.digits == 2 && u.offset == d.end:
		return false
	case u.kind == '-' && v.kind == kindNumber && v.digits <= 2:
		w := p.peek(k + 4)
		return w.kind != ':' || p.peek(k+5).kind != kindNumber || p.peek(k+5).offset != w.end
	}
	return true
}

// dates reads a list of months, days and ranges of them: "Jan-Mar,Dec 24", "2026 Apr 10-16", "Dec 24-Jan 2",
// "easter -2 days-easter +1 day".
func (p *parser) dates(r *rule) {
	for {
		year := 0
		if p.isYear(p.peek(0)) {
			year = p.peek(0).value
			p.at++
		}
		switch {
		case p.next(kindEaster) || p.next(kindMonth) && (p.atMonthDay(0) || year != 0):
			p.dateRange(r, year)
		case p.next(kindMonth):
			p.monthRange(r)
		default:
			p.expected("a month")
			return
		}
		k, after := p.peek(1), p.peek(2).kind
		dated := p.isYear(k) && (after == kindMonth || after == kindEaster)
		if !p.next(',') || k.kind != kindMonth && k.kind != kindEaster && !dated {
			return
		}
		p.at++
	}
}

// monthRange reads "Jan" or "Oct-Mar", or "Oct-Mar 15" and "Jan 15-Mar".
func (p *parser) monthRange(r *rule) {
	from := p.peek(0).value
	to := from
	p.at++
	if p.next('-', kindMonth) {
		p.at++
		if p.atMonthDay(0) {
			p.rangeEnd(r, dateRange{from: moment{month: from, mday: 1}, step: 1})
			return
		}
		to = p.peek(0).value
		p.at++
	}
	for m := from; ; m = m%12 + 1 {
		if r.months |= 1 << (m - 1); m == to {
			return
		}
	}
}

// dateRange reads a day of the year and what makes a range of it.
func (p *parser) dateRange(r *rule, year int) {
	d := dateRange{step: 1, single: true}
	whole := p.next(kindMonth) && !p.atMonthDay(0)
	d.from = p.moment(year, false)
	switch {
	case p.err != nil:
		return
	case p.accept('+'):
		d.open, d.single = true, false
	case p.next('-', kindNumber) && !p.isYear(p.peek(1)):
		p.at++
		d.single = false
		d.to = moment{year: year, month: d.from.month, mday: p.mday(d.from.month)}
		if d.from.anchor != byDay || d.to.mday < d.from.mday {
			p.fail(p.tokens[p.at-1], "the days run backwards")
			return
		}
		d.step = p.step(31)
	case p.accept('-'):
		p.rangeEnd(r, d)
		return
	case whole: // "2024 Dec 24,2025 Jan"
		d.single = false
		d.to = moment{year: year, month: d.from.month, mday: longestMonth(d.from.month)}
	}
	r.dates = append(r.dates, d)
	for d.from.anchor == byDay && p.next(',', kindNumber) && p.moreDays() {
		p.at++
		next := dateRange{from: moment{year: year, month: d.from.month, mday: p.mday(d.from.month)}, single: true, step: 1}
		if p.next('-', kindNumber) {
			p.at++
			next.single = false
			next.to = moment{year: year, month: d.from.month, mday: p.mday(d.from.month)}
			next.step = p.step(31)
			if next.to.mday < next.from.mday {
				p.fail(p.tokens[p.at-1], "the days run backwards")
				return
			}
		}
		r.dates = append(r.dates, next)
	}
}

// moreDays tells whether the number after the comma is another day of the month, not a year and not a time.
func (p *parser) moreDays() bool {
	if p.peek(1).digits > 2 {
		return false
	}
	k := p.peek(2).kind
	if k == '-' && p.peek(3).kind == kindNumber {
		k = p.peek(4).kind
	}
	return k != ':' && k != '.' && k != kindHour && k != kindAM && k != kindPM
}

// rangeEnd reads the second day of a range and gives both ends their year.
func (p *parser) rangeEnd(r *rule, d dateRange) {
	year := 0
	if p.isYear(p.peek(0)) {
		year = p.peek(0).value
		p.at++
	}
	d.single = false
	d.to = p.moment(year, true)
	if p.err != nil {
		return
	}
	if year != 0 && d.from.year == 0 {
		d.from.year = year
		if d.from.month > d.to.month {
			d.from.year--
		}
	}
	if year != 0 && year < d.from.year {
		p.fail(p.tokens[p.at-1], "the years run backwards")
	} else if year != 0 && year == d.from.year && d.from.month > d.to.month && d.from.anchor == byDay && d.to.anchor == byDay {
		p.fail(p.tokens[p.at-1], "the days run backwards")
	}
	d.step = p.step(366)
	r.dates = append(r.dates, d)
}

// moment reads one day of the year; the end of a range may be a whole month.
func (p *parser) moment(year int, end bool) moment {
	m := moment{year: year}
	t := p.peek(0)
	switch {
	case p.accept(kindEaster):
		m.anchor = byEaster
	case p.accept(kindMonth):
		m.month = t.value
		switch d := p.peek(0); {
		case p.next(kindWeekdays, '['):
			m.anchor, m.weekday = byWeekday, bits.TrailingZeros(uint(d.value))
			if bits.OnesCount(uint(d.value)) != 1 {
				p.expected("a single weekday before \"[\"")
				return m
			}
			p.at += 2
			m.nth, _ = p.nth()
			if p.err == nil && !p.accept(']') {
				p.expected("\"]\"")
			}
		case p.hasDay():
			m.mday = p.mday(m.month)
		case end:
			m.mday = longestMonth(m.month)
		default:
			m.mday = 1
		}
	default:
		p.expected("a month or easter")
		return m
	}
	m.offset = p.offset(366)
	return m
}

// hasDay is atMonthDay after the month has been read.
func (p *parser) hasDay() bool {
	p.at--
	defer func() { p.at++ }()
	return p.atMonthDay(0)
}

// mday reads a day of a month.
func (p *parser) mday(month int) int {
	t := p.peek(0)
	if !p.accept(kindNumber) || t.value < 1 || t.value > longestMonth(month) {
		p.fail(t, "%s, expected a day from 1 to %d", p.found(t), longestMonth(month))
		return 1
	}
	if p.next('.') && p.peek(0).offset == t.end {
		p.at++
	}
	return t.value
}

// longestMonth is the length of a month, in a leap year.
func longestMonth(month int) int { return monthLength(2000, month) }
