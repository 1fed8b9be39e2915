package datasets

import (
	"reflect"
	"testing"
)

func TestOSMMatches(t *testing.T) {
	type match struct{ category, suffix string }
	for _, test := range []struct {
		about    string
		tags     osmTags
		selected string
		want     []match
	}{
		{"a toilet", osmTags{{"amenity", "toilets"}}, "", []match{{"toilet", ""}}},
		{"a list of values", osmTags{{"amenity", "shower; toilets"}}, "toilet", []match{{"toilet", ""}}},
		{"any shop", osmTags{{"shop", "florist"}}, "", []match{{"store", ""}}},
		{"an empty shop", osmTags{{"shop", "vacant"}}, "", nil},
		{"no shop", osmTags{{"shop", "no"}}, "store", nil},
		{"a bench is not mapped", osmTags{{"amenity", "bench"}}, "", nil},
		{"but can be selected", osmTags{{"amenity", "bench"}}, "bench", []match{{"bench", ""}}},
		{"the category named is the one given", osmTags{{"shop", "supermarket"}}, "supermarket", []match{{"supermarket", ""}}},
		{"a later key under a selection", osmTags{{"amenity", "fuel"}, {"shop", "convenience"}}, "store", []match{{"store", ""}}},
		{"the first key without one", osmTags{{"shop", "convenience"}, {"amenity", "fuel"}}, "", []match{{"fuel", ""}}},
		{"bikes", osmTags{{"amenity", "bicycle_rental"}}, "bike_rental", []match{{"bike_rental", ""}}},
		{"an office", osmTags{{"office", "government"}}, "government", []match{{"government", ""}}},
		{"a shop with toilets is both", osmTags{{"shop", "mall"}, {"toilets", "yes"}}, "", []match{{"store", ""}, {"toilet", "#toilets"}}},
		{"or what is selected", osmTags{{"shop", "mall"}, {"toilets", "yes"}}, "toilet", []match{{"toilet", "#toilets"}}},
		{"toilets elsewhere", osmTags{{"leisure", "nature_reserve"}, {"toilets", "yes"}}, "", []match{{"toilet", "#toilets"}}},
		{"toilets mapped on their own", osmTags{{"shop", "mall"}, {"toilets", "separate"}}, "toilet", nil},
		{"no toilets", osmTags{{"shop", "mall"}, {"toilets", "no"}}, "toilet", nil},
		{"a toilet is no host", osmTags{{"amenity", "toilets"}, {"toilets", "yes"}}, "", []match{{"toilet", ""}}},
	} {
		var got []match
		for _, m := range osmMatches(test.tags, test.selected) {
			got = append(got, match{m.category, m.suffix})
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: have %v, want %v", test.about, got, test.want)
		}
	}
}

func TestOSMToiletsInside(t *testing.T) {
	got := osmToiletsInside(osmTags{
		{"amenity", "cafe"}, {"name", "Corner"}, {"name:en", "Corner"}, {"wheelchair", "no"}, {"fee", "yes"}, {"cuisine", "cake"},
		{"opening_hours", "08:00-18:00"}, {"phone", "123"}, {"addr:street", "High Street"}, {"level", "0"},
		{"toilets", "customers"}, {"toilets:wheelchair", "yes"}, {"toilets:disposal", "flush"}, {"toilets:level", "-1"},
	})
	want := osmTags{
		{"amenity", "toilets"}, {"host", "cafe"}, {"access", "customers"}, {"name", "Corner"}, {"name:en", "Corner"},
		{"opening_hours", "08:00-18:00"}, {"phone", "123"}, {"addr:street", "High Street"},
		{"wheelchair", "yes"}, {"toilets:disposal", "flush"}, {"level", "-1"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("have %v\nwant %v", got, want)
	}
}

// TestOSMFeatureKeys holds the two lists of feature keys together.
func TestOSMFeatureKeys(t *testing.T) {
	for _, key := range osmFeatureKeys() {
		if !osmFeatureKey(key) {
			t.Errorf("%s decides a category but makes no candidate", key)
		}
	}
	if !osmFeatureKey("toilets") || osmFeatureKey("name") {
		t.Error("toilets=yes makes a candidate, a name does not")
	}
}
