package datasets

import (
	"reflect"
	"testing"
)

// TestAttributeValues reads one value under one column name; want is every
// attribute that comes of it.
func TestAttributeValues(t *testing.T) {
	for _, test := range []struct {
		column, value string
		want          map[string]string
		unknown       bool
	}{
		{column: "fee", value: "5 TRL", want: map[string]string{"fee": "yes", "charge": "5 TRL"}},
		{column: "Prijs_per_gebruik", value: "0", want: map[string]string{"fee": "no"}},
		{column: "Prijs_per_gebruik", value: "0.5", want: map[string]string{"fee": "yes", "charge": "0.5"}},
		{column: " Cost ", value: "£0.20", want: map[string]string{"fee": "yes", "charge": "0.20 GBP"}},
		{column: "Cost", value: "20p", want: map[string]string{"fee": "yes", "charge": "0.20 GBP"}},
		{column: "Cost", value: "20p (Radar key access - free)", want: map[string]string{"fee": "yes", "charge": "20p (Radar key access - free)"}},
		{column: "Cost", value: "No Charge", want: map[string]string{"fee": "no"}},
		{column: "Cost", value: "£-", want: map[string]string{"fee": "no"}},
		{column: "fee", value: "unknown", want: map[string]string{}},
		{column: "fee", value: "0,50 €", want: map[string]string{"fee": "yes", "charge": "0.50 EUR"}},
		{column: "收费", value: "1元", want: map[string]string{"fee": "yes", "charge": "1 CNY"}},
		{column: "是否收费", value: "免费", want: map[string]string{"fee": "no"}},
		{column: "payment_required", value: "true", want: map[string]string{"fee": "yes"}},
		{column: "fee", value: "donation", want: map[string]string{"fee": "donation"}, unknown: true},
		{column: "charge", value: "2 EUR", want: map[string]string{"fee": "yes", "charge": "2 EUR"}},
		{column: "wheelchair", value: "designated", want: map[string]string{"wheelchair": "designated"}},
		{column: "无障碍设施", value: "有", want: map[string]string{"wheelchair": "yes"}},
		{column: "Disabled", value: "N", want: map[string]string{"wheelchair": "no"}},
		{column: "rollstuhlgerecht", value: "teilweise", want: map[string]string{"wheelchair": "limited"}},
		{column: "wheelchair", value: "bad", want: map[string]string{"wheelchair": "bad"}, unknown: true},
		{column: "accessibility", value: "ramp, wheelchair", want: map[string]string{"wheelchair": "yes", "accessibility": "ramp, wheelchair"}},
		{column: "Babychange", value: "Y", want: map[string]string{"changing_table": "yes"}},
		{column: "男性トイレ数", value: "5", want: map[string]string{"male": "yes", "男性トイレ数": "5"}},
		{column: "男女共用トイレ数", value: "0", want: map[string]string{"unisex": "no"}},
		{column: "MALE_FEMALE_TOILET_YN", value: "Y", want: map[string]string{"unisex": "yes"}},
		{column: "기저귀교환대", value: "예", want: map[string]string{"changing_table": "yes"}},
		{column: "Przewijak", value: "tak", want: map[string]string{"changing_table": "yes"}},
		{column: "access", value: "customers", want: map[string]string{"access": "customers"}},
		{column: "Zugang", value: "öffentlich", want: map[string]string{"access": "yes"}},
		{column: "access", value: "sometimes", want: map[string]string{"access": "sometimes"}, unknown: true},
		{column: "eigene Spalte", value: "Wert", want: map[string]string{"eigene Spalte": "Wert"}},
		{column: "unisex", value: "/", want: map[string]string{}},
	} {
		t.Run(test.column+" "+test.value, func(t *testing.T) {
			p, places, issues := collecting(t, Options{})
			err := p.row(1, []Field{{"lat", "1.5"}, {"lon", "2.5"}, {test.column, test.value}}, nil)
			if err != nil || !reflect.DeepEqual((*places)[0].Attributes, test.want) {
				t.Errorf("attributes %v, %v; want %v", (*places)[0].Attributes, err, test.want)
			}
			if n := (reading{issues: *issues}).codes()["unknown_value"]; n != map[bool]int{true: 1}[test.unknown] {
				t.Errorf("issues %v", *issues)
			}
		})
	}
}

