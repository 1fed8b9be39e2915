// Package cql2 reads and evaluates filters in OGC's Common Query Language
// (CQL2 1.0), in its text and its JSON encoding.
//
// It holds Basic CQL2, the advanced comparisons (LIKE, BETWEEN, IN), comparison
// without regard to case or accents, property-property comparisons and the
// spatial functions. Functions of a server's own, arithmetic, arrays and
// intervals are refused by name.
//
// It is pure: a Schema says which properties there are, a Source gives their
// values. What is wrong with a filter is found when it is read, and named by
// its place; an evaluation cannot fail.
package cql2

import (
	"fmt"
	"time"

	"github.com/paulmach/orb"
)

// Type is the type of a property or a value.
type Type uint8

// The types. A value of type Null is unknown: comparing it gives neither true
// nor false.
const (
	Null Type = iota
	String
	Number
	Boolean
	Timestamp
	Date
	Geometry
)

// String names the type as messages do.
func (t Type) String() string {
	return [...]string{"null", "a string", "a number", "a boolean", "a timestamp", "a date", "a geometry"}[t]
}

// Value is a value with its type; the field that the type names holds it.
type Value struct {
	Type   Type
	Text   string
	Number float64
	Bool   bool
	// Time is an instant; of a Date its midnight in UTC.
	Time time.Time
	// Geometry is in degrees, WGS-84, longitude first.
	Geometry orb.Geometry
	shape    *shape // of a literal, made once
}

// TextOf gives a string value, Null for an empty text.
func TextOf(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{Type: String, Text: s}
}

// Source gives a property's value; one that is missing is Null.
type Source func(property string) Value

// Options say what a filter may speak of.
type Options struct {
	// Schema has the properties with their types.
	Schema map[string]Type
	// Position, if set, turns a position of a filter's geometries into longitude
	// and latitude, WGS-84; an error says why it is none.
	Position func(orb.Point) (orb.Point, error)
}

// Limits of a filter: more is a mistake or an attack.
const (
	maxLength = 64 << 10
	maxDepth  = 50
)

// Filter is a filter that was read and checked. It is safe for concurrent use.
type Filter struct {
	root       predicate
	properties []string
}

// Properties are the names of those that the filter asks for.
func (f *Filter) Properties() []string { return f.properties }

// Match tells whether the filter is true for a source; where it is unknown it
// is not.
func (f *Filter) Match(s Source) bool { return f.root.test(s) == yes }

// Bound is a box that everything meets which the filter can match; bounded is
// false where the filter says nothing of places.
func (f *Filter) Bound() (b orb.Bound, bounded bool) { return f.root.bound() }

// Error says what is wrong with a filter, and where.
type Error struct {
	// Offset is the place in a text: characters before it; -1 in JSON.
	Offset int
	// Pointer is the place in JSON as a JSON pointer ("/args/0").
	Pointer string
	Message string
}

// Error names the place for a person, who counts from 1.
func (e *Error) Error() string {
	if e.Offset >= 0 {
		return fmt.Sprintf("at character %d: %s", e.Offset+1, e.Message)
	}
	if e.Pointer == "" {
		return e.Message
	}
	return fmt.Sprintf("at %s: %s", e.Pointer, e.Message)
}

// place is where something stands in a filter, in either encoding.
type place struct {
	offset  int
	pointer string
}

func (p place) errorf(format string, args ...any) *Error {
	return &Error{Offset: p.offset, Pointer: p.pointer, Message: fmt.Sprintf(format, args...)}
}

// clip keeps what a message repeats short.
func clip(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}
