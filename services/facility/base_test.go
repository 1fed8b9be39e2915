package facility_test

import (
	"bytes"
	"context"

	"fujin/datasets"
	"fujin/services/facility"
)

// compare says what publishing places would do, as the gate does.
func compare(s *facility.Service, dataset string, places []datasets.Place) (pub facility.Publication, err error) {
	var base bytes.Buffer
	if _, err := s.Base(context.Background(), dataset, &base); err != nil {
		return pub, err
	}
	c, err := facility.NewComparison(facility.ReadBase(&base), nil)
	if err != nil {
		return pub, err
	}
	if err := feed(places...)(c.Add); err != nil {
		return pub, err
	}
	return c.Finish()
}
