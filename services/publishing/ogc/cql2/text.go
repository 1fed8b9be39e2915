package cql2

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// foldCase makes texts equal that differ in nothing but case; "ß" equals "ss".
func foldCase(s string) string { return cases.Fold().String(norm.NFC.String(s)) }

// foldAccents takes accents off letters. Signs that change a letter in
// scripts other than the Latin, Greek and Cyrillic stay: Japanese か and が are
// different letters.
func foldAccents(s string) string {
	marks := runes.Predicate(func(r rune) bool { return unicode.Is(unicode.Mn, r) && r < 0x0900 })
	out, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(marks), norm.NFC), s)
	if err != nil {
		return s
	}
	return out
}

// like is the LIKE predicate. A pattern is fixed once it is read.
type like struct {
	anywhere
	of      operand
	pattern []patternPart
}

// patternPart is one element of a pattern: a rune, or a wildcard.
type patternPart struct {
	any  bool // %: any number of characters
	one  bool // _: one character
	rune rune
}

func (l like) test(s Source) truth {
	v := l.of.value(s)
	if v.Type != String {
		return unknown
	}
	return truthOf(matchPattern([]rune(v.Text), l.pattern))
}

// compilePattern reads a pattern: % is any text, _ one character, \ takes what
// follows as it stands.
func compilePattern(pattern string) []patternPart {
	var out []patternPart
	escaped := false
	for _, r := range pattern {
		switch {
		case escaped:
			out, escaped = append(out, patternPart{rune: r}), false
		case r == '\\':
			escaped = true
		case r == '%':
			if n := len(out); n == 0 || !out[n-1].any {
				out = append(out, patternPart{any: true})
			}
		case r == '_':
			out = append(out, patternPart{one: true})
		default:
			out = append(out, patternPart{rune: r})
		}
	}
	if escaped {
		out = append(out, patternPart{rune: '\\'})
	}
	return out
}

// matchPattern goes back to the last % only, which keeps it from taking
// exponential time.
func matchPattern(text []rune, pattern []patternPart) bool {
	t, p, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p].any:
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p].one || pattern[p].rune == text[t]):
			t++
			p++
		case star >= 0:
			mark++
			t, p = mark, star+1
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p].any {
		p++
	}
	return p == len(pattern)
}

// keyword is a word in capitals, as operators are told apart.
func keyword(s string) string { return strings.ToUpper(s) }
