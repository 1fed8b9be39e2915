package facility

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/paulmach/orb"
	"golang.org/x/text/width"

	"fujin/datasets"
	"fujin/geo"
)

// Facilities without an id of their own are the same if they bear the same
// name within sameWithin metres; their keys hold a grid square of gridDegree,
// which is wider than that, so that a match lies in the square or beside it.
const (
	sameWithin = 50
	gridDegree = 0.002
)

// matchKey is "i:" and the source's id, or "n:" with the grid square and the
// folded name.
func matchKey(p datasets.Place, at orb.Point) string {
	if p.SourceID != "" {
		return "i:" + p.SourceID
	}
	row, column := gridSquare(at)
	return gridKey(row, column, foldName(p.Category, p.Name))
}

func gridSquare(at orb.Point) (row, column int) {
	return int(math.Floor(at.Lat() / gridDegree)), int(math.Floor(at.Lon() / (gridDegree * gridStretch(at.Lat()))))
}

// gridStretch keeps squares at least as wide as they are high towards the
// poles; it depends on the whole degree of latitude alone.
func gridStretch(lat float64) float64 {
	c := math.Cos(math.Min(math.Abs(math.Trunc(lat))+1, 89) * math.Pi / 180)
	return 1 / c
}

func gridKey(row, column int, name string) string {
	b := append(make([]byte, 0, 24+len(name)), "n:"...)
	b = strconv.AppendInt(b, int64(row), 36)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(column), 36)
	b = append(b, ':')
	return string(append(b, name...))
}

// nearbyKeys are the keys under which the same facility may have been stored:
// the square and its eight neighbours.
func nearbyKeys(key string, lat, lon float64) []string {
	name, ok := strings.CutPrefix(key, "n:")
	if !ok {
		return []string{key}
	}
	_, name, _ = strings.Cut(name, ":")
	keys := make([]string, 0, 9)
	row, _ := gridSquare(orb.Point{lon, lat})
	for dr := -1; dr <= 1; dr++ {
		at := orb.Point{lon, (float64(row+dr) + 0.5) * gridDegree}
		r, column := gridSquare(at)
		for dc := -1; dc <= 1; dc++ {
			keys = append(keys, gridKey(r, column+dc, name))
		}
	}
	return keys
}

// foldName makes spellings of a name alike: case, width and white space.
func foldName(category, name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, width.Fold.String(name))
	return category + ":" + name
}

// known are facilities that rows of a batch may be about, by their keys; each
// list is in the order of ids.
type known struct {
	rows  []KnownRow
	byKey map[string][]int
	ids   map[string]bool
}

func newKnown() *known { return &known{byKey: map[string][]int{}, ids: map[string]bool{}} }

// add enters a facility, once; they come in the order of ids.
func (k *known) add(row KnownRow) {
	if k.ids[row.ID] {
		return
	}
	k.ids[row.ID] = true
	k.byKey[row.Key] = append(k.byKey[row.Key], len(k.rows))
	k.rows = append(k.rows, row)
}

// match gives the facility of each row of a batch, nil where there is none.
func (k *known) match(batch []Row) []*KnownRow {
	matches := make([]*KnownRow, len(batch))
	for i, at := range assign(batch, k.byKey, func(i int) orb.Point { return orb.Point{k.rows[i].Lon, k.rows[i].Lat} }) {
		if at >= 0 {
			matches[i] = &k.rows[at]
		}
	}
	return matches
}

// assign finds, for each row of a batch, the number of the facility that it is
// about, one to one, and -1 where there is none: by the source's id in the order
// of the rows, else the nearest pairs of the same name first. Both a publication
// and its preview decide by it.
func assign(batch []Row, byKey map[string][]int, at func(int) orb.Point) []int {
	matches := make([]int, len(batch))
	for i := range matches {
		matches[i] = -1
	}
	if len(byKey) == 0 {
		return matches
	}
	type pair struct {
		row, known int
		metres     float64
	}
	var pairs []pair
	taken := map[int]bool{}
	for i := range batch {
		r := &batch[i]
		for _, key := range nearbyKeys(r.Key, r.Lat, r.Lon) {
			for _, j := range byKey[key] {
				if r.Key[0] == 'n' {
					if metres := geo.Distance(orb.Point{r.Lon, r.Lat}, at(j)); metres <= sameWithin {
						pairs = append(pairs, pair{i, j, metres})
					}
				} else if matches[i] < 0 && !taken[j] {
					matches[i], taken[j] = j, true
				}
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(a.metres, b.metres) })
	for _, p := range pairs {
		if matches[p.row] < 0 && !taken[p.known] {
			matches[p.row], taken[p.known] = p.known, true
		}
	}
	return matches
}
