package search

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cespare/xxhash/v2"
	"pgregory.net/rapid"
)

type doc struct {
	id     string
	weight uint32
	texts  []string
}

// brute is the definition of a search, over all documents.
func brute(docs []doc, query string, limit int, accept func(string) bool) []Hit {
	q := fold(query)
	asked := pieces(q)
	if limit <= 0 || len(asked) == 0 {
		return nil
	}
	var hits []Hit
	for _, d := range docs {
		if accept != nil && !accept(d.id) {
			continue
		}
		match, names := Words+1, []piece{}
		for _, text := range d.texts {
			name := fold(text)
			switch {
			case name == q:
				match = Exact
			case strings.HasPrefix(name, q):
				match = min(match, Prefix)
			}
			names = append(names, pieces(name)...)
		}
		all := true
		for i, a := range asked {
			last := i == len(asked)-1
			all = all && holds(a, last, names)
		}
		if all {
			match = min(match, Words)
		}
		if match <= Words {
			hits = append(hits, Hit{d.id, match, d.weight})
		}
	}
	slices.SortFunc(hits, compare)
	return hits[:min(limit, len(hits))]
}

func holds(asked piece, last bool, names []piece) bool {
	if !asked.unspaced {
		return slices.ContainsFunc(names, func(n piece) bool {
			return !n.unspaced && (n.text == asked.text || last && strings.HasPrefix(n.text, asked.text))
		})
	}
	runes := []rune(asked.text)
	for i := range runes {
		part := string(runes[i:min(i+2, len(runes))])
		if i > 0 && i == len(runes)-1 {
			break
		}
		if !slices.ContainsFunc(names, func(n piece) bool { return n.unspaced && strings.Contains(n.text, part) }) {
			return false
		}
	}
	return true
}

func build(t testing.TB, docs []doc) *Index {
	t.Helper()
	b := NewBuilder("01DB", 42)
	for _, d := range docs {
		b.Add(d.id, d.weight, d.texts...)
	}
	path := filepath.Join(t.TempDir(), "names.idx")
	if err := b.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	ix, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func ids(hits []Hit) string {
	var list []string
	for _, h := range hits {
		list = append(list, h.ID)
	}
	return strings.Join(list, " ")
}

var facilities = []doc{
	{"t1", 10, []string{"八一公园公厕", "Bayi Park Toilet"}},
	{"t2", 20, []string{"八一公园"}},
	{"t3", 5, []string{"南昌八一公园东门公厕"}},
	{"s1", 7, []string{"STARBUCKS Café 红谷滩店"}},
	{"s2", 9, []string{"Ｓｔａｒｂｕｃｋｓ Coffee"}},
	{"w1", 1, []string{"公厕"}},
	{"w2", 1, []string{"厕所"}},
	{"k1", 3, []string{"7-Eleven 中山路"}},
	{"j1", 3, []string{"コンビニ ガスト", "서울역 화장실"}},
	{"e1", 3, []string{"", "—"}},
}

func TestSearch(t *testing.T) {
	ix := build(t, facilities)
	if ix.DatabaseID() != "01DB" || ix.Seq() != 42 || ix.Len() != len(facilities) {
		t.Errorf("header: %q %d %d", ix.DatabaseID(), ix.Seq(), ix.Len())
	}
	for query, want := range map[string]string{
		"八一公园": "t2 t1 t3", "公厕": "w1 t1 t3", "厕": "w2 t1 t3 w1", "公园 公厕": "t1 t3", "starbucks": "s2 s1", "Starbucks cafe": "s1", "CAFÉ": "s1", "star": "s2 s1",
		"star coffee": "", "coffee star": "s2", "红谷滩 starbucks": "s1", "7 eleven": "k1", "eleven": "k1", "7": "k1", "中山": "k1", "ガスト": "j1", "가": "", "화장": "j1", "서울역": "j1",
		"bayi": "t1", "bay park": "", "bayi p": "t1", "": "", " ,—": "", "東京": "", "公园公": "t1",
	} {
		if got := ids(ix.Search(query, 10, nil)); got != want {
			t.Errorf("Search(%q) = %q, want %q", query, got, want)
		}
	}
	if got := ids(ix.Search("公厕", 1, func(id string) bool { return id != "w1" })); got != "t1" {
		t.Errorf("with a filter: %q", got)
	}
	if got := ix.Search("公厕", 0, nil); got != nil {
		t.Errorf("limit 0: %v", got)
	}
}

var letters = []rune("南昌公厕園かabcé 1-")

func drawDocs(t *rapid.T) []doc {
	text := rapid.StringOfN(rapid.SampledFrom(letters), 0, 8, -1)
	list := rapid.SliceOfNDistinct(rapid.IntRange(0, 999), 0, 60, rapid.ID).Draw(t, "ids")
	var docs []doc
	for _, id := range list {
		docs = append(docs, doc{fmt.Sprint("d", id), uint32(rapid.IntRange(0, 3).Draw(t, "weight")), rapid.SliceOfN(text, 0, 3).Draw(t, "texts")})
	}
	return docs
}

func TestSearchAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		docs := drawDocs(rt)
		b := NewBuilder("", 0)
		for _, d := range docs {
			b.Add(d.id, d.weight, d.texts...)
		}
		ix := b.index()
		accept := func(id string) bool { return id[len(id)-1] != '3' }
		for range 10 {
			query := rapid.StringOfN(rapid.SampledFrom(letters), 0, 5, -1).Draw(rt, "query")
			limit := rapid.IntRange(0, 20).Draw(rt, "limit")
			if got, want := ix.Search(query, limit, accept), brute(docs, query, limit, accept); !slices.Equal(got, want) {
				rt.Fatalf("Search(%q, %d)\n got %v\nwant %v\n of %v", query, limit, got, want, docs)
			}
		}
	})
}

