package hours

import (
	"bufio"
	"compress/gzip"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// answers are the reference implementation's for one value; see generate/reference.mjs.
type answers struct{ value, nanchang, germany string }

// reference reads the instants and the answers.
func reference(t testing.TB) (ordinary, german []time.Time, all []answers) {
	t.Helper()
	f, err := os.Open("testdata/reference.txt.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	times := func() (out []time.Time) {
		lines.Scan()
		for _, field := range strings.Fields(lines.Text()) {
			sec, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, time.Unix(sec, 0))
		}
		return out
	}
	ordinary, german = times(), times()
	for lines.Scan() {
		fields := append(strings.Split(lines.Text(), "\t"), "")
		all = append(all, answers{fields[0], fields[1], fields[2]})
	}
	if err := lines.Err(); err != nil || len(all) < 3000 {
		t.Fatalf("%d answers, %v", len(all), err)
	}
	return ordinary, german, all
}

// deviations returns the values for which this package answers otherwise on purpose, with the reason.
func deviations(t testing.TB) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/deviations.txt")
	if err != nil {
		t.Fatal(err)
	}
	reasons, reason := map[string]string{}, ""
	for _, line := range strings.Split(string(text), "\n") {
		if heading, ok := strings.CutPrefix(line, "# "); ok {
			reason = heading
		} else if line != "" {
			reasons[line] = reason
		}
	}
	return reasons
}

// differences counts the instants at which a schedule and the reference disagree, and names the first.
func differences(s *Schedule, p Place, times []time.Time, want string) (n int, first string) {
	for i, at := range times[:len(want)] {
		if span := s.At(at, p); span.State.String()[0] != want[i] {
			if n++; n == 1 {
				first = at.In(p.Zone).Format("Mon 2006-01-02 15:04") + ": " + span.State.String() + ", reference " + want[i:i+1]
			}
		}
	}
	return n, first
}

// TestReference compares with the reference implementation's answers.
func TestReference(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	nanchang := Place{Zone: zone, Point: orb.Point{115.8582, 28.6829}, Country: "CN"}
	germany := nanchang
	germany.Country = "DE"
	ordinary, german, all := reference(t)
	known := deviations(t)
	var refused, states, different, unexplained int
	for _, a := range all {
		s, err := Parse(a.value)
		if err != nil {
			refused++
			if os.Getenv("HOURS_REFUSED") != "" {
				t.Logf("refused %q: %v", a.value, err)
			}
			continue
		}
		n, first := differences(s, nanchang, ordinary, a.nanchang)
		m, second := differences(s, germany, german, a.germany)
		states += len(a.nanchang) + len(a.germany)
		different += n + m
		_, explained := known[a.value]
		switch {
		case n+m > 0 && !explained:
			unexplained += n + m
			if os.Getenv("HOURS_DIFFER") != "" {
				separators := strings.Count(a.value, ";") + strings.Count(s.String(), ", ") + strings.Count(s.String(), "||")
				t.Logf("DIFF\t%v\t%s", len(s.rules)-1 > separators, a.value)
			}
			t.Errorf("%q (%s) differs at %d instants: %s %s", a.value, s, n+m, first, second)
		case n+m == 0 && explained:
			t.Errorf("%q is listed as a deviation but agrees", a.value)
		}
	}
	t.Logf("%d values, %d refused here; of %d states %.3f %% agree, %.3f %% but for the deviations listed for %d values",
		len(all), refused, states, 100*(1-float64(different)/float64(states)),
		100*(1-float64(unexplained)/float64(states)), len(known))
}
