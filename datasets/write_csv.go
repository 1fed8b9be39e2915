package datasets

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"fujin/geo"
)

// csvColumns are the columns that every CSV file begins with; those of the
// attributes follow, in the order of their names.
func csvColumns() []string {
	return []string{"id", "name", "category", "lat", "lon", "wkt", "address", "phone", "opening_hours", "verified_at"}
}

// WriteCSV writes places as UTF-8 CSV with a header and one column for each
// attribute that any place has. To know them it goes through places twice, so
// the sequence must give the same places again; what it never holds is more
// than one place. lat and lon are a point on the place; a line or an area
// stands in wkt besides.
//
// Text is written exactly as it is, so that the file can be read back: a value
// that begins with = + - or @ is a formula to a spreadsheet, which should open
// the file by its text import.
func WriteCSV(w io.Writer, places Places) error {
	var names attributeNames
	attributes := map[string]bool{}
	for place, err := range places {
		if err != nil {
			return err
		}
		for key, value := range place.Attributes {
			if value != "" {
				attributes[key] = true
			}
		}
	}
	keys := make([]string, 0, len(attributes))
	for key := range attributes {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	row := csvColumns()
	for _, key := range keys {
		row = append(row, names.written(key))
	}
	out := csv.NewWriter(w)
	if err := out.Write(row); err != nil {
		return err
	}
	for place, err := range places {
		if err != nil {
			return err
		}
		row = csvRow(row[:0], place, keys)
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// csvRow fills a row.
func csvRow(row []string, p Place, keys []string) []string {
	var lat, lon, shape string
	if p.Geometry != nil {
		at, isPoint := p.Geometry.(orb.Point)
		if !isPoint {
			at = geo.Centroid(p.Geometry)
			shape = wkt.MarshalString(p.Geometry)
		}
		lat = strconv.FormatFloat(geo.Round7(at[1]), 'f', -1, 64)
		lon = strconv.FormatFloat(geo.Round7(at[0]), 'f', -1, 64)
	}
	row = append(row, p.SourceID, p.Name, p.Category, lat, lon, shape, p.Address, p.Phone, p.OpeningHours, formatTime(p.VerifiedAt))
	for _, key := range keys {
		row = append(row, p.Attributes[key])
	}
	return row
}
