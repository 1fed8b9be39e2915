package cql2

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// ParseText reads a filter in the text encoding (cql2-text). An error is an
// *Error with the place.
func ParseText(text string, opt Options) (*Filter, error) {
	if len(text) > maxLength {
		return nil, place{}.errorf("a filter has at most %d bytes, this one has %d", maxLength, len(text))
	}
	if !utf8.ValidString(text) {
		return nil, place{}.errorf("the filter is not UTF-8")
	}
	tokens, err := scan(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, builder: builder{opt: opt}}
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != endToken {
		return nil, t.place().errorf("%s is more than a filter; join conditions with AND or OR", t.describe())
	}
	return &Filter{root, p.used}, nil
}

// parser reads the grammar by recursive descent.
type parser struct {
	builder
	tokens []token // the last is endToken
	at     int
	depth  int
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != endToken {
		p.at++
	}
	return t
}

// word takes the next token if it is a keyword.
func (p *parser) word(words ...string) bool {
	t := p.peek()
	if t.kind == wordToken && slices.Contains(words, keyword(t.text)) {
		p.at++
		return true
	}
	return false
}

// sign takes a parenthesis or comma that must come.
func (p *parser) sign(s string) error {
	if t := p.next(); t.kind != signToken || t.text != s {
		return t.place().errorf("expected %s, found %s", s, t.describe())
	}
	return nil
}

func (p *parser) or() (predicate, error) {
	return list(p, "OR", p.and, func(parts []predicate) predicate { return or(parts) })
}

func (p *parser) and() (predicate, error) {
	return list(p, "AND", p.not, func(parts []predicate) predicate { return and(parts) })
}

