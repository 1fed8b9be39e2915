package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// fold brings a text into the form in which texts are compared: lower case,
// half width, without diacritics, and one space for whatever is neither letter
// nor digit.
func fold(text string) string {
	var out strings.Builder
	out.Grow(len(text))
	gap := false
	for _, r := range simplified(text) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			gap = true
			continue
		}
		if gap && out.Len() > 0 {
			out.WriteByte(' ')
		}
		gap = false
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

// simplified decomposes compatibility characters and drops the combining marks
// of Latin, Greek and Cyrillic; those of other scripts are letters' own parts.
func simplified(text string) string {
	plain := true
	for _, r := range text {
		if r >= utf8.RuneSelf && !(r >= 0x4e00 && r <= 0x9fff) {
			plain = false
			break
		}
	}
	if plain {
		return text
	}
	marks := runes.Remove(runes.Predicate(func(r rune) bool { return r >= 0x300 && r <= 0x36f }))
	result, _, err := transform.String(transform.Chain(norm.NFKD, marks, norm.NFC), text)
	if err != nil {
		return text // the transformers accept any bytes
	}
	return result
}

// unspaced reports whether a letter belongs to a script written without spaces,
// which is cut into pairs of characters.
func unspaced(r rune) bool {
	if r < 0x0e00 {
		return false
	}
	return r >= 0x4e00 && r <= 0x9fff ||
		unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) ||
		r == 'ー' || r == '々'
}

// piece is a stretch of folded text without a space, of one kind.
type piece struct {
	text     string
	unspaced bool
}

// pieces cuts folded text.
func pieces(folded string) []piece {
	var list []piece
	start := 0
	var kind bool
	cut := func(end int) {
		if end > start {
			list = append(list, piece{folded[start:end], kind})
		}
		start = end
	}
	for i, r := range folded {
		switch {
		case r == ' ':
			cut(i)
			start = i + 1
		case i == start:
			kind = unspaced(r)
		case unspaced(r) != kind && !unicode.IsMark(r):
			cut(i)
			kind = !kind
		}
	}
	cut(len(folded))
	return list
}

// pairs calls visit for every two neighbouring characters, and with the last
// one alone: by it and the pairs, a single character is found wherever it
// stands, as a prefix.
func (p piece) pairs(visit func(term string)) {
	last, previous := 0, -1
	for i := range p.text {
		if previous >= 0 {
			_, size := utf8.DecodeRuneInString(p.text[i:])
			visit(p.text[previous : i+size])
		}
		previous, last = i, i
	}
	visit(p.text[last:])
}

// terms calls visit for all terms of a folded text, repeated ones repeatedly.
func terms(folded string, visit func(term string)) {
	for _, p := range pieces(folded) {
		if p.unspaced {
			p.pairs(visit)
		} else {
			visit(p.text)
		}
	}
}

// want is a term that a query demands.
type want struct {
	text string
	// prefix: any term that begins so will do.
	prefix bool
}

// wants are the demands of a folded query.
func wants(folded string) []want {
	var list []want
	all := pieces(folded)
	for i, p := range all {
		switch {
		case !p.unspaced:
			list = append(list, want{p.text, i == len(all)-1})
		case utf8.RuneCountInString(p.text) == 1:
			list = append(list, want{p.text, true})
		default:
			p.pairs(func(term string) {
				if utf8.RuneCountInString(term) == 2 {
					list = append(list, want{term, false})
				}
			})
		}
	}
	return list
}
