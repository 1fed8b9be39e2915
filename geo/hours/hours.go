// Package hours reads and evaluates OpenStreetMap's opening_hours grammar.
package hours

// State tells whether a place is open at a moment.
type State uint8

// The three answers. Unknown is the zero value: most facilities state no hours.
const (
	Unknown State = iota
	Open
	Closed
)
