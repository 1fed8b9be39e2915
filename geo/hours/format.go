package hours

import (
	"fmt"
	"strconv"
	"strings"
)

// String returns the schedule in normal form: English names, two-digit times, every separator in its place. Parsing it
// again gives a schedule that answers alike.
func (s *Schedule) String() string {
	var b strings.Builder
	for i := range s.rules {
		r := &s.rules[i]
		if i > 0 {
			b.WriteString([...]string{"; ", ", ", " || "}[r.op])
		}
		stated := i+1 < len(s.rules) && s.rules[i+1].op == addition && (len(r.times) == 0 || !s.rules[i+1].dated())
		r.write(&b, stated)
	}
	return b.String()
}

// write appends the rule; stated makes it name its state, so that a comma after it begins a rule.
func (r *rule) write(b *strings.Builder, stated bool) {
	parts := r.dayParts()
	if len(r.times) > 0 {
		parts = append(parts, list(r.times))
	}
	if r.state == Open && (len(parts) == 0 || len(parts) == 1 && parts[0] == "00:00-24:00") {
		parts = []string{"24/7"}
	}
	switch {
	case r.state == Closed:
		parts = append(parts, "off")
	case r.state == Unknown:
		parts = append(parts, "unknown")
	case stated || r.comment != "":
		parts = append(parts, "open")
	}
	if r.comment != "" {
		parts = append(parts, `"`+r.comment+`"`)
	}
	b.WriteString(strings.Join(parts, " "))
}

// dayParts returns the day selectors, the widest first.
func (r *rule) dayParts() []string {
	var parts []string
	if len(r.years) > 0 {
		text := list(r.years)
		if len(r.dates) > 0 {
			text += ":" // or the year would belong to the first date alone
		}
		parts = append(parts, text)
	}
	if r.hasDates() {
		dates := monthList(r.months)
		for _, d := range r.dates {
			dates = append(dates, d.String())
		}
		parts = append(parts, strings.Join(dates, ","))
	}
	if len(r.weeks) > 0 {
		parts = append(parts, "week "+list(r.weeks))
	}
	if len(r.only) > 0 && r.weekdays == 0 && len(r.nth) == 0 && len(r.holidays) > 0 {
		return append(parts, list(r.holidays), list(r.only)) // "PH SH"
	}
	if len(r.only) > 0 {
		parts = append(parts, list(r.only))
	}
	var days []string
	if r.weekdays != 0 {
		days = append(days, weekdayList(r.weekdays))
	}
	for _, n := range r.nth {
		days = append(days, n.String())
	}
	for _, h := range r.holidays {
		days = append(days, h.String())
	}
	if len(r.only) > 0 && len(days) == 0 {
		days = append(days, "Mo-Su")
	}
	if len(days) > 0 {
		parts = append(parts, strings.Join(days, ","))
	}
	return parts
}

func list[T fmt.Stringer](items []T) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = item.String()
	}
	return strings.Join(texts, ",")
}

func stepText(step int) string {
	if step == 1 {
		return ""
	}
	return "/" + strconv.Itoa(step)
}

func offsetText(offset int) string {
	switch offset {
	case 0:
		return ""
	case 1, -1:
		return fmt.Sprintf(" %+d day", offset)
	}
	return fmt.Sprintf(" %+d days", offset)
}

func weekdayName(i int) string { return "MoTuWeThFrSaSu"[2*i : 2*i+2] }

func monthName(m int) string { return "JanFebMarAprMayJunJulAugSepOctNovDec"[3*m-3 : 3*m] }

func (y yearRange) String() string {
	switch {
	case y.from == y.to:
		return fmt.Sprintf("%04d", y.from)
	case y.to == 9999 && y.step == 1:
		return fmt.Sprintf("%04d+", y.from)
	case y.to == 9999:
		return fmt.Sprintf("%04d%s", y.from, stepText(y.step))
	}
	return fmt.Sprintf("%04d-%04d%s", y.from, y.to, stepText(y.step))
}

func (w weekRange) String() string {
	if w.from == w.to {
		return fmt.Sprintf("%02d", w.from)
	}
	return fmt.Sprintf("%02d-%02d%s", w.from, w.to, stepText(w.step))
}

func (n nthDay) String() string {
	return fmt.Sprintf("%s[%d]%s", weekdayName(n.weekday), n.n, offsetText(n.offset))
}

func (h holiday) String() string {
	if h.school {
		return "SH" + offsetText(h.offset)
	}
	return "PH" + offsetText(h.offset)
}

func (m moment) String() string {
	var text string
	switch m.anchor {
	case byEaster:
		text = "easter"
	case byWeekday:
		text = fmt.Sprintf("%s %s[%d]", monthName(m.month), weekdayName(m.weekday), m.nth)
	default:
		text = fmt.Sprintf("%s %02d", monthName(m.month), m.mday)
	}
	if m.year != 0 {
		text = fmt.Sprintf("%04d %s", m.year, text)
	}
	return text + offsetText(m.offset)
}

func (d dateRange) String() string {
	switch {
	case d.open:
		return d.from.String() + "+"
	case d.single:
		return d.from.String()
	}
	return d.from.String() + "-" + d.to.String() + stepText(d.step)
}

// weekdayList names the days of a mask; one run may go over the end of the week.
func weekdayList(mask uint8) string {
	return strings.Join(runs(uint16(mask), 7, weekdayName), ",")
}

func monthList(mask uint16) []string {
	return runs(mask, 12, func(i int) string { return monthName(i + 1) })
}

// runs names the set bits of a mask of n, three or more in a row as a range.
func runs(mask uint16, n int, name func(int) string) []string {
	if mask == 1<<n-1 {
		return []string{name(0) + "-" + name(n-1)}
	}
	var out []string
	for i := 0; i < n; i++ {
		if mask>>i&1 == 0 || i > 0 && mask>>(i-1)&1 != 0 || i == 0 && mask>>(n-1)&1 != 0 {
			continue // not the start of a run
		}
		length := 1
		for mask>>((i+length)%n)&1 != 0 {
			length++
		}
		switch last := name((i + length - 1) % n); length {
		case 1:
			out = append(out, name(i))
		case 2:
			out = append(out, name(i), last)
		default:
			out = append(out, name(i)+"-"+last)
		}
	}
	return out
}

func clockText(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

func (t clockTime) String() string {
	if t.event == midnight {
		return clockText(t.minutes)
	}
	name := [...]string{"", "dawn", "sunrise", "sunset", "dusk"}[t.event]
	switch {
	case t.minutes > 0:
		return "(" + name + "+" + clockText(t.minutes) + ")"
	case t.minutes < 0:
		return "(" + name + "-" + clockText(-t.minutes) + ")"
	}
	return name
}

func (s span) String() string {
	if s.bare {
		return s.from.String() + "+"
	}
	text := s.from.String() + "-" + s.to.String()
	if s.interval > 0 {
		text += "/" + clockText(s.interval)
	}
	if s.guess {
		text += "+"
	}
	return text
}
