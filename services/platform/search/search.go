// Package search finds facilities by name.
//
// An Index is one immutable file: a Builder makes it from all names at a
// moment, Open maps it into memory and answers queries from it. A Live wraps
// the current file and holds what has changed since, so that a query sees every
// change at once and the file is rebuilt only now and then.
//
// Texts are folded (case, width, diacritics) and cut into terms: words of
// letters and digits, and pairs of neighbouring characters in scripts that
// write without spaces. A query finds what holds all its terms; its last word
// may be unfinished. A table of the database would need ten million rows for a
// million names; the file takes a tenth of the room and of the time to make.
package search

import (
	"cmp"
	"fmt"
	"strings"
)

// Match says how well a text fits the query; smaller is better.
type Match uint8

// The kinds of match.
const (
	// Exact: one of the texts is the query.
	Exact Match = iota
	// Prefix: one of the texts begins with the query.
	Prefix
	// Words: the texts hold all terms of the query.
	Words
)

// Hit is one found document.
type Hit struct {
	ID     string
	Match  Match
	Weight uint32
}

// compare orders hits: match, then weight from the heaviest, then id.
func compare(a, b Hit) int {
	return cmp.Or(cmp.Compare(a.Match, b.Match), cmp.Compare(b.Weight, a.Weight), strings.Compare(a.ID, b.ID))
}

// DamagedError is why a file was refused. Such a file is to be built anew.
type DamagedError struct {
	Path   string
	Reason string
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("search index %s is unusable: %s", e.Path, e.Reason)
}
