package datasets

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A tokenKind is a kind of word in opening hours.
type tokenKind uint8

const (
	tokenDays tokenKind = iota // a weekday or a set of them, or PH
	tokenMonth
	tokenDate // a day of a month
	tokenTime
	tokenTo
	tokenAnd // and, comma, line break: a list, or the next rule
	tokenOff
	tokenHalf // am, pm, …: to which half of the day the neighbouring time belongs
	tokenNext // the following time is of the next day
)

// A token is a word of opening hours. Its text is OSM's spelling where there is
// one; the time of day is in minutes.
type token struct {
	kind   tokenKind
	text   string
	minute int
	bare   bool // a number that no mark showed to be a time
	half   string
}

// The sun's times stand for themselves.
const (
	atSunrise = -1
	atSunset  = -2
)

var (
	weekdays = [7]string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"}
	months   = [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
)

// hoursSpelling evens out marks before the words are read.
func hoursSpelling(text string) string {
	return strings.NewReplacer("∼", "-", "~", "-", "〜", "-", "–", "-", "—", "-", "−", "-", "t/m", " tot ", "o'clock", " ",
		"all week", "daily", "、", ",", "。", " ", ":.", ":", "\r", "\n").Replace(foldWord(text))
}

// lexHours cuts text into tokens. It fails on any word or mark that it does not
// know: nothing is skipped in silence.
func lexHours(text string, words lexicon) ([]token, bool) {
	rest := hoursSpelling(text)
	var tokens []token
	for rest != "" {
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case strings.ContainsRune(",;/+&\n", r):
			tokens = append(tokens, token{kind: tokenAnd})
		case r == '-':
			tokens = append(tokens, token{kind: tokenTo})
		case r == ' ' || r == '\t' || r == 0xA0 || strings.ContainsRune("()[]:.", r):
		default:
			t, used, ok := lexNumber(rest, words)
			if !ok {
				t, used, ok = lexWord(rest, words)
			}
			if !ok {
				return nil, false
			}
			if t != nil {
				tokens = append(tokens, *t)
			}
			size = used
		}
		rest = rest[size:]
	}
	return tokens, len(tokens) > 0
}

// lexWord reads one word: a run of letters, or the longest known beginning
// where a script has no blanks.
func lexWord(text string, words lexicon) (t *token, used int, ok bool) {
	for used < len(text) {
		r, size := utf8.DecodeRuneInString(text[used:])
		if !unicode.IsLetter(r) {
			break
		}
		used += size
	}
	for end := used; end > 0; {
		if meaning, known := words[text[:end]]; known {
			return wordToken(meaning), end, true
		}
		r, size := utf8.DecodeLastRuneInString(text[:end])
		if r < 0x2E80 {
			return nil, 0, false // a word with blanks around it is read whole
		}
		end -= size
	}
	return nil, 0, false
}

// wordToken is the token of a word's meaning, nil for one that says nothing.
func wordToken(meaning string) *token {
	switch meaning {
	case "skip":
		return nil
	case "to":
		return &token{kind: tokenTo}
	case "and":
		return &token{kind: tokenAnd}
	case "off":
		return &token{kind: tokenOff}
	case "am", "pm", "night":
		return &token{kind: tokenHalf, half: meaning}
	case "next":
		return &token{kind: tokenNext}
	case "noon":
		return &token{kind: tokenHalf, half: meaning}
	case "midnight":
		return &token{kind: tokenTime, minute: 24 * 60}
	case "sunrise":
		return &token{kind: tokenTime, minute: atSunrise}
	case "sunset":
		return &token{kind: tokenTime, minute: atSunset}
	}
	if n, err := strconv.Atoi(meaning); err == nil {
		return &token{kind: tokenMonth, text: months[n-1], minute: n}
	}
	return &token{kind: tokenDays, text: meaning}
}

