// Command outline writes the outline of the mainland of China that geo embeds.
//
// Its source is the zone Asia/Shanghai of timezone-boundary-builder (from
// OpenStreetMap, ODbL, release 2025b with territorial waters) as
// github.com/ringsaturn/tzf-rel-lite carries it. It follows the borders at
// Shenzhen, Macau, Kinmen and the border towns street by street and holds piers
// and islands, where Natural Earth's 1:10 million outline is off by a kilometre
// and leaves parts of Shenzhen, Zhuhai and Xiamen outside.
//
// Usage: go run ./geo/internal/outline geo/mainland.bin
package main

import (
	"encoding/binary"
	"fmt"
	"log"
	"math"
	"os"

	tzfrellite "github.com/ringsaturn/tzf-rel-lite"
	tzfpb "github.com/ringsaturn/tzf/gen/go/tzf/v1"
	"github.com/twpayne/go-polyline"
	"google.golang.org/protobuf/proto"
)

const zone = "Asia/Shanghai"

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: outline FILE")
	}
	rings, err := read()
	if err != nil {
		log.Fatal(err)
	}
	data, vertices := encode(rings)
	if err := os.WriteFile(os.Args[1], data, 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d rings, %d vertices, %d bytes\n", len(rings), vertices, len(data))
}

// read returns all rings, outer ones and holes alike: the reader goes by the
// even-odd rule. Vertices are {lat, lon}.
func read() ([][][]float64, error) {
	var zones tzfpb.CompressedTimezones
	if err := proto.Unmarshal(tzfrellite.LiteCompressData, &zones); err != nil {
		return nil, err
	}
	var rings [][][]float64
	add := func(points []byte) error {
		ring, _, err := polyline.DecodeCoords(points)
		if err == nil {
			rings = append(rings, swapped(ring))
		}
		return err
	}
	for _, z := range zones.Timezones {
		if z.Name != zone {
			continue
		}
		for _, polygon := range z.Data {
			if err := add(polygon.Points); err != nil {
				return nil, err
			}
			for _, hole := range polygon.Holes {
				if err := add(hole.Points); err != nil {
					return nil, err
				}
			}
		}
	}
	if len(rings) == 0 {
		return nil, fmt.Errorf("no zone %s", zone)
	}
	return rings, nil
}

// swapped turns the source's {lon, lat} around.
func swapped(ring [][]float64) [][]float64 {
	for _, p := range ring {
		p[0], p[1] = p[1], p[0]
	}
	return ring
}

// encode writes, as varints: the number of rings; per ring the number of
// vertices and then each vertex's difference to the one before, longitude and
// latitude in units of 1e-5 degree.
func encode(rings [][][]float64) (data []byte, vertices int) {
	data = binary.AppendUvarint(data, uint64(len(rings)))
	for _, ring := range rings {
		if last := len(ring) - 1; ring[0][0] == ring[last][0] && ring[0][1] == ring[last][1] {
			ring = ring[:last]
		}
		data = binary.AppendUvarint(data, uint64(len(ring)))
		vertices += len(ring)
		var lon, lat int64
		for _, p := range ring {
			x, y := int64(math.Round(p[1]*1e5)), int64(math.Round(p[0]*1e5))
			data = binary.AppendVarint(data, x-lon)
			data = binary.AppendVarint(data, y-lat)
			lon, lat = x, y
		}
	}
	return data, vertices
}
