package hours

// minutesPerDay is the length of a civil day on its wall clock; clock changes are dealt with where minutes become instants.
const minutesPerDay = 24 * 60

// event is what a time is counted from.
type event uint8

const (
	midnight event = iota
	dawn
	sunrise
	sunset
	dusk
)

// usual returns the minute of an event where its position is not known; it also decides which way round a span is
// meant: sunset-02:00 goes over midnight, 08:00-sunset does not, whatever the season.
func (e event) usual() int {
	switch e {
	case dawn:
		return 5*60 + 30
	case sunrise:
		return 6 * 60
	case sunset:
		return 18 * 60
	case dusk:
		return 18*60 + 30
	}
	return 0
}

// clockTime is a time of day: minutes after an event.
type clockTime struct {
	event   event
	minutes int
}

func (t clockTime) usual() int { return t.event.usual() + t.minutes }

// span is a range of time that starts on one day and ends before the end of the next.
type span struct {
	from, to clockTime
	// over: the end lies on the day after the start
	over bool
	// guess: open end, "from+" when bare, "from-to+" otherwise
	guess, bare bool
	interval    int // minutes between points in time, 0 when there are none
}

// wholeDay tells whether the span is 00:00-24:00 of every day.
func (s *span) wholeDay() bool {
	return !s.sun() && !s.guess && s.from.minutes == 0 && (s.over || s.to.minutes >= minutesPerDay)
}

func (s *span) sun() bool { return s.from.event != midnight || s.to.event != midnight }

// mayWrap tells whether the span may reach into the next day.
func (s *span) mayWrap() bool {
	if s.over || s.sun() {
		return true
	}
	if s.guess {
		_, to := s.guessed(s.from.minutes, s.to.minutes)
		return to > minutesPerDay
	}
	return s.to.minutes > minutesPerDay
}

// guessed returns the uncertain hours of an open end after a span that starts and ends at the given minutes. The
// lengths are those of the reference implementation.
func (s *span) guessed(from, to int) (start, end int) {
	start = to
	if s.bare {
		start = from
	}
	switch {
	case start >= 22*60:
		end = start + 8*60
	case start >= 17*60:
		end = start + 10*60
	default:
		end = minutesPerDay
	}
	return start, min(end, 2*minutesPerDay)
}

// resolve returns the span's minutes on a day, counted from its midnight; empty when from ≥ to.
func (s *span) resolve(c *calendar, n day) (from, to int) {
	if !s.sun() {
		from, to = s.from.minutes, s.to.minutes
		if s.over {
			to += minutesPerDay
		}
		return from, to
	}
	from = c.minute(s.from, n)
	if s.over {
		return from, c.minute(s.to, n+1) + minutesPerDay
	}
	return from, c.minute(s.to, n)
}
