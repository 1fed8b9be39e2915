package datasets

import (
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// sampleTown is a county or urban district and its seat (WGS-84).
type sampleTown struct {
	name     string
	lon, lat float64
}

// samplePrefecture is one of Jiangxi's eleven prefecture cities. The first
// urban towns are districts of the city itself, the others have a seat of
// their own. Weight is its share of all facilities.
type samplePrefecture struct {
	name, phone      string
	weight, lon, lat float64
	urban            int
	towns            []sampleTown
}

// samplePrefectures lists Jiangxi with weights that follow its population.
func samplePrefectures() []samplePrefecture {
	return []samplePrefecture{
		{"南昌市", "0791", 0.22, 115.858, 28.683, 6, []sampleTown{
			{"东湖区", 115.885, 28.686}, {"西湖区", 115.906, 28.666}, {"青云谱区", 115.902, 28.639}, {"红谷滩区", 115.827, 28.693},
			{"青山湖区", 115.944, 28.693}, {"新建区", 115.816, 28.694}, {"南昌县", 115.938, 28.547}, {"安义县", 115.548, 28.845},
			{"进贤县", 116.263, 28.369},
		}},
		{"景德镇市", "0798", 0.05, 117.209, 29.295, 2, []sampleTown{
			{"昌江区", 117.19, 29.291}, {"珠山区", 117.21, 29.295}, {"浮梁县", 117.212, 29.355}, {"乐平市", 117.124, 28.97},
		}},
		{"萍乡市", "0799", 0.05, 113.847, 27.626, 2, []sampleTown{
			{"安源区", 113.85, 27.629}, {"湘东区", 113.74, 27.643}, {"莲花县", 113.95, 27.131}, {"上栗县", 113.795, 27.88},
			{"芦溪县", 114.036, 27.637},
		}},
		{"九江市", "0792", 0.09, 115.988, 29.715, 3, []sampleTown{
			{"濂溪区", 115.985, 29.679}, {"浔阳区", 115.991, 29.727}, {"柴桑区", 115.888, 29.613}, {"武宁县", 115.1, 29.263},
			{"修水县", 114.568, 29.036}, {"永修县", 115.804, 29.021}, {"德安县", 115.757, 29.33}, {"都昌县", 116.2, 29.278},
			{"湖口县", 116.239, 29.729}, {"彭泽县", 116.551, 29.902}, {"瑞昌市", 115.664, 29.679}, {"共青城市", 115.801, 29.251},
			{"庐山市", 116.039, 29.459},
		}},
		{"新余市", "0790", 0.05, 114.926, 27.814, 1, []sampleTown{
			{"渝水区", 114.919, 27.823}, {"分宜县", 114.67, 27.815},
		}},
		{"鹰潭市", "0701", 0.04, 117.029, 28.242, 1, []sampleTown{
			{"月湖区", 117.029, 28.242}, {"余江区", 116.818, 28.21}, {"贵溪市", 117.207, 28.287},
		}},
		{"赣州市", "0797", 0.15, 114.936, 25.854, 3, []sampleTown{
			{"章贡区", 114.934, 25.855}, {"南康区", 114.752, 25.665}, {"赣县区", 115.013, 25.868}, {"信丰县", 114.926, 25.383},
			{"大余县", 114.357, 25.399}, {"上犹县", 114.536, 25.797}, {"崇义县", 114.302, 25.691}, {"安远县", 115.387, 25.137},
			{"龙南市", 114.788, 24.908}, {"定南县", 115.028, 24.777}, {"全南县", 114.527, 24.746}, {"宁都县", 116.014, 26.475},
			{"于都县", 115.406, 25.958}, {"兴国县", 115.347, 26.334}, {"会昌县", 115.786, 25.602}, {"寻乌县", 115.647, 24.957},
			{"石城县", 116.337, 26.33}, {"瑞金市", 116.03, 25.878},
		}},
		{"吉安市", "0796", 0.08, 114.981, 27.115, 2, []sampleTown{
			{"吉州区", 114.982, 27.116}, {"青原区", 115.011, 27.109}, {"吉安县", 114.9, 27.044}, {"吉水县", 115.129, 27.217},
			{"峡江县", 115.314, 27.584}, {"新干县", 115.394, 27.759}, {"永丰县", 115.43, 27.324}, {"泰和县", 114.897, 26.794},
			{"遂川县", 114.512, 26.327}, {"万安县", 114.78, 26.465}, {"安福县", 114.609, 27.386}, {"永新县", 114.237, 26.948},
			{"井冈山市", 114.279, 26.749},
		}},
		{"宜春市", "0795", 0.09, 114.386, 27.807, 1, []sampleTown{
			{"袁州区", 114.382, 27.803}, {"奉新县", 115.385, 28.704}, {"万载县", 114.444, 28.108}, {"上高县", 114.928, 28.238},
			{"宜丰县", 114.782, 28.392}, {"靖安县", 115.356, 28.863}, {"铜鼓县", 114.365, 28.524}, {"丰城市", 115.781, 28.195},
			{"樟树市", 115.538, 28.059}, {"高安市", 115.376, 28.424},
		}},
		{"抚州市", "0794", 0.07, 116.353, 27.987, 1, []sampleTown{
			{"临川区", 116.356, 27.985}, {"东乡区", 116.601, 28.236}, {"南城县", 116.635, 27.559}, {"黎川县", 116.91, 27.296},
			{"南丰县", 116.528, 27.214}, {"崇仁县", 116.054, 27.764}, {"乐安县", 115.834, 27.423}, {"宜黄县", 116.218, 27.55},
			{"金溪县", 116.774, 27.911}, {"资溪县", 117.061, 27.71}, {"广昌县", 116.322, 26.842},
		}},
		{"上饶市", "0793", 0.11, 117.966, 28.448, 3, []sampleTown{
			{"信州区", 117.965, 28.449}, {"广丰区", 118.185, 28.443}, {"广信区", 117.901, 28.457}, {"玉山县", 118.239, 28.677},
			{"铅山县", 117.707, 28.314}, {"横峰县", 117.603, 28.419}, {"弋阳县", 117.43, 28.406}, {"余干县", 116.686, 28.695},
			{"鄱阳县", 116.669, 28.996}, {"万年县", 117.065, 28.696}, {"婺源县", 117.857, 29.257}, {"德兴市", 117.574, 28.948},
		}},
	}
}

const (
	// sampleDensity is weight per square kilometre at the heart of a cluster,
	// times 2π: every cluster is as dense as the next, so that small towns and
	// big cities make queries of about the same cost. The value gives a mean of
	// 980 facilities within 1.5 km of a query when a million are drawn.
	sampleDensity = 0.00172
	// sampleLon and sampleLat are the centre of Nanchang: the point from which a
	// larger area is stretched, and near which the first sample toilet stands.
	sampleLon, sampleLat = 115.8582, 28.6829
	// kmPerDegree is the length of a degree of latitude.
	kmPerDegree = 110.85
)

// sampleCluster is a round gaussian of facilities.
type sampleCluster struct {
	prefecture int
	x, y       float64 // kilometres east and north of the origin
	sigma      float64 // kilometres
	upTo       float64 // cumulative share, for the draw
}

// sampleArea draws positions the way facilities lie in Jiangxi: a city core, a
// ring of suburbs around it, and the county towns.
type sampleArea struct {
	prefectures []samplePrefecture
	seats       [][]orb.Point // of the prefectures' towns, kilometres like clusters
	clusters    []sampleCluster
	stretch     float64
}

// newSampleArea lays out the province. With scale s the area is s times as
// large, so that s times as many facilities are just as dense: a larger one is
// stretched from Nanchang, a smaller one ends after Nanchang's first clusters.
func newSampleArea(scale float64) *sampleArea {
	a := &sampleArea{prefectures: samplePrefectures(), stretch: math.Sqrt(max(scale, 1))}
	rng := rand.New(rand.NewPCG(360000, 11)) // the same suburbs for every seed
	total := 0.0
	add := func(prefecture int, x, y, weight float64) {
		if weight = min(weight, scale-total); weight <= 0 {
			return
		}
		total += weight
		sigma := math.Sqrt(weight / sampleDensity)
		a.clusters = append(a.clusters, sampleCluster{prefecture, x, y, sigma, total})
	}
	const suburbs = 8
	for i, p := range a.prefectures {
		x, y := sampleOffset(p.lon, p.lat)
		add(i, x, y, p.weight*0.60)
		core := a.clusters[len(a.clusters)-1].sigma
		for k := range suburbs {
			angle := 2 * math.Pi * (float64(k) + 0.6*rng.Float64()) / suburbs
			away := core * (1.8 + 0.9*rng.Float64())
			add(i, x+away*math.Cos(angle), y+away*math.Sin(angle), p.weight*0.18/suburbs)
		}
		seats := make([]orb.Point, len(p.towns))
		for k, t := range p.towns {
			x, y := sampleOffset(t.lon, t.lat)
			seats[k] = orb.Point{x, y}
			if k >= p.urban {
				add(i, x, y, p.weight*0.22/float64(len(p.towns)-p.urban))
			}
		}
		a.seats = append(a.seats, seats)
	}
	for i := range a.clusters {
		a.clusters[i].upTo /= total
	}
	return a
}

// sampleOffset is a position in kilometres east and north of the origin.
func sampleOffset(lon, lat float64) (x, y float64) {
	return (lon - sampleLon) * kmPerDegreeLon(lat), (lat - sampleLat) * kmPerDegree
}

// kmPerDegreeLon is the length of a degree of longitude at a latitude.
func kmPerDegreeLon(lat float64) float64 {
	return 111.41 * math.Cos(lat*math.Pi/180)
}

// draw gives a position and the prefecture it belongs to.
func (a *sampleArea) draw(rng *rand.Rand) (orb.Point, int) {
	u := rng.Float64()
	c := &a.clusters[len(a.clusters)-1]
	for i := range a.clusters {
		if u < a.clusters[i].upTo {
			c = &a.clusters[i]
			break
		}
	}
	x := (c.x + c.sigma*rng.NormFloat64()) * a.stretch
	y := (c.y + c.sigma*rng.NormFloat64()) * a.stretch
	lat := sampleLat + y/kmPerDegree
	lon := sampleLon + x/kmPerDegreeLon(lat)
	return orb.Point{geo.Round7(lon), geo.Round7(lat)}, c.prefecture
}

// town is the district or county of a prefecture whose seat is nearest.
func (a *sampleArea) town(prefecture int, at orb.Point) string {
	x, y := sampleOffset(at[0], at[1])
	x, y = x/a.stretch, y/a.stretch
	best, nearest := 0, math.Inf(1)
	for i, seat := range a.seats[prefecture] {
		if d := (seat[0]-x)*(seat[0]-x) + (seat[1]-y)*(seat[1]-y); d < nearest {
			best, nearest = i, d
		}
	}
	return a.prefectures[prefecture].towns[best].name
}

// SamplePositions draws n positions from the distribution of Sample's
// facilities, for queries that ask where people are. The same seed gives other
// positions than Sample's. With scale s the area is s times as large.
func SamplePositions(n int, seed uint64, scale float64) []orb.Point {
	area := newSampleArea(scale)
	rng := rand.New(rand.NewPCG(seed, 0x706f736974696f6e))
	positions := make([]orb.Point, n)
	for i := range positions {
		positions[i], _ = area.draw(rng)
	}
	return positions
}
