package datasets

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// A cellFormat is what a number format says about the meaning of a number.
type cellFormat struct {
	date, clock bool
	elapsed     bool // hours beyond 24 count on
	zeros       int  // digits to which a whole number is filled up
}

// builtinFormat is the code of the formats that workbooks use by number, as far
// as they mean a date or a time. 27 to 36 and 50 to 58 are those of East Asia.
func builtinFormat(id string) string {
	n, err := strconv.Atoi(id)
	switch {
	case err != nil:
	case n >= 14 && n <= 17, n >= 27 && n <= 31, n == 36, n >= 50 && n <= 54, n == 57, n == 58:
		return "yyyy-mm-dd"
	case n == 22:
		return "yyyy-mm-dd hh:mm"
	case n >= 18 && n <= 21, n >= 32 && n <= 35, n == 45, n == 47, n == 55, n == 56:
		return "hh:mm:ss"
	case n == 46:
		return "[h]:mm:ss"
	}
	return ""
}

// parseCellFormat understands a format code such as `yyyy"年"m"月"d"日"` as far
// as it tells dates, times and codes from numbers.
func parseCellFormat(code string) cellFormat {
	var f cellFormat
	var bare strings.Builder // without quoted text, colours and conditions
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '\\', '_', '*':
			i++
		case '"', '[':
			closing := byte('"')
			if c == '[' {
				closing = ']'
			}
			end := strings.IndexByte(code[i+1:], closing)
			if end < 0 {
				return f
			}
			switch strings.ToLower(code[i+1 : i+1+end]) {
			case "h", "hh", "m", "mm", "s", "ss":
				if c == '[' {
					f.clock, f.elapsed = true, true
				}
			}
			i += end + 1
		case ';':
			i = len(code)
		default:
			bare.WriteByte(c)
		}
	}
	text := strings.ToLower(bare.String())
	if strings.Contains(text, "general") || strings.ContainsAny(text, "#?%") {
		return f
	}
	f.clock = f.clock || strings.ContainsAny(text, "hs")
	f.date = strings.ContainsAny(text, "yd") || strings.Contains(text, "m") && !f.clock
	if digits := strings.Trim(text, "0"); digits == "" && len(text) > 1 {
		f.zeros = len(text)
	}
	return f
}

// write gives a stored number as text: dates as 2026-11-21, times as 08:30,
// numbers in decimal without an exponent.
func (f cellFormat) write(value string, epoch int) string {
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return value
	}
	if (f.date || f.clock) && x >= 0 && x < 2_958_466 { // the year 10000
		return f.moment(x, epoch)
	}
	if f.zeros > len(value) && !strings.ContainsAny(value, ".eE-") {
		return strings.Repeat("0", f.zeros-len(value)) + value
	}
	return plainNumber(value, x)
}

// plainNumber writes a number without an exponent and without the digits that
// binary fractions add: 28.680000000000003 was 28.68 when it was typed. Whole
// numbers keep every digit.
func plainNumber(value string, x float64) string {
	digits := len(value)
	if !strings.ContainsAny(value, "eE") && (!strings.Contains(value, ".") || digits <= 16) {
		return value
	}
	if math.Abs(x) > 1e21 || x != 0 && math.Abs(x) < 1e-15 {
		return value
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 15, 64), 64)
	if err != nil {
		return value
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// moment writes a day number with its fraction. Day 60 of the usual count is 29
// February 1900, which was not: from day 61 on the count starts at 30 December.
func (f cellFormat) moment(x float64, epoch int) string {
	day, seconds := math.Modf(x)
	second := int(math.Round(seconds * 86400))
	if f.elapsed && !f.date {
		second += int(day) * 86400
		return clockText(second)
	}
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if epoch == 1904 {
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if day < 60 {
		start = start.AddDate(0, 0, 1)
	}
	at := start.AddDate(0, 0, int(day)).Add(time.Duration(second) * time.Second)
	switch {
	case !f.date || day == 0 && epoch != 1904:
		return clockText(second)
	case !f.clock || second == 0:
		return at.Format("2006-01-02")
	}
	return at.Format("2006-01-02 15:04:05")
}

// clockText writes seconds as 08:30, with the seconds where there are any.
func clockText(second int) string {
	two := func(n int) string {
		if n < 10 {
			return "0" + strconv.Itoa(n)
		}
		return strconv.Itoa(n)
	}
	text := two(second/3600) + ":" + two(second/60%60)
	if second%60 != 0 {
		text += ":" + two(second%60)
	}
	return text
}
