package cql2

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind is the kind of a token.
type kind uint8

const (
	endToken    kind = iota
	wordToken        // a keyword, a function or a property
	quotedToken      // a property in double quotes
	textToken        // a string literal, without its quotes
	numberToken
	signToken // an operator, a comma or a parenthesis
)

// token is a word of a filter text. at counts characters, as people do.
type token struct {
	kind   kind
	text   string
	number float64
	at     int
}

// describe names a token in a message.
func (t token) describe() string {
	switch t.kind {
	case endToken:
		return "the end of the filter"
	case textToken:
		return "'" + clip(t.text) + "'"
	case quotedToken:
		return `"` + clip(t.text) + `"`
	}
	return clip(t.text)
}

func (t token) place() place { return place{offset: t.at} }

// lexer splits a filter text into tokens.
type lexer struct {
	text string
	next int // byte
	at   int // character
}

// scan reads all of a text.
func scan(text string) ([]token, error) {
	l := &lexer{text: text}
	var tokens []token
	for {
		t, err := l.token()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
		if t.kind == endToken {
			return tokens, nil
		}
	}
}

// peek is the next character, 0 at the end.
func (l *lexer) peek() rune {
	if l.next >= len(l.text) {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(l.text[l.next:])
	return r
}

func (l *lexer) take() rune {
	r, size := utf8.DecodeRuneInString(l.text[l.next:])
	l.next += size
	l.at++
	return r
}

func (l *lexer) token() (token, error) {
	for strings.ContainsRune(" \t\r\n", l.peek()) && l.next < len(l.text) {
		l.take()
	}
	at, start := l.at, l.next
	switch r := l.peek(); {
	case l.next >= len(l.text):
		return token{kind: endToken, at: at}, nil
	case r == '\'':
		return l.quoted(textToken, '\'')
	case r == '"':
		return l.quoted(quotedToken, '"')
	case isDigit(r) || r == '.' || (r == '-' || r == '+') && l.beginsNumber():
		return l.number()
	case startsIdentifier(r):
		for startsIdentifier(l.peek()) || continuesIdentifier(l.peek()) {
			l.take()
		}
		return token{kind: wordToken, text: l.text[start:l.next], at: at}, nil
	case strings.ContainsRune("(),=<>", r):
		l.take()
		if two := string(r) + string(l.peek()); two == "<>" || two == "<=" || two == ">=" {
			l.take()
		}
		return token{kind: signToken, text: l.text[start:l.next], at: at}, nil
	case strings.ContainsRune("+-*/^%[]", r):
		return token{}, place{offset: at}.errorf("%q is arithmetic or an array, which this filter language does not have here", r)
	default:
		return token{}, place{offset: at}.errorf("%q means nothing here; put texts in 'single' and properties of unusual names in \"double\" quotes", r)
	}
}

// beginsNumber tells whether a sign stands before a number.
func (l *lexer) beginsNumber() bool {
	return l.next+1 < len(l.text) && (isDigit(rune(l.text[l.next+1])) || l.text[l.next+1] == '.')
}

// number reads a number; the standard's grammar is that of strconv without its
// extras.
func (l *lexer) number() (token, error) {
	at, start := l.at, l.next
	for r := l.peek(); isDigit(r) || strings.ContainsRune(".eE", r) && r != 0 || (r == '+' || r == '-') && (l.next == start || strings.ContainsRune("eE", rune(l.text[l.next-1]))); r = l.peek() {
		l.take()
	}
	text := l.text[start:l.next]
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return token{}, place{offset: at}.errorf("%s is not a number", clip(text))
	}
	return token{kind: numberToken, text: text, number: f, at: at}, nil
}

// quoted reads up to the closing quote. A quote is written twice, or after a
// backslash.
func (l *lexer) quoted(k kind, quote rune) (token, error) {
	at := l.at
	l.take()
	var b strings.Builder
	for l.next < len(l.text) {
		r := l.take()
		switch {
		case r == '\\' && l.peek() == quote:
			b.WriteRune(l.take())
		case r == quote && l.peek() == quote:
			b.WriteRune(l.take())
		case r == quote:
			return token{kind: k, text: b.String(), at: at}, nil
		default:
			b.WriteRune(r)
		}
	}
	return token{}, place{offset: at}.errorf("the quote %c is never closed; a quote within is written twice", quote)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// startsIdentifier is the identifierStart of the standard's grammar.
func startsIdentifier(r rune) bool {
	switch {
	case r == ':' || r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z':
		return true
	case r < 0xC0 || r == 0xD7 || r == 0xF7 || r == 0x37E:
		return false
	}
	for _, span := range [...][2]rune{{0xC0, 0x2FF}, {0x370, 0x1FFE}, {0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF},
		{0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFC}, {0x10000, 0xEFFFF}} {
		if r >= span[0] && r <= span[1] {
			return true
		}
	}
	return false
}

func continuesIdentifier(r rune) bool {
	return r == '.' || isDigit(r) || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040
}
