// Package errs is the one error type of Fujin. An error is made where its cause is known, with a Kind that the gate
// turns into an HTTP status, a stable Code that clients may switch on, and a Message a person can act on. What must
// not leave the program (SQL, paths, a driver's words) goes into Err, which is logged and never shown.
package errs

import (
	"context"
	"errors"
	"fmt"
)

// Kind is the class of an error: what the caller can do about it.
type Kind uint8

// The kinds, with the HTTP status that the gate gives each.
const (
	Invalid         Kind = iota + 1 // 400: the request is wrong in itself
	Unauthenticated                 // 401: nobody is signed in
	Forbidden                       // 403: signed in, but not allowed
	NotFound                        // 404
	Conflict                        // 409: at odds with what is stored
	Stale                           // 412: made for a state that has changed meanwhile
	Unguarded                       // 428: does not say for which state it is made
	Unprocessable                   // 422: well formed, but against a rule
	TooLarge                        // 413
	RateLimited                     // 429: may be repeated later
	Unavailable                     // 503: may be repeated at once
	NoSpace                         // 507: the disk is full; reads go on
	Internal                        // 500: our fault
)

// String gives the kind in snake_case; it is the Code of an error that sets none.
func (k Kind) String() string {
	switch k {
	case Invalid:
		return "invalid"
	case Unauthenticated:
		return "unauthenticated"
	case Forbidden:
		return "forbidden"
	case NotFound:
		return "not_found"
	case Conflict:
		return "conflict"
	case Stale:
		return "precondition_failed"
	case Unguarded:
		return "precondition_required"
	case Unprocessable:
		return "unprocessable"
	case TooLarge:
		return "too_large"
	case RateLimited:
		return "rate_limited"
	case Unavailable:
		return "unavailable"
	case NoSpace:
		return "no_space"
	default:
		return "internal"
	}
}

// Error is what every package of Fujin returns to the floor above.
type Error struct {
	Kind    Kind
	Code    string  // stable, snake_case; part of the API
	Message string  // for the person who made the request; shown
	Fields  []Field // the parts of the request that are wrong
	Err     error   // the cause; logged, never shown
}

// Field names one wrong part of a request.
type Field struct {
	Location string // "query.radius", "path.id", "body.name"
	Code     string // stable, snake_case: "unknown_parameter", "out_of_range"
	Message  string
}

// New makes an error whose Code is the kind's name. A %w in the format keeps its operand as Err; note that its text is
// then part of the Message, which is shown: to hide a cause, use Because.
func New(k Kind, format string, args ...any) *Error {
	e := &Error{Kind: k, Code: k.String()}
	formatted := fmt.Errorf(format, args...)
	e.Message, e.Err = formatted.Error(), errors.Unwrap(formatted)
	return e
}

// WithCode returns a copy with another Code.
func (e *Error) WithCode(code string) *Error {
	c := *e
	c.Code = code
	return &c
}

// WithField returns a copy that names one more wrong part of the request.
func (e *Error) WithField(location, code, format string, args ...any) *Error {
	c := *e
	field := Field{Location: location, Code: code, Message: fmt.Sprintf(format, args...)}
	c.Fields = append(c.Fields[:len(c.Fields):len(c.Fields)], field)
	return &c
}

// Because returns a copy with a cause, which is logged and found by errors.Is and errors.As, but never shown.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Err = cause
	return &c
}

// Error gives the message, and the cause where the message does not already tell it: the text for a log.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	cause := e.Err.Error()
	if len(e.Message) >= len(cause) && e.Message[len(e.Message)-len(cause):] == cause {
		return e.Message
	}
	return e.Message + ": " + cause
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf gives the kind of the first Error in the chain. A context that ended is Unavailable; any other error,
// which nobody has judged, is Internal. KindOf(nil) is 0.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Unavailable
	default:
		return Internal
	}
}

// CodeOf gives the Code of the first Error in the chain, else the name of the error's kind; "" for nil.
func CodeOf(err error) string {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Code
	default:
		return KindOf(err).String()
	}
}
