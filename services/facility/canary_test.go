package facility_test

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"
)

// canary is a search position whose digits occur nowhere else in the tests.
var canary = orb.Point{115.8564273, 28.6837419}

// traces are the forms in which a position finer than 0.01° could leak: its
// digits, cut or rounded, and the bytes of its numbers.
func traces(p orb.Point) [][]byte {
	var list [][]byte
	for _, degrees := range p {
		plain := strconv.FormatFloat(degrees, 'f', 7, 64)
		whole, fraction, _ := strings.Cut(plain, ".")
		for decimals := 3; decimals <= 7; decimals++ {
			list = append(list, []byte(strconv.FormatFloat(degrees, 'f', decimals, 64)), []byte(whole+"."+fraction[:decimals]))
		}
		list = append(list, []byte(fraction[:5]), []byte(fraction[2:]))
		bits, units := math.Float64bits(degrees), uint32(int32(math.Round(degrees*1e7)))
		list = append(list,
			binary.BigEndian.AppendUint64(nil, bits), binary.LittleEndian.AppendUint64(nil, bits),
			binary.BigEndian.AppendUint32(nil, units), binary.LittleEndian.AppendUint32(nil, units))
	}
	return list
}

// leaks tells the first trace of a position in b, "" if there is none.
func leaks(b []byte, p orb.Point) string {
	for _, trace := range traces(p) {
		if i := bytes.Index(b, trace); i >= 0 {
			return strconv.Quote(string(b[max(0, i-80):min(len(b), i+80)]))
		}
	}
	return ""
}

// journal is a log in memory, at the level that tells most.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) bytes() []byte {
	j.mu.Lock()
	defer j.mu.Unlock()
	return bytes.Clone(j.text.Bytes())
}

// logger leaves out times and durations: "took=1.642734ms" holds five digits of the canary once in some ten thousand runs.
func (j *journal) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if kind := a.Value.Kind(); kind == slog.KindTime || kind == slog.KindDuration || a.Key == "ms" {
				return slog.Attr{}
			}
			return a
		},
	}))
}

// checked expects a line with a text in the log, and none that
// tells the position.
func (j *journal) checked(t *testing.T, want string, p orb.Point) {
	t.Helper()
	b := j.bytes()
	if !bytes.Contains(b, []byte(want)) {
		t.Errorf("the log does not mention %q:\n%s", want, b)
	}
	if found := leaks(b, p); found != "" {
		t.Errorf("the log tells the position: %s", found)
	}
}

// searchFolder looks for a position in every file below a folder.
func searchFolder(t *testing.T, folder string, p orb.Point) (files int) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		if err == nil {
			if found := leaks(b, p); found != "" {
				t.Errorf("%s holds the position: %s", entry.Name(), found)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
