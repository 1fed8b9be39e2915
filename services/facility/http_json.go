package facility

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

// The path from index to answer appends to a pooled buffer and uses no
// reflection: these are the few JSON forms that it needs.

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string; bytes that are not UTF-8 become U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(append(b, s[start:i]...), "\uFFFD"...)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
}

// appendObject appends a map as an object with sorted keys, so that equal maps
// give equal text.
func appendObject(b []byte, m map[string]string) []byte {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, k)
		b = append(b, ':')
		b = appendString(b, m[k])
	}
	return append(b, '}')
}

// appendNumber appends a number in as few digits as read back the same; most are
// whole.
func appendNumber(b []byte, f float64) []byte {
	if n := uint64(f); float64(n) == f && n < 1<<53 {
		return strconv.AppendUint(b, n, 10)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// room is as long as any number that is written below: they are written in
// place, digit by digit, once there is room.
const room = "................"

// appendTenths appends a non-negative number rounded to one decimal place.
func appendTenths(b []byte, f float64) []byte {
	n := uint64(f*10 + 0.5)
	if n >= 1e5 {
		b = strconv.AppendUint(b, n/10, 10)
		return append(b, '.', byte('0'+n%10))
	}
	start := len(b)
	b = append(b, room...)
	text, whole, i := (*[len(room)]byte)(b[start:]), uint32(n)/10, 0
	if whole >= 100 {
		i = putPair(text, 0, whole/100)
		copy(text[i:], twoDigits[whole%100*2:][:2])
		i += 2
	} else {
		i = putPair(text, 0, whole)
	}
	text[i], text[i+1] = '.', byte('0'+n%10)
	return b[:start+i+2]
}

// appendDegrees appends a coordinate in steps of 1e-7 degree, without trailing
// zeros.
func appendDegrees(b []byte, steps int32) []byte {
	start := len(b)
	b = append(b, room...) // -ddd.fffffff, as far as it goes
	text, i, u := (*[len(room)]byte)(b[start:]), 0, uint32(steps)
	if steps < 0 {
		text[0], i, u = '-', 1, -u
	}
	whole, part := u/1e7, u%1e7
	if whole >= 100 {
		text[i] = byte('0' + whole/100)
		copy(text[i+1:], twoDigits[whole%100*2:][:2])
		i += 3
	} else {
		i = putPair(text, i, whole)
	}
	if part != 0 {
		text[i] = '.'
		high, low := part/1e4, part%1e4 // fff and ffff
		fraction := text[i+1 : i+8]
		fraction[0] = byte('0' + high/100)
		copy(fraction[1:], twoDigits[high%100*2:][:2])
		copy(fraction[3:], twoDigits[low/100*2:][:2])
		copy(fraction[5:], twoDigits[low%100*2:][:2])
		for i += 8; text[i-1] == '0'; i-- {
		}
	}
	return b[:start+i]
}

// putPair puts a number below a hundred at i, one digit or two, and returns
// where it ends.
func putPair(text *[len(room)]byte, i int, n uint32) int {
	if n < 10 {
		text[i] = byte('0' + n)
		return i + 1
	}
	copy(text[i:], twoDigits[n*2:][:2])
	return i + 2
}

const twoDigits = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"
