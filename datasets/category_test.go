package datasets_test

import (
	"testing"

	"fujin/datasets"
)

func TestCategoryName(t *testing.T) {
	for _, c := range []struct{ category, language, want string }{
		{"toilet", "zh-Hans", "公共厕所"}, {"toilet", "en", "Public toilet"}, {"bubble_tea", "zh-Hans", "Bubble tea"}, {"", "en", ""},
	} {
		if got := datasets.CategoryName(c.category, c.language); got != c.want {
			t.Errorf("CategoryName(%q, %q) = %q, want %q", c.category, c.language, got, c.want)
		}
	}
}

// What is made here for trials has a name in both languages.
func TestSampleCategoriesAreNamed(t *testing.T) {
	for _, category := range []string{"toilet", "store", "parcel_locker", "pharmacy", "bike_rental", "drinking_water", "charging_station", "government", "clinic", "library"} {
		zh, en := datasets.CategoryName(category, "zh-Hans"), datasets.CategoryName(category, "en")
		if zh == en || zh == "" {
			t.Errorf("%s is %q in Chinese and %q in English", category, zh, en)
		}
	}
}
