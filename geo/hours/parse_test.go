package hours

import (
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// TestSpellings holds the normal form of what people write.
func TestSpellings(t *testing.T) {
	for _, test := range []struct{ value, want string }{
		{"24/7", "24/7"},
		{"open", "24/7"},
		{"24小时", "24/7"},
		{"全天", "24/7"},
		{"7:00-19:00", "07:00-19:00"},
		{"08.00-18.00", "08:00-18:00"},
		{"0800-1830", "08:00-18:30"},
		{"8h30-18h", "08:30-18:00"},
		{"8-18", "08:00-18:00"},
		{"8:30 am - 5 p.m.", "08:30-17:00"},
		{"12am-12pm", "00:00-12:00"},
		{"Mo-Fr 08:00-18:00;Sa 09:00-12:00", "Mo-Fr 08:00-18:00; Sa 09:00-12:00"},
		{"Mo－Fr　08：00–18：00；PH　off", "Mo-Fr 08:00-18:00; PH off"},
		{"周一至周五 8:30-17:30；周六、周日 休息", "Mo-Fr 08:30-17:30; Sa,Su off"},
		{"每天上午8:00-下午6:00", "Mo-Su 08:00-18:00"},
		{"工作日08:00-18:00，法定节假日休息", "Mo-Fr 08:00-18:00, PH off"},
		{"星期一到星期天 9点-21点", "Mo-Su 09:00-21:00"},
		{"周一至五 9:00-12:00", "Mo-Fr 09:00-12:00"},
		{"5月1日-10月7日 06:00-22:00；十一月至二月 07:00-18:00", "May 01-Oct 07 06:00-22:00; Nov-Feb 07:00-18:00"},
		{"2026年10月1日-7日 休息", "2026 Oct 01-2026 Oct 07 off"},
		{"noon-midnight", "12:00-24:00"},
		{"24 hours 7 days a week", "Mo-Su 00:00-24:00"},
		{"24x7", "24/7"},
		{"Mo-Fr 17-24h", "Mo-Fr 17:00-24:00"},
		{"月-金 09:00-17:00", "Mo-Fr 09:00-17:00"},
		{"monday - FRIDAY: 9:00 to 17:00", "Mo-Fr 09:00-17:00"},
		{"Mo., Di 08:00-09:00", ""},
		{"Mo-Fr 08:00-18:00 Sa 09:00-12:00", "Mo-Fr 08:00-18:00; Sa 09:00-12:00"},
		{"Mo-Fr 08:00-18:00 We 09:00-12:00", ""},
		{"Sat 7am-4pm Closed Sun", ""},
		{"10:00-20:00 Mo-Fr", "Mo-Fr 10:00-20:00"},
		{"Fr-Mo 10:00-12:00", "Fr-Mo 10:00-12:00"},
		{"Mo,Tu,We,Sa 10:00-12:00", "Mo-We,Sa 10:00-12:00"},
		{"Mo[1,3],Fr[-1] +1 day", "Mo[1],Mo[3],Fr[-1] +1 day"},
		{"week 1-20/2,30 Mo", "week 01-20/2,30 Mo"},
		{"2026-2028/2,2030+ Jan-Mar", "2026-2028/2,2030+ Jan-Mar"},
		{"2026: Dec 24-Jan 2", "2026: Dec 24-Jan 02"},
		{"2026 Dec 24-Jan 2,Feb 3", "2026 Dec 24-Jan 02,Feb 03"},
		{"2026 Dec 24-2027 Jan 2", "2026 Dec 24-2027 Jan 02"},
		{"Jan 10-30/2", "Jan 10-Jan 30/2"},
		{"Oct-Mar 15", "Oct 01-Mar 15"},
		{"easter -2 days-easter +1 day off", "easter -2 days-easter +1 day off"},
		{"Mar Su[-1]-Oct Su[-1] 08:00-20:00", "Mar Su[-1]-Oct Su[-1] 08:00-20:00"},
		{"PH,Su 10:00-12:00", "Su,PH 10:00-12:00"},
		{"PH Mo-Fr 10:00-12:00", "PH Mo-Fr 10:00-12:00"},
		{"SH off", "SH off"},
		{"(sunrise+1:00)-(sunset-00:30)", "(sunrise+01:00)-(sunset-00:30)"},
		{"10:00-16:00/90", "10:00-16:00/01:30"},
		{"18:00+", "18:00+"},
		{"17:00-late", "17:00+"},
		{"Mo 10:00-12:00+,14:00-18:00", "Mo 10:00-12:00+,14:00-18:00"},
		{"Mo, Tu 10:00-12:00", "Mo,Tu 10:00-12:00"},
		{"Mo open, Tu 10:00-12:00", "Mo open, Tu 10:00-12:00"},
		{"10:00-12:00 open, 14:00-16:00 unknown", "10:00-12:00 open, 14:00-16:00 unknown"},
		{`Mo 10:00-12:00 “by appointment” || "call"`, `Mo 10:00-12:00 unknown "by appointment" || unknown "call"`},
		{`"summer": Mo 10:00-12:00`, `Mo 10:00-12:00 unknown "summer"`},
		{"Mo-Fr 08:00-18:00;; ", "Mo-Fr 08:00-18:00"},
	} {
		s, err := Parse(test.value)
		switch {
		case err != nil && test.want != "":
			t.Errorf("%q: %v", test.value, err)
		case err == nil && s.String() != test.want:
			t.Errorf("%q: %q, expected %q", test.value, s, test.want)
		case err == nil:
			checkNormal(t, test.value, s)
		}
	}
}

// TestRefused checks that an error names its place and what was expected there.
func TestRefused(t *testing.T) {
	for _, test := range []struct {
		value, at string // the error lies at the last at of value, or at its end
		message   string
	}{
		{"", "", "expected opening hours"},
		{" ; ", "", "expected opening hours"},
		{"Mo-Fr 12:00", "", "a single moment cannot be open"},
		{"Mo-Fr 12:00 off", "off", "a single moment cannot be open"},
		{"Mo-Fr 08:00-", "", "expected a time"},
		{"Mo-Fr 08:60-09:00", "08:60", "no such time"},
		{"26:00-27:00", "26:00", "24:00 or later"},
		{"10:00-49:00", "49:00", "no such time"},
		{"9-5", "5", `"05:00" or "17:00"`},
		{"1-5pm", "1", "morning or afternoon"},
		{"Mo,Do 10:00-12:00", "Do", `found "Do"`},
		{"Mo-Xx 10:00-12:00", "Xx", "expected a weekday"},
		{"Mo[6] 10:00-12:00", "6", "from 1 to 5"},
		{"Mo[1", "", `expected "]"`},
		{"Feb 30 off", "30", "from 1 to 29"},
		{"Jan 20-10", "10", "backwards"},
		{"week 54", "54", "from 1 to 53"},
		{"2026 Dec 24-2026 Jan 2 off", "2 off", "backwards"},
		{"2026-2020 off", "2026", "backwards"},
		{"(sunset) - 22:00", ")", `expected "+" or "-"`},
		{`Mo 10:00-12:00 "by appointment`, `"by`, "closing quote"},
		{"Mo 10:00-12:00 ||", "", `a rule after "||"`},
		{"周一至周五 8:30-17:30 星期", "星", "expected"},
		{"Mo \xff", "\xff", "UTF-8"},
		{"Mo 08:00-18:00 off off", "off", "expected"},
		{strings.Repeat("Mo ", 2000), "", "longer than"},
		{strings.Repeat("1:00+,", 48) + "2:00+", "2:00+", "more than 48"},
	} {
		_, err := Parse(test.value)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%q: got error %v, expected a SyntaxError", test.value, err)
			continue
		}
		offset := min(len(test.value), maxText)
		if test.at != "" {
			offset = strings.LastIndex(test.value, test.at)
		}
		if syntax.Offset != offset || !strings.Contains(syntax.Message, test.message) {
			t.Errorf("%q: %d %q, expected %d %q", test.value, syntax.Offset, syntax.Message, offset, test.message)
		}
	}
}

