package datasets

import "strings"

// hoursText is what became of a text of opening hours.
type hoursText struct {
	value string   // OSM's grammar, or the text as found
	why   Sentence // why it could not be understood; empty if it was
}

// clear tells that the text could be understood.
func (h hoursText) clear() bool { return h.why == Sentence{} }

// openingHours fills in the hours, remembered per distinct text.
func (p *placer) openingHours(place *Place) error {
	text, col := p.value(roleHours), p.name(roleHours)
	if text == "" && p.value(roleOpens) != "" && p.value(roleCloses) != "" {
		text, col = p.value(roleOpens)+"-"+p.value(roleCloses), p.name(roleOpens)
	}
	if always := p.value(roleAlways); always != "" {
		if v, known := words()[wordKey{kindFlag, foldWord(always)}]; known && v == "yes" {
			text = "24/7"
		}
	}
	h := p.understood(text)
	for _, c := range p.cells { // another column may say it more clearly, or in full
		if !h.clear() && c.col.role == roleHours {
			if other := p.understood(c.value); other.clear() && other.value != "" {
				h = other
			}
		}
	}
	place.OpeningHours = h.value
	if h.clear() {
		place.OpeningHours = closedFor(h.value, place.Attributes["description"])
		return nil
	}
	return p.warn(place.Row, col, "hours_unparsed", "opening hours %q are kept as text: %s", clip(text), h.why)
}

// understood is what becomes of a text of opening hours.
func (p *placer) understood(text string) hoursText {
	h, known := p.hours[text]
	if !known && text != "" {
		h = normaliseHours(text)
		if len(p.hours) < maxDistinct {
			p.hours[strings.Clone(text)] = h
		}
	}
	return h
}
