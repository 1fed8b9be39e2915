package cql2

import (
	"maps"
	"slices"
	"strings"
	"time"

	"fujin/services/platform/kernel/errs"
)

// builder makes and checks the parts of a filter, whatever encoding they came in.
type builder struct {
	opt Options
	// used are the properties that were found.
	used []string
}

// property finds a property of the schema.
func (b *builder) property(at place, name string) (operand, error) {
	if is, known := b.opt.Schema[name]; known {
		b.used = append(b.used, name)
		return property{name, is}, nil
	}
	known := slices.Sorted(maps.Keys(b.opt.Schema))
	if near := errs.Nearest(name, known); near != "" {
		return nil, at.errorf("there is no property %q; did you mean %q?", clip(name), near)
	}
	const most = 20
	more := ""
	if len(known) > most {
		known, more = known[:most], ", …"
	}
	return nil, at.errorf("there is no property %q; there are %s%s", clip(name), strings.Join(known, ", "), more)
}

func (b *builder) comparison(at place, operator string, left, right operand) (predicate, error) {
	if err := agree(at, left, right); err != nil {
		return nil, err
	}
	return comparison{operator: operator, left: left, right: right}, nil
}

// agree checks that two operands can be compared.
func agree(at place, left, right operand) error {
	a, b := left.kind(), right.kind()
	switch {
	case canCompare(a, b):
		return nil
	case a == Geometry || b == Geometry:
		return at.errorf("a geometry is compared with a spatial function such as S_INTERSECTS")
	case isInstant(a) && b == String || isInstant(b) && a == String:
		return at.errorf("a time is compared with DATE('2026-11-21') or TIMESTAMP('2026-11-21T08:00:00Z'), not with a string")
	}
	return at.errorf("%s cannot be compared with %s", a, b)
}

func (b *builder) between(at place, of, low, high operand) (predicate, error) {
	for _, end := range [...]operand{low, high} {
		if err := agree(at, of, end); err != nil {
			return nil, err
		}
	}
	return between{of: of, low: low, high: high}, nil
}

func (b *builder) in(at place, of operand, items []operand) (predicate, error) {
	for i, item := range items {
		items[i] = b.listed(at, of, item)
		if err := agree(at, of, items[i]); err != nil {
			return nil, err
		}
	}
	return in{of: of, list: items}, nil
}

// listed is an item of a list. Where times are listed, a text stands for the
// time that it writes: so the standard's abstract tests have it (A.4.3).
func (b *builder) listed(at place, of, item operand) operand {
	text, ok := item.(literal)
	if !ok || text.Type != String || !isInstant(of.kind()) {
		return item
	}
	for _, kind := range [...]string{"timestamp", "date"} {
		if made, err := b.instant(at, kind, text.Text); err == nil {
			return made
		}
	}
	return item
}

// like takes a pattern that is a literal, or CASEI or ACCENTI of one.
func (b *builder) like(at place, of, pattern operand) (predicate, error) {
	if of.kind() != String {
		return nil, at.errorf("LIKE is for strings, not for %s", of.kind())
	}
	if !isPattern(pattern) {
		return nil, at.errorf("the pattern of LIKE is a string in quotes, such as 'East%%'")
	}
	return like{of: of, pattern: compilePattern(pattern.value(nil).Text)}, nil
}

// isPattern tells an operand whose text is known before there is a source.
func isPattern(o operand) bool {
	if f, ok := o.(folded); ok {
		return isPattern(f.of)
	}
	l, ok := o.(literal)
	return ok && l.Type == String
}

func (b *builder) folded(at place, name string, items []operand) (operand, error) {
	if len(items) != 1 || items[0].kind() != String {
		return nil, at.errorf("%s takes one string", name)
	}
	fold := foldCase
	if name == "ACCENTI" {
		fold = foldAccents
	}
	return folded{items[0], fold}, nil
}

func (b *builder) spatial(at place, name string, items []operand) (predicate, error) {
	relation, known := relationOf(keyword(name))
	if !known {
		return nil, b.unknownFunction(at, name)
	}
	if len(items) != 2 || items[0].kind() != Geometry || items[1].kind() != Geometry {
		return nil, at.errorf("%s takes two geometries: the property and, say, BBOX(115.8,28.6,115.9,28.7)", name)
	}
	return spatial{relation, items[0], items[1]}, nil
}

// instant reads a date or a timestamp.
func (b *builder) instant(at place, kind, text string) (operand, error) {
	if kind == "date" {
		t, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return nil, at.errorf("%q is no date such as 2026-11-21", clip(text))
		}
		return literal{Value{Type: Date, Time: t}}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, at.errorf("%q is no time such as 2026-11-21T08:00:00Z", clip(text))
	}
	return literal{Value{Type: Timestamp, Time: t}}, nil
}

func (b *builder) unknownFunction(at place, name string) error {
	upper := keyword(name)
	switch {
	case strings.HasPrefix(upper, "T_") || upper == "INTERVAL":
		return at.errorf("%s is not available; compare times with < > = and BETWEEN", clip(name))
	case strings.HasPrefix(upper, "A_"):
		return at.errorf("%s is not available: no property is an array", clip(name))
	}
	return at.errorf("there is no function %s; there are S_INTERSECTS, S_DISJOINT, S_EQUALS, S_TOUCHES, S_WITHIN, S_CONTAINS, S_OVERLAPS, S_CROSSES, CASEI, ACCENTI, DATE and TIMESTAMP", clip(name))
}