// Long lists of documents have blocks and skips; short ones have not.
func TestSearchManyDocuments(t *testing.T) {
	var docs []doc
	for i := range 3000 {
		name := "公厕"
		if i%7 == 0 {
			name = "南昌 " + name
		}
		if i%500 == 3 {
			name += " 八一"
		}
		docs = append(docs, doc{fmt.Sprintf("d%04d", i), uint32(i % 5), []string{fmt.Sprintf("%s %d号 w%d", name, i, i%300)}})
	}
	ix := build(t, docs)
	for _, query := range []string{"公厕", "南昌", "南昌 公厕", "八一", "八一 公厕", "公厕 八一 南昌", "南昌 w2", "w", "w29", "公厕 1", "公", "号 w1", "12号", "南"} {
		for _, limit := range []int{1, 20, 5000} {
			if got, want := ix.Search(query, limit, nil), brute(docs, query, limit, nil); !slices.Equal(got, want) {
				t.Errorf("Search(%q, %d): %d hits, want %d", query, limit, len(got), len(want))
			}
		}
	}
}

func TestCursorSeeks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		docs := rapid.SliceOfNDistinct(rapid.Uint32Range(0, 5000), 1, 700, rapid.ID).Draw(t, "docs")
		slices.Sort(docs)
		c := newCursor(appendPostings(nil, docs), len(docs), 5001)
		target := uint32(0)
		for c.doc != noDoc {
			i, _ := slices.BinarySearch(docs, target)
			c.seek(target)
			want := uint32(noDoc)
			if i < len(docs) {
				want = docs[i]
			}
			if c.doc != want {
				t.Fatalf("seek(%d) = %d, want %d", target, c.doc, want)
			}
			target += rapid.Uint32Range(0, 900).Draw(t, "step") + 1
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	path := filepath.Join(t.TempDir(), "names.idx")
	b := NewBuilder("01DB", 1)
	b.Add("a", 1, "公厕")
	if err := b.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(what string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		var damaged *DamagedError
		if _, err := Open(path); !errors.As(err, &damaged) || damaged.Path != path {
			t.Errorf("%s: %v", what, err)
		}
	}
	refuse("empty", nil)
	refuse("other file", []byte(strings.Repeat("hello ", 100)))
	for i := range good {
		bad := slices.Clone(good)
		bad[i] ^= 0x10
		refuse(fmt.Sprint("byte ", i), bad)
		refuse(fmt.Sprint("cut at ", i), good[:i])
	}
}

// signed puts a right checksum under any bytes, so that the checks behind it
// are reached.
func signed(data []byte) []byte {
	if len(data) < checksumSize {
		return data
	}
	data = slices.Clone(data)
	body := len(data) - checksumSize
	binary.LittleEndian.PutUint64(data[body:], xxhash.Sum64(data[:body]))
	return data
}

