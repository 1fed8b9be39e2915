package search

import (
	"runtime"
	"slices"
	"sort"
	"strings"
)

// Search returns the best documents for a query, at most limit: those one of
// whose texts is the query, those one of whose texts begins with it, those that
// hold all its terms; among each the heavier first, then by id. When accept is
// given, only documents whose id it accepts count; it is called in the order of
// results until there are enough of them. A query without letters and digits
// finds nothing.
func (ix *Index) Search(query string, limit int, accept func(id string) bool) []Hit {
	folded := fold(query)
	demands := wants(folded)
	if limit <= 0 || len(demands) == 0 || ix.Len() == 0 {
		return nil
	}
	s := ix.search(limit, accept)
	defer s.release()
	if !s.named(folded) {
		s.worded(demands)
	}
	return s.hits
}

// search is one run of a query.
type search struct {
	*Index
	limit  int
	accept func(id string) bool
	hits   []Hit
	seen   *docSet // documents dealt with; nil while there are none
	sets   []*docSet
}

func (ix *Index) search(limit int, accept func(id string) bool) *search {
	return &search{Index: ix, limit: limit, accept: accept}
}

// set takes an empty set for the time of the search.
func (s *search) set() *docSet {
	set := s.Index.sets.Get().(*docSet)
	s.sets = append(s.sets, set)
	return set
}

// release gives the sets back and lets go of the file.
func (s *search) release() {
	for _, set := range s.sets {
		clear(*set)
		s.Index.sets.Put(set)
	}
	runtime.KeepAlive(s.memory)
}

// take enters a document into the result, if it is accepted, and reports
// whether that is enough.
func (s *search) take(doc uint32, match Match) bool {
	id := string(s.ids.at(int(doc)))
	if s.accept == nil || s.accept(id) {
		s.hits = append(s.hits, Hit{ID: id, Match: match, Weight: s.weights.at(int(doc))})
	}
	return len(s.hits) >= s.limit
}

// named takes the documents with a name that is or begins with the text.
func (s *search) named(text string) (enough bool) {
	n := s.names.len()
	first := sort.Search(n, func(i int) bool { return string(s.names.at(i)) >= text })
	longer := first + sort.Search(n-first, func(i int) bool { return string(s.names.at(first+i)) != text })
	end := longer + sort.Search(n-longer, func(i int) bool { return !strings.HasPrefix(string(s.names.at(longer+i)), text) })
	return s.takeNames(first, longer, Exact) || s.takeNames(longer, end, Prefix)
}

// takeNames takes the documents of a range of names in their own order.
func (s *search) takeNames(from, to int, match Match) (enough bool) {
	if from >= to {
		return false
	}
	if s.seen == nil {
		s.seen = s.set()
	}
	const few = 256
	if to-from <= few {
		docs := make([]uint32, 0, to-from)
		for i := from; i < to; i++ {
			docs = append(docs, s.nameDocs.at(i))
		}
		slices.Sort(docs)
		for _, doc := range docs {
			if s.takeNew(doc, match) {
				return true
			}
		}
		return false
	}
	found := s.set()
	for i := from; i < to; i++ {
		found.add(s.nameDocs.at(i))
	}
	for doc := found.next(0); doc != noDoc; doc = found.next(doc + 1) {
		if s.takeNew(doc, match) {
			return true
		}
	}
	return false
}

// takeNew is take for a document that may have been dealt with.
func (s *search) takeNew(doc uint32, match Match) (enough bool) {
	if s.seen.has(doc) {
		return false
	}
	s.seen.add(doc)
	return s.take(doc, match)
}

// worded takes the documents that hold all terms: the source with the fewest
// documents leads, the others follow.
func (s *search) worded(demands []want) {
	sources := s.sources(demands)
	if len(sources) == 0 {
		return
	}
	slices.SortFunc(sources, func(a, b source) int { return a.count - b.count })
	lead := &sources[0]
	for doc := lead.seek(0); doc != noDoc; {
		next := doc
		for i := 1; i < len(sources) && next == doc; i++ {
			next = sources[i].seek(doc)
		}
		if next == doc {
			if (s.seen == nil || !s.seen.has(doc)) && s.take(doc, Words) {
				return
			}
			next++
		}
		if next == noDoc {
			return
		}
		doc = lead.seek(next)
	}
}

// sources finds the documents of each demand; none where one has no documents.
func (s *search) sources(demands []want) []source {
	type terms struct{ from, to, count int }
	ranges := make([]terms, len(demands))
	fewest := s.Len()
	for i, w := range demands {
		r := terms{}
		r.from, r.to = s.termRange(w)
		for term := r.from; term < r.to; term++ {
			r.count += int(s.termCounts.at(term))
		}
		if r.count == 0 {
			return nil
		}
		ranges[i], fewest = r, min(fewest, r.count)
	}
	list := make([]source, len(ranges))
	for i, r := range ranges {
		list[i].count = r.count
		// Few terms, or few questions, are cheaper asked one by one.
		if few := 16; r.to-r.from <= few || (r.to-r.from)*fewest < r.count {
			for term := r.from; term < r.to; term++ {
				list[i].cursors = append(list[i].cursors, s.cursor(term))
			}
		} else {
			list[i].set = s.union(r.from, r.to)
		}
	}
	return list
}

// source is the documents of a demand: those of some terms, or a set.
type source struct {
	cursors []cursor
	set     *docSet
	count   int // an upper bound
}

// seek is the first document that is not before the given one.
func (s *source) seek(doc uint32) uint32 {
	if s.set != nil {
		return s.set.next(doc)
	}
	first := uint32(noDoc)
	for i := range s.cursors {
		c := &s.cursors[i]
		c.seek(doc)
		first = min(first, c.doc)
	}
	return first
}

// termRange is the range of terms that meet a demand.
func (s *search) termRange(w want) (from, to int) {
	n := s.terms.len()
	from = sort.Search(n, func(i int) bool { return string(s.terms.at(i)) >= w.text })
	if w.prefix {
		return from, from + sort.Search(n-from, func(i int) bool { return !strings.HasPrefix(string(s.terms.at(from+i)), w.text) })
	}
	if from < n && string(s.terms.at(from)) == w.text {
		return from, from + 1
	}
	return from, from
}

func (s *search) cursor(term int) cursor {
	return newCursor(s.postings.at(term), int(s.termCounts.at(term)), uint32(s.Len()))
}

// union is the set of the documents of a range of terms.
func (s *search) union(from, to int) *docSet {
	set := s.set()
	for term := from; term < to; term++ {
		for c := s.cursor(term); c.doc != noDoc; c.next() {
			set.add(c.doc)
		}
	}
	return set
}
