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
	if len(lines) == 0 {
		return Misreading{}, false
	}
	before := likeness(lines)
	var best Misreading
	bestScore := before + 0.8
	for _, wrong := range encodings() {
		if !misreader(wrong.name) {
			continue
		}
		for _, right := range append(encodings(), utf8Encoding()) {
			if right.name == wrong.name || !confused(wrong.name, right.name) {
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

// confused tells pairs of encodings that programs mix up; of others the text is
// too short to tell the outcome from chance.
func confused(wrong, right string) bool {
	switch right {
	case "UTF-8":
		return true
	case "GB18030", "Big5", "Shift_JIS", "EUC-KR", "windows-1251":
		return true
	case "windows-1252", "macintosh":
		return wrong == "macintosh" || wrong == "windows-1252"
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

// foreignLines are the lines of a sample with text beyond ASCII.
func foreignLines(sample string) []string {
	var lines []string
	for line := range strings.Lines(sample) {
		line = strings.TrimRight(line, "\r\n")
		for i := 0; i < len(line); i++ {
			if line[i] >= utf8.RuneSelf {
				lines = append(lines, line)
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

// score is the likeness of what the lines become. Nearly all must turn into
// something, and into letters.
func (m *Misreading) score(lines []string) (float64, bool) {
	var after []string
	for _, line := range lines {
		if right, ok := m.Undo(line); ok {
			after = append(after, right)
		}
	}
	if len(after)*10 < len(lines)*9 || !lettered(after) {
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
	raw, err := m.wrong.NewEncoder().Bytes([]byte(text))
	if err != nil {
		return text, false
	}
	right := raw
	if m.right != nil {
		if right, err = m.right.NewDecoder().Bytes(raw); err != nil {
			return text, false
		}
	}
	if !utf8.Valid(right) || strings.ContainsRune(string(right), utf8.RuneError) || string(right) == text || foreignRunes(string(right)) == 0 {
		return text, false
	}
	return string(right), true
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
