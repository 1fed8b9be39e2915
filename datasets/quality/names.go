package quality

import (
	"bytes"
	"hash/maphash"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// text hashes a text; never 0.
func (h *hasher) text(s string) uint64 { return maphash.String(h.seed, s) | 1 }

// name hashes a name so that its spellings are alike: case, width, signs, the
// order of words and words for the kind of place do not matter. It is 0 for a
// name that says no more than the kind ("公共厕所", "Public Toilet").
func (h *hasher) name(name string) uint64 {
	folded := h.words.fold(name)
	if len(folded) == 0 {
		return 0
	}
	return maphash.Bytes(h.seed, folded) | 1
}

// address hashes the words and the numbers of an address.
func (h *hasher) address(text string) (street, digits uint32) {
	if text == "" {
		return 0, 0
	}
	words, numbers := h.words.split(text)
	if len(words) > 0 {
		street = uint32(maphash.Bytes(h.seed, words)) | 1
	}
	if len(numbers) > 0 {
		digits = uint32(maphash.Bytes(h.seed, numbers)) | 1
	}
	return street, digits
}

// part hashes the attributes that tell places in one building apart.
func (h *hasher) part(attributes map[string]string) uint32 {
	var sum uint64
	for i, key := range [...]string{"level", "addr:unit", "addr:floor", "ref", "male", "female", "unisex", "branch", "type", "map_type", "类型", "類型"} {
		if value := attributes[key]; value != "" {
			sum += (maphash.String(h.seed, value) ^ uint64(i+1)*0x9E3779B97F4A7C15) | 1
		}
	}
	return uint32(sum)
}

// A nameFolder folds texts in memory that it uses again.
type nameFolder struct {
	buf, joined, numbers []byte
	words                [][]byte
}

// kindWords are what names add to say what a place is; they make no difference.
var kindWords = [...]string{"公共卫生间", "公共厕所", "公共洗手间", "公共廁所", "公共洗手間", "公厕", "公廁", "卫生间", "衛生間", "洗手间", "洗手間",
	"厕所", "廁所", "便利店", "分店", "공중화장실", "화장실", "公衆トイレ", "トイレ"}

// plainWords are the same in languages that part words by blanks.
func plainWord(w []byte) bool {
	switch string(w) {
	case "toilet", "toilets", "public", "wc", "restroom", "restrooms", "lavatory", "lavatories", "the", "of", "at", "and", "in",
		"öffentliche", "toilette", "toiletten", "de", "la", "le":
		return true
	}
	return false
}

// fold gives the words of a name, valid until the next call.
func (f *nameFolder) fold(name string) []byte {
	f.letters(name)
	f.words = f.words[:0]
	for word := range bytes.FieldsSeq(f.buf) {
		if !plainWord(word) {
			f.words = append(f.words, word)
		}
	}
	slices.SortFunc(f.words, bytes.Compare)
	f.joined = f.joined[:0]
	for _, word := range f.words {
		f.joined = append(f.joined, word...)
	}
	return f.joined
}

// letters puts the letters and digits of a text into buf, in lower case and
// half width, with blanks for everything else, without words for the kind.
func (f *nameFolder) letters(text string) {
	f.buf = f.buf[:0]
	foreign := false
	for i := 0; i < len(text) && !foreign; i++ {
		foreign = text[i] >= utf8.RuneSelf
	}
	if foreign {
		text = width.Fold.String(text)
		for _, word := range kindWords {
			if strings.Contains(text, word) {
				text = strings.ReplaceAll(text, word, " ")
			}
		}
	}
	for _, c := range text {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			f.buf = append(f.buf, byte(c))
		case c >= 'A' && c <= 'Z':
			f.buf = append(f.buf, byte(c)+'a'-'A')
		case c == '\'':
		case c >= utf8.RuneSelf && (unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c)):
			f.buf = utf8.AppendRune(f.buf, unicode.ToLower(c))
		default:
			f.buf = append(f.buf, ' ')
		}
	}
}

// split parts an address into its words and its numbers, each run of digits
// followed by a blank.
func (f *nameFolder) split(text string) (words, numbers []byte) {
	f.joined, f.numbers = f.joined[:0], f.numbers[:0]
	inNumber := false
	for _, c := range text {
		if c >= '０' && c <= '９' {
			c -= '０' - '0'
		}
		digit := c >= '0' && c <= '9'
		switch {
		case digit:
			f.numbers = append(f.numbers, byte(c))
		case unicode.IsLetter(c):
			f.joined = utf8.AppendRune(f.joined, unicode.ToLower(c))
		}
		if inNumber && !digit {
			f.numbers = append(f.numbers, ' ')
		}
		inNumber = digit
	}
	return f.joined, bytes.TrimRight(f.numbers, " ")
}
