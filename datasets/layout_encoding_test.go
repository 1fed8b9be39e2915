package datasets

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
)

// TestColumnsTellTheEncoding looks at files that are longer than what Columns reads.
func TestColumnsTellTheEncoding(t *testing.T) {
	table := "name,lat,lon\n" + strings.Repeat("公園のトイレ,35.6,139.7\n", 3*lookRows)
	for _, test := range []struct {
		want string
		text func() (string, error)
	}{
		{"UTF-8", func() (string, error) { return table, nil }},
		{"UTF-8 BOM", func() (string, error) { return "\ufeff" + table, nil }},
		{"UTF-16LE", func() (string, error) {
			return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(table)
		}},
		{"Shift_JIS", func() (string, error) { return japanese.ShiftJIS.NewEncoder().String(table) }},
	} {
		text, err := test.text()
		if err != nil {
			t.Fatal(err)
		}
		layout, err := Columns(t.Context(), bytesSource("a.csv", []byte(text)), Options{})
		if err != nil || layout.Encoding != test.want || layout.Format != CSV {
			t.Errorf("have %q, %s, %v, want %s", layout.Encoding, layout.Format, err, test.want)
		}
	}
}
