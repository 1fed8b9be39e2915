package datasets

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

const (
	sheetHead = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	sheetTail = `</sheetData></worksheet>`
)

// workbookOf is a workbook of the sheets (XML of their rows, by name in order)
// with shared texts and styles as Excel writes them.
func workbookOf(t testing.TB, shared []string, formats []string, sheets ...[2]string) []byte {
	t.Helper()
	var list, relations, styles, cells strings.Builder
	members := map[string]string{"[Content_Types].xml": `<Types/>`, "_rels/.rels": `<Relationships><Relationship Id="rId1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`}
	for i, sheet := range sheets {
		name, state, _ := strings.Cut(sheet[0], "|")
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d" state="%s" r:id="rId%d"/>`, name, 90+i, state, i+1)
		fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="http://x/worksheet" Target="/xl/worksheets/Sheet%d.xml"/>`, i+1, i+1)
		members[fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)] = sheetHead + sheet[1] + sheetTail
	}
	relations.WriteString(`<Relationship Id="s" Type="http://x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="t" Type="http://x/styles" Target="styles.xml"/>`)
	members["xl/workbook.xml"] = `<workbook xmlns:r="x"><workbookPr/><sheets>` + list.String() + `</sheets></workbook>`
	members["xl/_rels/workbook.xml.rels"] = `<Relationships>` + relations.String() + `</Relationships>`
	members["xl/sharedStrings.xml"] = `<sst><si>` + strings.Join(shared, `</si><si>`) + `</si></sst>`
	for i, code := range formats {
		fmt.Fprintf(&styles, `<numFmt numFmtId="%d" formatCode="%s"/>`, 164+i, code)
		fmt.Fprintf(&cells, `<xf numFmtId="%d"/>`, 164+i)
	}
	members["xl/styles.xml"] = `<styleSheet><numFmts>` + styles.String() + `</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>` +
		cells.String() + `<xf numFmtId="14"/></cellXfs><dxfs/></styleSheet>`
	return zipped(t, members)
}

// inlineRow is a row of inline texts and, where they look so, numbers.
func inlineRow(cells ...string) string {
	var b strings.Builder
	b.WriteString("<row>")
	for _, c := range cells {
		if _, number := parseDecimal(c); number {
			fmt.Fprintf(&b, "<c><v>%s</v></c>", c)
		} else {
			fmt.Fprintf(&b, `<c t="inlineStr"><is><t>%s</t></is></c>`, c)
		}
	}
	return b.String() + "</row>"
}

// TestWorkbookCells reads every kind of cell.
func TestWorkbookCells(t *testing.T) {
	header := inlineRow("name", "lat", "lon", "v")
	formats := []string{"yyyy\\-mm\\-dd", "[$-804]yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;", "h:mm;@", "[h]:mm", "00000", "0.00", "yyyy/m/d h:mm", "&quot;day &quot;0", "[Red]#,##0.00", "mmm\\-yy"}
	shared := []string{"<t>shared</t>", `<r><t>ri</t></r><r><rPr><b/></rPr><t xml:space="preserve">ch </t></r><rPh sb="0" eb="1"><t>ヨミ</t></rPh>`, "<t>a_x000D_b_x0041_</t>"}
	for cell, want := range map[string]string{
		`<c r="D2" t="s"><v>0</v></c>`:                           "shared",
		`<c r="D2" t="s"><v> 1 </v></c>`:                         "rich",
		`<c r="D2" t="s"><v>2</v></c>`:                           "a\rbA",
		`<c r="D2" t="s"><v>7</v></c>`:                           "",
		`<c t="inlineStr"><is><t>&#44277;&amp;x</t></is></c>`:    "공&x",
		`<c r="D2" t="str"><f>A1&amp;"x"</f><v>made</v></c>`:     "made",
		`<c r="D2" t="b"><v>1</v></c>`:                           "TRUE",
		`<c r="D2" t="b"><v>0</v></c>`:                           "FALSE",
		`<c r="D2" t="e"><v>#REF!</v></c>`:                       "",
		`<c r="D2" t="d"><v>2026-11-21T08:30:00</v></c>`:         "2026-11-21T08:30:00",
		`<c r="D2"><v>123456789012345678</v></c>`:                "123456789012345678",
		`<c r="D2"><v>1.3800138E10</v></c>`:                      "13800138000",
		`<c r="D2"><v>28.680000000000003</v></c>`:                "28.68",
		`<c r="D2"><v>115.8597265625001</v></c>`:                 "115.8597265625",
		`<c r="D2"><v>5.0000000000000001E-2</v></c>`:             "0.05",
		`<c r="D2" s="1"><v>46347</v></c>`:                       "2026-11-21",
		`<c r="D2" s="1"><v>59</v></c>`:                          "1900-02-28",
		`<c r="D2" s="2"><v>46347.4</v></c>`:                     "2026-11-21",
		`<c r="D2" s="3"><v>0.35416666666666669</v></c>`:         "08:30",
		`<c r="D2" s="3"><v>46347.354166666664</v></c>`:          "08:30",
		`<c r="D2" s="4"><v>1.0833333333333333</v></c>`:          "26:00",
		`<c r="D2" s="5"><v>123</v></c>`:                         "00123",
		`<c r="D2" s="6"><v>28.123456</v></c>`:                   "28.123456",
		`<c r="D2" s="7"><v>46347.354166666664</v></c>`:          "2026-11-21 08:30:00",
		`<c r="D2" s="8"><v>5</v></c>`:                           "5",
		`<c r="D2" s="9"><v>1234.5</v></c>`:                      "1234.5",
		`<c r="D2" s="10"><v>46327</v></c>`:                      "2026-11-01",
		`<c r="D2" s="11"><v>46347</v></c>`:                      "2026-11-21",
		`<c r="D2" s="99"><v>5</v></c>`:                          "5",
		`<c r="D2" s="1"><v>-5</v></c>`:                          "-5",
		`<c r="D2" s="1" t="inlineStr"><is><t>none</t></is></c>`: "none",
	} {
		row := `<row r="2"><c t="inlineStr"><is><t>A</t></is></c><c r="B2"><v>1.5</v></c><c r="C2"><v>2.5</v></c>` + cell + `</row>`
		got := mustRead(t, readerFunc(Read), bytesSource("a.xlsx", workbookOf(t, shared, formats, [2]string{"S", header + row})), Options{})
		if len(got.places) != 1 || got.places[0].Attributes["v"] != want || got.places[0].Geometry != (orb.Point{2.5, 1.5}) {
			t.Errorf("%s is read as %+v, want %q", cell, got.places, want)
		}
	}
}

// TestWorkbooks reads one small workbook per quirk.
func TestWorkbooks(t *testing.T) {
	header, row := inlineRow("name", "lat", "lon"), inlineRow("A", "1.5", "2.5")
	for _, test := range []struct {
		name   string
		sheets [][2]string
		want   []string
		codes  map[string]int
	}{
		{"title and blank rows", [][2]string{{"S", inlineRow("Toilets") + "<row/>" + header + "<row></row>" + row + inlineRow("B", "3", "4")}}, []string{"A", "B"}, nil},
		{"cover sheet first", [][2]string{{"说明", inlineRow("read me")}, {"数据", header + row}, {"旧", header}}, []string{"A"}, map[string]int{"tables_ignored": 1}},
		{"empty sheets are not named", [][2]string{{"S", header + row}, {"Sheet2", ""}}, []string{"A"}, nil},
		{"hidden sheets last", [][2]string{{"H|hidden", header + inlineRow("H", "5", "6")}, {"S", header + row}}, []string{"A"}, map[string]int{"tables_ignored": 1}},
		{"cells out of place", [][2]string{{"S", header + `<row><c r="C2"><v>2.5</v></c><c r="A2" t="inlineStr"><is><t>A</t></is></c><c r="B2"><v>1.5</v></c></row>`}}, []string{"A"}, nil},
		{"a cell beyond the header", [][2]string{{"S", header + `<row><c t="inlineStr"><is><t>A</t></is></c><c><v>1.5</v></c><c><v>2.5</v></c><c r="F2"><v>7</v></c><c r="ZZZ2"><v>7</v></c></row>`}}, []string{"A"}, map[string]int{"row_ragged": 1}},
		{"formulas never computed", [][2]string{{"S", header + `<row><c t="inlineStr"><is><t>A</t></is></c><c><f>B9</f></c><c><v>2.5</v></c></row>` + row}}, []string{"A"}, map[string]int{"formula_uncomputed": 1, "coordinate_missing": 1}},
		{"no header", [][2]string{{"S", inlineRow("A", "1.50001", "2.50001") + inlineRow("B", "3.50001", "4.50001")}}, []string{"A", "B"}, map[string]int{"columns_guessed": 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := mustRead(t, readerFunc(Read), bytesSource("a.xlsx", workbookOf(t, nil, nil, test.sheets...)), Options{})
			var names []string
			for _, p := range got.places {
				names = append(names, p.Name)
			}
			codes := got.codes()
			delete(codes, "crs_assumed")
			if test.codes == nil {
				test.codes = map[string]int{}
			}
			if !reflect.DeepEqual(names, test.want) || !reflect.DeepEqual(codes, test.codes) || got.summary.Format != XLSX {
				t.Errorf("read %q with %v, want %q with %v", names, got.issues, test.want, test.codes)
			}
		})
	}
}

// TestWorkbook1904 counts days from where old Macs did.
func TestWorkbook1904(t *testing.T) {
	f := parseCellFormat("d.m.yyyy")
	if got := f.write("44885", 1904); got != "2026-11-21" {
		t.Errorf("44885 days after 1904 are %s", got)
	}
}

// TestWorkbookRefusals says in one sentence why a workbook is not read.
func TestWorkbookRefusals(t *testing.T) {
	for want, data := range map[string][]byte{
		"has no sheet with anything in it":        workbookOf(t, nil, nil, [2]string{"S", ""}),
		"has no positions":                        workbookOf(t, nil, nil, [2]string{"S", inlineRow("p", "q") + inlineRow("r", "s")}),
		"has no list of its sheets":               zipped(t, map[string]string{"[Content_Types].xml": "x", "xl/a.xml": "y"}),
		`sheet "S": the file is not valid XML in`: workbookOf(t, nil, nil, [2]string{"S", inlineRow("name", "lat", "lon") + "</row>"}),
	} {
		_, err := readAll(t, readerFunc(Read), bytesSource("a.xlsx", data), Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("refused with %v, want %q", err, want)
		}
	}
}

// FuzzWorkbookSheet reads any bytes as a sheet.
func FuzzWorkbookSheet(f *testing.F) {
	f.Add(inlineRow("name", "lat", "lon")+inlineRow("A", "1.5", "2.5"), `<si><t>x</t></si>`)
	f.Add(`<row r="1"><c r="A1" s="1" t="s"><f>x</f><v>0</v></c>`, `<si><r><t>a</t></r><rPh><t>b</t></rPh></si>`)
	f.Fuzz(func(t *testing.T, rows, shared string) {
		data := workbookOf(t, []string{shared}, []string{"yyyy", rows[:min(len(rows), 5)]}, [2]string{"S", rows})
		_, _ = readAll(t, readerFunc(Read), bytesSource("a.xlsx", data), Options{}) // it may be refused
	})
}

// FuzzCellFormat understands any format code.
func FuzzCellFormat(f *testing.F) {
	f.Add(`[$-804]yyyy"年"m"月"d"日";@`, "46347.5", 1904)
	f.Add(`[h]:mm:ss`, "-1e300", 0)
	f.Fuzz(func(t *testing.T, code, value string, epoch int) {
		parseCellFormat(code).write(value, epoch)
	})
}
