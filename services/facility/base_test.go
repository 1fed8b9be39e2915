package facility_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
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

// TestThePreviewIsWhatPublishingDoes compares and publishes files without ids,
// over several batches, where neighbours of the same name compete.
func TestThePreviewIsWhatPublishingDoes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, openDB func() *kernel.DB) {
		s := open(t, openDB())
		file := func(round int) (places []datasets.Place) {
			for i := range 5600 {
				if (i+round)%11 == 0 {
					continue
				}
				// Rows of 40 places 11 m apart that share a name; every round moves some.
				p := toilet("", fmt.Sprint("name ", i/40), float64(i)+float64((i*round)%7)/2)
				if i%50 == 0 {
					p.SourceID = fmt.Sprint(i)
				}
				places = append(places, p)
			}
			return places
		}
		for round := range 2 {
			places := file(round)
			preview, err := compare(s, "test", places)
			if err != nil {
				t.Fatal(err)
			}
			pub := publish(t, s, places...)
			preview.Dataset, preview.Version = pub.Dataset, pub.Version
			if preview != pub || round > 0 && pub.Added*pub.Changed*pub.Removed*pub.Unchanged == 0 {
				t.Errorf("round %d: the preview said %+v, publishing did %+v", round, preview, pub)
			}
		}
	})
}

func TestAComparisonNamesFacilities(t *testing.T) {
	s := open(t, openSQLite(t))
	publish(t, s, toilet("1", "stays", 0), toilet("2", "changes", 10), toilet("3", "goes", 20))
	ids := map[string]string{"": ""}
	for name, p := range published(t, s) {
		ids[p.ID] = name
	}
	var base bytes.Buffer
	version, err := s.Base(t.Context(), "test", &base)
	if err != nil || version != 1 {
		t.Fatal(version, err)
	}
	whole := base.Bytes()
	got := map[string]facility.Op{}
	c, err := facility.NewComparison(facility.ReadBase(bytes.NewReader(whole)), func(o facility.Outcome) error {
		got[ids[o.ID]] = o.Op
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := feed(toilet("1", "stays", 0), toilet("2", "changes", 11), toilet("4", "comes", 30))(c.Add); err != nil {
		t.Fatal(err)
	}
	pub, err := c.Finish()
	want := map[string]facility.Op{"stays": facility.Unchanged, "changes": facility.Changed, "goes": facility.Removed, "": facility.Added}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) || pub.Facilities != 3 {
		t.Errorf("%v, %+v, %v", got, pub, err)
	}
	for row, err := range facility.ReadBase(bytes.NewReader(whole)) {
		if err != nil || row.Name == "" || row.Category != "toilet" || row.Lat == 0 {
			t.Errorf("%+v, %v", row, err)
		}
	}
	for cut := range len(whole) {
		if _, err := facility.NewComparison(facility.ReadBase(bytes.NewReader(whole[:cut])), nil); err == nil {
			t.Fatalf("a base cut after %d of %d bytes is taken for whole", cut, len(whole))
		}
	}
	if version, err := s.Base(t.Context(), "none", &base); version != 0 || err != nil {
		t.Errorf("a new dataset: %d, %v", version, err)
	}
}
