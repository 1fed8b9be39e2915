package catalogue

import (
	"slices"
	"testing"
)

// TestHoursThatSchemaOrgWouldReadOtherwiseAreLeftOut: a rule for Sunday takes
// the place of that for all days here, and would be added to it there.
func TestHoursThatSchemaOrgWouldReadOtherwiseAreLeftOut(t *testing.T) {
	for text, want := range map[string][]string{
		"24/7":                                 {"Mo-Su 00:00-23:59"},
		"07:00-23:00":                          {"Mo-Su 07:00-23:00"},
		"Mo-Fr 08:00-18:00; Sa,Su 09:00-12:00": {"Mo-Fr 08:00-18:00", "Sa,Su 09:00-12:00"},
		"Sa-Mo 10:00-16:00;Tu 12:00-16:00":     {"Sa-Mo 10:00-16:00", "Tu 12:00-16:00"},
		"Mo-Su 06:00-22:00; Su 09:00-12:00":    nil,
		"Fr-Mo 06:00-22:00; Su 09:00-12:00":    nil,
		"06:00-22:00; PH off":                  nil,
		"Mo-Fr 08:00-12:00,14:00-18:00":        nil,
		"dawn-dusk":                            nil,
		"":                                     nil,
	} {
		if got := plainHours(text); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
