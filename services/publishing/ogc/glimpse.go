package ogc

import (
	"strings"
	"time"

	"fujin/services/facility"
	"fujin/services/publishing/ogc/cql2"
)

// glimpse is a facility as a candidate.
type glimpse struct{ *facility.Glimpse }

func (g glimpse) id() string         { return g.ID() }
func (g glimpse) instant() time.Time { return g.VerifiedAt() }

// notText tells properties that only a row has from the texts that the index
// has, too.
func notText(name string) bool {
	switch name {
	case "geometry", "version", "verified_at", "closed_from", "closed_until", "closed_reason":
		return true
	}
	return false
}

func (g glimpse) value(name string) cql2.Value {
	switch name {
	case "id":
		return cql2.TextOf(g.ID())
	case "category":
		return cql2.TextOf(g.Category())
	case "name":
		return cql2.TextOf(g.Name())
	case "address":
		return cql2.TextOf(g.Address())
	case "phone":
		return cql2.TextOf(g.Phone())
	case "opening_hours":
		return cql2.TextOf(g.OpeningHours())
	case "version":
		return cql2.Value{Type: cql2.Number, Number: float64(g.Version())}
	case "verified_at":
		return timeOf(g.VerifiedAt())
	case "closed_from", "closed_until", "closed_reason":
		return closed(g.Closure(), name)
	case "geometry":
		shape, err := g.Geometry()
		if err != nil { // a row that nobody wrote
			return cql2.Value{}
		}
		return cql2.Value{Type: cql2.Geometry, Geometry: shape}
	}
	return cql2.TextOf(g.Attribute(strings.TrimPrefix(name, "attribute:")))
}

// closed is a property of the time in which a place is shut, if it is.
func closed(c *facility.Closure, name string) cql2.Value {
	switch {
	case c == nil:
		return cql2.Value{}
	case name == "closed_from":
		return timeOf(c.From)
	case name == "closed_until":
		return timeOf(c.Until)
	default:
		return cql2.TextOf(c.Reason)
	}
}

func timeOf(t time.Time) cql2.Value {
	if t.IsZero() {
		return cql2.Value{}
	}
	return cql2.Value{Type: cql2.Timestamp, Time: t}
}
