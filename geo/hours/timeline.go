package hours

// mark is what holds on a part of a day: the state and the rule that set it, -1 when none did.
type mark struct {
	state State
	guess bool
	rule  int16
}

// segment begins at a minute of its day and lasts to the next one.
type segment struct {
	from int16
	mark
}

// timeline paints the day's rules, in their order, over a closed day. It appends to buf, which is empty.
func (s *Schedule) timeline(buf []segment, c *calendar, d date) []segment {
	line := append(buf, segment{mark: mark{state: Closed, rule: -1}})
	var before date
	for i := range s.rules {
		r := &s.rules[i]
		if r.matches(c, d) {
			if r.resets {
				line = append(line[:0], segment{mark: mark{state: Closed, rule: -1}})
			}
			line = r.paint(line, c, int16(i), d.n, 0)
		}
		if !r.wraps {
			continue
		}
		if before.year == 0 {
			before = d.previous()
		}
		if r.matches(c, before) {
			line = r.paint(line, c, int16(i), before.n, minutesPerDay)
		}
	}
	return line
}

// paint applies the rule as of day n to the 24 hours that begin shift minutes after that day's midnight.
func (r *rule) paint(line []segment, c *calendar, index int16, n day, shift int) []segment {
	m := mark{state: r.state, rule: index}
	if len(r.times) == 0 {
		return r.fill(line, 0, minutesPerDay, m)
	}
	for i := range r.times {
		t := &r.times[i]
		if !t.guess {
			continue
		}
		from, to := t.resolve(c, n)
		from, to = t.guessed(from, to)
		to = r.guessEnd(c, n, i, from, to)
		g := m
		if g.guess = r.state == Open; g.guess {
			g.state = Unknown
		}
		line = r.fill(line, from-shift, to-shift, g)
	}
	for i := range r.times {
		if t := &r.times[i]; !t.bare {
			from, to := t.resolve(c, n)
			line = r.fill(line, from-shift, to-shift, m)
		}
	}
	return line
}

// guessEnd cuts an open end where another span of the rule begins.
func (r *rule) guessEnd(c *calendar, n day, self, from, to int) int {
	for i := range r.times {
		if i == self {
			continue
		}
		if start, _ := r.times[i].resolve(c, n); start >= from {
			to = min(to, start)
		}
	}
	return to
}

// fill sets [from, to) of the day; a fallback rule only where it is closed.
func (r *rule) fill(line []segment, from, to int, m mark) []segment {
	from, to = max(from, 0), min(to, minutesPerDay)
	if from >= to {
		return line
	}
	line = cut(line, int16(from))
	line = cut(line, int16(to))
	for i := range line {
		s := &line[i]
		if int(s.from) >= from && int(s.from) < to && (r.op != fallback || s.state == Closed) {
			s.mark = m
		}
	}
	return line
}

// cut makes a segment begin at the minute.
func cut(line []segment, at int16) []segment {
	i := len(line)
	for i > 0 && line[i-1].from > at {
		i--
	}
	if at >= minutesPerDay || i > 0 && line[i-1].from == at {
		return line
	}
	line = append(line, segment{})
	copy(line[i+1:], line[i:])
	line[i] = segment{from: at, mark: line[i-1].mark}
	return line
}
