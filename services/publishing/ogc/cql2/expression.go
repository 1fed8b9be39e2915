package cql2

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
)

// truth is a value of three-valued logic, ordered so that "and" is the least
// and "or" the greatest of its operands.
type truth int8

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (t truth) not() truth { return yes - t }

// predicate is an expression that is true, false or unknown.
type predicate interface {
	test(Source) truth
	bound() (orb.Bound, bool)
}

// operand is an expression with a value.
type operand interface {
	value(Source) Value
	kind() Type
}

// anywhere is part of predicates that say nothing of places.
type anywhere struct{}

func (anywhere) bound() (orb.Bound, bool) { return orb.Bound{}, false }

type constant struct {
	anywhere
	is truth
}

func (c constant) test(Source) truth { return c.is }

type and []predicate

func (a and) test(s Source) truth {
	result := yes
	for _, p := range a {
		if result = min(result, p.test(s)); result == no {
			break
		}
	}
	return result
}

// bound is the smallest of the bounds of the parts. What they have in common
// would be wrong: an area may meet two places that lie apart.
func (a and) bound() (b orb.Bound, bounded bool) {
	for _, p := range a {
		if c, ok := p.bound(); ok && (!bounded || sizeOf(c) < sizeOf(b)) {
			b, bounded = c, true
		}
	}
	return b, bounded
}

func sizeOf(b orb.Bound) float64 { return (b.Max[0] - b.Min[0]) * (b.Max[1] - b.Min[1]) }

type or []predicate

func (o or) test(s Source) truth {
	result := no
	for _, p := range o {
		if result = max(result, p.test(s)); result == yes {
			break
		}
	}
	return result
}

func (o or) bound() (b orb.Bound, bounded bool) {
	for i, p := range o {
		c, ok := p.bound()
		if !ok {
			return orb.Bound{}, false
		}
		if i == 0 {
			b = c
		} else {
			b = b.Union(c)
		}
	}
	return b, len(o) > 0
}

type not struct {
	anywhere
	of predicate
}

func (n not) test(s Source) truth { return n.of.test(s).not() }

type isNull struct {
	anywhere
	of operand
}

func (n isNull) test(s Source) truth { return truthOf(n.of.value(s).Type == Null) }

// comparison is one of = <> < > <= >=.
type comparison struct {
	anywhere
	operator    string
	left, right operand
}

func (c comparison) test(s Source) truth {
	return compare(c.operator, c.left.value(s), c.right.value(s))
}

type between struct {
	anywhere
	of, low, high operand
}

func (b between) test(s Source) truth {
	v := b.of.value(s)
	return min(compare(">=", v, b.low.value(s)), compare("<=", v, b.high.value(s)))
}

type in struct {
	anywhere
	of   operand
	list []operand
}

func (i in) test(s Source) truth {
	v := i.of.value(s)
	result := no
	for _, o := range i.list {
		if result = max(result, compare("=", v, o.value(s))); result == yes {
			break
		}
	}
	return result
}

// compare orders two values. A text that is compared with a number is read as
// one; where that fails the answer is unknown, as it is with Null.
func compare(operator string, a, b Value) truth {
	order, ok := orderOf(a, b)
	if !ok {
		return unknown
	}
	switch operator {
	case "=":
		return truthOf(order == 0)
	case "<>":
		return truthOf(order != 0)
	case "<":
		return truthOf(order < 0)
	case ">":
		return truthOf(order > 0)
	case "<=":
		return truthOf(order <= 0)
	default:
		return truthOf(order >= 0)
	}
}

func orderOf(a, b Value) (order int, ok bool) {
	switch {
	case a.Type == Null || b.Type == Null:
		return 0, false
	case a.Type == String && b.Type == String:
		return strings.Compare(a.Text, b.Text), true
	case a.Type == Boolean && b.Type == Boolean:
		return cmp.Compare(truthOf(a.Bool), truthOf(b.Bool)), true
	case isInstant(a.Type) && isInstant(b.Type):
		if a.Type != b.Type { // a timestamp and a date agree if it is of that day
			return day(a.Time).Compare(day(b.Time)), true
		}
		return a.Time.Compare(b.Time), true
	}
	x, ok1 := a.number()
	y, ok2 := b.number()
	return cmp.Compare(x, y), ok1 && ok2
}

func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func isInstant(t Type) bool { return t == Timestamp || t == Date }

// number reads the value as a number.
func (v Value) number() (float64, bool) {
	if v.Type == Number {
		return v.Number, true
	}
	if v.Type != String {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(v.Text), 64)
	return f, err == nil && f == f
}

// canCompare tells whether values of two types can be put in an order; Null
// stands for a literal null, which compares as unknown.
func canCompare(a, b Type) bool {
	if a == Geometry || b == Geometry {
		return false
	}
	return a == b || isInstant(a) && isInstant(b) || slices.Contains([]Type{String, Number}, a) && slices.Contains([]Type{String, Number}, b)
}

type literal struct{ Value }

func (l literal) value(Source) Value { return l.Value }
func (l literal) kind() Type         { return l.Type }

type property struct {
	name string
	is   Type
}

func (p property) value(s Source) Value { return s(p.name) }
func (p property) kind() Type           { return p.is }

// folded is CASEI or ACCENTI of a text.
type folded struct {
	of   operand
	fold func(string) string
}

func (f folded) value(s Source) Value {
	v := f.of.value(s)
	if v.Type == String {
		v.Text = f.fold(v.Text)
	}
	return v
}

func (f folded) kind() Type { return String }