// collecting is a placer that keeps what it finds.
func collecting(t *testing.T, opt Options) (*placer, *[]Place, *[]Issue) {
	t.Helper()
	var places []Place
	var issues []Issue
	p, err := newPlacer("test", opt, Sink{
		Place: func(p Place) error { places = append(places, p); return nil },
		Issue: func(i Issue) error { issues = append(issues, i); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, &places, &issues
}

// TestPlaceFields puts the parts of a record where they belong.
func TestPlaceFields(t *testing.T) {
	at := []Field{{"lat", "1.5"}, {"lon", "2.5"}}
	for _, test := range []struct {
		name   string
		fields []Field
		opt    Options
		look   func(Place) string
		want   string
	}{
		{"category of the row", []Field{{"category", "Drinking water"}}, Options{}, func(p Place) string { return p.Category }, "drinking_water"},
		{"category in Chinese", []Field{{"类别", "公厕"}}, Options{}, func(p Place) string { return p.Category }, "toilet"},
		{"category of the options", []Field{{"category", "x"}}, Options{Category: "store"}, func(p Place) string { return p.Category }, "store"},
		{"no category", nil, Options{}, func(p Place) string { return p.Category }, "place"},
		{"the better address", []Field{{"REFINE_LOTNO_ADDR", "b"}, {"REFINE_ROADNM_ADDR", "a"}}, Options{}, func(p Place) string { return p.Address + " " + p.Attributes["REFINE_LOTNO_ADDR"] }, "a b"},
		{"the only address", []Field{{"REFINE_LOTNO_ADDR", "b"}, {"REFINE_ROADNM_ADDR", ""}}, Options{}, func(p Place) string { return p.Address }, "b"},
		{"address of parts", []Field{{"ulica", "Złota"}, {"nr_budynku", "47/49"}, {"kod_pocztowy", "00-120"}, {"miejscowosc", "Warszawa"}}, Options{}, func(p Place) string { return p.Address }, "Złota 47/49, 00-120 Warszawa"},
		{"Chinese address of parts", []Field{{"省", "江西省"}, {"城市", "南昌市"}, {"区", "东湖区"}, {"道路", "八一大道"}, {"门牌号", "1号"}}, Options{}, func(p Place) string { return p.Address }, "江西省南昌市东湖区八一大道1号"},
		{"name in another language", []Field{{"Name_en", "B"}}, Options{}, func(p Place) string { return p.Name + p.Attributes["name:en"] }, "BB"},
		{"location as a name", []Field{{"Location", "Market Place"}}, Options{}, func(p Place) string { return p.Name }, "Market Place"},
		{"entities", []Field{{"name", "Tom &amp; Co"}}, Options{}, func(p Place) string { return p.Name }, "Tom & Co"},
		{"one id", []Field{{"id", "7"}, {"store_id", "9"}}, Options{}, func(p Place) string { return p.SourceID + " " + p.Attributes["store_id"] }, "7 9"},
		{"a mapped id", []Field{{"id", "7"}, {"Kürzel", "9"}}, Options{Mapping: map[string]string{"id": "Kürzel"}}, func(p Place) string { return p.SourceID + " " + p.Attributes["id"] }, "9 7"},
		{"leading zeros", []Field{{"id", "0463"}}, Options{}, func(p Place) string { return p.SourceID }, "0463"},
		{"verified", []Field{{"DATA_STD_DE", "2022-04-08"}}, Options{}, func(p Place) string { return p.VerifiedAt.String() }, "2022-04-08 00:00:00 +0000 UTC"},
		{"hours from two columns", []Field{{"opens", "8:00"}, {"closes", "17:30"}}, Options{}, func(p Place) string { return p.OpeningHours }, "08:00-17:30"},
		{"a flag for all hours", []Field{{"24 hours", "1"}, {"Open", "x"}}, Options{}, func(p Place) string { return p.OpeningHours }, "24/7"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, places, issues := collecting(t, test.opt)
			if err := p.row(1, append(at[:2:2], test.fields...), nil); err != nil || len(*places) != 1 {
				t.Fatal(err, *issues)
			}
			if got := test.look((*places)[0]); got != test.want {
				t.Errorf("got %q, want %q (%+v)", got, test.want, (*places)[0])
			}
		})
	}
}
