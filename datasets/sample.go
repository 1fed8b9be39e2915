package datasets

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// Sample yields n plausible facilities of Jiangxi, for trying Fujin out and
// for measuring it: about half of them toilets, clustered on the eleven
// prefecture cities and their county towns. They are invented and say so: every
// name starts with 示例 (example), every phone number starts with a 0 that no
// line has, and every place has the attribute synthetic=yes.
//
// The same seed gives the same facilities, and the first n of a longer run are
// those of a shorter one. The first is a toilet within 1 km of 28.6829,
// 115.8582, the centre of Nanchang. An error of yield stops the run and is
// returned as it is.
func Sample(n int, seed uint64, yield func(Place) error) error {
	return SampleScaled(n, seed, 1, yield)
}

// SampleScaled is Sample over an area that is scale times as large as the
// province (below 1 it is the surroundings of Nanchang): n facilities at scale s
// lie as densely as 10 n at scale 10 s.
func SampleScaled(n int, seed uint64, scale float64, yield func(Place) error) error {
	if n < 0 || !(scale > 0) {
		return fmt.Errorf("sample: cannot draw %d facilities at scale %g", n, scale)
	}
	source := rand.NewPCG(seed, 0)
	s := sampler{area: newSampleArea(scale), hours: sampleHours(), rng: rand.New(source)}
	for i := range n {
		source.Seed(seed, uint64(i))
		if err := yield(s.place(i)); err != nil {
			return err
		}
	}
	return nil
}

// WriteSample writes Sample's facilities to w as newline-delimited GeoJSON.
func WriteSample(w io.Writer, n int, seed uint64) error {
	return WriteSampleScaled(w, n, seed, 1)
}

