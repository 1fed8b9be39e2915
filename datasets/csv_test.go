package datasets

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// readTable reads a table from text.
func readTable(t testing.TB, text string, opt Options) reading {
	t.Helper()
	return mustRead(t, csvReader{}, bytesSource("table.csv", []byte(text)), opt)
}

// TestTables reads one small table per quirk that real files have.
func TestTables(t *testing.T) {
	for _, test := range []struct {
		name, text string
		opt        Options
		// want is "name@lon,lat" per accepted row; codes the issues beside
		// crs_assumed.
		want  []string
		codes map[string]int
	}{
		{name: "semicolons and decimal commas", text: "Name;Breitengrad;Längengrad\nA;48,1375;11,5755\nB;48,2;11,6\n",
			want: []string{"A@11.5755,48.1375", "B@11.6,48.2"}},
		{name: "tabs", text: "name\tlat\tlon\nA, B\t1.5\t2.5\n", want: []string{"A, B@2.5,1.5"}},
		{name: "bars", text: "name|lat|lon\nA|1.5|2.5\n", want: []string{"A@2.5,1.5"}},
		{name: "CR only", text: "name,lat,lon\rA,1.5,2.5\rB,3.5,4.5", want: []string{"A@2.5,1.5", "B@4.5,3.5"}},
		{name: "mixed line ends", text: "name,lat,lon\r\nA,1.5,2.5\rB,3.5,4.5\nC,5.5,6.5\r\n", want: []string{"A@2.5,1.5", "B@4.5,3.5", "C@6.5,5.5"}},
		{name: "quoted line breaks", text: "name,lat,lon\n\"A\r\n\"\"B\"\"\",1.5,2.5\nC,3.5,4.5\n", want: []string{"A\r\n\"B\"@2.5,1.5", "C@4.5,3.5"}},
		{name: "backslash before quotes", text: "name,lat,lon\n\"they\\'re \\\"in\\\"\",1.5,2.5\n", want: []string{"they're \"in\"@2.5,1.5"}},
		{name: "backslash in a path", text: "name,lat,lon\n\"C:\\x\\\",1.5,2.5\n\"say \"\"x\"\"\",3.5,4.5\n", want: []string{`C:\x\@2.5,1.5`, `say "x"@4.5,3.5`}},
		{name: "quote inside a word", text: "name,lat,lon\nJoe 6\" Pizza,1.5,2.5\nB,3.5,4.5\n", want: []string{"Joe 6\" Pizza@2.5,1.5", "B@4.5,3.5"}},
		{name: "quote never closed", text: "name,lat,lon\n\"A,1.5,2.5\nB,3.5,4.5\n\"C\",5.5,6.5\n",
			want: []string{"\"A@2.5,1.5", "B@4.5,3.5", "C@6.5,5.5"}, codes: map[string]int{"quote_unclosed": 1}},
		{name: "ragged", text: "name,lat,lon,x\nA,1.5,2.5\nB,3.5,4.5,5,6\nC,5.5,6.5,1\n",
			want: []string{"A@2.5,1.5", "B@4.5,3.5", "C@6.5,5.5"}, codes: map[string]int{"row_ragged": 2}},
		{name: "blank first row", text: ",,\n\nname,lat,lon\n,,\nA,1.5,2.5\n", want: []string{"A@2.5,1.5"}},
		{name: "title above the header", text: "Toilets of X,,\nname,lat,lon\nA,1.5,2.5\n", want: []string{"A@2.5,1.5"}},
		{name: "BOM", text: "\ufeff名称,纬度,经度\n甲,28.1,115.2\n", want: []string{"甲@115.2,28.1"}},
		{name: "no header, longitude first", text: "-111.748443,32.893856,\"Shop, AZ\"\n-111.877193,33.334991,B\n",
			want: []string{"Shop, AZ@-111.748443,32.893856", "B@-111.877193,33.334991"}, codes: map[string]int{"columns_guessed": 1}},
		{name: "no header, latitude first", text: "12,A,968 Valencia Street,37.757358,-122.42133\n14,B,1745 Folsom St,37.769009,-122.415649\n",
			want: []string{"A@-122.42133,37.757358", "B@-122.415649,37.769009"}, codes: map[string]int{"columns_guessed": 1}},
		{name: "no header, mapped", text: "1,A,1.5001,2.5001\n2,B,3.5001,4.5001\n", opt: Options{Mapping: map[string]string{"lat": "4", "lon": "3", "name": "2"}},
			want: []string{"A@1.5001,2.5001", "B@3.5001,4.5001"}, codes: map[string]int{"columns_guessed": 1}},
		{name: "mapping over the guess", text: "name,名,lat,lon,n,e\nA,甲,1,2,28.1,115.2\n", opt: Options{Mapping: map[string]string{"name": "名", "lat": "n", "lon": "e"}},
			want: []string{"甲@115.2,28.1"}},
		{name: "one column for two fields", text: "店,la,lo\nA,1.5,2.5\n", opt: Options{Mapping: map[string]string{"name": "店", "id": "店", "lat": "la", "lon": "lo"}},
			want: []string{"A@2.5,1.5"}},
		{name: "one column, (lat, lon)", text: "name,Co-ordinates\nA,\"(-37.5, 144.5)\"\n", want: []string{"A@144.5,-37.5"}},
		{name: "both values in latitude", text: "name,latitude,longitude\nA,\"22.3, 114.2\",\n", want: []string{"A@114.2,22.3"}},
		{name: "damaged by a spreadsheet", text: "name;lat;lon\nA;481.475.266;115.586.581\nB;8.41E+12;2\nC;481.818;11.5\nD;48.1;11.5\n",
			want: []string{"D@11.5,48.1"}, codes: map[string]int{"coordinate_damaged": 3}},
		{name: "fakes and gaps", text: "name,lat,lon\nA,0,0\nB,0.000005,-0.000007\nC,,2\nD,N/A,N/A\nE,95,2\nF,0.02,0\n",
			want: []string{"F@0,0.02"}, codes: map[string]int{"null_island": 2, "coordinate_missing": 2, "coordinate_out_of_range": 1}},
		{name: "damaged bytes", text: "name,lat,lon\n汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉\xe5字,1.5,2.5\n",
			want: []string{"汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉\ufffd字@2.5,1.5"}, codes: map[string]int{"encoding_damaged": 1}},
		{name: "encoded twice", text: "name,lat,lon,city\nWC Ã¶ffentlich,48.1,11.5,MÃ¼nchen\nCafé Ü,48.2,11.6,x\n",
			want: []string{"WC öffentlich@11.5,48.1", "Café Ü@11.6,48.2"}, codes: map[string]int{"encoding_repaired": 1}},
		{name: "millionths", text: "name,lat,lon\nA,22283733,114151492\n", want: []string{"A@114.151492,22.283733"}, codes: map[string]int{"coordinate_scaled": 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := readTable(t, test.text, test.opt)
			var rows []string
			for _, p := range got.places {
				at := p.Geometry.(orb.Point)
				rows = append(rows, fmt.Sprintf("%s@%v,%v", p.Name, at[0], at[1]))
			}
			if !reflect.DeepEqual(rows, test.want) {
				t.Errorf("read %q, want %q", rows, test.want)
			}
			codes := got.codes()
			delete(codes, "crs_assumed")
			if len(codes) != len(test.codes) {
				t.Errorf("issues %v, want %v", got.issues, test.codes)
			}
			for code, n := range test.codes {
				if codes[code] != n {
					t.Errorf("%d issues %s, want %d: %v", codes[code], code, n, got.issues)
				}
			}
		})
	}
}

