package zone

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

func TestAt(t *testing.T) {
	for want, places := range map[string][]orb.Point{
		"Asia/Shanghai":       {{115.8582, 28.6829}, {87.6, 43.8}, {75.99, 39.47}, {114.113, 22.5318}, {122.385, 30.0}},
		"Asia/Hong_Kong":      {{114.158, 22.282}, {114.1134, 22.528}, {114.0653, 22.514}},
		"Asia/Macau":          {{113.543, 22.197}},
		"Asia/Taipei":         {{121.55, 25.03}, {118.32, 24.44}},
		"Asia/Tokyo":          {{139.7, 35.7}},
		"Asia/Seoul":          {{127, 37.55}},
		"Asia/Kathmandu":      {{85.32, 27.71}},
		"Europe/Paris":        {{2.35, 48.85}},
		"Europe/Amsterdam":    {{4.9, 52.37}},
		"Europe/Warsaw":       {{21, 52.23}},
		"Europe/Berlin":       {{11.58, 48.14}},
		"Europe/Busingen":     {{8.69, 47.697}},
		"America/New_York":    {{-74, 40.7}, {286, 40.7}},
		"America/Phoenix":     {{-112.07, 33.45}},
		"Australia/Melbourne": {{144.96, -37.81}},
		"Australia/Eucla":     {{128.88, -31.68}},
		"Africa/Lagos":        {{3.38, 6.52}},
		"Pacific/Apia":        {{-171.77, -13.83}},
		"Etc/GMT+2":           {{-30, 30}},
		"Etc/GMT-8":           {{120, -45}},
		"UTC":                 {{0, 91}, {math.NaN(), 0}, {math.Inf(1), 0}},
	} {
		for _, p := range places {
			if got := At(p); got != want {
				t.Errorf("At(%v) = %s, want %s", p, got, want)
			}
		}
	}
}

// Every answer over the whole earth is a zone that Go can load.
func TestEveryZoneLoads(t *testing.T) {
	seen := map[string]bool{}
	for lat := -90.0; lat <= 90; lat += 4.5 {
		for lon := -180.0; lon <= 180; lon += 4.5 {
			name := At(orb.Point{lon, lat})
			if seen[name] {
				continue
			}
			seen[name] = true
			if _, err := time.LoadLocation(name); err != nil && !strings.Contains(err.Error(), "zoneinfo") {
				t.Errorf("At(%v,%v) = %q: %v", lon, lat, name, err)
			}
		}
	}
	if len(seen) < 150 {
		t.Errorf("only %d zones on earth", len(seen))
	}
}

func TestNauticalZones(t *testing.T) {
	for lon, want := range map[float64]string{0: "Etc/GMT", 7.4: "Etc/GMT", 7.6: "Etc/GMT-1", -7.6: "Etc/GMT+1", 180: "Etc/GMT-12", -180: "Etc/GMT+12", 120: "Etc/GMT-8"} {
		if got := nautical(lon); got != want {
			t.Errorf("nautical(%v) = %s, want %s", lon, got, want)
		}
	}
}

// The data must not weigh on a small server.
func TestMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	f := newFinder()
	took := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&after)
	megabytes := float64(after.HeapAlloc-before.HeapAlloc) / (1 << 20)
	t.Logf("%.1f MB held, loaded in %v", megabytes, took)
	if megabytes > 40 {
		t.Errorf("%.1f MB held", megabytes)
	}
	runtime.KeepAlive(f)
}

func BenchmarkAt(b *testing.B) {
	for name, p := range map[string]orb.Point{"mainland": {115.8582, 28.6829}, "Paris": {2.35, 48.85}, "border": {7.59, 47.585}, "Hong Kong": {114.158, 22.282}} {
		b.Run(name, func(b *testing.B) {
			At(p)
			for b.Loop() {
				At(p)
			}
		})
	}
}

func ExampleAt() {
	fmt.Println(At(orb.Point{115.8582, 28.6829}), At(orb.Point{4.9, 52.37}), At(orb.Point{-30, 30}))
	// Output: Asia/Shanghai Europe/Amsterdam Etc/GMT+2
}
