package datasets

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// zipped packs members; those whose name begins with a number and a bar come in
// that order.
func zipped(t testing.TB, members map[string]string) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		bare := name
		if _, after, numbered := strings.Cut(name, "|"); numbered {
			bare = after
		}
		member, err := w.Create(bare)
		if err == nil {
			_, err = member.Write([]byte(members[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// readZip reads an archive of the members.
func readZip(t testing.TB, members map[string]string, opt Options) (reading, error) {
	t.Helper()
	return readAll(t, readerFunc(Read), bytesSource("data.zip", zipped(t, members)), opt)
}

// TestZipOfOneFile reads what is packed alone.
func TestZipOfOneFile(t *testing.T) {
	for _, members := range []map[string]string{
		{"stops.csv": "name,lat,lon\nA,1.5,2.5\n"},
		{"folder/": "", "folder/stops.CSV": "name,lat,lon\nA,1.5,2.5\n", "__MACOSX/folder/._stops.CSV": "x", "folder/.DS_Store": "y"},
		{"a.geojson": `{"type":"Feature","properties":{"name":"A"},"geometry":{"type":"Point","coordinates":[2.5,1.5]}}`},
	} {
		got, err := readZip(t, members, Options{})
		if err != nil || len(got.places) != 1 || got.places[0].Name != "A" {
			t.Errorf("%v is read as %v, %v", members, got.places, err)
		}
	}
}

// TestZipRefusals says in one sentence why an archive is not read.
func TestZipRefusals(t *testing.T) {
	inner := string(zipped(t, map[string]string{"a.csv": "x"}))
	for want, members := range map[string]map[string]string{
		"the zip archive is empty":                                       {},
		"holds a part of a shapefile (stops.dbf, stops.prj) but no .shp": {"stops.dbf": "x", "stops.prj": "y"},
		"holds several files (a.csv, b.csv)":                             {"a.csv": "x", "b.csv": "y"},
		"holds another one (a.zip)":                                      {"a.zip": inner},
		"holds another one (a.dat)":                                      {"a.dat": inner},
		"is an OpenDocument file":                                        {"mimetype": "x", "content.xml": "y"},
		"is a text document":                                             {"[Content_Types].xml": "x", "word/document.xml": "y"},
		"is a binary Excel workbook":                                     {"[Content_Types].xml": "x", "xl/workbook.bin": "y"},
		"stops.shp ends in the middle of a record":                       {"stops.shp": "x"},
		"stops.shp is called .shp but is none inside":                    {"stops.shp": strings.Repeat("x", 100)},
	} {
		if _, err := readZip(t, members, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("refused with %v, want %q", err, want)
		}
	}
	for name, test := range map[string]struct{ data, want string }{
		"a.zip": {"PK\x03\x04 and no more of it", "is cut or damaged"},
		"b.zip": {"\x03q\x09\x0a\x28\x00", "is called .zip but is no zip archive"},
		"b.dbf": {"\x03q\x09\x0a\x28\x00", "is the .dbf of a shapefile alone"},
		"c.shp": {"\x00\x00\x27\x0a\x00", "is the .shp or .shx of a shapefile alone"},
		"d.xls": {"\xd0\xcf\x11\xe0\xa1\xb1", "save it as .xlsx"},
	} {
		if _, err := readAll(t, readerFunc(Read), bytesSource(name, []byte(test.data)), Options{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s is refused with %v, want %q", name, err, test.want)
		}
	}
}

// TestZipBomb stops at 200 MB, whatever the archive declares.
func TestZipBomb(t *testing.T) {
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	member, err := w.Create("a.csv")
	if err != nil {
		t.Fatal(err)
	}
	line := []byte(strings.Repeat("A,1.5,2.5\n", 100_000)) // 1 MB
	if _, err := member.Write([]byte("name,lat,lon\n")); err != nil {
		t.Fatal(err)
	}
	for range wholeLimit>>20 + 15 {
		if _, err := member.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	quiet := Sink{Place: func(Place) error { return nil }, Issue: func(Issue) error { return nil }}
	_, err = Read(context.Background(), bytesSource("a.zip", packed.Bytes()), Options{}, quiet)
	if err == nil || !strings.Contains(err.Error(), "larger than 200 MB unpacked") {
		t.Errorf("refused with %v", err)
	}
	// The same with a declared size of one megabyte: in the central directory the
	// size stands 24 bytes after its mark.
	lying := packed.Bytes()
	at := bytes.LastIndex(lying, []byte("PK\x01\x02")) + 24
	copy(lying[at:], []byte{0, 0, 16, 0})
	n := 0
	quiet.Place = func(Place) error { n++; return nil }
	_, err = Read(context.Background(), bytesSource("a.zip", lying), Options{}, quiet)
	if err == nil || !strings.Contains(err.Error(), "a.csv in the zip archive") || n > 200_000 {
		t.Errorf("refused with %v after %d rows", err, n)
	}
}

// TestZipProgress tells of the packed bytes.
func TestZipProgress(t *testing.T) {
	var text strings.Builder
	text.WriteString("name,lat,lon\n")
	random := rand.New(rand.NewPCG(1, 2)) // what packs badly
	for range 60_000 {
		fmt.Fprintf(&text, "%x,1.5,2.5\n", random.Uint64())
	}
	data := zipped(t, map[string]string{"a.csv": text.String()})
	var last int64
	_, err := Read(context.Background(), bytesSource("a.zip", data), Options{}, Sink{
		Place: func(Place) error { return nil }, Issue: func(Issue) error { return nil }, Progress: func(n int64) { last = n }})
	if err != nil || len(data) < 300<<10 || last < int64(len(data))/2 || last > int64(len(data)) {
		t.Errorf("progress %d of %d bytes: %v", last, len(data), err)
	}
}
