package hours

import "math/bits"

// atDays tells whether the coming tokens select days. A number of four digits is a year unless weekdays stand before it.
func (p *parser) atDays(seen clauses) bool {
	switch t := p.peek(0); t.kind {
	case kindWeekdays, kindHoliday, kindMonth, kindWeek, kindEaster, kindLetter:
		return true
	case kindNumber:
		return p.isYear(t) && !(seen.days && p.atTime() && p.peek(1).kind == '-' && p.at > 0 &&
			p.tokens[p.at-1].kind == kindWeekdays)
	}
	return false
}

func (p *parser) isYear(t token) bool {
	return t.kind == kindNumber && t.digits == 4 && t.value >= 1900
}

// days reads one kind of day selector.
func (p *parser) days(r *rule) {
	switch t := p.peek(0); {
	case t.kind == kindWeek:
		p.weeks(r)
	case t.kind == kindMonth, t.kind == kindEaster:
		p.dates(r)
	case t.kind == kindNumber:
		k := p.peek(1).kind
		if k == kindEaster || k == kindMonth && (p.atMonthDay(1) || p.peek(2).kind == '-' && p.isYear(p.peek(3))) {
			p.dates(r)
		} else {
			p.years(r)
		}
	default:
		p.weekdays(r)
	}
}

// years reads a list such as "2024,2026-2028,2030-2040/2,2050+".
func (p *parser) years(r *rule) {
	for {
		t := p.peek(0)
		p.at++
		y := yearRange{from: t.value, to: t.value, step: 1}
		switch {
		case p.next('-') && p.isYear(p.peek(1)):
			y.to = p.peek(1).value
			p.at += 2
			if y.to < y.from {
				p.fail(t, "the years run backwards")
			}
			y.step = p.step(500)
		case p.next('/'):
			y.to = 9999
			y.step = p.step(500)
		case p.accept('+'):
			y.to = 9999
		}
		r.years = append(r.years, y)
		if !p.next(',') || !p.isYear(p.peek(1)) {
			return
		}
		p.at++
	}
}

// step reads an optional "/n".
func (p *parser) step(most int) int {
	if !p.accept('/') {
		return 1
	}
	t := p.peek(0)
	if !p.accept(kindNumber) || t.value < 1 || t.value > most {
		p.fail(t, "%s, expected a number from 1 to %d after \"/\"", p.found(t), most)
		return 1
	}
	return t.value
}

// weeks reads "week 1,5-20/2".
func (p *parser) weeks(r *rule) {
	p.at++
	for {
		p.accept(kindWeek)
		t := p.peek(0)
		if !p.accept(kindNumber) || t.value < 1 || t.value > 53 {
			p.fail(t, "%s, expected a week from 1 to 53", p.found(t))
			return
		}
		w := weekRange{from: t.value, to: t.value, step: 1}
		if p.next('-', kindNumber) {
			p.at++
			if w.to = p.peek(0).value; w.to < 1 || w.to > 53 {
				p.expected("a week from 1 to 53")
				return
			}
			p.at++
			w.step = p.step(26)
		}
		r.weeks = append(r.weeks, w)
		if !p.next(',', kindNumber) && !p.next(',', kindWeek) {
			return
		}
		p.at++
		if p.atTime() && p.next(kindNumber, ':') {
			p.at--
			return
		}
	}
}

// weekdays reads weekdays and holidays: "Mo-We,Fr", "Su[-1]", "PH,Su", "PH Mo-Fr".
func (p *parser) weekdays(r *rule) {
	if p.next(kindHoliday) && !r.hasDays() {
		hs := p.holidayList()
		if p.next(kindWeekdays) || p.next(kindLetter) { // both must hold
			r.only = append(r.only, hs...)
		} else if r.holidays = append(r.holidays, hs...); !p.accept(',') {
			return
		}
	}
	for {
		switch {
		case p.next(kindHoliday):
			before := p.at > 0 && p.tokens[p.at-1].kind == ','
			hs := p.holidayList()
			if before {
				r.holidays = append(r.holidays, hs...)
			} else {
				r.only = append(r.only, hs...) // "Su PH"
			}
		case p.next(kindWeekdays, '['):
			p.nthWeekdays(r)
		case p.next(kindWeekdays), p.next(kindLetter):
			p.weekdayRange(r)
		default:
			p.expected("a weekday")
			return
		}
		k := p.peek(1).kind
		list := k == kindWeekdays || k == kindHoliday || k == kindLetter
		switch {
		case (p.next(',') || p.next('+') || p.next('/')) && list:
			p.at++
		case p.next(kindWeekdays): // "Mo We Fr"
		case p.next(kindHoliday) && len(r.holidays) == 0 && len(r.only) == 0:
		default:
			return
		}
	}
}

