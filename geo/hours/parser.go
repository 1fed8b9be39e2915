package hours

import (
	"fmt"
	"strings"
)

// Bounds on what Parse takes, so that At stays quick whatever the text. OpenStreetMap stores at most 255 characters.
const (
	maxText  = 1024 // bytes
	maxSpans = 48   // of a rule
)

// Parse compiles an opening_hours value. The error is a *SyntaxError.
//
// Beyond the grammar it takes, where only one meaning is possible: any case, names of weekdays and months in the major
// European languages, Chinese and Japanese; full-width and typographic punctuation; "8:00", "08.00", "8h30", "0800",
// "8-18", "8:30 am"; "Mo - Fr", "Mo to Fr"; times before days; a missing ";" between rules whose days are distinct.
func Parse(text string) (*Schedule, error) {
	if len(text) > maxText {
		return nil, &SyntaxError{maxText, fmt.Sprintf("the text is longer than %d bytes", maxText), text}
	}
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, tokens: tokens}
	rules := p.schedule()
	if p.err != nil {
		return nil, p.err
	}
	return compile(rules), nil
}

// parser reads tokens by recursive descent. The first error stops it: from then on the current token is the end.
type parser struct {
	text   string
	tokens []token
	at     int
	err    error
}

func (p *parser) peek(k int) token {
	return p.tokens[min(p.at+k, len(p.tokens)-1)]
}

// next tells whether the coming tokens are of these kinds.
func (p *parser) next(kinds ...kind) bool {
	for i, k := range kinds {
		if p.peek(i).kind != k {
			return false
		}
	}
	return true
}

// accept skips the current token if it is of the kind.
func (p *parser) accept(k kind) bool {
	if p.next(k) && k != kindEnd {
		p.at++
		return true
	}
	return false
}

// fail records an error at a token and moves to the end.
func (p *parser) fail(t token, format string, args ...any) {
	if p.err == nil {
		p.err = &SyntaxError{t.offset, fmt.Sprintf(format, args...), p.text}
	}
	p.at = len(p.tokens) - 1
}

// expected fails at the current token.
func (p *parser) expected(what string) {
	p.fail(p.peek(0), "%s, expected %s", p.found(p.peek(0)), what)
}

func (p *parser) found(t token) string {
	if t.kind == kindEnd {
		return "the text ends"
	}
	return fmt.Sprintf("found %q", p.text[t.offset:t.end])
}

// schedule reads rules and their separators to the end.
func (p *parser) schedule() []rule {
	var rules []rule
	op := override
	if p.next(kindUnknown, '_', kindHour, '=') && strings.EqualFold(p.peek(0).text, "opening") {
		p.at += 4 // "opening_hours="
	}
	for p.accept(';') || p.accept(',') {
	}
	for !p.next(kindEnd) {
		start := p.peek(0)
		r, joined := p.rule(op)
		rules = append(rules, r)
		if joined {
			p.checkJoined(start, rules)
		}
		separator := p.peek(0)
		switch {
		case p.accept(';'), p.accept('.'):
			op = override
		case p.accept(','):
			op = addition
		case p.accept(kindElse):
			op = fallback
			if p.next(kindEnd) {
				p.expected("a rule after \"||\"")
			}
		default:
			op = override // no separator
		}
		for p.accept(';') || separator.kind != kindElse && p.accept(',') {
		}
	}
	if len(rules) == 0 && p.err == nil {
		p.expected("opening hours")
	}
	return rules
}

// checkJoined refuses a rule without a separator before it unless no earlier rule speaks of the same days.
func (p *parser) checkJoined(start token, rules []rule) {
	last := &rules[len(rules)-1]
	for i := range rules[:len(rules)-1] {
		if !distinct(&rules[i], last) {
			p.fail(start, "found a new rule, expected \";\" or \",\" before it")
			return
		}
	}
}

