package hours

import (
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

func mustParse(t testing.TB, text string) *Schedule {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// stamp renders a span as "state from until comment", times in its zone, "-" for none.
func stamp(s Span) string {
	text := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.Format("2006-01-02T15:04-07")
	}
	return strings.TrimSpace(s.State.String() + " " + text(s.From) + " " + text(s.Until) + " " + s.Comment)
}

// question is a question to At and the stamp of its answer.
type question struct {
	name, value, zone, country string
	point                      orb.Point
	at, want                   string
}

// check asks the questions.
func check(t *testing.T, questions []question) {
	t.Helper()
	for _, q := range questions {
		t.Run(q.name, func(t *testing.T) {
			z := zone(t, q.zone)
			at, err := time.ParseInLocation("2006-01-02T15:04", q.at, z)
			if err != nil {
				t.Fatal(err)
			}
			got := stamp(mustParse(t, q.value).At(at, Place{Zone: z, Point: q.point, Country: q.country}))
			if got != q.want {
				t.Errorf("%q at %s: got %s, expected %s", q.value, q.at, got, q.want)
			}
		})
	}
}

// TestAt checks states and how far they reach.
func TestAt(t *testing.T) {
	nanchang := orb.Point{115.8582, 28.6829}
	check(t, []question{
		{"open", "Mo-Fr 08:00-18:00", "Asia/Shanghai", "CN", nanchang, "2026-11-20T09:00", "open 2026-11-20T08:00+08 2026-11-20T18:00+08"},
		{"over the weekend", "Mo-Fr 08:00-18:00", "Asia/Shanghai", "CN", nanchang, "2026-11-20T18:00",
			"closed 2026-11-20T18:00+08 2026-11-23T08:00+08"},
		{"never changes", "24/7", "Asia/Shanghai", "CN", nanchang, "2026-11-20T18:00", "open - -"},
		{"never changes, in pieces", "00:00-12:00,12:00-24:00", "Asia/Shanghai", "CN", nanchang, "2026-11-20T18:00", "open - -"},
		{"joined nights", "Mo-Su 18:00-24:00, Mo-Su 00:00-02:00", "Asia/Shanghai", "CN", nanchang, "2026-11-20T23:00",
			"open 2026-11-20T18:00+08 2026-11-21T02:00+08"},
		{"season", "May-Sep 10:00-18:00", "Asia/Shanghai", "CN", nanchang, "2026-11-20T23:00",
			"closed 2026-09-30T18:00+08 2027-05-01T10:00+08"},
		{"beyond the horizon", "2035 Jan 10:00-12:00", "Asia/Shanghai", "CN", nanchang, "2026-11-20T23:00", "closed - -"},
		{"comment", `Mo-Fr 08:00-18:00 "by appointment"`, "Asia/Shanghai", "CN", nanchang, "2026-11-20T09:00",
			"unknown 2026-11-20T08:00+08 2026-11-20T18:00+08 by appointment"},
		{"open end", "Fr 18:00+", "Asia/Shanghai", "CN", nanchang, "2026-11-21T01:00",
			"unknown 2026-11-20T18:00+08 2026-11-21T04:00+08 open end"},
		{"open end after a closing time", "10:00-12:00+", "Asia/Shanghai", "CN", nanchang, "2026-11-21T13:00",
			"unknown 2026-11-21T12:00+08 2026-11-22T00:00+08 open end"},
		{"past midnight by 26:00", "Sa 20:00-26:00", "Asia/Shanghai", "CN", nanchang, "2026-11-22T01:00",
			"open 2026-11-21T20:00+08 2026-11-22T02:00+08"},
		{"leap day", "Feb 29 10:00-12:00", "UTC", "", orb.Point{}, "2028-02-01T00:00", "closed - 2028-02-29T10:00+00"},
		{"thirteen months of nothing", "Feb 29 10:00-12:00", "UTC", "", orb.Point{}, "2026-02-01T00:00", "closed - -"},
		{"always, with holidays", "Mo-Su 00:00-24:00; PH 00:00-24:00", "UTC", "CN", orb.Point{}, "2026-02-01T00:00", "open - -"},
		{"over the new year", "Dec 24-Jan 2 off; 08:00-18:00, Dec 24-Jan 2 off", "UTC", "", orb.Point{}, "2026-12-30T12:00",
			"closed 2026-12-23T18:00+00 2027-01-03T08:00+00"},
	})
}

// TestClocks checks hours around changes of the clocks.
func TestClocks(t *testing.T) {
	check(t, []question{
		{"clocks go forward over the opening", "02:30-12:00", "Europe/Berlin", "", orb.Point{}, "2026-03-29T03:10",
			"open 2026-03-29T03:00+02 2026-03-29T12:00+02"},
		{"nothing in the skipped hour", "02:10-02:50", "Europe/Berlin", "", orb.Point{}, "2026-03-29T12:00",
			"closed 2026-03-28T02:50+01 2026-03-30T02:10+02"},
		{"night of the short hour", "22:00-06:00", "Europe/Berlin", "", orb.Point{}, "2026-03-29T01:00",
			"open 2026-03-28T22:00+01 2026-03-29T06:00+02"},
		{"night of the long hour", "22:00-06:00", "Europe/Berlin", "", orb.Point{}, "2026-10-25T01:00",
			"open 2026-10-24T22:00+02 2026-10-25T06:00+01"},
		{"closing in the repeated hour", "22:00-02:30", "Europe/Berlin", "", orb.Point{}, "2026-10-25T01:00",
			"open 2026-10-24T22:00+02 2026-10-25T02:30+02"},
		{"change across seasons", "Oct 30 08:00-18:00", "Europe/Berlin", "", orb.Point{}, "2026-10-20T08:00",
			"closed 2025-10-30T18:00+01 2026-10-30T08:00+01"},
		{"southern clocks", "08:00-18:00", "Australia/Sydney", "", orb.Point{}, "2026-10-03T20:00",
			"closed 2026-10-03T18:00+10 2026-10-04T08:00+11"},
		{"a midnight that does not exist", "24/7; Sa off", "America/Havana", "", orb.Point{}, "2026-03-07T12:00",
			"closed 2026-03-07T00:00-05 2026-03-08T01:00-04"},
		{"a day that does not exist", "Mo-Th 08:00-18:00; Sa 10:00-12:00", "Pacific/Apia", "", orb.Point{}, "2011-12-29T20:00",
			"closed 2011-12-29T18:00-10 2011-12-31T10:00+14"},
	})
}

// TestHolidays checks public holidays and make-up workdays.
func TestHolidays(t *testing.T) {
	nanchang := orb.Point{115.8582, 28.6829}
	check(t, []question{
		{"National Day", "Mo-Fr 08:00-18:00; PH off", "Asia/Shanghai", "CN", nanchang, "2026-10-01T09:00",
			"closed 2026-09-30T18:00+08 2026-10-08T08:00+08"},
		{"make-up Saturday", "Mo-Fr 08:00-18:00; Sa 10:00-12:00; PH off", "Asia/Shanghai", "CN", nanchang, "2026-10-10T09:00",
			"open 2026-10-10T08:00+08 2026-10-10T18:00+08"},
		{"make-up Saturday of a value without PH", "Mo-Fr 08:00-18:00; Sa 10:00-12:00", "Asia/Shanghai", "CN", nanchang,
			"2026-10-10T09:00", "closed 2026-10-09T18:00+08 2026-10-10T10:00+08"},
		{"the same Saturday elsewhere", "Mo-Fr 08:00-18:00; Sa 10:00-12:00; PH off", "Europe/Berlin", "DE", nanchang,
			"2026-10-10T09:00", "closed 2026-10-09T18:00+02 2026-10-10T10:00+02"},
		{"holiday of another country", "Mo-Fr 08:00-18:00; PH off", "Europe/Berlin", "de", orb.Point{}, "2026-12-25T09:00",
			"closed 2026-12-24T18:00+01 2026-12-28T08:00+01"},
		{"substitute day", "Mo-Fr 08:00-18:00; PH off", "Europe/London", "GB", orb.Point{}, "2026-12-28T09:00",
			"closed 2026-12-24T18:00+00 2026-12-29T08:00+00"},
		{"country without a table", "Mo-Fr 08:00-18:00; PH off", "Asia/Shanghai", "XX", orb.Point{}, "2026-10-01T09:00",
			"open 2026-10-01T08:00+08 2026-10-01T18:00+08"},
		{"day before a holiday", "PH -1 day 10:00-12:00", "Asia/Shanghai", "CN", nanchang, "2026-09-30T11:00",
			"open 2026-09-30T10:00+08 2026-09-30T12:00+08"},
	})
}

// TestSunlight checks the sun where it rises, and where it does not.
func TestSunlight(t *testing.T) {
	nanchang := orb.Point{115.8582, 28.6829}
	tromso := orb.Point{18.9553, 69.6492}
	check(t, []question{
		{"sun without a position", "sunrise-sunset", "Asia/Shanghai", "CN", orb.Point{}, "2026-06-21T12:00",
			"open 2026-06-21T06:00+08 2026-06-21T18:00+08"},
		{"sun", "sunrise-sunset", "Asia/Shanghai", "CN", nanchang, "2026-06-21T12:00", "open 2026-06-21T05:19+08 2026-06-21T19:17+08"},
		{"midnight sun", "sunrise-sunset", "Europe/Oslo", "NO", tromso, "2026-06-21T23:30", "open 2026-05-18T00:40+02 2026-07-26T00:51+02"},
		{"polar night", "sunrise-sunset", "Europe/Oslo", "NO", tromso, "2026-12-21T12:00", "closed 2026-11-27T11:41+01 2027-01-15T11:34+01"},
		{"polar night is night", "sunset-sunrise", "Europe/Oslo", "NO", tromso, "2026-12-21T12:00",
			"open 2026-11-27T11:41+01 2027-01-15T11:34+01"},
	})
}

// TestSun compares with npm suncalc 1.9, another formula; UTC.
func TestSun(t *testing.T) {
	for _, test := range []struct {
		year, month, mday     int
		lat, lon              float64
		dawn, rise, set, dusk string
	}{
		{2026, 6, 21, 28.6829, 115.8582, "20:52", "21:19", "11:17", "11:44"},
		{2026, 12, 21, 28.6829, 115.8582, "22:39", "23:05", "09:23", "09:49"},
		{2026, 3, 20, 51.5074, -0.1278, "05:30", "06:03", "18:13", "18:46"},
		{2026, 6, 21, 59.9139, 10.7522, "00:09", "01:53", "20:43", "22:28"},
		{2026, 12, 21, -33.8688, 151.2093, "18:11", "18:40", "09:05", "09:34"},
		{2026, 9, 1, 40.7128, -74.006, "09:55", "10:23", "23:28", "23:56"},
	} {
		sun := newSolarDay(dayOf(test.year, test.month, test.mday), test.lon, test.lat, 0)
		for e, want := range map[event]string{dawn: test.dawn, sunrise: test.rise, sunset: test.set, dusk: test.dusk} {
			w, err := time.Parse("15:04", want)
			if err != nil {
				t.Fatal(err)
			}
			off := (sun.minute(e) - w.Hour()*60 - w.Minute() + 2*minutesPerDay + 3) % minutesPerDay
			if off > 6 {
				t.Errorf("%v: event %d at minute %d, expected about %s", test, e, sun.minute(e), want)
			}
		}
	}
}

// TestCalendar compares the calendar arithmetic with the standard library, and Easter with the almanac.
func TestCalendar(t *testing.T) {
	start := time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	for i := range 366 * 250 {
		want := start.AddDate(0, 0, i)
		n := day(want.Unix() / 86400)
		if want.Unix()%86400 != 0 {
			t.Fatal(want)
		}
		d := dateOf(n)
		_, week := want.ISOWeek()
		if d.year != want.Year() || d.month != int(want.Month()) || d.mday != want.Day() || isoWeek(d) != week ||
			dateOf(n-1).next() != d || d.previous() != dateOf(n-1) || d.weekday != (int(want.Weekday())+6)%7 ||
			dayOf(d.year, d.month, d.mday) != n {
			t.Fatalf("%v: %+v, week %d", want, d, isoWeek(d))
		}
	}
	for _, want := range []string{"1961-04-02", "2000-04-23", "2008-03-23", "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25"} {
		date, err := time.Parse(time.DateOnly, want)
		if err != nil {
			t.Fatal(err)
		}
		if got := easter(date.Year()); got != day(date.Unix()/86400) {
			t.Errorf("easter %d: %+v", date.Year(), dateOf(got))
		}
	}
}

// TestChina checks the holiday table's shape: every make-up day is a weekend day that stands in for a working day and is
// no holiday itself.
func TestChina(t *testing.T) {
	public, worked := china()
	if len(public) != 619 || len(worked) != 150 {
		t.Fatalf("%d holidays, %d make-up days", len(public), len(worked))
	}
	c := calendar{public: public, makeUp: worked}
	for i, m := range worked {
		if weekdayOf(m.day) < 5 || m.weekday >= 5 || c.anyHoliday([]holiday{{}}, m.day) || i > 0 && worked[i-1].day >= m.day {
			t.Errorf("%+v: %+v", dateOf(m.day), m)
		}
	}
	for i := 1; i < len(public); i++ {
		if public[i] <= public[i-1] {
			t.Fatalf("%+v out of order", dateOf(public[i]))
		}
	}
}

// TestNations looks at every country's table for its size and for New Year's Day, which all of them keep.
func TestNations(t *testing.T) {
	if n := len(Countries()); n < 30 {
		t.Errorf("%d countries", n)
	}
	for _, country := range Countries() {
		public, _ := tables(strings.ToLower(country))
		c, n := calendar{public: public}, 0
		for d := dayOf(2026, 1, 1); d <= dayOf(2026, 12, 31); d++ {
			if c.anyHoliday([]holiday{{}}, d) {
				n++
			}
		}
		if !c.anyHoliday([]holiday{{}}, dayOf(2026, 1, 1)) || n < 7 || n > 40 {
			t.Errorf("%s: %d holidays in 2026", country, n)
		}
	}
}
