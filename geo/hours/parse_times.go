package hours

// atTime tells whether the coming tokens are hours.
func (p *parser) atTime() bool {
	t := p.peek(0)
	switch t.kind {
	case kindEvent:
		return true
	case '(':
		return p.peek(1).kind == kindEvent
	case kindAM, kindPM:
		return p.peek(1).kind == kindNumber && p.peek(0).end <= p.peek(1).offset
	case kindNumber:
	default:
		return false
	}
	u := p.peek(1)
	switch {
	case t.digits == 4:
		return t.value/100 <= 24 && t.value%100 < 60
	case t.digits > 2:
		return false
	case u.kind == ':' || u.kind == kindHour || u.kind == kindAM || u.kind == kindPM:
		return true
	case u.kind == '.':
		return p.peek(2).kind == kindNumber && p.peek(2).digits == 2
	}
	return u.kind == '-' && (p.peek(2).kind == kindNumber && p.peek(2).digits <= 2 || p.peek(2).kind == kindEvent ||
		p.peek(2).kind == '(')
}

// times reads a list of spans. A comma that no hours follow is left for the caller.
func (p *parser) times(r *rule) {
	for {
		if len(r.times) == maxSpans {
			p.fail(p.peek(0), "more than %d spans in one rule", maxSpans)
			return
		}
		if p.accept(kindAlways) {
			r.times = append(r.times, span{to: clockTime{minutes: minutesPerDay}})
		} else {
			r.times = append(r.times, p.span())
		}
		if !p.next(',') {
			if !p.atTime() {
				return
			}
			continue // "08:00-12:00 14:00-18:00"
		}
		p.at++
		if !p.atTime() {
			p.at--
			return
		}
	}
}

// reading is a time as written.
type reading struct {
	clockTime
	token token
	half  kind // kindAM, kindPM or 0
	bare  bool // an hour without minutes and leading zero
}

// span reads "from-to", "from+" or "from-to+", with an optional interval.
func (p *parser) span() span {
	from := p.time()
	s := span{from: from.clockTime}
	if p.err != nil {
		return s
	}
	if from.event == midnight && from.minutes >= minutesPerDay {
		p.fail(from.token, "hours start at 24:00 or later, expected a time of the day")
		return s
	}
	switch {
	case p.accept('+'), p.next('-', kindOpenEnd), p.next('-', kindState, kindUnknown) && p.peek(1).text == "open":
		s.guess, s.bare = true, true
		if p.accept('-') {
			if p.at++; p.next(kindUnknown) {
				if p.peek(0).text != "end" {
					p.expected("a time after \"-\"")
				}
				p.at++
			}
		}
		return s
	case !p.accept('-'):
		p.expected("\"-\" and a closing time, or \"+\": a single moment cannot be open")
		return s
	}
	if !p.atEndTime() {
		p.expected("a time after \"-\"")
		return s
	}
	to := p.time()
	if p.err != nil {
		return s
	}
	p.halves(&from, &to)
	s.from, s.to = from.clockTime, to.clockTime
	p.order(&s, from, to)
	if p.accept('/') {
		s.interval = p.interval()
	}
	s.guess = p.accept('+')
	return s
}

// atEndTime is atTime where a lone number of hours will do.
func (p *parser) atEndTime() bool {
	return p.atTime() || p.next(kindNumber) && p.peek(0).digits <= 2
}

// halves gives a time of twelve hours its half of the day.
func (p *parser) halves(from, to *reading) {
	if from.half == 0 && to.half == kindPM && from.event == midnight && from.minutes < 12*60 && from.minutes >= 60 {
		p.fail(from.token, "morning or afternoon? expected \"am\" or \"pm\" here too")
		return
	}
	for _, t := range []*reading{from, to} {
		if t.half == 0 {
			continue
		}
		switch hour := t.minutes / 60; {
		case hour > 12 && t.half == kindAM, hour > 24:
			p.fail(t.token, "an hour after 12 with \"am\" or \"pm\"")
		case hour == 12 && t.half == kindAM:
			t.minutes -= 12 * 60
		case hour < 12 && t.half == kindPM:
			t.minutes += 12 * 60
		}
	}
}

