package division

import (
	_ "embed"
	"encoding/csv"
	"strconv"
	"strings"
	"sync"
)

//go:embed former.csv
var formerTable string

// Former is a division whose code is no longer in force: it was merged, renamed
// or raised to another kind since 2002.
type Former struct {
	// Name is its last full name: "龙南县".
	Name string
	// Year is that of the first edition without the code: the change is not later.
	Year int
	// Successor is the code in force of the division that took its place; "" if it
	// was divided among several, or none is known.
	Successor string
}

var readFormer = sync.OnceValue(func() map[string]Former {
	records, err := csv.NewReader(strings.NewReader(formerTable)).ReadAll()
	if err != nil {
		panic("division: " + err.Error())
	}
	known := make(map[string]Former, len(records))
	for _, r := range records {
		year, err := strconv.Atoi(r[2])
		if err != nil {
			panic("division: " + err.Error())
		}
		known[r[0]] = Former{Name: r[1], Year: year, Successor: r[3]}
	}
	return known
})

// LookupFormer returns the division that once had a code; none has it now.
func LookupFormer(code string) (Former, bool) {
	f, ok := readFormer()[code]
	return f, ok
}
