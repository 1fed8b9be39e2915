package hours

// day counts civil days since 1970-01-01.
type day int32

// date is a civil day taken apart.
type date struct {
	n       day
	year    int
	month   int // 1–12
	mday    int
	weekday int // 0 is Monday
}

// dayOf counts the days to a proleptic Gregorian date; months and days beyond their range carry over. It is the
// era-based formula of H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
func dayOf(year, month, mday int) day {
	if month <= 2 {
		year--
		month += 12
	}
	era := floorDiv(year, 400)
	yoe := year - era*400
	doy := (153*(month-3)+2)/5 + mday - 1
	return day(era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468)
}

// dateOf is the inverse of dayOf.
func dateOf(n day) date {
	z := int(n) + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d := date{n: n, year: yoe + era*400, month: mp + 3, mday: doy - (153*mp+2)/5 + 1, weekday: weekdayOf(n)}
	if d.month > 12 {
		d.month -= 12
		d.year++
	}
	return d
}

// next returns the following day.
func (d date) next() date {
	if d.mday >= 28 {
		return dateOf(d.n + 1)
	}
	d.n++
	d.mday++
	if d.weekday++; d.weekday == 7 {
		d.weekday = 0
	}
	return d
}

// previous returns the day before.
func (d date) previous() date {
	if d.mday == 1 {
		return dateOf(d.n - 1)
	}
	d.n--
	d.mday--
	if d.weekday--; d.weekday < 0 {
		d.weekday = 6
	}
	return d
}

// weekdayOf returns 0 for Monday; 1970-01-01 was a Thursday.
func weekdayOf(n day) int {
	w := (int(n) + 3) % 7
	if w < 0 {
		w += 7
	}
	return w
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// monthLength returns the number of days of a month.
func monthLength(year, month int) int {
	if month == 12 {
		return 31
	}
	return int(dayOf(year, month+1, 1) - dayOf(year, month, 1))
}

// isoWeek returns the week number of ISO 8601: the week belongs to the year of its Thursday.
func isoWeek(d date) int {
	thursday := dateOf(d.n - day(d.weekday) + 3)
	return int(thursday.n-dayOf(thursday.year, 1, 1))/7 + 1
}

// easter returns Easter Sunday of the Gregorian calendar (the Meeus/Jones/Butcher algorithm, Meeus, "Astronomical
// Algorithms", chapter 8).
func easter(year int) day {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	return dayOf(year, month, (h+l-7*m+33*month+19)%32)
}

// nthWeekday returns the nth given weekday of a month, counted from its end when n is negative; false when the month
// has fewer.
func nthWeekday(year, month, weekday, n int) (day, bool) {
	length := monthLength(year, month)
	first := dayOf(year, month, 1)
	mday := 1 + (weekday-weekdayOf(first)+7)%7 + 7*(n-1)
	if n < 0 {
		last := first + day(length) - 1
		mday = length - (weekdayOf(last)-weekday+7)%7 + 7*(n+1)
	}
	return first + day(mday) - 1, mday >= 1 && mday <= length
}