// order finds out on which day the span ends.
func (p *parser) order(s *span, from, to reading) {
	usualFrom, usualTo := from.usual(), to.usual()
	if from.bare && to.bare && from.half == 0 && to.half == 0 && from.minutes <= 12*60 && to.minutes > 0 &&
		to.minutes <= from.minutes {
		p.fail(to.token, "the hours end before they start; expected \"%02d:00\" or \"%02d:00\"", to.minutes/60, to.minutes/60%12+12)
	}
	switch {
	case to.event != midnight || from.event != midnight:
		s.over = usualTo < usualFrom
	case usualTo <= usualFrom:
		s.over = true
	}
	if !s.over && s.to.event == midnight && s.to.minutes > 2*minutesPerDay || s.over && s.to.minutes > minutesPerDay {
		p.fail(to.token, "the hours end more than a day later")
	}
}

// interval reads what follows "/": minutes, or hours and minutes.
func (p *parser) interval() int {
	t := p.peek(0)
	if !p.accept(kindNumber) {
		p.expected("minutes after \"/\"")
		return 0
	}
	minutes := t.value
	if p.next(':', kindNumber) {
		minutes = minutes*60 + p.peek(1).value
		p.at += 2
	}
	if minutes < 1 || minutes > minutesPerDay {
		p.fail(t, "an interval of %d minutes, expected 1 to 1440", minutes)
	}
	return minutes
}

// time reads a time of day, an event, or an event with an offset in parentheses.
func (p *parser) time() reading {
	t := p.peek(0)
	if p.accept('(') {
		r := reading{token: t, clockTime: clockTime{event: event(p.peek(0).value)}}
		if !p.accept(kindEvent) {
			p.expected("sunrise, sunset, dawn or dusk")
			return r
		}
		sign := 1
		if p.next('-') {
			sign = -1
		}
		if !p.accept('-') && !p.accept('+') {
			p.expected("\"+\" or \"-\"")
			return r
		}
		if !p.next(kindNumber) {
			p.expected("hours and minutes, such as 01:30")
			return r
		}
		r.minutes = sign * p.clock().minutes
		if !p.accept(')') {
			p.expected("\")\"")
		}
		if r.minutes < -minutesPerDay/2 || r.minutes > minutesPerDay/2 {
			p.fail(t, "an offset of more than 12 hours")
		}
		return r
	}
	if p.accept(kindEvent) {
		return reading{token: t, clockTime: clockTime{event: event(t.value)}}
	}
	return p.clock()
}

// clock reads a time of day in one of its spellings.
func (p *parser) clock() reading {
	r := reading{}
	if p.next(kindAM) || p.next(kindPM) { // 上午8:00
		r.half = p.peek(0).kind
		p.at++
	}
	t := p.peek(0)
	r.token = t
	if !p.accept(kindNumber) {
		p.expected("a time")
		return r
	}
	hour, minute := t.value, 0
	u, v := p.peek(0), p.peek(1)
	switch {
	case t.digits == 4:
		hour, minute = t.value/100, t.value%100
	case t.digits > 2:
		p.fail(t, "%s, expected an hour", p.found(t))
	case u.kind == ':' || u.kind == '.' && v.kind == kindNumber && v.digits == 2:
		p.at++
		if !p.accept(kindNumber) {
			p.expected("minutes")
		} else if v.digits != 2 {
			p.fail(v, "%s, expected minutes of two digits", p.found(v))
		}
		minute = v.value
	case u.kind == kindHour && u.value == 0 && v.kind == kindNumber && v.digits == 2 && v.offset == u.end:
		p.at += 2
		minute = v.value
		if text := p.peek(0).text; text == "分" || text == "min" || text == "m" {
			p.at++
		}
	default:
		r.bare = t.digits == 1 || t.value >= 10
	}
	if p.err == nil && (minute > 59 || hour > 48 || hour == 48 && minute > 0) {
		p.fail(t, "no such time of day: %d:%02d", hour, minute)
	}
	p.accept(kindHour)
	if (p.next(kindAM) || p.next(kindPM)) && r.half == 0 {
		r.half = p.peek(0).kind
		p.at++
	}
	p.accept(kindHour)
	r.minutes = hour*60 + minute
	return r
}