// cutNumber takes a number of at most four digits, or a Chinese numeral up to
// 99, off the beginning of text. Digits is how it was written, 0 for a numeral.
func cutNumber(text string, chinese bool) (n, digits int, rest string, ok bool) {
	for digits < len(text) && digits < 5 && text[digits] >= '0' && text[digits] <= '9' {
		n = n*10 + int(text[digits]-'0')
		digits++
	}
	if digits > 0 {
		return n, digits, text[digits:], digits < 5
	}
	if !chinese {
		return 0, 0, text, false
	}
	rest = text
	for rest != "" {
		r, size := utf8.DecodeRuneInString(rest)
		if r == '十' {
			n = max(n, 1) * 10
		} else if i := slices.Index([]rune("零一二三四五六七八九"), r); i >= 0 {
			n += i
		} else {
			break
		}
		rest = rest[size:]
	}
	return n, 0, rest, len(rest) < len(text)
}

// cutMark takes the first of the marks that text begins with off it, blanks
// before it included.
func cutMark(text string, marks ...string) (string, bool) {
	trimmed := strings.TrimLeft(text, " \u00a0")
	for _, mark := range marks {
		if rest, found := strings.CutPrefix(trimmed, mark); found {
			return rest, true
		}
	}
	return text, false
}

// lexNumber reads a time, a month (4月) or a date (四月一日).
func lexNumber(text string, words lexicon) (t *token, used int, ok bool) {
	_, chinese := words["至"]
	n, digits, rest, ok := cutNumber(text, chinese)
	if !ok {
		return nil, 0, false
	}
	if after, found := cutMark(rest, "月", "월"); found {
		return lexMonth(text, after, n, chinese)
	}
	t = &token{kind: tokenTime, minute: n * 60, bare: true}
	switch {
	case digits == 4: // 1800
		t.minute, t.bare = n/100*60+n%100, false
		ok = n%100 < 60
	case digits == 3:
		return nil, 0, false
	default:
		var minute int
		if minute, rest, t.bare, ok = lexMinutes(rest, chinese); ok {
			t.minute += minute
		}
	}
	if after, found := cutMark(rest, "uur", "uhr", "hrs", "h", "正", "整"); found && !startsWithLetter(after) {
		rest = after
	}
	return t, len(text) - len(rest), ok && t.minute <= 30*60
}

func startsWithLetter(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(r) && r < 0x2E80
}

// lexMinutes reads what follows the hour: ":30", ".30", "h30", "時三十分", "時半".
func lexMinutes(text string, chinese bool) (minute int, rest string, bare, ok bool) {
	if len(text) >= 3 && (text[0] == ':' || text[0] == '.' || text[0] == ';' || text[0] == 'h') {
		if n, digits, rest, ok := cutNumber(text[1:], false); ok {
			return n, rest, false, digits == 2 && n < 60
		}
	}
	rest, found := cutMark(text, "时", "時", "点", "點", "시간", "시")
	if !found {
		return 0, text, true, true
	}
	if strings.HasSuffix(text[:len(text)-len(rest)], "시간") {
		return 0, text, false, false // a duration: "11시간" a day
	}
	if after, half := cutMark(rest, "半", "반"); half {
		return 30, after, false, true
	}
	if n, _, after, found := cutNumber(strings.TrimLeft(rest, " "), chinese); found {
		if after, found := cutMark(after, "分", "분"); found {
			return n, after, false, n < 60
		}
	}
	return 0, rest, false, true
}

// lexMonth reads what follows a month's number: a day, or nothing.
func lexMonth(text, rest string, month int, chinese bool) (*token, int, bool) {
	if month < 1 || month > 12 {
		return nil, 0, false
	}
	if day, _, after, ok := cutNumber(strings.TrimLeft(rest, " "), chinese); ok {
		if after, found := cutMark(after, "日", "号", "일"); found && day >= 1 && day <= 31 {
			name := months[month-1] + " " + strconv.Itoa(100 + day)[1:]
			return &token{kind: tokenDate, text: name}, len(text) - len(after), true
		}
	}
	return &token{kind: tokenMonth, text: months[month-1], minute: month}, len(text) - len(rest), true
}