// TestIssuesNameTheRow looks at what an issue says: the record's number, the
// file's column, and the value.
func TestIssuesNameTheRow(t *testing.T) {
	got := readTable(t, "Name;Breite;Laenge\nA;48.1;11.5\nB;481.475.266;115.586.581\n", Options{Mapping: map[string]string{"lat": "Breite", "lon": "Laenge"}})
	want := Issue{File: "table.csv", Row: 2, Column: "Breite", Code: "coordinate_damaged", Rejected: true,
		Sentence: Sentence{`"481.475.266" is not a coordinate; if a spreadsheet changed it, export the column again as text`,
			`"481.475.266" 不是坐标；如果是表格软件改动的，请把该列设为文本后重新导出`}}
	if last := got.issues[len(got.issues)-1]; last != want {
		t.Errorf("got %+v, want %+v", last, want)
	}
}

// TestDuplicateHeaders keeps the values of every column of one name.
func TestDuplicateHeaders(t *testing.T) {
	got := readTable(t, "name,lat,lon,photo,photo,,\nA,1.5,2.5,p,q,r,\n", Options{})
	want := map[string]string{"image": "p", "photo_2": "q", "column_6": "r"}
	if !reflect.DeepEqual(got.places[0].Attributes, want) {
		t.Errorf("attributes %v, want %v", got.places[0].Attributes, want)
	}
}

// TestManyColumns reads a table as wide as spreadsheets grow by accident.
func TestManyColumns(t *testing.T) {
	got := readTable(t, "name,lat,lon"+strings.Repeat(",", 251)+"\nA,1.5,2.5"+strings.Repeat(",", 251)+"\n", Options{})
	if len(got.places) != 1 || got.places[0].Name != "A" || len(got.places[0].Attributes) != 0 {
		t.Errorf("read %+v", got.places)
	}
}

