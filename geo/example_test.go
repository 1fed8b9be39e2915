package geo_test

import (
	"fmt"

	"github.com/paulmach/orb"

	"fujin/geo"
)

func ExampleDistance() {
	nanchang := orb.Point{115.8582, 28.6829}
	jiujiang := orb.Point{116.0019, 29.7051}
	fmt.Printf("%.3f m, %.2f°\n", geo.Distance(nanchang, jiujiang), geo.Bearing(nanchang, jiujiang))
	// Output: 114158.284 m, 7.00°
}

func ExampleRuler() {
	ruler := geo.NewRuler(orb.Point{115.8582, 28.6829})
	for _, toilet := range []orb.Point{{115.8601, 28.6835}, {115.8712, 28.6802}} {
		fmt.Printf("%.1f m\n", ruler.Distance(toilet))
	}
	// Output:
	// 197.2 m
	// 1305.3 m
}

func ExampleDistanceTo() {
	park := orb.Polygon{{{115.85, 28.68}, {115.86, 28.68}, {115.86, 28.69}, {115.85, 28.69}, {115.85, 28.68}}}
	fmt.Printf("%.1f m inside, %.1f m beside\n",
		geo.DistanceTo(orb.Point{115.8582, 28.6829}, park), geo.DistanceTo(orb.Point{115.861, 28.685}, park))
	// Output: 0.0 m inside, 97.7 m beside
}

func ExampleCRS() {
	p := orb.Point{115.8582, 28.6829}
	fmt.Printf("%.7f\n", geo.GCJ02.FromWGS84(p))
	fmt.Printf("%.7f\n", geo.BD09.FromWGS84(p))
	fmt.Printf("%.7f\n", geo.GCJ02.ToWGS84(geo.GCJ02.FromWGS84(p)))
	hongKong := orb.Point{114.158, 22.282}
	fmt.Println(geo.GCJ02.FromWGS84(hongKong) == hongKong)
	// Output:
	// [115.8631005 28.6795699]
	// [115.8696849 28.6852267]
	// [115.8582000 28.6829000]
	// true
}
