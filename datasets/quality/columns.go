package quality

import (
	"regexp"
	"strings"

	"fujin/datasets"
	"fujin/geo/division"
)

// columnFacts are what the first reading gathers of a column, and what is
// decided from it.
type columnFacts struct {
	*datasets.Column
	filled, letters  int
	lengths          [24]int // whole numbers by their number of digits
	zeros            int     // whole numbers that begin with 0
	decimals         int     // whole numbers written with ".0"
	dates            int     // what a spreadsheet makes of "1-2"
	divisions, valid int     // what looks like a division code, and is or was one
	distinct         map[string]struct{}
	sample           []byte // text beyond ASCII
	columnVerdict
}

// columnVerdict says which rules the values of a column are held to.
type columnVerdict struct {
	width       int  // of codes that have lost zeros; 0: none has
	codes       bool // whole numbers that are codes, not quantities
	dateDamage  bool
	divisionCol bool
	misread     *datasets.Misreading
	watched     bool // any of these
}

const (
	// mostDistinct is how many different values of a column are told apart, to
	// tell codes from counts.
	mostDistinct = 1000
	// sampleText is how much text of a column decides about its encoding.
	sampleText = 8 << 10
)

// add takes one value of the first reading.
func (c *columnFacts) add(cell datasets.Cell) {
	if c.Column == nil {
		c.Column = cell.Column
		c.codes = isCode(cell.Column)
		c.distinct = map[string]struct{}{}
	}
	v := cell.Value
	c.filled++
	if foreign(v) {
		c.letters++
		if len(c.sample) < sampleText {
			c.sample = append(append(c.sample, v...), '\n')
		}
		if madeDate(v) {
			c.dates++
		}
		return
	}
	digits, kind := numberForm(v)
	switch kind {
	case wholeNumber:
		c.lengths[min(digits, len(c.lengths)-1)]++
		if v[0] == '0' {
			c.zeros++
		}
		if digits == 6 || digits == 9 || digits == 12 {
			if _, ok := division.Lookup(v[:2] + "0000"); ok {
				c.divisions++
				if knownDivision(v[:6]) {
					c.valid++
				}
			}
		}
		if c.codes && len(c.distinct) < mostDistinct {
			if _, seen := c.distinct[v]; !seen {
				c.distinct[strings.Clone(v)] = struct{}{}
			}
		}
	case decimalZero:
		c.decimals++
	case notNumber:
		c.letters++
		if madeDate(v) {
			c.dates++
		}
	}
}

// judge decides what the values are held to.
func (c *columnFacts) judge() {
	if c.Column == nil {
		return
	}
	if c.codes {
		c.width = c.lostZeros()
	}
	c.codes = c.codes && c.decimals > 0
	c.dateDamage = c.dates > 0 && c.dates*2 < c.filled && c.Field != "verified"
	c.divisionCol = c.divisions*10 >= c.filled*8 && c.valid*10 >= c.divisions*6 && c.filled > 0 && isDivision(c.Column, c.valid, c.filled)
	if c.letters > 0 && len(c.sample) > 0 {
		if m, ok := datasets.FindMisreading(string(c.sample)); ok {
			c.misread = &m
		}
	}
	c.sample, c.distinct = nil, nil
	c.watched = c.codes || c.width > 0 || c.dateDamage || c.divisionCol || c.misread != nil
}

// lostZeros is the number of digits that codes of a column should have, if some
// have fewer: most have the full number, none begins with a zero, and there are
// far fewer codes than numbers of that length, so that it is no count from 1.
func (c *columnFacts) lostZeros() int {
	total, width := 0, 0
	for n, count := range c.lengths {
		total += count
		if count > 0 {
			width = n
		}
	}
	short := total - c.lengths[width]
	switch {
	case c.zeros > 0, short == 0, width < 5, width >= len(c.lengths)-1, total*10 < c.filled*9:
		return 0
	case c.lengths[width]*10 < total*6, len(c.distinct) < 20:
		return 0
	case len(c.distinct) < mostDistinct && float64(len(c.distinct)) > pow10(width)/20, float64(c.filled) > pow10(width)/20:
		return 0
	case c.lengths[width-1]*2 < short: // lost zeros are mostly single ones
		return 0
	}
	return width
}

func pow10(n int) float64 {
	p := 1.0
	for range n {
		p *= 10
	}
	return p
}

// codeName tells columns whose numbers are codes by their name.
var codeName = regexp.MustCompile(`(?i)(^|[^a-z])(id|no|nr|code|codes|zip|plz|ean|gtin|upc|barcode|isbn|sku|tel|phone|fax|mobile|postcode|postal)([^a-z]|$)|zip|code|编号|編號|编码|編碼|代码|代碼|邮编|郵遞區號|邮政|電話|电话|手机|统一|統一|条码|條碼|번호|코드|番号|コード`)

// isCode tells whether whole numbers in a column are codes.
func isCode(c *datasets.Column) bool {
	switch c.Field {
	case "id", "phone", "addr:postcode":
		return true
	case "lat", "lon", "position", "verified", "hours", "name", "address":
		return false
	}
	return codeName.MatchString(c.Name)
}

// divisionName tells columns of division codes by their name.
var divisionName = regexp.MustCompile(`(?i)adcode|ad_code|area_?code|district|division|region|city_?code|province|county|xzqh|行政|区划|區劃|地区|區碼|区码`)

// knownDivision tells a code that is or was a division's: an office that was
// abolished has its old code in every row.
func knownDivision(code string) bool {
	if _, now := division.Lookup(code); now {
		return true
	}
	_, once := division.LookupFormer(code)
	return once
}

// isDivision tells whether a column holds division codes: by its name, or
// because all but a few are codes in force or were.
func isDivision(c *datasets.Column, valid, filled int) bool {
	return c.Field != "phone" && (divisionName.MatchString(c.Name) || c.Field != "addr:postcode" && c.Field != "id" && filled >= 20 && valid*10 >= filled*9)
}

// The forms of a number that matter here.
const (
	notNumber = iota
	otherNumber
	wholeNumber
	decimalZero // 8613.0
)

// numberForm tells how a number is written, and the digits of a whole one.
func numberForm(v string) (digits, kind int) {
	for digits < len(v) && v[digits] >= '0' && v[digits] <= '9' {
		digits++
	}
	switch rest := v[digits:]; {
	case digits == 0 && (v[0] == '-' || v[0] == '+' || v[0] == '.'):
		return 0, otherNumber
	case digits == 0:
		return 0, notNumber
	case rest == "":
		return digits, wholeNumber
	case rest == ".0":
		return digits, decimalZero
	case rest[0] == '.' && strings.Trim(rest[1:], "0123456789") == "":
		return digits, otherNumber
	}
	return digits, notNumber
}

// foreign tells text beyond ASCII.
func foreign(v string) bool {
	for i := 0; i < len(v); i++ {
		if v[i] >= 0x80 {
			return true
		}
	}
	return false
}

// spreadsheetDate is what a spreadsheet makes of "1-2" and "3/4".
var spreadsheetDate = regexp.MustCompile(`^(?i:\d{1,2}-(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-\d{1,2}|\d{1,2}月\d{1,2}日)$`)

// madeDate tells a value that a spreadsheet probably made a date of.
func madeDate(v string) bool {
	return len(v) <= 12 && len(v) >= 5 && (v[1] == '-' || v[2] == '-' || v[3] == '-' || strings.HasSuffix(v, "日")) && spreadsheetDate.MatchString(v)
}

// exponent is what a spreadsheet makes of a long number.
var exponent = regexp.MustCompile(`^\d(\.\d+)?[eE]\+\d{2}$`)
