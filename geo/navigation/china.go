package navigation

import (
	"strings"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// gcj converts a position for the Chinese maps; the start may be absent.
func gcj(p orb.Point) orb.Point { return geo.GCJ02.FromWGS84(p) }

// amap: https://lbs.amap.com/api/uri-api and /api/amap-mobile. The web page
// knows riding on phones only; dev=0 says that positions are GCJ-02 already.
func (t trip) amap() []Link {
	marker := new(query).raw("position", lonLat(gcj(t.to))).text("name", t.name).text("src", t.App).
		raw("coordinate", "gaode").raw("callnative", "1")
	links := []Link{{Amap, Web, "", "https://uri.amap.com/marker?" + marker.String(), geo.GCJ02}}
	if t.mode == Taxi {
		return append(links, Link{Amap, Android, Taxi, "amapuri://drive/takeTaxi?" + t.amapApp("s", "d").String(), geo.GCJ02})
	}
	if word := t.word(map[Mode]string{Drive: "car", Transit: "bus", Walk: "walk", Bicycle: "ride"}); word != "" {
		start := ""
		if t.from != nil {
			start = lonLat(gcj(*t.from)) + "," + escape("我的位置")
		}
		q := new(query).raw("from", start).raw("to", lonLat(gcj(t.to))+","+escape(t.name)).
			raw("mode", word).raw("policy", "0").text("src", t.App).raw("callnative", "1")
		links = append(links, Link{Amap, Web, t.mode, "https://uri.amap.com/navigation?" + q.String(), geo.GCJ02})
	}
	if word := t.word(map[Mode]string{Drive: "0", Transit: "1", Walk: "2", Bicycle: "3"}); word != "" {
		q := t.amapApp("s", "d").raw("dev", "0").raw("t", word).String()
		links = append(links,
			Link{Amap, Android, t.mode, "amapuri://route/plan/?" + q, geo.GCJ02},
			Link{Amap, IOS, t.mode, "iosamap://path?" + q, geo.GCJ02})
	}
	return links
}

// amapApp is the query that Amap's apps share: the start under one prefix, left
// out when it is the person's own position, the destination under another.
func (t trip) amapApp(start, destination string) *query {
	q := new(query).text("sourceApplication", t.App)
	if t.from != nil {
		p := gcj(*t.from)
		q.raw(start+"lat", degrees(p[1])).raw(start+"lon", degrees(p[0])).text(start+"name", "我的位置")
	}
	p := gcj(t.to)
	return q.raw(destination+"lat", degrees(p[1])).raw(destination+"lon", degrees(p[0])).text(destination+"name", t.name)
}

// baidu: https://lbsyun.baidu.com/index.php?title=uri. It takes GCJ-02 when
// told so, which spares a second shift. The web page demands an origin, so it
// has no link from the person's own position; it has no riding.
func (t trip) baidu() []Link {
	place := func(p orb.Point, name string) string {
		if name == "" {
			return latLon(gcj(p))
		}
		return "latlng:" + latLon(gcj(p)) + "|name:" + strings.ReplaceAll(name, "|", " ")
	}
	var links []Link
	if word := t.word(map[Mode]string{Drive: "driving", Transit: "transit", Walk: "walking"}); word != "" && t.from != nil {
		q := new(query).text("origin", place(*t.from, "我的位置")).text("destination", place(t.to, t.name)).raw("mode", word)
		if t.Region != "" {
			q.text("region", t.Region)
		}
		q.raw("coord_type", "gcj02").raw("output", "html").text("src", "webapp."+t.Company+"."+t.App)
		links = append(links, Link{Baidu, Web, t.mode, "https://api.map.baidu.com/direction?" + q.String(), geo.GCJ02})
	}
	if word := t.word(map[Mode]string{Drive: "driving", Transit: "transit", Walk: "walking", Bicycle: "riding"}); word != "" {
		for _, app := range []struct {
			platform Platform
			prefix   string
		}{{Android, "andr."}, {IOS, "ios."}} {
			q := new(query)
			if t.from != nil {
				q.text("origin", place(*t.from, "我的位置"))
			}
			q.text("destination", place(t.to, t.name)).raw("mode", word).raw("coord_type", "gcj02").
				text("src", app.prefix+t.Company+"."+t.App)
			links = append(links, Link{Baidu, app.platform, t.mode, "baidumap://map/direction?" + q.String(), geo.GCJ02})
		}
	}
	return links
}

// tencent: https://lbs.qq.com/webApi/uriV1/uriGuide. The app always speaks
// GCJ-02; coord_type=2 tells the web page so.
func (t trip) tencent() []Link {
	var links []Link
	if word := t.word(map[Mode]string{Drive: "drive", Transit: "bus", Walk: "walk"}); word != "" {
		q := new(query).raw("type", word)
		if t.from != nil {
			q.text("from", "我的位置").raw("fromcoord", latLon(gcj(*t.from)))
		}
		q.text("to", t.name).raw("tocoord", latLon(gcj(t.to))).raw("coord_type", "2").text("referer", t.App)
		links = append(links, Link{Tencent, Web, t.mode, "https://apis.map.qq.com/uri/v1/routeplan?" + q.String(), geo.GCJ02})
	}
	if word := t.word(map[Mode]string{Drive: "drive", Transit: "bus", Walk: "walk", Bicycle: "bike"}); word != "" {
		start := "CurrentLocation"
		if t.from != nil {
			start = latLon(gcj(*t.from))
		}
		q := new(query).raw("type", word).raw("fromcoord", start).text("to", t.name).
			raw("tocoord", latLon(gcj(t.to))).text("referer", t.TencentKey)
		links = append(links, Link{Tencent, Any, t.mode, "qqmap://map/routeplan?" + q.String(), geo.GCJ02})
	}
	return links
}

// didi is an old scheme that DiDi no longer documents.
func (t trip) didi() []Link {
	if t.mode != Taxi {
		return nil
	}
	q := new(query)
	if t.from != nil {
		p := gcj(*t.from)
		q.raw("slat", degrees(p[1])).raw("slon", degrees(p[0]))
	}
	p := gcj(t.to)
	q.raw("dlat", degrees(p[1])).raw("dlon", degrees(p[0])).text("source", t.App)
	return []Link{{DiDi, Any, Taxi, "OneTravel://dache/sendorder?" + q.String(), geo.GCJ02}}
}
