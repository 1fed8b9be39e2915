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
	n := int64(math.Round(f * 10))
	b = strconv.AppendInt(b, n/10, 10)
	return append(b, '.', byte('0'+n%10))
}

// appendDegrees appends a coordinate at 1e-7 degree without trailing zeros.
// Numbers of 32 bits keep the divisions cheap: it runs forty times an answer.
func appendDegrees(b []byte, degrees float64) []byte {
	n := int32(math.RoundToEven(degrees * 1e7)) // ±1.8e9
	u := uint32(n)
	if n < 0 {
		b = append(b, '-')
		u = -u
	}
	b = strconv.AppendUint(b, uint64(u/1e7), 10)
	rest := u % 1e7
	if rest == 0 {
		return b
	}
	var digits [8]byte
	digits[0] = '.'
	for i := 7; i > 0; i-- {
		digits[i] = byte('0' + rest%10)
		rest /= 10
	}
	end := 8
	for digits[end-1] == '0' {
		end--
	}
	return append(b, digits[:end]...)
}
