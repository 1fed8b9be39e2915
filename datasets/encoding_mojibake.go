package datasets

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
)

// A Misreading is text that was decoded from the wrong encoding and saved so:
// 南昌 as "鍗楁槍" (UTF-8 read as GB18030) or as "ÄÏ²ý" (GB18030 read as
// windows-1252). Nothing in it is invalid; only what it says is not writing.
type Misreading struct {
	// Wrong is the encoding it was read in, Right the one it was in.
	Wrong, Right string
	wrong, right encoding.Encoding // a nil right is UTF-8
}

// FindMisreading tells whether a sample of text, some lines of one column, was
// misread, by undoing every likely mistake and looking which outcome is most
// like writing. It says so only where the difference is plain.
func FindMisreading(sample string) (Misreading, bool) {
	lines := foreignLines(sample)
	before := likeness(lines)
	if before > unlikely || variety(lines) < leastVariety || !dense(lines) {
		return Misreading{}, false
	}
	var best Misreading
	bestScore := max(before+0.8, 0.9)
	for _, wrong := range encodings() {
		if !misreader(wrong.name) {
			continue
		}
		for _, right := range append(encodings(), utf8Encoding()) {
			if right.name == wrong.name || !confused(right.name) {
				continue
			}
			m := Misreading{Wrong: wrong.name, Right: right.name, wrong: wrong.enc, right: right.enc}
			if score, ok := m.score(lines); ok && score > bestScore {
				best, bestScore = m, score
			}
		}
	}
	return best, best.wrong != nil
}

const (
	// unlikely is the likeness up to which text may have been misread: Chinese
	// reaches 2, a European language 1, misread text seldom this.
	unlikely = 1.2
	// leastVariety is how many different characters a sample must have, so that
	// one odd name proves nothing.
	leastVariety = 5
)

// variety counts the different characters beyond ASCII.
func variety(lines []string) int {
	seen := map[rune]bool{}
	for _, line := range lines {
		for _, r := range line {
			if r >= utf8.RuneSelf {
				seen[r] = true
			}
		}
	}
	return len(seen)
}

// dense tells text in which characters beyond ASCII stand side by side, as they
// do where others were meant; the accents of a language stand alone.
func dense(lines []string) bool {
	beside, n := 0, 0
	for _, line := range lines {
		inRun := 0
		for _, r := range line + " " {
			if r >= utf8.RuneSelf {
				n++
				inRun++
			} else {
				if inRun > 1 {
					beside += inRun
				}
				inRun = 0
			}
		}
	}
	return beside*10 >= n*8
}

// confused tells what text may have been in; what was once windows-1252 stands
// too far apart to be told from chance.
func confused(right string) bool {
	switch right {
	case "UTF-8", "GB18030", "Big5", "Shift_JIS", "EUC-KR", "windows-1251":
		return true
	}
	return false
}

// misreader tells encodings in which programs read by default.
func misreader(name string) bool {
	switch name {
	case "windows-1252", "GB18030", "Big5", "Shift_JIS", "EUC-KR", "windows-1251", "macintosh":
		return true
	}
	return false
}

// foreignLines are the lines of a sample with text beyond ASCII, of which
// nothing is lost.
func foreignLines(sample string) []string {
	var lines []string
	for line := range strings.Lines(sample) {
		line = strings.TrimRight(line, "\r\n")
		for i := 0; i < len(line); i++ {
			if line[i] >= utf8.RuneSelf {
				if !strings.ContainsRune(line, utf8.RuneError) {
					lines = append(lines, line)
				}
				break
			}
		}
	}
	return lines
}

// likeness is how much lines look like writing, per character beyond ASCII.
func likeness(lines []string) float64 {
	var sum float64
	n := 0
	for _, line := range lines {
		sum += plausibility([]byte(line))
		n += foreignRunes(line)
	}
	return sum / float64(max(n, 1))
}

func foreignRunes(text string) int {
	n := 0
	for _, r := range text {
		if r >= utf8.RuneSelf {
			n++
		}
	}
	return n
}

// score is the likeness of what the lines become. Most must turn into something
// (a character cut in two is lost for good), and into letters.
func (m *Misreading) score(lines []string) (float64, bool) {
	var after []string
	for _, line := range lines {
		if right, ok := m.Undo(line); ok {
			after = append(after, right)
		}
	}
	if len(after)*10 < len(lines)*6 || !lettered(after) {
		return 0, false
	}
	return likeness(after), true
}

// lettered tells whether what is beyond ASCII is mostly letters.
func lettered(lines []string) bool {
	letters, n := 0, 0
	for _, line := range lines {
		for _, r := range line {
			if r >= utf8.RuneSelf {
				n++
				if unicode.IsLetter(r) {
					letters++
				}
			}
		}
	}
	return n > 0 && letters*10 >= n*7
}

// Undo gives the text as it was, false where it cannot have been misread so.
func (m *Misreading) Undo(text string) (string, bool) {
	right, ok := m.redecode(text, "")
	if !ok && m.Wrong == "GB18030" && strings.Contains(text, "€") {
		right, ok = m.redecode(text, "\x80") // its decoders read this byte as the euro sign
	}
	if !ok || strings.ContainsRune(right, utf8.RuneError) || right == text || foreignRunes(right) == 0 {
		return text, false
	}
	return right, true
}

// redecode goes back to the bytes, in which the euro sign is euro, "" where the
// encoding's own is meant.
func (m *Misreading) redecode(text, euro string) (string, bool) {
	raw := ""
	for text != "" {
		own, at, size := "", len(text), 0
		for i, r := range text {
			if own = m.ownBytes(r, euro); own != "" {
				at, size = i, utf8.RuneLen(r)
				break
			}
		}
		plain, err := m.wrong.NewEncoder().String(text[:at])
		if err != nil {
			return "", false
		}
		raw += plain + own
		text = text[at+size:]
	}
	if m.right == nil {
		return raw, utf8.ValidString(raw)
	}
	right, err := m.right.NewDecoder().String(raw)
	return right, err == nil && utf8.ValidString(right)
}

// ownBytes are those that other programs read as a character but our encoder
// does not write, "" for all others. Windows shows the bytes that GBK leaves to
// its users as U+E000 and on (code page 936): the UTF-8 of 公厕 has some.
func (m *Misreading) ownBytes(r rune, euro string) string {
	switch {
	case r == '€':
		return euro
	case m.Wrong != "GB18030" || r < 0xE000 || r > 0xE765:
		return ""
	case r < 0xE234:
		r -= 0xE000
		return string([]byte{byte(0xAA + r/94), byte(0xA1 + r%94)})
	case r < 0xE4C6:
		r -= 0xE234
		return string([]byte{byte(0xF8 + r/94), byte(0xA1 + r%94)})
	}
	r -= 0xE4C6
	second := byte(0x40 + r%96)
	if second >= 0x7F {
		second++
	}
	return string([]byte{byte(0xA1 + r/96), second})
}

// utf8Encoding stands for UTF-8 among the encodings.
func utf8Encoding() struct {
	name string
	enc  encoding.Encoding
} {
	return struct {
		name string
		enc  encoding.Encoding
	}{name: "UTF-8"}
}
