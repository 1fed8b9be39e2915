package cql2_test

import (
	"errors"
	"testing"

	"fujin/services/publishing/ogc/cql2"
)

// Whatever comes, reading ends in a filter that can be asked, or in an error
// with a place inside the text.
func FuzzText(f *testing.F) {
	for _, e := range examples {
		f.Add(e.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		opt, source := building()
		filter, err := cql2.ParseText(text, opt)
		check(t, filter, err, source, len([]rune(text)))
	})
}

func FuzzJSON(f *testing.F) {
	for _, e := range examples {
		f.Add([]byte(e.json))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		opt, source := building()
		filter, err := cql2.ParseJSON(text, opt)
		check(t, filter, err, source, len([]rune(string(text))))
	})
}

func check(t *testing.T, filter *cql2.Filter, err error, source cql2.Source, length int) {
	if err == nil {
		filter.Match(source)
		filter.Bound()
		return
	}
	var placed *cql2.Error
	if !errors.As(err, &placed) || placed.Message == "" || placed.Offset > length {
		t.Errorf("an error without a place: %#v", err)
	}
}
