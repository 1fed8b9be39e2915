package navigation

import (
	"strconv"

	"fujin/geo"
)

// apple: https://developer.apple.com/documentation/mapkit (unified map URLs,
// iOS 18.4) and the older Map Links. Apple's maps of the mainland are Amap's,
// so positions there are GCJ-02. Neither form has riding.
func (t trip) apple() []Link {
	crs := geo.WGS84
	if geo.InMainland(t.to) || t.from != nil && geo.InMainland(*t.from) {
		crs = geo.GCJ02
	}
	to := latLon(gcj(t.to))
	var links []Link
	if word := t.word(map[Mode]string{Drive: "driving", Walk: "walking", Transit: "transit"}); word != "" {
		q := new(query)
		if t.from != nil {
			q.raw("source", latLon(gcj(*t.from)))
		}
		q.raw("destination", to).raw("mode", word)
		links = append(links, Link{Apple, Any, t.mode, "https://maps.apple.com/directions?" + q.String(), crs})
	}
	if word := t.word(map[Mode]string{Drive: "d", Walk: "w", Transit: "r"}); word != "" {
		q := new(query)
		if t.from != nil {
			q.raw("saddr", latLon(gcj(*t.from)))
		}
		q.raw("daddr", to).raw("dirflg", word)
		links = append(links, Link{Apple, IOS, t.mode, "https://maps.apple.com/?" + q.String(), crs})
	}
	return links
}

// google: https://developers.google.com/maps/documentation/urls.
func (t trip) google() []Link {
	word := t.word(map[Mode]string{Drive: "driving", Walk: "walking", Bicycle: "bicycling", Transit: "transit"})
	if word == "" {
		return nil
	}
	q := new(query).raw("api", "1")
	if t.from != nil {
		q.raw("origin", latLon(*t.from))
	}
	q.raw("destination", latLon(t.to)).raw("travelmode", word)
	return []Link{{Google, Any, t.mode, "https://www.google.com/maps/dir/?" + q.String(), geo.WGS84}}
}

// waze: https://developers.google.com/waze/deeplinks. It only drives, from
// where the person is.
func (t trip) waze() []Link {
	if t.mode != Drive {
		return nil
	}
	q := new(query).raw("ll", latLon(t.to)).raw("navigate", "yes")
	return []Link{{Waze, Any, Drive, "https://waze.com/ul?" + q.String(), geo.WGS84}}
}

// uber: https://developer.uber.com/docs/riders/ride-requests/tutorials/deep-links.
// Uber drops a destination without a nickname.
func (t trip) uber() []Link {
	if t.mode != Taxi || t.UberClientID == "" {
		return nil
	}
	nickname := t.name
	if nickname == "" {
		nickname = latLon(t.to)
	}
	q := new(query).raw("action", "setPickup").text("client_id", t.UberClientID)
	if t.from == nil {
		q.raw("pickup", "my_location")
	} else {
		q.raw("pickup[latitude]", degrees(t.from[1])).raw("pickup[longitude]", degrees(t.from[0]))
	}
	q.raw("dropoff[latitude]", degrees(t.to[1])).raw("dropoff[longitude]", degrees(t.to[0])).text("dropoff[nickname]", nickname)
	return []Link{{Uber, Any, Taxi, "https://m.uber.com/ul/?" + q.String(), geo.WGS84}}
}

// osmand: https://osmand.net/docs/technical/algorithms/map-urls. Without a
// start the page asks for one.
func (t trip) osmand() []Link {
	word := t.word(map[Mode]string{Drive: "car", Walk: "pedestrian", Bicycle: "bicycle"})
	if word == "" {
		return nil
	}
	q := new(query)
	if t.from != nil {
		q.raw("start", latLon(*t.from))
	}
	q.raw("finish", latLon(t.to)).raw("profile", word)
	return []Link{{OsmAnd, Any, t.mode, "https://osmand.net/map/?" + q.String(), geo.WGS84}}
}

// geo: RFC 5870, and the form with a labelled pin that Android's apps read.
func (t trip) geo() []Link {
	plain := "geo:" + latLon(t.to)
	if t.Accuracy > 0 {
		plain += ";u=" + strconv.FormatFloat(t.Accuracy, 'f', -1, 64)
	}
	pin := "geo:0,0?q=" + latLon(t.to)
	if t.name != "" {
		pin += "(" + escape(t.name) + ")"
	}
	return []Link{{Geo, Any, "", plain, geo.WGS84}, {Geo, Android, "", pin, geo.WGS84}}
}
