package facility

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"fujin/geo/index"
	"fujin/services/platform/processor"
	"fujin/services/platform/search"
)

// names is the text index over the facilities' names. It lags behind the index
// of places when a snapshot is missing: then it is built beside the queries.
type names struct {
	live     *search.Live
	building atomic.Bool
}

func (s *Service) namesPath() string { return filepath.Join(s.db.Path(), "names.snapshot") }

// loadNames maps the file of names, if it is as new as the index that was just
// loaded; otherwise it has one made.
func (s *Service) loadNames(ctx context.Context, l *index.Live) {
	leftovers, _ := filepath.Glob(s.namesPath() + ".*") // of a server that was killed
	for _, name := range leftovers {
		_ = os.Remove(name)
	}
	mark := s.names.live.Mark()
	file, err := search.Open(s.namesPath())
	if err == nil && file.DatabaseID() == s.db.ID() && file.Seq() >= l.View().Seq() {
		s.names.live.Swap(file, mark)
		return
	}
	s.buildNames(ctx, mark)
}

// buildNames makes a new file of names from the snapshot of the index, in the
// background and once at a time. The mark was taken before the snapshot was:
// what has changed since stays on top of the file.
func (s *Service) buildNames(ctx context.Context, mark uint64) {
	if !s.names.building.CompareAndSwap(false, true) {
		return
	}
	s.background.Go(func() {
		defer s.names.building.Store(false)
		start := time.Now()
		build := s.options.BuildNames
		if build == nil {
			build = BuildNames
		}
		err := build(ctx, s.indexOptions().Path, s.db.ID(), s.namesPath())
		var file *search.Index
		if err == nil {
			file, err = search.Open(s.namesPath())
		}
		if err != nil {
			if ctx.Err() == nil {
				s.log.Error("the index of names could not be made", "error", err)
			}
			return
		}
		s.names.live.Swap(file, mark)
		s.log.Info("index of names built", "facilities", file.Len(), "took", time.Since(start))
	})
}

// BuildNames makes the file of names from a snapshot of the index. It holds all
// names in memory, several hundred megabytes for a million.
func BuildNames(ctx context.Context, snapshot, database, file string) error {
	view, err := index.OpenView(index.Options{Path: snapshot, Database: database})
	if err != nil {
		return err
	}
	b := search.NewBuilder(database, view.Seq())
	var stint processor.Stint
	for ref := range view.All() {
		if b.Len()%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		stint.Yield()
		b.Add(ref.ID(), 0, namesOf(ref)...)
	}
	return b.WriteFile(file)
}

// renamed enters changed names; most changes leave the name as it is.
func (s *Service) renamed(before, after *index.View, upserts []index.Item, deletes []string) {
	var changes []search.Change
	for i := range upserts {
		ref, ok := after.Get(upserts[i].ID)
		if !ok {
			continue
		}
		now := namesOf(ref)
		if old, known := before.Get(upserts[i].ID); known && slices.Equal(namesOf(old), now) {
			continue
		}
		changes = append(changes, search.Change{ID: ref.ID(), Texts: now})
	}
	for _, id := range deletes {
		changes = append(changes, search.Change{ID: id, Deleted: true})
	}
	s.names.live.Apply(changes...)
}

// namesOf are the names of a facility in all languages, read from its
// document: the member "name", which comes first, and attributes "name:xx".
func namesOf(ref index.Ref) []string {
	body := ref.Body()
	var list []string
	for _, key := range [...]string{`"name":`, `"name:`} {
		rest := body
		for {
			i := bytes.Index(rest, []byte(key))
			if i < 0 {
				break
			}
			rest = rest[i+len(key):]
			if key == `"name:` {
				_, value, ok := bytes.Cut(rest, []byte(`":`))
				if !ok {
					break
				}
				rest = value
			}
			if name := literal(rest); name != "" && !slices.Contains(list, name) {
				list = append(list, name)
			}
			if key == `"name":` {
				break
			}
		}
	}
	return list
}

// literal decodes the JSON string that b begins with; "" if there is none.
func literal(b []byte) string {
	if len(b) == 0 || b[0] != '"' {
		return ""
	}
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			if plain := b[1:i]; bytes.IndexByte(plain, '\\') < 0 {
				return string(plain)
			}
			var s string
			if json.Unmarshal(b[:i+1], &s) != nil {
				return ""
			}
			return s
		}
	}
	return ""
}

// searchNames finds facilities by the words of their names.
func (s *Service) searchNames(view *index.View, r *request, limit int) ([]found, error) {
	list := []found{}
	hits := s.names.live.Search(r.text, limit, func(id string) bool { _, ok := view.Get(id); return ok })
	for _, hit := range hits {
		ref, ok := view.Get(hit.ID)
		if !ok {
			continue
		}
		d, err := decode(ref.Body())
		if err != nil {
			return nil, err
		}
		list = append(list, found{Type: "facility", ID: hit.ID, Name: d.Name, NameEn: d.Attributes["name:en"], Category: ref.Category(),
			Address: d.Address, position: at(ref.Point())})
	}
	return list, nil
}
