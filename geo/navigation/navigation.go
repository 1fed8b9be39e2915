// Package navigation makes the links that open a map or taxi app with the way
// to a place: for every provider in its own coordinate system, its own order of
// latitude and longitude and its own words for the modes of travel.
//
// The formats are the providers' published URI interfaces; a link never needs
// an account, save Uber's, which wants the operator's client id.
package navigation

import (
	"fmt"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// Mode is how to travel.
type Mode string

// The modes of travel. No provider has all of them.
const (
	Walk    Mode = "walk"
	Bicycle Mode = "bicycle"
	Drive   Mode = "drive"
	Transit Mode = "transit"
	Taxi    Mode = "taxi"
)

// ParseMode reads a mode's name.
func ParseMode(s string) (Mode, error) {
	switch m := Mode(s); m {
	case Walk, Bicycle, Drive, Transit, Taxi:
		return m, nil
	}
	return "", fmt.Errorf("unknown mode %q: walk, bicycle, drive, transit or taxi", s)
}

// Provider names whose map opens.
type Provider string

// The providers, in the order in which Links gives them.
const (
	Amap    Provider = "amap"
	Baidu   Provider = "baidu"
	Tencent Provider = "tencent"
	Apple   Provider = "apple"
	Google  Provider = "google"
	Waze    Provider = "waze"
	Uber    Provider = "uber"
	DiDi    Provider = "didi"
	OsmAnd  Provider = "osmand"
	// Geo is the geo: scheme of RFC 5870, which any map app may take.
	Geo Provider = "geo"
)

// Platform is where a link works.
type Platform string

// Web links open in any browser, some of them in the app when it is there;
// Android and IOS links need the app; Any is for the app or the browser of
// either, whichever the device has.
const (
	Web     Platform = "web"
	Android Platform = "android"
	IOS     Platform = "ios"
	Any     Platform = "any"
)

// Link is one way to open the way to a place.
type Link struct {
	Provider Provider `json:"provider"`
	Platform Platform `json:"platform"`
	// Mode is empty for a link that only shows the place.
	Mode Mode   `json:"mode,omitempty"`
	URL  string `json:"url"`
	// CRS is the coordinate system of the positions in the URL.
	CRS geo.CRS `json:"crs"`
}

// Options are settings of the operator. The zero value gives every link but
// Uber's.
type Options struct {
	// App names the calling application to the providers; default "fujin".
	App string
	// Company precedes App in Baidu's src=webapp.{company}.{app}; default App.
	Company string
	// Region is the city for Baidu's web map; the default lets Baidu find it.
	Region string
	// TencentKey is Tencent's developer key, used as the referer; default App.
	TencentKey string
	// UberClientID is the operator's; without it there is no Uber link.
	UberClientID string
	// Accuracy of the destination in metres, for geo: links; 0 = not stated.
	Accuracy float64
}

func (o Options) withDefaults() Options {
	if o.App == "" {
		o.App = "fujin"
	}
	if o.Company == "" {
		o.Company = o.App
	}
	if o.TencentKey == "" {
		o.TencentKey = o.App
	}
	return o
}

// Links returns the links from a position (nil = where the person is) to a
// place with a name, in one mode of travel. Both positions are WGS-84. A
// provider that has no such mode gives no link; links that merely show the
// place come with every mode.
func Links(from *orb.Point, to orb.Point, name string, mode Mode, opt Options) []Link {
	t := trip{from: from, to: to, name: name, mode: mode, Options: opt.withDefaults()}
	var links []Link
	for _, provider := range []func(trip) []Link{
		trip.amap, trip.baidu, trip.tencent, trip.apple, trip.google, trip.waze, trip.uber, trip.didi, trip.osmand, trip.geo,
	} {
		links = append(links, provider(t)...)
	}
	return links
}

// trip is one request for links.
type trip struct {
	from *orb.Point
	to   orb.Point
	name string
	mode Mode
	Options
}

// word picks a provider's word for the mode; "" where there is none.
func (t trip) word(words map[Mode]string) string { return words[t.mode] }