func (p *parser) holidayList() []holiday {
	var hs []holiday
	for {
		h := holiday{school: p.peek(0).value == 1}
		p.at++
		h.offset = p.offset(366)
		hs = append(hs, h)
		if !p.next(',', kindHoliday) {
			return hs
		}
		p.at++
	}
}

// weekdayRange reads "Mo", "Mo-Fr" or "M-F".
func (p *parser) weekdayRange(r *rule) {
	t := p.peek(0)
	if t.kind == kindLetter && !(p.peek(1).kind == '-' && (p.peek(2).kind == kindWeekdays || p.peek(2).kind == kindLetter)) {
		p.expected("a weekday of at least two letters")
		return
	}
	p.at++
	u := p.peek(1)
	if !p.next('-') || u.kind != kindWeekdays && !(u.kind == kindLetter && t.kind == kindLetter) {
		if r.weekdays |= uint8(t.value); p.next('-') {
			p.at++
			p.expected("a weekday after \"-\"")
		}
		return
	}
	p.at += 2
	if bits.OnesCount(uint(t.value)) != 1 || bits.OnesCount(uint(u.value)) != 1 {
		p.fail(t, "%s, expected a range of two weekdays", p.found(t))
		return
	}
	for day := t.value; ; day = day << 1 % (1<<7 - 1) {
		if r.weekdays |= uint8(day); day == u.value {
			return
		}
	}
}

// nthWeekdays reads "Mo[1,3-4,-1] +2 days".
func (p *parser) nthWeekdays(r *rule) {
	t := p.peek(0)
	if bits.OnesCount(uint(t.value)) != 1 {
		p.expected("a single weekday before \"[\"")
		return
	}
	weekday := bits.TrailingZeros(uint(t.value))
	p.at += 2
	first := len(r.nth)
	for {
		from, ok := p.nth()
		to := from
		if ok && from > 0 && p.accept('-') {
			to, ok = p.nth()
		}
		if !ok {
			return
		}
		if to < from {
			p.fail(t, "the numbers of the weekdays run backwards")
			return
		}
		for n := from; n <= to; n++ {
			r.nth = append(r.nth, nthDay{weekday: weekday, n: n})
		}
		if !p.accept(',') {
			break
		}
	}
	if !p.accept(']') {
		p.expected("\"]\" or \",\"")
		return
	}
	offset := p.offset(31)
	for i := first; i < len(r.nth); i++ {
		r.nth[i].offset = offset
	}
}

// nth reads a number from 1 to 5 or from -5 to -1.
func (p *parser) nth() (int, bool) {
	sign := 1
	if p.accept('-') {
		sign = -1
	}
	t := p.peek(0)
	if t.kind != kindNumber || t.value < 1 || t.value > 5 {
		p.expected("a number from 1 to 5 or from -5 to -1")
		return 0, false
	}
	p.at++
	return sign * t.value, true
}

// offset reads an optional "+2 days" or "-1 day".
func (p *parser) offset(most int) int {
	if !p.next('+', kindNumber, kindDay) && !p.next('-', kindNumber, kindDay) {
		return 0
	}
	t := p.peek(1)
	sign := 1
	if p.next('-') {
		sign = -1
	}
	p.at += 3
	if t.value > most {
		p.fail(t, "%d days, expected at most %d", t.value, most)
	}
	return sign * t.value
}
