package datasets

import "strings"

// osmTag is one tag of an OpenStreetMap element.
type osmTag struct{ key, value string }

// osmTags are an element's tags in file order.
type osmTags []osmTag

// find gives a tag's value, or "".
func (t osmTags) find(key string) string {
	for i := range t {
		if t[i].key == key {
			return t[i].value
		}
	}
	return ""
}

// osmFeatureKeys are the keys that say what an element is, in the order in
// which they decide the category of an element that has several.
func osmFeatureKeys() [14]string {
	return [14]string{"amenity", "shop", "healthcare", "emergency", "office", "public_transport", "highway",
		"railway", "leisure", "tourism", "historic", "man_made", "craft", "aeroway"}
}

// osmFeatureKey reports whether a key alone can make an element a candidate.
func osmFeatureKey(key string) bool {
	switch key {
	case "amenity", "shop", "healthcare", "emergency", "office", "public_transport", "highway",
		"railway", "leisure", "tourism", "historic", "man_made", "craft", "aeroway", "toilets":
		return true
	}
	return false
}

// osmCategory maps one tag to the category of a facility, "" where it is none.
// It follows https://wiki.openstreetmap.org/wiki/Map_features for what citizens
// look for; what is not here can still be selected by its own value.
func osmCategory(key, value string) string {
	switch key {
	case "amenity":
		return osmAmenity(value)
	case "shop":
		if value == "no" || value == "vacant" {
			return ""
		}
		return "store"
	case "healthcare":
		switch value {
		case "pharmacy", "hospital", "clinic", "dentist":
			return value
		case "doctor":
			return "doctors"
		case "centre", "community_health_centre":
			return "clinic"
		}
	case "emergency":
		switch value {
		case "defibrillator", "assembly_point":
			return value
		}
	case "office":
		if value == "government" || value == "tax" || value == "employment_agency" {
			return "government"
		}
	case "highway":
		switch value {
		case "bus_stop", "rest_area":
			return value
		case "services":
			return "rest_area"
		}
	case "railway":
		switch value {
		case "station", "halt":
			return "station"
		case "tram_stop", "subway_entrance":
			return value
		}
	case "leisure":
		switch value {
		case "park", "playground", "sports_centre", "fitness_station", "swimming_pool":
			return value
		}
	case "tourism":
		if value == "information" {
			return "tourist_information"
		}
	}
	return ""
}

// osmAmenity maps the values of amenity=*: those that differ from their
// category first.
func osmAmenity(value string) string {
	switch value {
	case "toilets":
		return "toilet"
	case "bicycle_rental":
		return "bike_rental"
	case "townhall", "public_building", "courthouse", "register_office":
		return "government"
	case "device_charging_station":
		return "phone_charging"
	case "vending_machine":
		return ""
	case "parcel_locker", "drinking_water", "pharmacy", "hospital", "clinic", "doctors", "dentist",
		"library", "post_office", "post_box", "charging_station", "fuel", "atm", "bank", "police",
		"fire_station", "shelter", "parking", "bicycle_parking", "shower", "baby_hatch", "community_centre",
		"social_facility", "kindergarten", "school", "university", "college", "recycling", "waste_disposal",
		"water_point", "telephone", "taxi", "bus_station", "ferry_terminal", "marketplace",
		"bicycle_repair_station", "car_sharing", "nursing_home", "veterinary", "animal_shelter":
		return value
	}
	return ""
}

// osmMatch is one facility that an element stands for.
type osmMatch struct {
	category string
	suffix   string  // of the source id: "#toilets" for toilets inside a host
	tags     osmTags // of the facility, which for toilets inside a host are not the host's
}

// osmMatches says which facilities an element stands for. With a selection it
// is those whose category, or whose own OSM value, is selected; they get the
// selected word as their category. Without one it is the element's first mapped
// category, and the toilets inside it.
func osmMatches(tags osmTags, selected string) []osmMatch {
	var found []osmMatch
	for _, key := range osmFeatureKeys() {
		value := tags.find(key)
		if value == "" {
			continue
		}
		if category := osmTagSelected(key, value, selected); category != "" {
			found = append(found, osmMatch{category: category, tags: tags})
			break
		}
	}
	if selected == "" || selected == "toilet" || selected == "toilets" {
		if inside := osmToiletsInside(tags); inside != nil {
			category := "toilet"
			if selected != "" {
				category = selected
			}
			found = append(found, osmMatch{category: category, suffix: "#toilets", tags: inside})
		}
	}
	return found
}

// osmTagSelected gives the category of a tag under a selection. A value may
// list several, as in amenity=toilets;shower.
func osmTagSelected(key, value, selected string) string {
	for one := range strings.SplitSeq(value, ";") {
		one = strings.TrimSpace(one)
		category := osmCategory(key, one)
		switch {
		case selected == "" && category != "":
			return category
		case selected != "" && (category == selected || one == selected):
			return selected
		}
	}
	return ""
}

// osmToiletsInside gives the tags of the toilets inside an element that is
// something else (a café with toilets=yes), nil where there are none. They take
// the host's name, address and hours, and what is said of them under toilets:*;
// what the host says of itself (wheelchair, fee, access) is not theirs.
func osmToiletsInside(tags osmTags) osmTags {
	value := tags.find("toilets")
	if value != "yes" && value != "customers" {
		return nil
	}
	host := "yes"
	for _, key := range osmFeatureKeys() {
		if v := tags.find(key); v != "" {
			host = v
			break
		}
	}
	if host == "toilets" {
		return nil
	}
	inside := osmTags{{"amenity", "toilets"}, {"host", host}}
	if value == "customers" && tags.find("toilets:access") == "" {
		inside = append(inside, osmTag{"access", "customers"})
	}
	for _, t := range tags {
		if rest, ok := strings.CutPrefix(t.key, "toilets:"); ok {
			switch rest {
			case "wheelchair", "access", "fee", "charge", "opening_hours", "unisex", "male", "female",
				"changing_table", "level", "operator", "description":
				t.key = rest
			}
			inside = append(inside, t)
			continue
		}
		switch key, _, _ := strings.Cut(t.key, ":"); key {
		case "name", "addr", "changing_table", "check_date":
			inside = append(inside, t)
		case "phone", "contact", "website", "level", "operator", "opening_hours":
			if tags.find("toilets:"+t.key) == "" {
				inside = append(inside, t)
			}
		}
	}
	return inside
}
