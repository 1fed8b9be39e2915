// Package hours reads and evaluates the opening_hours grammar of OpenStreetMap.
//
// Parse compiles a text once into an immutable Schedule, which any number of goroutines may ask at the same time. At
// answers in three values, because most facilities say nothing certain about some moments: open, closed, unknown.
//
// The grammar is specification 0.7 (https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification), read
// generously: other spellings are accepted where they can mean one thing only (see Parse), everything else is refused
// with the place of the error. Where the specification leaves a choice the reference implementation decides:
//
//   - A rule after ";" that opens replaces the whole calendar day of earlier rules, what came over from the night
//     before included. A rule that closes replaces only its own hours. "," adds, "||" fills what is still closed.
//   - A comment without a modifier means unknown: "Mo 10:00-12:00 "by appointment"".
//   - An open end ("18:00+") is unknown from its start to a guessed end: midnight, or ten hours from 17:00 on, or eight
//     hours from 22:00 on, but no longer than to the next span of the same rule.
//   - A single time ("Mo 12:00") is refused: a moment cannot be open. An interval ("10:00-16:00/90") says when something
//     begins within the span; the span counts as open.
//
// # Clock changes
//
// Hours are wall-clock times. A time that the spring change skips means the moment of the change; a time that the
// autumn change repeats means its first occurrence (as in RFC 5545), so that a state never flickers.
//
// # Sun
//
// sunrise and sunset, dawn and dusk (civil) follow the NOAA formula at Place.Point to about a minute. While the sun does
// not set, it rises and sets at solar midnight; while it does not rise, at solar noon. Without a position the four are
// at 06:00, 18:00, 05:30 and 18:30.
//
// # Holidays
//
// PH knows the mainland Chinese calendar of 2004–2026 by day and the national holidays, with their substitute days, of
// the countries named by Countries for 2000–2050. In any other country, and for SH (school holidays) anywhere, there is
// no table: such a selector never matches. Regional holidays are not known.
//
// China makes up for long holidays by working on weekends (调休). Such a Saturday or Sunday counts as the weekday that it
// stands in for when the value speaks of PH at all, because only then does its author follow the official calendar;
// otherwise the literal weekday counts.
package hours

import (
	"time"

	"github.com/paulmach/orb"
)

// State tells whether a place is open at a moment.
type State uint8

// The three answers. Unknown is the zero value: most facilities state no hours.
const (
	Unknown State = iota
	Open
	Closed
)

// String returns "unknown", "open" or "closed".
func (s State) String() string {
	switch s {
	case Open:
		return "open"
	case Closed:
		return "closed"
	}
	return "unknown"
}

// Place is where a schedule applies. The zero value means UTC, no position and no public holidays.
type Place struct {
	Zone    *time.Location // the facility's time zone; nil is UTC
	Point   orb.Point      // longitude, latitude in WGS-84 degrees, for sunrise and sunset; 0,0 is no position
	Country string         // ISO 3166-1 alpha-2 in any case, for PH
}

// Span is a state and how long it holds: in [From, Until), both in the place's zone.
type Span struct {
	State   State
	Comment string    // what the rule that decides at the asked moment says in quotes
	From    time.Time // zero when the state has not changed in the 400 days before
	Until   time.Time // zero when the state does not change in the 400 days to come
}

// Schedule is a compiled opening_hours value. It is immutable.
type Schedule struct {
	rules    []rule
	weekly   bool // nothing but weekdays and fixed times: every week is alike
	holidays bool // PH is mentioned: make-up workdays count
	sun      bool
}

// NeedsPosition tells whether the schedule depends on sunrise, sunset, dawn or dusk and so on Place.Point.
func (s *Schedule) NeedsPosition() bool { return s.sun }

// compile derives what At needs from the parsed rules.
func compile(rules []rule) *Schedule {
	s := &Schedule{rules: rules, weekly: true}
	for i := range rules {
		r := &rules[i]
		r.active = r.activeMonths()
		r.resets = r.op == override && r.state != Closed &&
			(r.dated() || i > 0 && r.state == Open && !rules[i-1].dated())
		for _, t := range r.times {
			s.sun = s.sun || t.sun()
			r.wraps = r.wraps || t.mayWrap()
		}
		if len(r.only) > 0 || len(r.holidays) > 0 {
			s.weekly = false
			s.holidays = s.holidays || usesPH(r.only) || usesPH(r.holidays)
		}
		if r.hasDates() || len(r.years) > 0 || len(r.weeks) > 0 || len(r.nth) > 0 {
			s.weekly = false
		}
	}
	s.weekly = s.weekly && !s.sun
	return s
}
