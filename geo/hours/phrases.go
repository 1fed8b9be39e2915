package hours

import "strings"

// joinTokens turns what is written with several tokens into one: 24/7, "24 hours", "public holiday", "7 days a week",
// 10月1日, and abbreviations with their dots.
func joinTokens(in []token) []token {
	out := in[:0]
	for i := 0; i < len(in); i++ {
		before := kindEnd
		if len(out) > 0 {
			before = out[len(out)-1].kind
		}
		t := in[i]
		rest := phrase{in[i+1:]}
		n := 0
		switch t.kind {
		case kindNumber:
			t, n = rest.number(t, before)
		case kindUnknown:
			t, n = rest.word(t, before)
		}
		for range n {
			i++
			t.end = in[i].end
		}
		if next := (phrase{in[i+1:]}); t.kind < kindComment && next.kind(0) == '.' && next.tokens[0].offset == t.end {
			i++ // "Mo.", "a.m."
		}
		out = append(out, t)
	}
	return out
}

// phrase is what follows a token.
type phrase struct{ tokens []token }

func (p phrase) kind(k int) kind {
	if k >= len(p.tokens) {
		return kindEnd
	}
	return p.tokens[k].kind
}

// is tells whether the tokens to come read so, without regard to case.
func (p phrase) is(texts ...string) bool {
	if len(texts) > len(p.tokens) {
		return false
	}
	for i, text := range texts {
		if !strings.EqualFold(p.tokens[i].text, text) {
			return false
		}
	}
	return true
}

// number joins a number with n of the tokens after it.
func (p phrase) number(t token, before kind) (joined token, n int) {
	signed := before == '-' || before == '+'
	switch {
	case t.value == 24 && t.digits == 2 && before != '-':
		if n = p.always(); n > 0 {
			t.kind = kindAlways
		}
		return t, n
	case t.value == 7 && t.digits == 1 && !signed && p.kind(0) == kindDay:
		t.kind, t.value = kindWeekdays, everyDay
		if p.is("days", "a", "week") || p.is("days", "/", "week") {
			return t, 3
		}
		return t, 1
	case p.is("月") && t.value >= 1 && t.value <= 12:
		t.kind = kindMonth
		return t, 1
	case p.is("年") && t.digits == 4, before == kindMonth && (p.is("日") || p.is("号")), signed && p.is("日"):
		return t, 1
	}
	return t, 0
}

// always counts the tokens after "24" that make it round the clock: "/7", "x7", "h/24", "hours".
func (p phrase) always() int {
	switch {
	case p.is("/", "7", "/", "365"):
		return 4
	case p.is("/", "7"), p.is("/", "24"), p.is("x", "7"), p.is("h", "7"):
		return 2
	case p.is("h", "/", "24", "h"):
		return 4
	case p.is("h", "/", "24"):
		return 3
	case p.kind(0) == kindHour && p.kind(1) != '-' && (p.kind(1) != kindNumber || p.kind(2) == kindDay):
		return 1
	}
	return 0
}

// word joins a word unknown by itself with n of the tokens after it.
func (p phrase) word(t token, before kind) (joined token, n int) {
	switch word := strings.ToLower(t.text); {
	case word == "every" && p.kind(0) == kindDay:
		t.kind, t.value = kindWeekdays, everyDay
		return t, 1
	case word == "public" && p.kind(0) == kindHoliday:
		t.kind, t.value = kindHoliday, 0
		return t, 1
	case word == "school" && p.kind(0) == kindHoliday:
		t.kind, t.value = kindHoliday, 1
		return t, 1
	case word == "noon":
		t.kind, t.value, t.digits = kindNumber, 1200, 4
	case word == "midnight":
		t.kind, t.value, t.digits = kindNumber, 0, 4
		if before == '-' {
			t.value = 2400
		}
	}
	return t, 0
}
