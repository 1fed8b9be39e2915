package datasets

import (
	"fmt"
	"strings"
)

// A segment is a stretch of tokens of one sort: what selects days, or what says
// when the place is open on them.
type segment struct {
	times         bool
	seasons       []string // months and dates
	days          []string
	spans         []string
	off, wholeDay bool
}

// writeHours puts tokens together to rules of OSM's grammar.
func writeHours(tokens []token) (string, bool) {
	tokens, ok := settleHalves(tokens)
	if !ok {
		return "", false
	}
	segments, ok := segmentHours(tokens)
	if !ok {
		return "", false
	}
	var rules []string
	for i := 0; i < len(segments); {
		selector, when := segment{}, segments[i]
		switch {
		case !when.times && i+1 < len(segments): // Mo-Fr 09:00-18:00
			selector, when, i = segments[i], segments[i+1], i+2
		case when.times && segments[0].times && len(segments)%2 == 0: // 09:00-18:00 (Mo-Fr)
			selector, i = segments[i+1], i+2
		case when.times && i == 0:
			i++
		default:
			return "", false
		}
		rules = append(rules, writeRule(selector, when))
	}
	return strings.Join(rules, "; "), true
}

// writeRule is one rule of the grammar.
func writeRule(selector, when segment) string {
	var parts []string
	if len(selector.seasons) > 0 {
		parts = append(parts, strings.Join(selector.seasons, ","))
	}
	if len(selector.days) > 0 {
		parts = append(parts, strings.Join(selector.days, ","))
	}
	switch {
	case when.off:
		parts = append(parts, "off")
	case when.wholeDay && len(parts) == 0:
		return "24/7"
	default:
		parts = append(parts, strings.Join(when.spans, ","))
	}
	return strings.Join(parts, " ")
}

// settleHalves applies am, pm and "next day" to the times beside them and takes
// them out: before the time in Chinese, Japanese and Korean, after it in
// English.
func settleHalves(tokens []token) ([]token, bool) {
	settled := tokens[:0:0]
	half, next := "", false
	for i, t := range tokens {
		switch {
		case t.kind == tokenNext:
			next = true
		case t.kind == tokenHalf && i+1 < len(tokens) && (tokens[i+1].kind == tokenTime || tokens[i+1].kind == tokenHalf) &&
			!(i > 0 && tokens[i-1].kind == tokenTime):
			half = t.half
		case t.kind == tokenHalf && t.half == "noon":
			settled = append(settled, token{kind: tokenTime, minute: 12 * 60})
		case t.kind == tokenHalf:
			if len(settled) == 0 || settled[len(settled)-1].kind != tokenTime || !settled[len(settled)-1].apply(t.half) {
				return nil, false
			}
		case t.kind == tokenTime:
			if !t.apply(half) {
				return nil, false
			}
			if next && t.minute < 24*60 {
				t.minute += 24 * 60
			}
			half, next = "", false
			settled = append(settled, t)
		default:
			settled = append(settled, t)
		}
	}
	return settled, half == "" && !next
}

// apply moves a time into a half of the day.
func (t *token) apply(half string) bool {
	if half == "" {
		return true
	}
	if t.minute < 0 || t.minute >= 13*60 {
		return half != "am" && t.minute > 0 // 晚上20時 is right, 上午20時 is not
	}
	t.half, t.bare = half, false
	switch {
	case half == "am" && t.minute >= 12*60:
		t.minute -= 12 * 60
	case half == "pm" && t.minute < 12*60:
		t.minute += 12 * 60
	case half == "night" && t.minute >= 12*60: // 凌晨十二時: midnight
		t.minute -= 12 * 60
	case half == "night" && t.minute >= 6*60: // 晚上8時; 凌晨2時 stays
		t.minute += 12 * 60
	}
	return true
}

// segmentHours gathers tokens into segments, resolving ranges.
func segmentHours(tokens []token) ([]segment, bool) {
	var segments []segment
	at := func(times bool) *segment {
		if n := len(segments); n == 0 || segments[n-1].times != times {
			segments = append(segments, segment{times: times})
		}
		return &segments[len(segments)-1]
	}
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		ranged := i+2 < len(tokens) && tokens[i+1].kind == tokenTo && tokens[i+2].kind == t.kind
		switch t.kind {
		case tokenAnd:
		case tokenOff:
			at(true).off = true
		case tokenTime:
			if !ranged {
				return nil, false
			}
			s := at(true)
			span, whole, ok := writeSpan(t, tokens[i+2])
			if !ok {
				return nil, false
			}
			s.spans, s.wholeDay = append(s.spans, span), whole
			i += 2
		case tokenDays, tokenMonth, tokenDate:
			text := t.text
			if ranged {
				if t.kind == tokenDays && len(t.text)+len(tokens[i+2].text) != 4 {
					return nil, false // weekdays-Sunday
				}
				text += "-" + tokens[i+2].text
				i += 2
			}
			if s := at(false); t.kind == tokenDays {
				s.days = append(s.days, text)
			} else {
				s.seasons = append(s.seasons, text)
			}
		default:
			return nil, false
		}
	}
	for _, s := range segments {
		if s.off && len(s.spans) > 0 {
			return nil, false
		}
	}
	return segments, len(segments) > 0
}

// writeSpan is a range of times, if it is sure what it means.
func writeSpan(from, until token) (span string, wholeDay, ok bool) {
	a, b := from.minute, until.minute
	if a >= 0 && b >= 0 {
		if from.half == "" && until.half == "pm" && a < 6*60 { // 1-5pm
			a += 12 * 60
		}
		if until.half == "" && (from.half == "pm" || from.half == "night") && b < a && b <= 12*60 && b+12*60 > a { // 下午2至6時
			b += 12 * 60
		}
		switch {
		case a == b, a >= 24*60: // all day or never?
			return "", false, false
		case b == 0:
			b = 24 * 60
		case b < a && a <= 12*60 && b >= 5*60 && from.half+until.half == "": // 9-6: to six in the evening?
			return "", false, false
		}
	}
	return clock(a) + "-" + clock(b), a == 0 && b == 24*60, true
}

// clock writes a time of day.
func clock(minute int) string {
	switch minute {
	case atSunrise:
		return "sunrise"
	case atSunset:
		return "sunset"
	}
	return fmt.Sprintf("%02d:%02d", minute/60, minute%60)
}
