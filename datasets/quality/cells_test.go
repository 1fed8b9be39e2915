package quality

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// withColumn adds a column of values to rows of towns, as many as there are.
func withColumn(values ...string) []string {
	rows := towns(len(values), 28.7, 115.9)
	for i := range rows {
		rows[i] += "," + values[i]
	}
	return rows
}

// generated are n values.
func generated(n int, format func(int) string) []string {
	values := make([]string, n)
	for i := range values {
		values[i] = format(i)
	}
	return values
}

func TestZerosLost(t *testing.T) {
	postcodes := generated(60, func(i int) string { return fmt.Sprint(330000 + i*37) })
	postcodes[7], postcodes[20] = "10021", "30006"
	src := table(townHeader+",postcode", withColumn(postcodes...)...)
	got := pass(t, src, Order{})
	got.want(t, "zeros_lost", 8, 21)
	got = pass(t, src, Order{Repairs: []string{"zeros_restored"}})
	got.want(t, "zeros_lost")
	if code := got.place(t, 8).Attributes["addr:postcode"]; code != "010021" {
		t.Errorf("the code became %q", code)
	}
	for name, column := range map[string][]string{
		"count from 1":    generated(200, func(i int) string { return fmt.Sprint(9900 + i) }),
		"zeros are there": generated(60, func(i int) string { return fmt.Sprintf("%06d", 99000+i*1700) }),
		"two lengths":     generated(60, func(i int) string { return fmt.Sprint([]int{138000, 79100210}[i%2] + i) }),
		"words among":     generated(60, func(i int) string { return []string{"330006", "A-12", "10021"}[i%3] }),
	} {
		got := pass(t, table(townHeader+",store code", withColumn(column...)...), Order{})
		if n := got.count("zeros_lost"); n != 0 {
			t.Errorf("%s: %d codes are said to have lost zeros", name, n)
		}
	}
	seats := generated(60, func(i int) string { return fmt.Sprint(100000 + 999*i) })
	seats[3] = "5000"
	pass(t, table(townHeader+",visitors", withColumn(seats...)...), Order{}).want(t, "zeros_lost")
}

func TestNumbersDamaged(t *testing.T) {
	src := table(townHeader+",ean", withColumn("8.41E+12", "5901234123457", "8.41E+12", "4006381333931")...)
	pass(t, src, Order{}).want(t, "number_rounded", 1, 3)

	src = table(townHeader+",phone", withColumn("376818720.0", "376818721.0", "376818722")...)
	got := pass(t, src, Order{})
	got.want(t, "number_decimal", 1, 2)
	got = pass(t, src, Order{Repairs: []string{"decimals_dropped"}})
	if phone := got.place(t, 1).Phone; phone != "376818720" {
		t.Errorf("the number became %q", phone)
	}
	src = table(townHeader+",width", withColumn("2.0", "3.0", "4.5")...)
	pass(t, src, Order{}).want(t, "number_decimal")
}

func TestTextDamaged(t *testing.T) {
	houses := generated(20, func(i int) string { return fmt.Sprintf("%da", i+1) })
	houses[4], houses[9], houses[11] = "01-Mar", "Jan-02", "3月4日"
	pass(t, table(townHeader+",house", withColumn(houses...)...), Order{}).want(t, "date_for_text", 5, 10, 12)
	days := generated(20, func(i int) string { return fmt.Sprintf("%d-Mar", i+1) })
	pass(t, table(townHeader+",day", withColumn(days...)...), Order{}).want(t, "date_for_text")
	pass(t, table(townHeader+",note", withColumn("#REF!", "########", "# 12", "fine")...), Order{}).want(t, "formula_error", 1, 2)
	pass(t, table(townHeader+",note", withColumn("锟斤拷锟斤拷", "??? ??", "Why???", "M\uFFFDnchen", "plain")...), Order{}).want(t, "text_lost", 1, 2, 4)
}

func TestMisreadColumn(t *testing.T) {
	words := []string{"东湖区公厕", "西湖区公厕", "青云谱区广场", "新建区大道", "南昌县政府"}
	wrong := make([]string, len(words))
	for i, word := range words {
		raw, err := simplifiedchinese.GBK.NewEncoder().String(word)
		if err != nil {
			t.Fatal(err)
		}
		if wrong[i], err = charmap.Windows1252.NewDecoder().String(raw); err != nil {
			t.Fatal(err)
		}
	}
	src := table(townHeader+",note", withColumn(wrong...)...)
	got := pass(t, src, Order{})
	if n := got.count("text_misread"); n == 0 || n != len(got.repaired("text_redecoded")) {
		t.Fatalf("%d values are said to be misread, %d repairs", n, len(got.repaired("text_redecoded")))
	}
	for _, r := range got.repaired("text_redecoded") {
		if r.After != words[r.Row-1] || r.Before != wrong[r.Row-1] || r.Column != "note" {
			t.Errorf("repair %+v, want %s", r, words[r.Row-1])
		}
	}
	got = pass(t, src, Order{Repairs: []string{"text_redecoded"}})
	if note := got.place(t, 1).Attributes["note"]; note != words[0] {
		t.Errorf("the note became %q", note)
	}
}

func TestDivisions(t *testing.T) {
	codes := generated(30, func(i int) string { return []string{"360102", "360103", "360702", "361102"}[i%4] })
	// Merged; renamed; raised; divided among two; never a code; a village's of one that was merged.
	codes[2], codes[9], codes[14], codes[20], codes[22], codes[25] = "360105", "360727", "310108", "130421", "360199", "310108001002"
	src := table(townHeader+",adcode", withColumn(codes...)...)
	got := pass(t, src, Order{})
	got.want(t, "division_abolished", 3, 10, 15, 21, 23, 26)
	says := map[int]string{
		3: "湾里区 is 新建区 since 2020 or before", 15: "闸北区 is 静安区 since 2016 or before", 21: "邯郸县 has no code of its own since 2017",
		23: "360199 is not the code of any present division", 26: "闸北区 is 310106 静安区 since",
	}
	for _, i := range got.issues {
		if i.Code == "division_abolished" && !strings.Contains(i.Message, says[i.Row]) {
			t.Errorf("row %d says %q, not %q", i.Row, i.Message, says[i.Row])
		}
	}
	got = pass(t, src, Order{Repairs: []string{"division_renewed"}})
	got.want(t, "division_abolished", 21, 23, 26)
	if code := got.place(t, 10).Attributes["adcode"]; code != "360783" {
		t.Errorf("龙南县 became %q", code)
	}
	// An office that was merged has nothing else.
	pass(t, table(townHeader+",adcode", withColumn("360105", "360105", "360105", "360105")...), Order{}).want(t, "division_abolished", 1, 2, 3, 4)
	// Post codes are no division codes, though some of them are.
	posts := generated(30, func(i int) string { return fmt.Sprint(330000 + i) })
	pass(t, table(townHeader+",postcode", withColumn(posts...)...), Order{}).want(t, "division_abolished")
}

func TestHoursAndValues(t *testing.T) {
	src := table(townHeader+",opening_hours,wheelchair",
		withColumn("Mo-Fr 08:00-18:00,yes", "Mo-Fr 08:00-,maybe", "24//7,limited")...)
	got := pass(t, src, Order{})
	for _, i := range got.issues {
		if i.Code == "hours_unparsed" && (i.Column != "opening_hours" || !strings.Contains(i.Message, "at character ")) {
			t.Errorf("the place of the error is missing: %+v", i)
		}
	}
	if got.count("hours_unparsed") == 0 {
		t.Error("no hours are said to be wrong")
	}
	got.want(t, "unknown_value", 2)
}
