package hours

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SyntaxError says where and why a text is no opening_hours value.
type SyntaxError struct {
	Offset  int    // in bytes from the start of Text
	Message string // what is wrong and what was expected
	Text    string // as given to Parse
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("opening hours: at byte %d: %s", e.Offset, e.Message)
}

// kind is the class of a token. A punctuation mark is its own kind.
type kind rune

const (
	kindEnd kind = -iota - 1
	kindNumber
	kindComment  // text
	kindWeekdays // value: bit mask, bit 0 is Monday
	kindMonth    // value: 1–12
	kindState    // value: State
	kindHoliday  // value: 0 PH, 1 SH
	kindWeek
	kindEaster
	kindEvent // value: event
	kindDay   // "day", "days"
	kindHour  // "h", "时": value 1 when it says a whole number of hours ("hours", "小时")
	kindAM
	kindPM
	kindAlways // 24/7
	kindElse   // "||"
	kindOpenEnd
	kindFrom   // "from", "von", "de": says nothing
	kindLetter // M, F: a weekday only in "M-F"
	kindUnknown
)

// token is one word, number, quoted comment or mark.
type token struct {
	kind   kind
	value  int
	offset int // of the first byte
	end    int // after the last byte
	digits int // of a number
	text   string
}

// fold maps the many dashes, quotes, spaces and full-width forms in use to their ASCII ones.
func fold(r rune) rune {
	switch r {
	case '‐', '‑', '‒', '–', '—', '―', '−', '－', '～', '〜', '~', '∼':
		return '-'
	case '“', '”', '„', '«', '»', '＂', '″':
		return '"'
	case '；':
		return ';'
	case '，', '、', '&', '・':
		return ','
	case '：', '∶', '︰':
		return ':'
	case '。', '．':
		return '.'
	}
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	if unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' {
		return ' '
	}
	return r
}

// lex splits a text into tokens; the last one is kindEnd.
func lex(text string) ([]token, error) {
	tokens := make([]token, 0, len(text)/3+2)
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		r = fold(r)
		t := token{offset: at, end: at + size, kind: kind(r)}
		switch {
		case r == ' ':
			at += size
			continue
		case r >= '0' && r <= '9':
			t = lexNumber(text, at)
		case r == '"':
			var err error
			if t, err = lexComment(text, at, size); err != nil {
				return nil, err
			}
		case r == '|' && strings.HasPrefix(text[at+size:], "|"):
			t.kind, t.end = kindElse, at+2
		case unicode.IsLetter(r):
			t = lexWord(text, at)
		case r == utf8.RuneError && size == 1:
			return nil, &SyntaxError{at, "a byte that is not UTF-8", text}
		}
		t.text = text[t.offset:t.end]
		if t.kind == kindComment {
			t.text = strings.TrimSpace(text[t.offset+t.value : t.end-t.digits])
		}
		at = t.end
		tokens = append(tokens, t)
	}
	return joinTokens(append(tokens, token{kind: kindEnd, offset: len(text), end: len(text)})), nil
}

func lexNumber(text string, at int) token {
	t := token{kind: kindNumber, offset: at, end: at}
	for t.end < len(text) && t.digits < 6 {
		r, size := utf8.DecodeRuneInString(text[t.end:])
		if r = fold(r); r < '0' || r > '9' {
			break
		}
		t.value = t.value*10 + int(r-'0')
		t.digits++
		t.end += size
	}
	return t
}

// lexComment reads a quoted comment; value and digits hold the widths of its two quotes.
func lexComment(text string, at, quote int) (token, error) {
	for i := at + quote; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if fold(r) == '"' {
			return token{kind: kindComment, offset: at, end: i + size, value: quote, digits: size}, nil
		}
		i += size
	}
	return token{}, &SyntaxError{at, `a comment without its closing quote: expected '"'`, text}
}

// lexWord reads a word. Chinese and Japanese are written without spaces, so there the longest known word is taken.
func lexWord(text string, at int) token {
	if t, ok := lexHan(text, at); ok {
		return t
	}
	end := at
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if r = fold(r); !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\'' || unicode.Is(unicode.Han, r) {
			break
		}
		end += size
	}
	if end == at {
		_, size := utf8.DecodeRuneInString(text[at:])
		return token{kind: kindUnknown, offset: at, end: at + size}
	}
	if end == at+1 && strings.HasPrefix(text[end:], ".m") || strings.HasPrefix(text[end:], ".M") {
		switch text[at] { // "a.m."
		case 'a', 'A':
			return token{kind: kindAM, offset: at, end: end + 2}
		case 'p', 'P':
			return token{kind: kindPM, offset: at, end: end + 2}
		}
	}
	key := strings.ToLower(strings.Map(fold, text[at:end]))
	w, ok := words[key]
	if !ok {
		return token{kind: kindUnknown, offset: at, end: end}
	}
	return token{kind: w.kind, value: w.value, offset: at, end: end}
}

func lexHan(text string, at int) (token, bool) {
	r, _ := utf8.DecodeRuneInString(text[at:])
	if !unicode.Is(unicode.Han, r) {
		return token{}, false
	}
	ends := make([]int, 0, longestHan)
	for end := at; end < len(text) && len(ends) < longestHan; {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
		ends = append(ends, end)
	}
	for i := len(ends) - 1; i >= 0; i-- {
		if w, ok := hanWords[text[at:ends[i]]]; ok {
			return token{kind: w.kind, value: w.value, offset: at, end: ends[i]}, true
		}
	}
	return token{kind: kindUnknown, offset: at, end: ends[0]}, true
}
