package facility

import (
	"math"
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

// appendTenths appends a non-negative number rounded to one decimal place.
func appendTenths(b []byte, f float64) []byte {
	n := uint64(f*10 + 0.5)
	if n >= 1e7 {
		b = strconv.AppendUint(b, n/10, 10)
		return append(b, '.', byte('0'+n%10))
	}
	return appendDecimals(b, uint32(n/10), uint32(n%10)*1e6, 1)
}

// appendDegrees appends a coordinate at 1e-7 degree without trailing zeros.
func appendDegrees(b []byte, degrees float64) []byte {
	n := int32(math.RoundToEven(degrees * 1e7)) // ±1.8e9
	u := uint32(n)
	if n < 0 {
		b = append(b, '-')
		u = -u
	}
	return appendDecimals(b, u/1e7, u%1e7, 0)
}

// appendDecimals appends whole, below a million, and the part behind the point
// in steps of 1e-7 without trailing zeros, but at least so many digits. Four numbers per
// feature come by here: it writes two digits at a time, right to left.
func appendDecimals(b []byte, whole, part uint32, least int) []byte {
	var text [16]byte // ....iiiiii.fffffff, as far as it goes
	i := 8
	for ; whole >= 100; whole /= 100 {
		i -= 2
		copy(text[i:], twoDigits[whole%100*2:][:2])
	}
	i -= 2
	copy(text[i:], twoDigits[whole*2:][:2])
	if whole < 10 {
		i++
	}
	end := 8
	if part != 0 || least != 0 {
		text[8] = '.'
		high, low := part/1e4, part%1e4 // fff and ffff
		text[9] = byte('0' + high/100)
		copy(text[10:], twoDigits[high%100*2:][:2])
		copy(text[12:], twoDigits[low/100*2:][:2])
		copy(text[14:], twoDigits[low%100*2:][:2])
		for end = 16; text[end-1] == '0' && end > 9+least; end-- {
		}
	}
	return append(b, text[i:end]...)
}

const twoDigits = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"
