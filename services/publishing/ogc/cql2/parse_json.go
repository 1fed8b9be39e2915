package cql2

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb/geojson"
)

// ParseJSON reads a filter in the JSON encoding (cql2-json). An error is an
// *Error with a JSON pointer to the place.
func ParseJSON(text []byte, opt Options) (*Filter, error) {
	if len(text) > maxLength {
		return nil, place{offset: -1}.errorf("a filter has at most %d bytes, this one has %d", maxLength, len(text))
	}
	d := json.NewDecoder(bytes.NewReader(text))
	var tree any
	if err := d.Decode(&tree); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, place{offset: len([]rune(string(text[:max(syntax.Offset-1, 0)])))}.errorf("the filter is not JSON: %v", err)
		}
		return nil, place{offset: -1}.errorf("the filter is not JSON: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, place{offset: -1}.errorf("the filter is one JSON value, with nothing after it")
	}
	r := &reader{builder{opt: opt}}
	root, err := r.predicate(tree, node{depth: maxDepth})
	if err != nil {
		return nil, err
	}
	return &Filter{root, r.used}, nil
}

// reader turns decoded JSON into a filter.
type reader struct{ builder }

// node is where the reader stands, and how much deeper it may go.
type node struct {
	pointer string
	depth   int
}

func (n node) place() place { return place{offset: -1, pointer: n.pointer} }

func (n node) at(step string) node { return node{n.pointer + "/" + step, n.depth - 1} }

func (n node) arg(i int) node { return n.at("args").at(strconv.Itoa(i)) }

// operation is an object with op and args.
func operation(v any, n node) (op string, args []any, err error) {
	object, ok := v.(map[string]any)
	if !ok {
		return "", nil, n.place().errorf(`expected an object such as {"op":"=","args":[{"property":"name"},"…"]}`)
	}
	if n.depth < 0 {
		return "", nil, n.place().errorf("conditions lie more than %d deep in each other", maxDepth/2)
	}
	op, ok = object["op"].(string)
	if !ok {
		return "", nil, n.at("op").place().errorf("op is missing, or is no string")
	}
	args, ok = object["args"].([]any)
	if !ok {
		return "", nil, n.at("args").place().errorf("args is missing, or is no array")
	}
	for member := range object {
		if member != "op" && member != "args" {
			return "", nil, n.place().errorf("there is a member %q beside op and args", clip(member))
		}
	}
	return op, args, nil
}

// arity lists how many arguments an operator takes.
func arity(op string) (least, most int) {
	switch op {
	case "and", "or":
		return 2, 1000
	case "not", "isNull":
		return 1, 1
	case "between":
		return 3, 3
	}
	return 2, 2
}

func (r *reader) predicate(v any, n node) (predicate, error) {
	if b, ok := v.(bool); ok {
		return constant{is: truthOf(b)}, nil
	}
	op, args, err := operation(v, n)
	if err != nil {
		return nil, err
	}
	if least, most := arity(op); len(args) < least || len(args) > most {
		return nil, n.at("args").place().errorf("%s takes %d arguments, there are %d", clip(op), least, len(args))
	}
	switch op {
	case "and", "or", "not":
		return r.logical(op, args, n)
	case "in":
		return r.list(args, n)
	}
	operands, err := r.operands(args, n)
	if err != nil {
		return nil, err
	}
	switch {
	case isComparison(op):
		return r.comparison(n.place(), op, operands[0], operands[1])
	case op == "like":
		return r.like(n.place(), operands[0], operands[1])
	case op == "between":
		return r.between(n.place(), operands[0], operands[1], operands[2])
	case op == "isNull":
		return isNull{of: operands[0]}, nil
	}
	return r.spatial(n.at("op").place(), op, operands)
}

func (r *reader) logical(op string, args []any, n node) (predicate, error) {
	parts := make([]predicate, len(args))
	for i, arg := range args {
		var err error
		if parts[i], err = r.predicate(arg, n.arg(i)); err != nil {
			return nil, err
		}
	}
	switch op {
	case "and":
		return and(parts), nil
	case "or":
		return or(parts), nil
	}
	return not{of: parts[0]}, nil
}

// list reads the operator in, whose second argument is an array.
func (r *reader) list(args []any, n node) (predicate, error) {
	of, err := r.operand(args[0], n.arg(0))
	if err != nil {
		return nil, err
	}
	values, ok := args[1].([]any)
	if !ok {
		return nil, n.arg(1).place().errorf("expected an array of values")
	}
	items := make([]operand, len(values))
	for i, v := range values {
		if items[i], err = r.operand(v, n.arg(1).at(strconv.Itoa(i))); err != nil {
			return nil, err
		}
	}
	return r.in(n.place(), of, items)
}

func (r *reader) operands(args []any, n node) ([]operand, error) {
	operands := make([]operand, len(args))
	for i, arg := range args {
		var err error
		if operands[i], err = r.operand(arg, n.arg(i)); err != nil {
			return nil, err
		}
	}
	return operands, nil
}

func (r *reader) operand(v any, n node) (operand, error) {
	switch v := v.(type) {
	case string:
		return literal{Value{Type: String, Text: v}}, nil
	case float64:
		return literal{Value{Type: Number, Number: v}}, nil
	case bool:
		return literal{Value{Type: Boolean, Bool: v}}, nil
	case map[string]any:
		return r.object(v, n)
	}
	return nil, n.place().errorf(`expected a property ({"property":"name"}) or a value`)
}

// object is a property, an instant, a geometry or a function.
func (r *reader) object(v map[string]any, n node) (operand, error) {
	for _, member := range [...]string{"property", "date", "timestamp"} {
		text, ok := v[member].(string)
		switch {
		case !ok:
		case member == "property":
			return r.property(n.at(member).place(), text)
		default:
			return r.instant(n.at(member).place(), member, text)
		}
	}
	if _, ok := v["op"]; !ok {
		return r.geometry(v, n)
	}
	op, args, err := operation(v, n)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"casei", "accenti"}, op) {
		return nil, r.unknownFunction(n.at("op").place(), op)
	}
	operands, err := r.operands(args, n)
	if err != nil {
		return nil, err
	}
	return r.folded(n.place(), strings.ToUpper(op), operands)
}

// geometry is a GeoJSON geometry or {"bbox":[…]}.
func (r *reader) geometry(v map[string]any, n node) (operand, error) {
	box, isBox := v["bbox"].([]any)
	if _, typed := v["type"]; isBox && !typed {
		numbers := make([]float64, len(box))
		for i := range box {
			f, ok := box[i].(float64)
			if !ok {
				return nil, n.at("bbox").at(strconv.Itoa(i)).place().errorf("expected a number")
			}
			numbers[i] = f
		}
		b, err := boundOf(n.at("bbox").place(), numbers)
		if err != nil {
			return nil, err
		}
		made, err := geometryLiteral(b, r.opt)
		if err != nil {
			return nil, n.place().errorf("%v", err)
		}
		return made, nil
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		return nil, n.place().errorf("%v", err)
	}
	g, err := geojson.UnmarshalGeometry(encoded)
	if err != nil || g.Geometry() == nil {
		return nil, n.place().errorf(`expected a property ({"property":"name"}), a value, a date or a GeoJSON geometry`)
	}
	made, err := geometryLiteral(g.Geometry(), r.opt)
	if err != nil {
		return nil, n.place().errorf("%v", err)
	}
	return made, nil
}