// TestSpans checks the promise of Span on random moments: the state holds from From on, differs before it and at Until.
func TestSpans(t *testing.T) {
	values := append(corpus(t, "ohrs_sample.txt"), corpus(t, "osm_values_ulm_monaco_liechtenstein_hk.tsv")...)
	values = append(values, "sunrise-sunset", "sunset-02:00", "dusk-dawn", "Mo-Fr 22:00+", "02:15-02:45")
	random := rand.New(rand.NewPCG(1, 2))
	places := []Place{
		{zone(t, "Asia/Shanghai"), orb.Point{115.8582, 28.6829}, "CN"},
		{zone(t, "Europe/Berlin"), orb.Point{9.99, 48.4}, "DE"},
		{zone(t, "Australia/Lord_Howe"), orb.Point{159.08, -31.55}, ""},
	}
	for _, value := range values {
		s, err := Parse(value)
		if err != nil {
			continue
		}
		for i := range 9 {
			p := places[i%len(places)]
			at := time.Unix(1700000000+random.Int64N(3*365*86400), 0)
			if i >= 6 { // near a change of the clocks
				_, change := at.In(p.Zone).ZoneBounds()
				if !change.IsZero() {
					at = change.Add(time.Duration(random.Int64N(8*3600)-4*3600) * time.Second)
				}
			}
			span := s.At(at, p)
			for _, probe := range []struct {
				at   time.Time
				same bool
			}{{span.From, true}, {span.From.Add(-time.Second), false}, {span.Until.Add(-time.Second), true}, {span.Until, false}} {
				if probe.at.Year() < 1000 {
					continue // no limit on this side
				}
				if got := s.At(probe.at, p); (got.State == span.State) != probe.same {
					t.Fatalf("%q in %s at %v: %s, but at %v: %s", value, p.Zone, at, stamp(span), probe.at.In(p.Zone), stamp(got))
				}
			}
			if !span.From.IsZero() && span.From.After(at) || !span.Until.IsZero() && !span.Until.After(at) {
				t.Fatalf("%q: %v does not lie in %s", value, at, stamp(span))
			}
		}
	}
}

