package division

import (
	"fmt"
	"strings"
	"testing"

	"fujin/geo"
)

func TestTable(t *testing.T) {
	b := read()
	levels := map[Level]int{}
	for _, e := range b.entries {
		levels[e.Level]++
		if len(e.Code) != 6 || e.Name == "" || e.English == "" || strings.TrimSpace(e.English) != e.English {
			t.Errorf("bad entry %+v", e.Division)
		}
		if (e.Parent == "") != (e.Level == Province) || e.Parent != "" && !b.has(e.Parent) {
			t.Errorf("%s %s has the parent %q", e.Code, e.Name, e.Parent)
		}
		if c := e.Centre; c[0] < 73 || c[0] > 135 || c[1] < 15 || c[1] > 54 {
			t.Errorf("%s %s lies at %v", e.Code, e.Name, c)
		}
		if e.Level != County && e.Approximate {
			t.Errorf("%s %s has no centre of its own", e.Code, e.Name)
		}
		for _, r := range e.English {
			if r > 127 {
				t.Errorf("%s %s is %q in English", e.Code, e.Name, e.English)
			}
		}
	}
	if levels[Province] != 34 || levels[Prefecture] != 333 || levels[County] != 2975 {
		t.Errorf("levels: %v", levels)
	}
	jiangxi := 0
	for _, e := range b.entries {
		if e.Level == County && strings.HasPrefix(e.Code, "36") {
			jiangxi++
		}
	}
	if jiangxi != 100 {
		t.Errorf("%d counties in Jiangxi, want 100", jiangxi)
	}
}

func TestFind(t *testing.T) {
	for query, want := range map[string]string{
		"南昌": "360100", "南昌市": "360100", "南昌县": "360121", "nanchang": "360100", "Nan Chang": "360100", "NÁNCHĀNG": "360100",
		"nanchangshi": "360100", "ｎａｎｃｈａｎｇ": "360100", "江西": "360000", "jiangxi": "360000", "Jiangxi sheng": "360000", "红谷滩": "360113", "honggutan": "360113",
		"婺源": "361130", "jiangxi wuyuan": "361130", "铅山": "361124", "yanshan 江西": "", "江西 南昌县": "360121", "jiangxi donghu": "360102",
		"xi'an": "610100", "xian": "610100", "lhasa": "540100", "重庆": "500000", "chongqing": "500000", "hong kong": "810000", "香港": "810000",
		"陕西": "610000", "shaanxi": "610000", "shanxi": "140000", "厦门": "350200", "xiamen": "350200", "延边": "222400", "yanbian": "222400",
		"360102": "", "atlantis": "", "": "", " ": "", "'": "",
	} {
		got := ""
		if found := Find(query, 3); len(found) > 0 {
			got = found[0].Code
		}
		if got != want {
			t.Errorf("Find(%q) starts with %q, want %q", query, got, want)
		}
	}
	if got := Find("南", 5); len(got) != 5 {
		t.Errorf("%d answers, want 5", len(got))
	}
	if got := Find("南昌", 0); got != nil {
		t.Errorf("limit 0 gives %v", got)
	}
}

func TestFindRanks(t *testing.T) {
	names := []string{}
	for _, d := range Find("南昌", 10) {
		names = append(names, d.Name)
	}
	if len(names) < 2 || names[0] != "南昌市" || names[1] != "南昌县" {
		t.Errorf("南昌: %v", names)
	}
	found := Find("东湖", 10)
	for i := 1; i < len(found); i++ {
		if short(found[i-1].Name) != "东湖" && short(found[i].Name) == "东湖" {
			t.Errorf("an exact match behind another one: %v", found)
		}
	}
}

func TestPathAndCentres(t *testing.T) {
	var path []string
	for _, d := range Path("360102") {
		path = append(path, d.English)
	}
	if got := strings.Join(path, " > "); got != "Jiangxi > Nanchang > Donghu District" {
		t.Errorf("path %s", got)
	}
	if Path("999999") != nil {
		t.Error("an unknown code has a path")
	}
	nanchang, _ := Lookup("360100")
	// The city hall, WGS-84.
	if d := geo.Distance(nanchang.Centre, [2]float64{115.8875, 28.6800}); d > 1500 {
		t.Errorf("Nanchang lies %.0f m off", d)
	}
	donghu, ok := Lookup("360102")
	if !ok || !donghu.Approximate || donghu.Centre != nanchang.Centre {
		t.Errorf("Donghu: %+v", donghu)
	}
	if _, ok := Lookup("36"); ok {
		t.Error("36 is a code")
	}
}

func BenchmarkFind(b *testing.B) {
	for b.Loop() {
		Find("nanchang", 10)
	}
}

func ExampleFind() {
	for _, d := range Find("Nan Chang", 2) {
		fmt.Println(d.Code, d.Level, d.Name, d.English)
	}
	// Output:
	// 360100 prefecture 南昌市 Nanchang
	// 360121 county 南昌县 Nanchang County
}
