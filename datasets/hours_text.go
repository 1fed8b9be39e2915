package datasets

import (
	"errors"
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode/utf8"

	"fujin/geo/hours"
)

// normaliseHours writes a text of opening hours in OSM's grammar. A text that
// cannot be understood for certain is kept, with the reason.
func normaliseHours(text string) hoursText {
	text = plainHours(text)
	if strings.Trim(text, ":;~∼-–. ") == "" || isUnstated(foldWord(text)) || text == "true" || text == "false" {
		return hoursText{} // ":~:" is a form left empty; open or not at some time is no timetable
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
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		if value, ok := hoursJSON(text); ok {
			return hoursText{value: value}
		}
	}
	if value, ok := translate(text); ok {
		return hoursText{value: value}
	}
	if value, ok := exceptHours(text); ok {
		return hoursText{value: value}
	}
	return hoursText{value: text, why: whyUnclear(problem)}
}

// whyUnclear says at which place hours are not understood.
func whyUnclear(problem error) Sentence {
	var syntax *hours.SyntaxError
	if !errors.As(problem, &syntax) {
		return Told(problem)
	}
	return Say("at character %d: %s", utf8.RuneCountInString(syntax.Text[:syntax.Offset])+1, hoursProblem(syntax))
}

// hoursProblem is what is wrong at that place; what has no Chinese form is shown
// as it stands there.
func hoursProblem(syntax *hours.SyntaxError) Sentence {
	if chinese, known := chineseSentences()[syntax.Message]; known {
		return Sentence{syntax.Message, chinese}
	}
	if rest := strings.TrimSpace(syntax.Text[syntax.Offset:]); rest != "" {
		return Sentence{syntax.Message, fmt.Sprintf("“%s”无法识别", clip(rest))}
	}
	return Sentence{syntax.Message, "内容到此不完整"}
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

// HTML in a text: what breaks the line, and all of it.
var (
	htmlBreak = regexp.MustCompile(`(?i)<\s*(br|/p|/li|/div|/tr)[^>]*>`)
	htmlTag   = regexp.MustCompile(`<[^<>]*>`)
)

// plainHours is a text without HTML.
func plainHours(text string) string {
	if strings.ContainsRune(text, '<') {
		text = htmlTag.ReplaceAllString(htmlBreak.ReplaceAllString(text, "\n"), "")
	}
	return strings.TrimSpace(html.UnescapeString(text))
}

// exception is a remark in brackets at the end that takes days out without
// saying which: "7am to 11pm daily (except maintenance days)".
var exception = regexp.MustCompile(`^([^()（）"]+)[(（]([^()（）"]*(?:除外|[Ee]xcept|außer|sauf|제외)[^()（）"]*)[)）]$`)

// exceptHours reads hours with an exception, which stays as a comment.
func exceptHours(text string) (string, bool) {
	parts := exception.FindStringSubmatch(text)
	if parts == nil {
		return "", false
	}
	value, ok := translate(strings.TrimSpace(parts[1]))
	if !ok || strings.Contains(value, `"`) {
		return "", false
	}
	comment := ` open "` + strings.TrimSpace(parts[2]) + `"`
	value = strings.ReplaceAll(value, "; ", comment+"; ") + comment
	_, err := hours.Parse(value)
	return value, err == nil
}