// TestConcurrent asks one schedule from many goroutines; the race detector judges.
func TestConcurrent(t *testing.T) {
	s := mustParse(t, "Mo-Fr sunrise-18:00; PH off; Dec 24-Jan 2 off")
	var wg sync.WaitGroup
	for i := range 8 {
		country := Countries()[i]
		wg.Go(func() {
			for d := range 50 {
				s.At(time.Unix(int64(1700000000+d*86400), 0), Place{Country: country, Point: orb.Point{10, 50}})
			}
		})
	}
	wg.Wait()
}

func TestNeedsPosition(t *testing.T) {
	for value, want := range map[string]bool{"sunrise-18:00": true, "08:00-(dusk+00:30)": true, "Mo 08:00-18:00": false} {
		if got := mustParse(t, value).NeedsPosition(); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}

// FuzzParse: any text parses or is refused with a place; what parses has a normal form that answers alike, soon.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"24/7", `Mo-Fr 08:00-12:00,14:00-18:00+; PH off || "call"`, "2026-2030/2 Dec 24-Jan 2 week 1-9/2 Su[-1] -2 days off",
		"(sunset-01:00)-(sunrise+01:00)/90", "easter -2 days-easter +1 day", "周一至周五 8:30-17:30", "8am-5:30 p.m. daily",
		"Jan-Mar 5,Oct Su[2]-Nov 3 PH Mo,SH 22:00-26:00", "opening_hours = M-F 0800-1700",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(text) {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		start := time.Now()
		checkNormal(t, text, s)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%q takes %v", text, took)
		}
	})
}

// TestWorst asks the slowest schedules that Parse takes for a moment without any change around it.
func TestWorst(t *testing.T) {
	for _, value := range []string{
		strings.TrimSuffix(strings.Repeat("0:00-24:00,", 47), ",") + "; PH 0:00-24:00",
		strings.Repeat("Mo[1] off;", 100),
		strings.TrimSuffix(strings.Repeat("easter-easter,", 70), ","),
		strings.TrimSuffix(strings.Repeat("(dawn-1:00)+,", 47), ",") + " off",
	} {
		s := mustParse(t, value)
		start := time.Now()
		span := s.At(time.Unix(1790000000, 0), Place{Country: "CN", Point: orb.Point{115, 28}})
		if took := time.Since(start); took > time.Second {
			t.Errorf("%.30q… takes %v for %s", value, took, stamp(span))
		} else {
			t.Logf("%.30q… takes %v for %s", value, took, stamp(span))
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("Mo-Fr 08:00-12:00,13:00-17:30; Sa 08:00-12:00; PH off"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAt(b *testing.B) {
	shanghai := zone(b, "Asia/Shanghai")
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, shanghai)
	for _, value := range []string{
		"24/7", "Mo-Fr 08:00-18:00", "Mo-Fr 08:00-18:00; PH off", "Mo-Su 00:00-24:00; PH 10:00-24:00,00:00-10:00",
		"May-Sep 10:00-18:00", "sunrise-sunset",
	} {
		s := mustParse(b, value)
		b.Run(value, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.At(at, Place{shanghai, orb.Point{115.8582, 28.6829}, "CN"})
			}
		})
	}
}
