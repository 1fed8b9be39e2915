package datasets

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"

	"fujin/geo/hours"
)

// normaliseHours writes a text of opening hours in OSM's grammar. A text that
// cannot be understood for certain is kept, with the reason.
func normaliseHours(text string) hoursText {
	text = strings.TrimSpace(html.UnescapeString(text))
	if strings.Trim(text, ":;~∼-–. ") == "" || isUnstated(foldWord(text)) {
		return hoursText{} // ":~:" is a form left empty
	}
	folded := foldName(text)
	switch {
	case alwaysOpen(folded):
		return hoursText{value: "24/7"}
	case folded == "daylighthours" || folded == "daylight" || folded == "daytimehours":
		return hoursText{value: "sunrise-sunset"}
	}
	if strings.ContainsAny(text, "午晚") { // 下午2至6時: until six in the evening
		if value, ok := translate(text); ok {
			return hoursText{value: value}
		}
	}
	schedule, problem := hours.Parse(text)
	if problem == nil {
		if !osmSpelling.MatchString(text) {
			text = schedule.String()
		}
		return hoursText{value: text}
	}
	if strings.HasPrefix(text, "{") {
		if value, ok := dayObject(text); ok {
			return hoursText{value: value}
		}
	}
	if value, ok := translate(text); ok {
		return hoursText{value: value}
	}
	why := problem.Error()
	var syntax *hours.SyntaxError
	if errors.As(problem, &syntax) {
		why = fmt.Sprintf("at byte %d: %s", syntax.Offset, syntax.Message)
	}
	return hoursText{value: text, why: why}
}

// osmSpelling tells a text that is written as OSM writes it already, so that it
// stays as its mapper left it.
var osmSpelling = regexp.MustCompile(`^(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|` +
	`week|easter|days?|sunrise|sunset|dawn|dusk|open|off|closed|unknown|24/7|\d\d:\d\d|\d{2,4}|"[^"]*"|[-+,;:|/()\[\] ])+$`)

// translate tries the languages one by one.
func translate(text string) (string, bool) {
	if len(text) > 1000 {
		return "", false
	}
	for _, words := range lexicons() {
		if value, ok := translateHours(text, words); ok {
			return value, true
		}
	}
	return "", false
}

// translateHours reads text with the words of one language; what it writes is
// valid in OSM's grammar.
func translateHours(text string, words lexicon) (string, bool) {
	tokens, ok := lexHours(text, words)
	if !ok {
		return "", false
	}
	value, ok := writeHours(tokens)
	if !ok {
		return "", false
	}
	_, err := hours.Parse(value)
	return value, err == nil
}

// dayObject reads {"monday": {"open": "09:00", "close": "17:00"}, …} and
// {"mon": "9-17"}; a null or "closed" is a day off.
func dayObject(text string) (string, bool) {
	var days map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &days) != nil || len(days) == 0 {
		return "", false
	}
	var lines [7]string
	for name, raw := range days {
		i := slices.Index(weekdays[:], lexicons()[0][strings.ToLower(name)])
		if i < 0 {
			return "", false
		}
		if lines[i] = dayLine(raw); lines[i] == "" {
			return "", false
		}
	}
	var all []string
	for i, line := range lines {
		if line != "" {
			all = append(all, weekdays[i]+" "+line)
		}
	}
	return translateHours(strings.Join(all, "; "), lexicons()[0])
}

// dayLine is one day of a dayObject as text.
func dayLine(raw json.RawMessage) string {
	var line string
	if json.Unmarshal(raw, &line) == nil {
		if line == "" {
			return "closed"
		}
		return line
	}
	var span struct{ Open, Close, Opens, Closes, From, To string }
	if json.Unmarshal(raw, &span) != nil {
		return ""
	}
	from, until := span.Open+span.Opens+span.From, span.Close+span.Closes+span.To
	if from == "" && until == "" {
		return "closed"
	}
	return from + "-" + until
}