// WriteSampleScaled writes SampleScaled's facilities as WriteSample does.
func WriteSampleScaled(w io.Writer, n int, seed uint64, scale float64) error {
	out := bufio.NewWriterSize(w, 256<<10)
	var features featureWriter
	err := SampleScaled(n, seed, scale, func(p Place) error {
		out.Write(features.feature(p))
		return out.WriteByte('\n') // a writer that failed before says so here
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// sampleKind is a category with its share and how its places are called.
type sampleKind struct {
	category, name, english string
	share                   int // of 1,000
}

// sampleKinds is an array, so that a draw copies nothing to the heap.
func sampleKinds() [10]sampleKind {
	return [10]sampleKind{
		{"toilet", "公共厕所", "public toilet", 500},
		{"store", "便利店", "store", 180},
		{"parcel_locker", "快递柜", "parcel locker", 90},
		{"bike_rental", "公共自行车站", "bike station", 70},
		{"pharmacy", "药房", "pharmacy", 60},
		{"drinking_water", "饮水点", "drinking water", 30},
		{"charging_station", "充电站", "charging station", 25},
		{"clinic", "社区卫生站", "clinic", 20},
		{"library", "城市书房", "library", 15},
		{"government", "便民服务中心", "service centre", 10},
	}
}

// sampler makes places; its generator is seeded anew for each.
type sampler struct {
	area  *sampleArea
	hours []string
	rng   *rand.Rand
}

// place makes the i-th facility.
func (s *sampler) place(i int) Place {
	at, prefecture := s.area.draw(s.rng)
	kind := s.kind()
	if i == 0 {
		at = orb.Point{
			geo.Round7(sampleLon + 0.012*(s.rng.Float64()-0.5)),
			geo.Round7(sampleLat + 0.012*(s.rng.Float64()-0.5)),
		}
		prefecture, kind = 0, sampleKinds()[0]
	}
	city := &s.area.prefectures[prefecture]
	town := s.area.town(prefecture, at)
	street := sampleStreet(s.rng)
	number := strconv.Itoa(1 + s.rng.IntN(320))
	serial := strconv.Itoa(i + 1)
	p := Place{
		Row:        i + 1,
		SourceID:   "sample/" + serial,
		Name:       "示例" + street + kind.name,
		Category:   kind.category,
		Geometry:   at,
		Address:    "江西省" + city.name + town + street + number + "号",
		Attributes: make(map[string]string, 8),
	}
	if s.rng.IntN(100) < 60 {
		p.Phone = city.phone + "-0" + strconv.Itoa(1_000_000+s.rng.IntN(9_000_000))
	}
	if s.rng.IntN(100) < 34 {
		p.OpeningHours = s.hours[s.rng.IntN(len(s.hours))]
	}
	p.Attributes["synthetic"] = "yes"
	if s.rng.IntN(3) == 0 {
		p.Attributes["name:en"] = "Sample " + kind.english + " " + serial
	}
	s.describe(&p)
	return p
}

// kind draws a category.
func (s *sampler) kind() sampleKind {
	kinds := sampleKinds()
	u := s.rng.IntN(1000)
	for _, k := range kinds {
		if u -= k.share; u < 0 {
			return k
		}
	}
	return kinds[0]
}

// describe sets the attributes. Most facilities leave something unsaid, as
// they do in real data.
func (s *sampler) describe(p *Place) {
	s.choose(p, "wheelchair", []string{"", "yes", "no", "limited", "designated"}, 45, 26, 16, 10, 3)
	s.choose(p, "access", []string{"", "yes", "customers", "permissive", "key", "private", "permit"}, 44, 36, 10, 5, 2, 2, 1)
	switch p.Category {
	case "toilet":
		s.choose(p, "fee", []string{"", "no", "yes"}, 28, 64, 8)
		if p.Attributes["fee"] == "yes" {
			s.choose(p, "charge", []string{"0.5 CNY", "1 CNY"}, 60, 40)
		}
		s.choose(p, "changing_table", []string{"", "no", "yes"}, 55, 30, 15)
		s.choose(p, "unisex", []string{"", "no", "yes"}, 58, 32, 10)
		s.choose(p, "toilets:disposal", []string{"", "flush", "pitlatrine"}, 25, 70, 5)
		s.choose(p, "toilets:paper_supplied", []string{"", "no", "yes"}, 40, 35, 25)
		s.choose(p, "operator", []string{"", "示例环境卫生管理所", "示例物业服务站"}, 20, 50, 30)
	case "store":
		s.choose(p, "shop", []string{"convenience", "supermarket", "bakery", "greengrocer", "mall"}, 60, 20, 8, 7, 5)
		s.choose(p, "toilets", []string{"", "yes", "no"}, 70, 12, 18)
		s.choose(p, "payment:alipay", []string{"", "yes"}, 20, 80)
	case "parcel_locker":
		s.choose(p, "parcel_mail_in", []string{"", "yes", "no"}, 30, 50, 20)
		s.choose(p, "indoor", []string{"", "yes", "no"}, 50, 25, 25)
		p.Attributes["capacity"] = strconv.Itoa(20 + s.rng.IntN(180))
	case "bike_rental", "charging_station":
		s.choose(p, "fee", []string{"yes", "", "no"}, 70, 20, 10)
		p.Attributes["capacity"] = strconv.Itoa(4 + s.rng.IntN(46))
	case "pharmacy":
		s.choose(p, "dispensing", []string{"", "yes", "no"}, 40, 50, 10)
	}
	s.choose(p, "level", []string{"", "1", "-1", "2"}, 85, 7, 5, 3)
	if s.rng.IntN(100) < 40 {
		p.VerifiedAt = time.Date(2026, time.Month(1+s.rng.IntN(10)), 1+s.rng.IntN(28), 0, 0, 0, 0, time.UTC)
	}
}

// choose sets an attribute to one of the values, drawn by their shares in
// percent; the empty value leaves it unsaid.
func (s *sampler) choose(p *Place, key string, values []string, shares ...int) {
	u := s.rng.IntN(100)
	for i, share := range shares {
		if u -= share; u < 0 {
			if values[i] != "" {
				p.Attributes[key] = values[i]
			}
			return
		}
	}
}

// sampleStreet invents a street.
func sampleStreet(rng *rand.Rand) string {
	first := [...]string{"云栖", "澄溪", "青枫", "鹭汀", "松涛", "望鹤", "锦溪", "麦香", "石桥", "竹影",
		"晴川", "荷风", "枕泉", "南麓", "月塘", "听雨", "长堤", "柳岸", "星野", "丹霞",
		"白鹇", "橘井", "稻香", "瓷坊", "茶园", "渡口", "映山", "樟树下", "九曲", "书院"}
	kind := [...]string{"路", "街", "大道", "巷", "东路", "西路", "南街", "北街"}
	return first[rng.IntN(len(first))] + kind[rng.IntN(len(kind))]
}
