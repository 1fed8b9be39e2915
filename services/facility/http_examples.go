package facility

// Answers as the API document shows them.
var (
	exampleNearby = `{"type":"FeatureCollection","features":[` + exampleFeature(`"distance_m":308.9,"bearing_deg":307.2,`) +
		`],"radius_used":1500,"crs":"wgs84","as_of":"2026-11-21T04:00:00Z","next_cursor":"8pCZ_JioXck…"}`
	exampleAlong = `{"type":"FeatureCollection","features":[` + exampleFeature(`"distance_m":42.1,"along_m":1204.8,`) + exampleTail
	exampleList  = `{"type":"FeatureCollection","features":[` + exampleFeature("") + exampleTail
)

const (
	exampleTail       = `],"crs":"wgs84","as_of":"2026-11-21T04:00:00Z","next_cursor":"8pCZ_JioXck…"}`
	exampleNavigation = `{"facility":"01m7xxpt4enq0bqct55e8a8v8x","name":"映山东路公共厕所","mode":"walk","from":{"lat":28.6829,"lon":115.8582},` +
		`"to":{"lat":28.6845871,"lon":115.8556836},"crs":"wgs84","distance":{"straight_m":308.9,"bearing_deg":307.2,"routed_m":402.5,"duration_s":290,"source":"osrm"},` +
		`"links":[{"provider":"amap","platform":"web","mode":"walk","url":"https://uri.amap.com/navigation?…","crs":"gcj02"}]}`
	exampleCells    = `{"res":8,"cells":[{"cell":"8841aa5823fffff","lat":28.6843,"lon":115.8561,"total":12,"categories":{"toilet":7,"store":5}}],"as_of":"2026-11-21T04:00:00Z"}`
	exampleCoverage = `{"as_of":"2026-11-21T04:00:00Z","cells":[{"cell":"8941aa5823bffff","distance_m":612.4,"lat":28.6843,"lon":115.8561,` +
		`"nearest":"01m7xxpt4enq0bqct55e8a8v8x","served":false}],"crs":"wgs84","lacking":131,"res":9,"served":1742,"total":1873,"within":500}`
	exampleDemand = `{"as_of":"2026-11-21T04:00:00Z","cells":[{"cell":"8741aa582ffffff","lat":28.6843,"lon":115.8561,"searches":412,"unmet":37}],"crs":"wgs84","days":30,"least":10,"res":7}`
	exampleSearch = `{"results":[{"type":"division","id":"360100","name":"南昌市","name_en":"Nanchang","category":"prefecture","lat":28.6829,"lon":115.8582},` +
		`{"type":"facility","id":"01m7xxpt4enq0bqct55e8a8v8x","name":"映山东路公共厕所","category":"toilet","address":"映山东路7号","lat":28.6845871,"lon":115.8556836}],"as_of":"2026-11-21T04:00:00Z"}`
)

// exampleFeature is a facility; measured holds the members that depend on the query.
func exampleFeature(measured string) string {
	return `{"type":"Feature","id":"01m7xxpt4enq0bqct55e8a8v8x","geometry":{"type":"Point","coordinates":[115.8556836,28.6845871]},"properties":{` + measured +
		`"open":"open","next_change":"2026-11-21T22:00:00+08:00","category":"toilet","dataset":"nanchang-toilets","name":"映山东路公共厕所",` +
		`"address":"映山东路7号","phone":"0791-07541706","opening_hours":"06:00-22:00","attributes":{"fee":"no","wheelchair":"yes"},"version":3,"verified_at":"2026-05-01T00:00:00Z"}}`
}
