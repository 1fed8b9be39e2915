package datasets

import (
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/width"
)

// An angle is a coordinate as written: a number, and the axis if a hemisphere
// letter states it.
type angle struct {
	value float64
	axis  byte // 'N' a latitude, 'E' a longitude, 0 not said
	whole bool // written without a fraction
}

// parseAngle reads decimal degrees (with a point or a comma), metres, or
// degrees, minutes and seconds: 22.3, 48,1375, 114-10-52, 22°18'53"N, 东经114.2.
func parseAngle(text string) (angle, bool) {
	if v, ok := parseDecimal(text); ok {
		return angle{value: v, whole: strings.IndexByte(text, '.') < 0}, true
	}
	text = strings.ToUpper(width.Fold.String(text))
	text, axis, negative := cutHemisphere(strings.TrimSpace(text))
	if strings.Count(text, ",") == 1 && strings.IndexByte(text, '.') < 0 {
		text = strings.Replace(text, ",", ".", 1)
	}
	text = strings.Replace(text, "−", "-", 1)
	text = strings.TrimSuffix(strings.TrimRight(strings.TrimSuffix(text, "REES"), "°度 "), "DEG")
	v, ok := parseDecimal(strings.TrimSpace(text))
	if !ok {
		v, ok = parseSexagesimal(text)
	}
	if negative {
		v = -v
	}
	return angle{value: v, axis: axis, whole: strings.IndexByte(text, '.') < 0}, ok
}

// parseDecimal reads a plain number. A number in exponent form is taken only if
// no digits were lost in it: 8.41E+12 is what a spreadsheet leaves of one.
func parseDecimal(text string) (float64, bool) {
	exponent := false
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case b >= '0' && b <= '9', b == '.', b == '-', b == '+':
		case b == 'e' || b == 'E':
			exponent = true
		default:
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(v, 0) || exponent && math.Abs(v) > 180 {
		return 0, false
	}
	return v, true
}

// hemispheres are the words that state an axis and a sign.
var hemispheres = [...]struct {
	word     string
	axis     byte
	negative bool
}{
	{"北纬", 'N', false}, {"北緯", 'N', false}, {"南纬", 'N', true}, {"南緯", 'N', true},
	{"东经", 'E', false}, {"東經", 'E', false}, {"東経", 'E', false}, {"西经", 'E', true}, {"西經", 'E', true},
	{"NORTH", 'N', false}, {"SOUTH", 'N', true}, {"EAST", 'E', false}, {"WEST", 'E', true},
	{"N", 'N', false}, {"S", 'N', true}, {"E", 'E', false}, {"W", 'E', true},
}

// cutHemisphere takes a hemisphere's letter or word off either end.
func cutHemisphere(text string) (rest string, axis byte, negative bool) {
	for _, h := range hemispheres {
		rest, found := strings.CutPrefix(text, h.word)
		if !found {
			rest, found = strings.CutSuffix(text, h.word)
		}
		if found {
			return strings.TrimSpace(rest), h.axis, h.negative
		}
	}
	return text, 0, false
}

// thousands tells a number that a spreadsheet has given thousand dots:
// 481.818 was once 48.1818.
func thousands(text string) bool {
	groups := strings.Split(strings.TrimLeft(strings.TrimSpace(text), "+-"), ".")
	for i, group := range groups {
		if len(group) != 3 && i > 0 || len(group) == 0 || len(group) > 3 {
			return false
		}
	}
	return len(groups) > 1
}

// parseSexagesimal reads degrees, minutes and perhaps seconds parted by marks,
// hyphens, colons or blanks. Minutes and seconds must be
// below 60, or 60 where they were rounded.
func parseSexagesimal(text string) (float64, bool) {
	negative := strings.HasPrefix(text, "-")
	parts := strings.FieldsFunc(strings.TrimLeft(text, "+-"), func(r rune) bool {
		return strings.ContainsRune(`°º度'’′分"”″秒:- `, r)
	})
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	var v float64
	for i, unit := 0, 1.0; i < len(parts); i, unit = i+1, unit/60 {
		n, ok := parseDecimal(parts[i])
		last := i == len(parts)-1
		if !ok || n < 0 || i > 0 && n > 60 || !last && n != math.Trunc(n) {
			return 0, false
		}
		v += n * unit
	}
	if negative {
		v = -v
	}
	return v, true
}

// parsePair reads two coordinates in one text: "(-37.77, 144.96)",
// "22.28,114.15", "POINT(114.15 22.28)", "48,1 11,5". A pair that is legal in one
// order only, or states its axes, is read in that; otherwise order decides.
// Values are returned as written, so that the caller can say what is wrong.
func parsePair(text string, order pairOrder) (pair [2]string, ok bool) {
	if text == "" || !strings.ContainsAny(text, "0123456789") {
		return pair, false
	}
	if inner, wkt := cutPoint(text); wkt {
		text, order = inner, lonFirst
	}
	text = strings.Trim(text, "()[]{} ")
	first, second, ok := splitPair(text)
	if !ok {
		return pair, false
	}
	a, okA := parseAngle(first)
	b, okB := parseAngle(second)
	if !okA || !okB {
		return pair, false
	}
	swap := order == lonFirst
	switch {
	case a.axis == 'N' || b.axis == 'E':
		swap = false
	case a.axis == 'E' || b.axis == 'N':
		swap = true
	case math.Abs(a.value) > 90 && math.Abs(a.value) <= 180 && math.Abs(b.value) <= 90:
		swap = true
	case math.Abs(b.value) > 90 && math.Abs(b.value) <= 180 && math.Abs(a.value) <= 90:
		swap = false
	}
	if swap {
		first, second = second, first
	}
	return [2]string{first, second}, true
}

// cutPoint takes the shell off WKT's POINT (lon lat).
func cutPoint(text string) (string, bool) {
	if len(text) < 7 || !strings.EqualFold(text[:5], "point") {
		return text, false
	}
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return text, false
	}
	return text[open+1 : end], true
}

// splitPair cuts a pair at its separator; a third value (a height) is dropped.
func splitPair(text string) (first, second string, ok bool) {
	text = strings.NewReplacer("，", ",", "、", ",", "；", ";").Replace(text)
	for _, separator := range [...]string{";", "/", "|", ", ", ",", " "} {
		parts := strings.Split(text, separator)
		if separator == "," && len(parts) == 4 { // decimal commas throughout
			parts = []string{parts[0] + "." + parts[1], parts[2] + "." + parts[3]}
		}
		filled := parts[:0]
		for _, part := range parts {
			if part = strings.TrimSpace(part); part != "" {
				filled = append(filled, part)
			}
		}
		if n := len(filled); n == 2 || n == 3 && separator != " " || n == 3 && !strings.ContainsAny(text, `°'"`) {
			return filled[0], filled[1], true
		}
	}
	return "", "", false
}