// distinct tells whether two rules plainly select different days.
func distinct(a, b *rule) bool {
	simple := func(r *rule) bool {
		return len(r.dates)+len(r.years)+len(r.weeks)+len(r.only)+len(r.nth) == 0
	}
	if !simple(a) || !simple(b) {
		return false
	}
	if a.months != 0 && b.months != 0 && a.months&b.months == 0 {
		return true
	}
	return a.hasDays() && b.hasDays() && a.weekdays&b.weekdays == 0 && (len(a.holidays) == 0 || len(b.holidays) == 0)
}

// clauses are the parts of a rule seen so far.
type clauses struct {
	times, days, state, comment bool
	trailing                    bool // days after times
}

func (c clauses) decided() bool { return c.times || c.state || c.comment }

// rule reads one rule up to a separator. It also ends where a new rule begins without one; joined tells that it began so.
func (p *parser) rule(op operator) (r rule, joined bool) {
	joined = p.at > 0 && !separates(p.tokens[p.at-1].kind)
	r = rule{op: op, state: Open}
	var seen clauses
	for {
		t := p.peek(0)
		switch {
		case t.kind == kindEnd, t.kind == ';', t.kind == kindElse, t.kind == '.' && seen.decided():
			return r, joined
		case t.kind == ',':
			if p.listEnds(&r, seen) {
				return r, joined
			}
			p.at++
		case t.kind == ':' && (seen.days || seen.comment || seen.state):
			p.at++
		case p.atDays(seen):
			if seen.decided() && (!p.trailingFits(seen) || seen.days) {
				return r, joined
			}
			seen.trailing = seen.trailing || seen.decided()
			p.days(&r)
			seen.days = true
		case t.kind == kindAlways || p.atTime():
			if seen.trailing || seen.times && seen.state || seen.comment && (seen.times || seen.state) {
				p.expected("a separator before these hours")
				return r, joined
			}
			p.times(&r)
			seen.times = true
		case t.kind == kindState:
			if seen.state || seen.trailing && seen.times {
				p.expected("\";\" before this modifier")
				return r, joined
			}
			r.state, seen.state = State(t.value), true
			p.at++
		case t.kind == kindComment:
			p.comment(&r, &seen)
		case t.kind == kindFrom:
			p.at++
		default:
			p.expected("days, hours, a modifier or a comment")
			return r, joined
		}
	}
}

func separates(k kind) bool { return k == ';' || k == ',' || k == kindElse || k == '.' || k == '=' }

// listEnds decides what a comma after a part of a rule means: the end of the rule, or nothing.
func (p *parser) listEnds(r *rule, seen clauses) bool {
	if seen.decided() {
		return true
	}
	p.at++
	hours := p.atTime() || p.next(kindAlways)
	p.at--
	if !hours && !(p.peek(1).kind == kindEnd) {
		p.at++
		p.expected("hours after the days")
		return true
	}
	return !hours
}

// trailingFits tells whether days after the hours or the modifier belong to the same rule: "10:00-20:00 Mo-Fr",
// "closed Mo".
func (p *parser) trailingFits(seen clauses) bool {
	if seen.times && seen.state {
		p.fail(p.peek(0), "%s, expected \";\" before or after the modifier", p.found(p.peek(0)))
	}
	return !(seen.times && seen.state) && !seen.comment
}

// comment reads a quoted comment. Without a modifier the rule is unknown by it; before a colon it names a season.
func (p *parser) comment(r *rule, seen *clauses) {
	t := p.peek(0)
	if seen.comment {
		p.expected("a separator before a second comment")
		return
	}
	p.at++
	r.comment = t.text
	if !seen.state {
		r.state = Unknown
	}
	if p.accept(':') {
		if seen.decided() || seen.days {
			p.fail(t, "a comment with a colon stands at the start of a rule")
		}
		return // the rule goes on: the season's name does not decide it
	}
	seen.comment = true
}