// list reads parts joined by a word.
func list(p *parser, word string, part func() (predicate, error), join func([]predicate) predicate) (predicate, error) {
	var parts []predicate
	for {
		one, err := part()
		if err != nil {
			return nil, err
		}
		if parts = append(parts, one); !p.word(word) {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return join(parts), nil
}

func (p *parser) not() (predicate, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.peek().place().errorf("conditions lie more than %d deep in each other", maxDepth)
	}
	defer func() { p.depth-- }()
	if p.word("NOT") {
		of, err := p.not()
		return not{of: of}, err
	}
	return p.primary()
}

// primary is a condition, or a filter in parentheses.
func (p *parser) primary() (predicate, error) {
	t := p.peek()
	if t.kind == signToken && t.text == "(" {
		p.at++
		inner, err := p.or()
		if err != nil {
			return nil, err
		}
		return inner, p.sign(")")
	}
	if t.kind == wordToken {
		name := keyword(t.text)
		if _, known := relationOf(name); known && p.calls() {
			return p.spatial()
		}
		if (name == "TRUE" || name == "FALSE") && !p.compares(p.at+1) {
			p.at++
			return constant{is: truthOf(name == "TRUE")}, nil
		}
	}
	return p.condition()
}

// calls tells whether a word stands before a parenthesis.
func (p *parser) calls() bool {
	after := p.tokens[min(p.at+1, len(p.tokens)-1)]
	return after.kind == signToken && after.text == "("
}

// compares tells whether a token is a comparison's operator.
func (p *parser) compares(at int) bool {
	t := p.tokens[min(at, len(p.tokens)-1)]
	return t.kind == signToken && isComparison(t.text) ||
		t.kind == wordToken && slices.Contains([]string{"IS", "IN", "BETWEEN", "LIKE"}, keyword(t.text))
}

func isComparison(s string) bool {
	return slices.Contains([]string{"=", "<>", "<", ">", "<=", ">="}, s)
}

// condition is a comparison of an operand with others.
func (p *parser) condition() (predicate, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	t := p.next()
	if t.kind == signToken && isComparison(t.text) {
		right, err := p.operand()
		if err != nil {
			return nil, err
		}
		return p.comparison(t.place(), t.text, left, right)
	}
	negated := t.kind == wordToken && keyword(t.text) == "NOT"
	if negated {
		t = p.next()
	}
	if t.kind != wordToken {
		return nil, t.place().errorf("expected an operator (= <> < > <= >= LIKE BETWEEN IN IS NULL), found %s", t.describe())
	}
	made, err := p.worded(t, left)
	if err == nil && negated {
		made = not{of: made}
	}
	return made, err
}

// worded reads what follows an operator that is a word.
func (p *parser) worded(t token, left operand) (predicate, error) {
	switch keyword(t.text) {
	case "LIKE":
		right, err := p.operand()
		if err != nil {
			return nil, err
		}
		return p.like(t.place(), left, right)
	case "BETWEEN":
		low, err := p.operand()
		if err != nil {
			return nil, err
		}
		if !p.word("AND") {
			return nil, p.peek().place().errorf("expected AND and the upper end of BETWEEN, found %s", p.peek().describe())
		}
		high, err := p.operand()
		if err != nil {
			return nil, err
		}
		return p.between(t.place(), left, low, high)
	case "IN":
		items, err := p.items()
		if err != nil {
			return nil, err
		}
		return p.in(t.place(), left, items)
	case "IS":
		negated := p.word("NOT")
		if !p.word("NULL") {
			return nil, p.peek().place().errorf("expected NULL after IS, found %s", p.peek().describe())
		}
		if negated {
			return not{of: isNull{of: left}}, nil
		}
		return isNull{of: left}, nil
	}
	return nil, t.place().errorf("expected an operator (= <> < > <= >= LIKE BETWEEN IN IS NULL), found %s", t.describe())
}

func (p *parser) items() ([]operand, error) {
	if err := p.sign("("); err != nil {
		return nil, err
	}
	var items []operand
	for {
		item, err := p.operand()
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if t := p.peek(); t.kind != signToken || t.text != "," {
			return items, p.sign(")")
		}
		p.at++
	}
}

// spatial reads a spatial function.
func (p *parser) spatial() (predicate, error) {
	t := p.next()
	items, err := p.items()
	if err != nil {
		return nil, err
	}
	return p.builder.spatial(t.place(), t.text, items)
}

// operand is a literal, a property or a function of one.
func (p *parser) operand() (operand, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.peek().place().errorf("functions lie more than %d deep in each other", maxDepth)
	}
	defer func() { p.depth-- }()
	t := p.next()
	switch t.kind {
	case textToken:
		return literal{Value{Type: String, Text: t.text}}, nil
	case numberToken:
		return literal{Value{Type: Number, Number: t.number}}, nil
	case quotedToken:
		return p.property(t.place(), t.text)
	case wordToken:
		p.at--
		called := p.calls()
		p.at++
		return p.named(t, called)
	}
	return nil, t.place().errorf("expected a property or a value, found %s", t.describe())
}

// named is what a word stands for as an operand.
func (p *parser) named(t token, called bool) (operand, error) {
	name := keyword(t.text)
	switch {
	case isGeometryWord(name):
		p.at--
		return p.geometry()
	case called && (name == "CASEI" || name == "ACCENTI"):
		items, err := p.items()
		if err != nil {
			return nil, err
		}
		return p.folded(t.place(), name, items)
	case called && (name == "DATE" || name == "TIMESTAMP"):
		p.at++
		text := p.next()
		if text.kind != textToken {
			return nil, text.place().errorf("expected a text such as '2026-11-21', found %s", text.describe())
		}
		made, err := p.instant(text.place(), strings.ToLower(name), text.text)
		if err != nil {
			return nil, err
		}
		return made, p.sign(")")
	case called:
		return nil, p.unknownFunction(t.place(), t.text)
	case name == "TRUE" || name == "FALSE":
		return literal{Value{Type: Boolean, Bool: name == "TRUE"}}, nil
	case slices.Contains([]string{"AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL"}, name):
		return nil, t.place().errorf(`expected a property or a value, found %s; a property of that name is written "%s"`, t.text, t.text)
	}
	return p.property(t.place(), t.text)
}
