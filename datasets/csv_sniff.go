package datasets

import (
	"bytes"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// sniffRows is how many rows decide how a table is written and, where it has no
// header, what its columns are.
const sniffRows = 200

// delimiters are those that tables use, the most common first.
var delimiters = [...]byte{',', ';', '\t', '|'}

// sniffDialect finds the delimiter under which rows have the same number of
// fields and the header names columns that are known.
func sniffDialect(sample []byte, whole bool) (dialect, [][]string) {
	var best dialect
	var bestRows [][]string
	bestScore := math.Inf(-1)
	for _, delimiter := range delimiters {
		d := dialect{delimiter: delimiter, backslash: usesBackslash(sample, delimiter)}
		rows := sampleRows(sample, d, whole)
		if score := dialectScore(rows); score > bestScore {
			best, bestRows, bestScore = d, rows, score
		}
	}
	return best, bestRows
}

// sampleRows splits a sample; blank rows are left out, and so is the last row
// of a sample that ends before the file.
func sampleRows(sample []byte, d dialect, whole bool) [][]string {
	scanner := newTableScanner(bytes.NewReader(sample), d)
	var rows [][]string
	for len(rows) <= sniffRows {
		fields, _, err := scanner.next()
		if err == io.EOF {
			if !whole && len(rows) > 1 {
				rows = rows[:len(rows)-1]
			}
			break
		}
		if err == nil && !blankRow(fields) {
			rows = append(rows, slices.Clone(fields))
		}
	}
	return rows
}

// blankRow tells a row that says nothing.
func blankRow(fields []string) bool {
	for _, f := range fields {
		if strings.TrimSpace(f) != "" {
			return false
		}
	}
	return true
}

// dialectScore is the higher the more rows agree on a number of fields, and
// that number is; a header with known names decides.
func dialectScore(rows [][]string) float64 {
	if len(rows) == 0 {
		return 0
	}
	width := usualWidth(rows)
	agree := 0
	for _, row := range rows {
		if len(row) == width {
			agree++
		}
	}
	score := float64(agree) / float64(len(rows)) * math.Log2(float64(min(width, 64)))
	if len(rows[0]) != width {
		score /= 2
	}
	for _, row := range rows[:min(len(rows), 5)] {
		if hasPosition(row) {
			score += 4
			break
		}
	}
	return score
}

// usualWidth is the number of fields that most rows have.
func usualWidth(rows [][]string) int {
	counts := map[int]int{}
	width := 0
	for _, row := range rows {
		n := len(row)
		counts[n]++
		if counts[n] > counts[width] || counts[n] == counts[width] && n > width {
			width = n
		}
	}
	return width
}

// usesBackslash tells files that write \' or \" for a quote inside a field. A
// doubled quote inside a field shows that the file does not.
func usesBackslash(sample []byte, delimiter byte) bool {
	escaped := false
	for i := 1; i+1 < len(sample); i++ {
		edge := sample[i+1] == delimiter || sample[i+1] == '\n' || sample[i+1] == '\r'
		switch {
		case sample[i-1] == '\\' && (sample[i] == '\'' || sample[i] == '"' && !edge):
			escaped = true
		case sample[i-1] == '"' && sample[i] == '"' && !edge && i > 1 && sample[i-2] != delimiter && sample[i-2] != '\n' && sample[i-2] != '\r':
			return false
		}
	}
	return escaped
}

// hasPosition tells a row that names a latitude, a longitude or a position.
func hasPosition(row []string) bool {
	for _, name := range row {
		switch guessColumn(name).role {
		case roleLat, roleLon, rolePosition:
			return true
		}
	}
	return false
}

// findHeader tells which of the sample's rows is the header, -1 if there is
// none. Titles may stand above it.
func findHeader(rows [][]string, mapping map[string]string) int {
	for i, row := range rows[:min(len(rows), 10)] {
		if hasPosition(row) {
			return i
		}
		for _, name := range mapping {
			if _, err := strconv.Atoi(name); err != nil && slices.Contains(row, name) {
				return i
			}
		}
	}
	for _, cell := range rows[0] {
		if _, number := parseDecimal(strings.TrimSpace(cell)); number {
			return -1
		}
	}
	return 0
}

// headerColumns makes the columns of a header: every name is unique, those
// without one are called after their number.
func (p *placer) headerColumns(header []string) []*column {
	columns := make([]*column, len(header))
	taken := map[string]int{}
	for i, name := range header {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		if name == "" {
			name = columnName(i)
		}
		taken[name]++
		if n := taken[name]; n > 1 {
			name += "_" + strconv.Itoa(n)
		}
		columns[i] = p.column(name)
	}
	return columns
}

// columnName is what a column without a name is called.
func columnName(i int) string { return "column_" + strconv.Itoa(i+1) }

// phoneNumber is a telephone number as a whole value: ten digits at least, which
// tells it from dates and post codes.
var phoneNumber = regexp.MustCompile(`^\+?\(?\d(?:[\s()./-]{0,2}\d){9,14}$`)

// A profile is what a column's sample values look like.
type profile struct {
	filled, numbers, integers, fine, phones, texts int
	low, high                                      float64
	distinct                                       map[string]bool
}

// profileColumn looks at one column of a table without a header.
func profileColumn(rows [][]string, i int) profile {
	p := newProfile()
	for _, row := range rows {
		if i >= len(row) || isBlank(strings.TrimSpace(row[i])) {
			continue
		}
		p.add(strings.TrimSpace(row[i]))
	}
	return p
}

func newProfile() profile {
	return profile{low: math.Inf(1), high: math.Inf(-1), distinct: map[string]bool{}}
}

// add looks at one filled value.
func (p *profile) add(value string) {
	p.filled++
	p.distinct[value] = true
	v, number := parseDecimal(value)
	switch {
	case number:
		p.numbers++
		p.low, p.high = min(p.low, v), max(p.high, v)
		if _, fraction, _ := strings.Cut(value, "."); len(fraction) >= 3 {
			p.fine++
		} else if fraction == "" {
			p.integers++
		}
	case phoneNumber.MatchString(value):
		p.phones++
	case strings.IndexFunc(value, unicode.IsLetter) >= 0:
		p.texts++
	}
}

// mostly tells whether n of the filled values are nearly all.
func (p profile) mostly(n int) bool { return p.filled > 0 && n*10 >= p.filled*9 }

// coordinate tells whether the column can hold degrees.
func (p profile) coordinate() bool {
	return p.mostly(p.numbers) && p.fine*2 >= p.filled && p.low >= -180 && p.high <= 180
}

// guessColumns makes the columns of a table without a header from its values:
// the first two neighbours that can be degrees are the position, the first text
// is the name, the next the address. The mapping may name columns by number.
func (p *placer) guessColumns(rows [][]string) []*column {
	width := usualWidth(rows)
	columns, profiles := make([]*column, width), make([]profile, width)
	for i := range columns {
		name := columnName(i)
		if c, mapped := p.columns[strconv.Itoa(i+1)]; mapped {
			columns[i] = c
		} else {
			columns[i] = p.column(name)
		}
		profiles[i] = profileColumn(rows, i)
	}
	give := func(i int, r role) {
		if !p.mapped[r] && columns[i].role == roleAttribute {
			columns[i].role = r
		}
	}
	for i := 0; i+1 < width; i++ {
		a, b := profiles[i], profiles[i+1]
		if !a.coordinate() || !b.coordinate() {
			continue
		}
		first, second := roleLat, roleLon
		if a.low < -90 || a.high > 90 {
			first, second = roleLon, roleLat
		}
		give(i, first)
		give(i+1, second)
		break
	}
	next := []role{roleName, roleAddress}
	for i, c := range profiles {
		switch {
		case i == 0 && c.mostly(c.integers) && len(c.distinct) == c.filled && c.filled > 1:
			give(i, roleID)
		case c.mostly(c.phones) && !c.mostly(c.numbers):
			give(i, rolePhone)
		case c.mostly(c.texts) && len(next) > 0 && columns[i].role == roleAttribute:
			give(i, next[0])
			next = next[1:]
		}
	}
	return columns
}