func FuzzOpen(f *testing.F) {
	b := NewBuilder("01DB", 7)
	for _, d := range facilities {
		b.Add(d.id, d.weight, d.texts...)
	}
	for i := range 300 {
		b.Add(fmt.Sprint("x", i), 1, "公厕 toilet")
	}
	f.Add(b.index().memory.data)
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		ix, err := newIndex(&memory{signed(data)})
		if err != nil {
			return
		}
		for _, query := range []string{"公厕", "厕", "toilet", "t", "公厕 八一 t", "starbucks"} {
			ix.Search(query, 5, nil)
		}
	})
}

func TestLiveAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		current := map[string]doc{}
		b := NewBuilder("", 0)
		for _, d := range drawDocs(t) {
			current[d.id] = d
			b.Add(d.id, d.weight, d.texts...)
		}
		live := NewLive(b.index())
		text := rapid.StringOfN(rapid.SampledFrom(letters), 0, 8, -1)
		var mark uint64
		var snapshot []doc
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			id := fmt.Sprint("d", rapid.IntRange(0, 30).Draw(t, "id"))
			switch rapid.IntRange(0, 7).Draw(t, "what") {
			case 3: // several at once, the last one counts
				d := doc{id, 2, []string{text.Draw(t, "text")}}
				live.Apply(Change{ID: id, Deleted: true}, Change{ID: "d31", Deleted: true}, Change{ID: id, Weight: d.weight, Texts: d.texts})
				current[id] = d
				delete(current, "d31")
			case 0:
				live.Delete(id)
				delete(current, id)
			case 1: // a file is begun
				mark, snapshot = live.Mark(), nil
				for _, d := range current {
					snapshot = append(snapshot, d)
				}
			case 2: // and done
				if mark == 0 {
					continue
				}
				b := NewBuilder("", 0)
				for _, d := range snapshot {
					b.Add(d.id, d.weight, d.texts...)
				}
				live.Swap(b.index(), mark)
				mark = 0
			default:
				d := doc{id, uint32(rapid.IntRange(0, 3).Draw(t, "weight")), []string{text.Draw(t, "text")}}
				live.Upsert(d.id, d.weight, d.texts...)
				current[id] = d
			}
			var docs []doc
			for _, d := range current {
				docs = append(docs, d)
			}
			query := rapid.StringOfN(rapid.SampledFrom(letters), 1, 3, -1).Draw(t, "query")
			if got, want := live.Search(query, 10, nil), brute(docs, query, 10, nil); !slices.Equal(got, want) {
				t.Fatalf("Search(%q)\n got %v\nwant %v", query, got, want)
			}
		}
	})
}

func TestLiveForgetsWhatTheFileHolds(t *testing.T) {
	live := NewLive(nil)
	if got := live.Search("公厕", 5, nil); len(got) != 0 || live.Base() != nil {
		t.Errorf("empty: %v", got)
	}
	for i := range 100 {
		live.Upsert(fmt.Sprint(i), 1, "公厕")
	}
	mark := live.Mark()
	live.Upsert("later", 9, "公厕")
	live.Swap(build(t, facilities), mark)
	if n := live.Changes(); n != 1 {
		t.Errorf("%d changes left, want 1", n)
	}
	if got := ids(live.Search("公厕", 3, nil)); got != "later w1 t1" {
		t.Errorf("after the swap: %q", got)
	}
}

// Files are swapped, and unmapped, while readers search.
func TestLiveSwapsUnderReaders(t *testing.T) {
	dir := t.TempDir()
	file := func(n int) *Index {
		b := NewBuilder("", int64(n))
		for i := range 500 {
			b.Add(fmt.Sprint("d", i), uint32(i), fmt.Sprintf("公厕 %d", i))
		}
		path := filepath.Join(dir, fmt.Sprint(n%2))
		if err := b.WriteFile(path); err != nil {
			t.Error(err)
		}
		ix, err := Open(path)
		if err != nil {
			t.Error(err)
		}
		return ix
	}
	live := NewLive(file(0))
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if got := live.Search("公厕 4", 3, nil); ids(got) != "d4 d499 d498" {
					t.Errorf("a reader saw %v", got)
					return
				}
			}
		})
	}
	for n := range 30 {
		mark := live.Mark()
		live.Upsert("other", 1, "厕所")
		live.Swap(file(n), mark)
		collect()
	}
	close(done)
	readers.Wait()
}
