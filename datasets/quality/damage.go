package quality

import (
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"fujin/datasets"
)

// judgeDamages finds, for each record whose coordinates cannot be used, the one
// position that they can have been.
func (r *run) judgeDamages() {
	belongs, weak := r.reference()
	restored := 0
	for i := range r.damages {
		d := &r.damages[i]
		if at, ok := exchanged(d.lat, d.lon); ok && (belongs == nil || belongs(at)) {
			d.code, d.at = "axes_swapped", at
		} else if at, ok := d.restore(belongs); ok {
			d.code, d.at = "decimal_restored", at
			restored++
		}
	}
	if weak && restored*10 < len(r.damages)*9 { // a few rows do not say where the rest belongs
		for i := range r.damages {
			if d := &r.damages[i]; d.code == "decimal_restored" {
				d.code = ""
			}
		}
	}
}

// why says in words why a damaged position is believed to be another.
func (d *damage) why() datasets.Sentence {
	if d.code == "axes_swapped" {
		return datasets.Say("only exchanged are the two values a position")
	}
	return datasets.Say("a spreadsheet took the number for one with thousands; this is the only place for the decimal point that lies where the data belong")
}

// reference tells where the dataset's places belong: in its area, else at its
// home, else near the rows that are whole. It is nil if nothing is known, and
// weak if it rests on few rows alone.
func (r *run) reference() (belongs func(orb.Point) bool, weak bool) {
	switch {
	case r.order.Area != nil:
		return r.inArea, false
	case r.anyHome():
		return r.clusters.atHome, len(r.known.own) < minKnown && len(r.facts) < len(r.damages)
	case len(r.facts) > 0:
		return func(p orb.Point) bool { return r.clusters.of(p) != nil }, true
	}
	return nil, false
}

// exchanged reads two numbers that are a position only in the other order.
func exchanged(lat, lon string) (orb.Point, bool) {
	a, errA := strconv.ParseFloat(lat, 64)
	b, errB := strconv.ParseFloat(lon, 64)
	if errA != nil || errB != nil || math.Abs(a) <= 90 || math.Abs(a) > 180 || math.Abs(b) > 90 {
		return orb.Point{}, false
	}
	return orb.Point{a, b}, true
}

// restore finds the decimal points; there must be one way to do it only.
func (d *damage) restore(belongs func(orb.Point) bool) (found orb.Point, ok bool) {
	lats, latBroken := readings(d.lat, 90)
	lons, lonBroken := readings(d.lon, 180)
	if belongs == nil || !latBroken && !lonBroken {
		return found, false
	}
	for _, lat := range lats {
		for _, lon := range lons {
			p := orb.Point{lon, lat}
			if !belongs(p) {
				continue
			}
			if ok {
				return found, false
			}
			found, ok = p, true
		}
	}
	return found, ok
}

// readings are the numbers that a text with thousand dots can have been before
// a spreadsheet took it for a whole number, as far as they are within a limit.
// A plain number is read as it stands as well.
func readings(text string, limit float64) (values []float64, broken bool) {
	text = strings.TrimSpace(text)
	plain, err := strconv.ParseFloat(text, 64)
	isPlain := err == nil && math.Abs(plain) <= limit
	if isPlain {
		values = append(values, plain)
	}
	if !grouped(text) {
		return values, false
	}
	sign := 1.0
	if strings.HasPrefix(text, "-") {
		sign = -1
	}
	digits := strings.NewReplacer(".", "", "-", "", "+", "").Replace(text)
	for whole := 1; whole <= 3 && whole < len(digits); whole++ {
		v, err := strconv.ParseFloat(digits[:whole]+"."+digits[whole:], 64)
		if err == nil && v <= limit && !(isPlain && v == math.Abs(plain)) && (digits[0] != '0' || whole == 1) {
			values = append(values, sign*v)
		}
	}
	return values, true
}

// grouped tells a number in groups of three digits.
func grouped(text string) bool {
	groups := strings.Split(strings.TrimLeft(text, "+-"), ".")
	for i, group := range groups {
		if len(group) != 3 && i > 0 || len(group) == 0 || len(group) > 3 || strings.Trim(group, "0123456789") != "" {
			return false
		}
	}
	return len(groups) > 1
}
