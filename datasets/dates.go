package datasets

import (
	"strings"
	"time"
)

// dateText is a date's text as understood, remembered per distinct text.
type dateText struct {
	at time.Time
	ok bool
}

// dateLayouts are the spellings of a date that can mean one day only.
var dateLayouts = [...]string{
	time.RFC3339, "2006-01-02", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006/01/02", "2006/1/2",
	"2006.01.02", "20060102", "2006年1月2日", "02.01.2006", "2.1.2006", "2006-01", "2 January 2006", "Jan 2, 2006",
}

// verified fills in the time of the last confirmation. A day is midnight UTC.
func (p *placer) verified(place *Place) error {
	text := p.value(roleVerified)
	if text == "" {
		return nil
	}
	d, known := p.dates[text]
	if !known {
		d = parseDate(text)
		if len(p.dates) < maxDistinct {
			p.dates[strings.Clone(text)] = d
		}
	}
	place.VerifiedAt = d.at
	if d.ok {
		return nil
	}
	place.Attributes[p.name(roleVerified)] = text
	return p.warn(place.Row, p.name(roleVerified), "date_unparsed", "%q is not a date that is understood; write it as 2026-11-21", clip(text))
}

// parseDate tries the layouts in order.
func parseDate(text string) dateText {
	for _, layout := range dateLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			return dateText{at.UTC(), true}
		}
	}
	return dateText{}
}
