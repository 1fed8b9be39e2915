package hours

import (
	_ "embed"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rickar/cal/v2"
)

// makeUp is a weekend day that is worked, and the weekday it stands in for.
type makeUp struct {
	day     day
	weekday int
}

// china.txt is written by generate/china.mjs.
//
//go:embed china.txt
var chinaText string

// china returns the public holidays and the make-up workdays of mainland China, both sorted.
var china = sync.OnceValues(func() ([]day, []makeUp) {
	var public []day
	var worked []makeUp
	for line := range strings.Lines(chinaText) {
		first, what, ok := strings.Cut(strings.TrimSpace(line), " ")
		t, err := time.Parse(time.DateOnly, first)
		if !ok || err != nil {
			continue // the comment
		}
		n := day(t.Unix() / 86400)
		if i := strings.Index("MoTuWeThFrSaSu", what); i >= 0 {
			worked = append(worked, makeUp{n, i / 2})
			continue
		}
		length, _ := strconv.Atoi(what)
		for range length {
			public = append(public, n)
			n++
		}
	}
	return public, worked
})

// Years for which the rules of other countries are worked out.
const (
	firstYear = 2000
	lastYear  = 2050
)

// national works out the holidays that rules give, with their substitute days, when first asked.
func national(rules []*cal.Holiday, types ...cal.ObservanceType) func() []day {
	return sync.OnceValue(func() []day {
		var all []day
		for _, rule := range rules {
			if len(types) > 0 && !slices.Contains(types, rule.Type) {
				continue
			}
			for year := firstYear; year <= lastYear; year++ {
				actual, observed := rule.Calc(year)
				for _, t := range []time.Time{actual, observed} {
					if !t.IsZero() {
						all = append(all, dayOf(t.Year(), int(t.Month()), t.Day()))
					}
				}
			}
		}
		slices.Sort(all)
		return slices.Compact(all)
	})
}

// Countries returns the ISO 3166-1 alpha-2 codes of the countries whose public holidays PH knows, sorted.
func Countries() []string {
	codes := append(slices.Collect(maps.Keys(nations)), "CN")
	slices.Sort(codes)
	return codes
}

// tables returns the sorted holidays and make-up workdays of a country; none for an unknown one.
func tables(country string) ([]day, []makeUp) {
	if country == "CN" || strings.EqualFold(country, "CN") {
		return china()
	}
	if f, ok := nations[strings.ToUpper(country)]; ok {
		return f(), nil
	}
	return nil, nil
}

// anyHoliday tells whether one of the selectors names the day. Of school holidays nothing is known.
func (c *calendar) anyHoliday(hs []holiday, n day) bool {
	for _, h := range hs {
		if h.school {
			continue
		}
		if _, ok := slices.BinarySearch(c.public, n-day(h.offset)); ok {
			return true
		}
	}
	return false
}

// standsFor returns the weekday that a make-up workday stands in for, else the literal one.
func (c *calendar) standsFor(n day, weekday int) int {
	i := sort.Search(len(c.makeUp), func(i int) bool { return c.makeUp[i].day >= n })
	if i < len(c.makeUp) && c.makeUp[i].day == n {
		return c.makeUp[i].weekday
	}
	return weekday
}
