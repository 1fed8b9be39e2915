package division

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Find returns at most limit divisions whose Chinese or English name is, begins
// with or contains what was typed, the best first: by how exact the match is,
// then provinces before prefectures before counties, then by code. Case, tone
// marks, spaces and apostrophes do not matter, nor whether the kind is given
// ("南昌", "南昌市", "Nan Chang", "nanchangshi"). Several words narrow down from
// the larger division to the smaller one ("江西 南昌县", "jiangxi donghu").
func Find(query string, limit int) []Division {
	words := strings.Fields(query)
	if limit <= 0 || len(words) == 0 {
		return nil
	}
	found := match(strings.Join(words, ""), nil)
	if len(found) == 0 && len(words) > 1 {
		found = match(words[len(words)-1], words[:len(words)-1])
	}
	if len(found) > limit {
		found = found[:limit]
	}
	return found
}

// Ranks of a match; none comes last.
const (
	exact = iota
	prefix
	within
	none
)

// match returns the divisions that match one name, best first. The words above
// must each match a division above.
func match(name string, above []string) []Division {
	type ranked struct {
		*entry
		rank int
	}
	b := read()
	var found []ranked
	keys := forms(name)
	for i := range b.entries {
		e := &b.entries[i]
		if r := e.rank(keys); r != none && b.under(e.Division, above) {
			found = append(found, ranked{e, r})
		}
	}
	slices.SortFunc(found, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.Level, b.Level), cmp.Compare(a.Code, b.Code))
	})
	divisions := make([]Division, len(found))
	for i, f := range found {
		divisions[i] = f.Division
	}
	return divisions
}

// under reports whether each word matches one of the divisions above.
func (b *book) under(d Division, words []string) bool {
	for _, word := range words {
		keys, held := forms(word), false
		for code := d.Parent; code != ""; {
			e := &b.entries[b.byCode[code]]
			held = held || e.rank(keys) <= prefix
			code = e.Parent
		}
		if !held {
			return false
		}
	}
	return true
}

// rank is how well the division matches the best of some forms of a name.
func (e *entry) rank(keys []string) int {
	best := none
	for _, key := range keys {
		names := [...]string{e.Name, e.short}
		if key[0] < 0x80 {
			names = [...]string{e.folded, e.folded0}
		}
		for _, name := range names {
			switch {
			case name == key:
				return exact
			case strings.HasPrefix(name, key):
				best = min(best, prefix)
			case strings.Contains(name, key):
				best = min(best, within)
			}
		}
	}
	return best
}

// forms are the ways in which a typed name may be meant: as it is and, in
// pinyin, without the syllable of the kind.
func forms(name string) []string {
	key := fold(name)
	if key == "" {
		return nil
	}
	keys := []string{key}
	for _, kind := range []string{"zizhizhou", "zizhixian", "sheng", "shi", "xian", "qu"} {
		if rest, ok := strings.CutSuffix(key, kind); ok && len(rest) > 2 {
			return append(keys, rest)
		}
	}
	return keys
}

// fold keeps letters and digits: lower case, half width, without marks.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKD.String(s))
}

// short is a Chinese name without its kind: 江西省 → 江西. A name of two
// characters is kept whole (吉县).
func short(name string) string {
	for _, kind := range []string{"特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "省", "市", "盟", "县", "区", "旗"} {
		if rest, ok := strings.CutSuffix(name, kind); ok && len([]rune(rest)) > 1 {
			return rest
		}
	}
	return name
}

// withoutKind is short for English names. Before the word Autonomous stand the
// nationalities, and the name is a single word.
func withoutKind(english string) string {
	if strings.Contains(english, " Autonomous ") {
		name, _, _ := strings.Cut(english, " ")
		return name
	}
	for _, kind := range []string{" Forestry District", " Mining District", " New Area", " Prefecture", " League", " Banner", " County", " District"} {
		if rest, ok := strings.CutSuffix(english, kind); ok {
			return rest
		}
	}
	return english
}