func TestRefusedTables(t *testing.T) {
	for _, test := range []struct {
		name, text, want string
		opt              Options
	}{
		{name: "no position", text: "店名,地址\n甲,某路\n", want: "none of its columns 店名, 地址 "},
		{name: "only a latitude", text: "name,lat\nA,1\n", want: "none of its columns name, lat "},
		{name: "unknown column", text: "name,lat,lon\nA,1,2\n", want: `there is no column "nom" to take name from; the columns are name, lat, lon`,
			opt: Options{Mapping: map[string]string{"name": "nom"}}},
		{name: "unknown system", text: "name,lat,lon\nA,1,2\n", want: `coordinate system "EPSG:27200" is not among the EPSG codes that can be converted`, opt: Options{CRS: "EPSG:27200"}},
		{name: "blank", text: "\n,,\n\n", want: "the file is empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := readAll(t, csvReader{}, bytesSource("x.csv", []byte(test.text)), test.opt)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("refused with %v, want %q", err, test.want)
			}
		})
	}
}

// TestLongRow passes over a line beyond every bound and goes on.
func TestLongRow(t *testing.T) {
	got := readTable(t, "name,lat,lon\nA,1.5,2.5\n"+strings.Repeat("x", 3*maxRecord)+",3,4\nC,5.5,6.5\n", Options{})
	if got.summary.Read != 3 || got.summary.Accepted != 2 || got.codes()["row_too_large"] != 1 || got.places[1].Row != 3 {
		t.Errorf("read %+v, issues %v", got.summary, got.issues)
	}
}

// FuzzTable holds what must be true of any bytes: every row is counted, no
// position is impossible, and nothing crashes (readAll checks these).
func FuzzTable(f *testing.F) {
	for _, seed := range []string{"name,lat,lon\nA,1.5,2.5\n", "1,2.5001,3.5001\r2,3.5001,4.5001", "a\tb\n\"x\"\"\ty\"\t\n", "名称,经度_84,纬度_84\n\xb1\xb1,1,2\n",
		"n;lat;lon\n\"A;1;2\n\"B\";(1,2);114-10-52\n", "\xff\xfen\x00,\x00", "opening_hours,position\n24小时,\"POINT(1 2)\"\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = readAll(t, csvReader{}, bytesSource("fuzz.csv", data), Options{})
	})
}

// FuzzScannerAgrees compares with a second way to split: rows without quotes
// and backslashes are lines cut at the delimiter.
func FuzzScannerAgrees(f *testing.F) {
	f.Add([]byte("a,b\r\nc\rd,e\n\n,f"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.IndexByte(data, '"') >= 0 {
			return
		}
		text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data))
		var want [][]string
		for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
			want = append(want, strings.Split(line, ","))
		}
		if text == "" {
			want = nil
		}
		scanner := newTableScanner(&oneByte{data}, dialect{delimiter: ','})
		var got [][]string
		for {
			fields, _, err := scanner.next()
			if err == io.EOF {
				break
			}
			got = append(got, append([]string(nil), fields...))
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("split %q as %q, want %q", data, got, want)
		}
	})
}

// oneByte reads in the smallest steps.
type oneByte struct{ data []byte }

func (r *oneByte) Read(p []byte) (int, error) {
	if len(r.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:1], r.data)
	r.data = r.data[n:]
	return n, nil
}

// TestBoundedMemory reads 200 MB that never exist as a whole.
func TestBoundedMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("200 MB take some seconds")
	}
	table, err := io.ReadAll(newManyRows(1000))
	if err != nil {
		t.Fatal(err)
	}
	header, block, _ := bytes.Cut(table, []byte("\n"))
	block = bytes.ReplaceAll(block, []byte("hello"), bytes.Repeat([]byte("hello "), 100))
	blocks := 200<<20/len(block) + 1
	rows := 1000 * blocks
	src := Source{Name: "many.csv", Size: -1, Open: func() (io.ReadCloser, error) {
		parts := []io.Reader{bytes.NewReader(append(header, '\n'))}
		for range blocks {
			parts = append(parts, bytes.NewReader(block))
		}
		return io.NopCloser(io.MultiReader(parts...)), nil
	}}
	var most, read uint64
	var bytesRead int64
	var base runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&base)
	sink := Sink{Issue: func(Issue) error { return nil }, Progress: func(n int64) { bytesRead = n }, Place: func(Place) error {
		if read++; read%100_000 == 0 {
			var now runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
		return nil
	}}
	s, err := csvReader{}.Read(t.Context(), src, Options{}, sink)
	if err != nil || s.Accepted != rows || bytesRead < 200<<20 {
		t.Fatalf("accepted %d of %d bytes: %v", s.Accepted, bytesRead, err)
	}
	if grown := int64(most) - int64(base.HeapAlloc); grown > 16<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
}
