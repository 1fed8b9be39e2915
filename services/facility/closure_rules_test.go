package facility

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"fujin/geo/hours"
)

// TestAClosureTakesAwayItsOwnTime asks hours with a closure at any moment: they
// are closed for its reason while it lasts, else what they were.
func TestAClosureTakesAwayItsOwnTime(t *testing.T) {
	texts := []string{
		"", "24/7", "Mo-Fr 08:00-17:00", "Mo-Su 20:00-04:00", "Mo-Fr 08:00-12:00, Sa 22:00-26:00; PH off",
		`Mo 09:00-17:00 || "by appointment"`, "sunrise-sunset", "Dec 25 off", "open in summer", "08:00+", "Mo-Fr 08:00-17:00;",
	}
	zones := []string{"Asia/Shanghai", "Europe/Berlin", "America/New_York", "Nowhere/Else"}
	moment := rapid.Int64Range(time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC).Unix())
	rapid.Check(t, func(t *rapid.T) {
		s := stored{Row: Row{Hours: rapid.SampledFrom(texts).Draw(t, "hours"), Zone: rapid.SampledFrom(zones).Draw(t, "zone")}}
		zone, err := time.LoadLocation(s.Zone)
		if err != nil {
			zone = time.UTC
		}
		from := time.Unix(moment.Draw(t, "from")/60*60, 0)
		s.Closure = &Closure{From: from, Reason: rapid.SampledFrom([]string{"", "burst \"pipe\"", "停电；维修", "a\nb"}).Draw(t, "reason")}
		if rapid.Bool().Draw(t, "ends") {
			s.Closure.Until = from.Add(time.Duration(rapid.SampledFrom([]int{1, 59, 600, 1440, 5000, 100_000}).Draw(t, "minutes")) * time.Minute)
		}
		place := hours.Place{Zone: zone, Country: "CN"}
		before, err := hours.Parse(s.Hours)
		known := err == nil && s.Hours != ""
		after, err := hours.Parse(s.hours())
		if err != nil {
			t.Fatalf("%s: %v", s.hours(), err)
		}
		for minute := -3000; minute < 8000; minute += 29 {
			s.compare(t, before, after, known, from.Add(time.Duration(minute)*time.Minute), place)
		}
	})
}

// compare asks at one moment.
func (s *stored) compare(t *rapid.T, before, after *hours.Schedule, known bool, at time.Time, place hours.Place) {
	got, want := after.At(at, place), hours.Unknown
	if known {
		want = before.At(at, place).State
	}
	if !at.Before(s.Closure.From) && (s.Closure.Until.IsZero() || at.Before(s.Closure.Until)) {
		want = hours.Closed
		if got.Comment != quotable(s.Closure.Reason) {
			t.Fatalf("%s at %v: %q", s.hours(), at.In(place.Zone), got.Comment)
		}
	}
	if got.State != want {
		t.Fatalf("%s at %v (%s): %v, want %v", s.hours(), at.In(place.Zone), at.In(place.Zone).Weekday(), got.State, want)
	}
}
