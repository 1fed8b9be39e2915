package datasets

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb/encoding/wkb"
)

// askDuckDB prints the rows of a query as JSON.
const askDuckDB = `
const { DuckDBInstance } = require("@duckdb/node-api");
(async () => {
	const database = await (await DuckDBInstance.create(":memory:")).connect();
	const answer = await database.runAndReadAll(process.argv[1]);
	console.log(JSON.stringify(answer.getRowObjectsJson()));
})();`

// duckDB answers a query, from where the packages of the web are installed.
func duckDB(t *testing.T, query string) []map[string]any {
	t.Helper()
	cmd := exec.Command("node", "-e", askDuckDB, query)
	cmd.Dir = "../api/web"
	var words bytes.Buffer
	cmd.Stderr = &words
	out, err := cmd.Output()
	if strings.Contains(words.String(), "Cannot find module") || cmd.ProcessState == nil {
		t.Skip("DuckDB is not installed; it comes with: cd api/web && npm install --no-save @duckdb/node-api@1.5.6-r.1")
	}
	var rows []map[string]any
	if err == nil {
		err = json.Unmarshal(out, &rows)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, words.String())
	}
	return rows
}

// TestGeoParquetIsReadByDuckDB: a reader that shares nothing with ours finds
// the same places, knows the geometry for one, in its coordinate system, and
// finds by the boxes what lies in an area.
func TestGeoParquetIsReadByDuckDB(t *testing.T) {
	for name, places := range columnarSets(t) {
		if name == "many keys" { // to DuckDB, Fee and fee are one name
			continue
		}
		t.Run(name, func(t *testing.T) {
			at := filepath.Join(t.TempDir(), "places.parquet")
			var written bytes.Buffer
			if err := Write(&written, "geoparquet", all(places)); err != nil {
				t.Fatal(err)
			}
			writeFile(t, at, written.Bytes())
			from := " FROM '" + at + "'"
			for _, column := range duckDB(t, "DESCRIBE SELECT *"+from) {
				if column["column_name"] == geometryColumn && column["column_type"] != "GEOMETRY('OGC:CRS84')" {
					t.Errorf("to DuckDB the geometry is %v", column["column_type"])
				}
			}
			var back []Place
			for _, row := range duckDB(t, `SELECT * EXCLUDE (bbox) REPLACE (hex(ST_AsWKB(geometry)) AS geometry, epoch_ms(verified_at) AS verified_at)`+from) {
				back = append(back, placeOfRow(t, row))
			}
			checkSame(t, name, back, places)
			want := 0
			for _, p := range places {
				if b := p.Geometry.Bound(); b.Max[0] >= 115.2 && b.Min[0] <= 116 && b.Max[1] >= 28.05 && b.Min[1] <= 28.7 {
					want++
				}
			}
			ids := duckDB(t, `SELECT id`+from+` WHERE bbox.xmax >= 115.2 AND bbox.xmin <= 116 AND bbox.ymax >= 28.05 AND bbox.ymin <= 28.7`)
			if len(ids) != want {
				t.Errorf("%d places by their boxes, want %d", len(ids), want)
			}
		})
	}
}

// placeOfRow is the inverse of a written row as DuckDB gives it.
func placeOfRow(t *testing.T, row map[string]any) Place {
	t.Helper()
	p := Place{Attributes: map[string]string{}}
	for column, value := range row {
		text, isText := value.(string)
		switch {
		case value == nil:
		case !isText:
			t.Fatalf("%s is %v", column, value)
		case column == geometryColumn:
			encoded, err := hex.DecodeString(text)
			if err == nil {
				p.Geometry, err = wkb.Unmarshal(encoded)
			}
			if err != nil {
				t.Fatal(err)
			}
		case column == verifiedColumn:
			var ms int64
			if err := json.Unmarshal([]byte(text), &ms); err != nil {
				t.Fatal(err)
			}
			p.VerifiedAt = time.UnixMilli(ms).UTC()
		default:
			fill(t, &p, column, text)
		}
	}
	return p
}
