package datasets

import (
	"context"
	"strings"

	"github.com/paulmach/orb"
)

// osmReading turns the elements of one file into places. It reads the file up
// to three times (facilities; member ways of those that are relations; nodes of
// all those ways) and keeps in memory only what facilities need, however large
// the file is.
type osmReading struct {
	placer   *placer
	selected string
	elements int // in the file
	row      int
	pending  []osmPending
	ways     map[int64][]int64 // node ids of ways that relations need
	nodes    *osmCoordinates
}

// osmPending is a facility whose shape is not known yet.
type osmPending struct {
	element *osmElement
	matches []osmMatch
	row     int // of the first match
}

// readOSM reads a file of any OSM format. Nodes come to the sink as they are
// met, ways and relations whose shape must be put together after them; Row is
// the ordinal of the facility in the file.
func readOSM(ctx context.Context, src Source, opt Options, sink Sink, format Format, scan osmScan) (Summary, error) {
	placer, err := newPlacer(src.Name, opt, sink)
	if err != nil {
		return Summary{}, err
	}
	placer.declare(WGS84)
	r := &osmReading{placer: placer, selected: opt.Category, ways: map[int64][]int64{}}
	passes := int64(3)
	read := func(i int64, pass osmPass) error {
		pass.progress = func(bytes int64) {
			if sink.Progress != nil {
				sink.Progress((max(src.Size, 0)*i + bytes) / passes)
			}
		}
		return scan(ctx, pass)
	}
	if err := read(0, r.facilities()); err != nil {
		return Summary{}, err
	}
	if r.row == 0 {
		return Summary{}, r.nothing()
	}
	if pass, needed := r.memberWays(); needed {
		if err := read(1, pass); err != nil {
			return Summary{}, err
		}
	}
	if pass, needed := r.wayNodes(); needed {
		if err := read(2, pass); err != nil {
			return Summary{}, err
		}
	}
	for _, p := range r.pending {
		shape, whole := r.shape(p.element)
		if err := r.emit(p, shape, whole); err != nil {
			return Summary{}, err
		}
	}
	if sink.Progress != nil && src.Size >= 0 {
		sink.Progress(src.Size)
	}
	return placer.done(format, "UTF-8"), nil
}

// nothing refuses a file without facilities.
func (r *osmReading) nothing() error {
	if r.selected != "" {
		return Refuse("none of the file's %d elements is a facility of category %q; without a category every facility is read", r.elements, r.selected)
	}
	return Refuse("none of the file's %d elements is a facility (amenity=toilets, toilets=yes, shop=*, …); name a category to select others by their OSM value", r.elements)
}

// facilities is the pass that finds the elements that are facilities.
func (r *osmReading) facilities() osmPass {
	return osmPass{
		kinds: 1<<osmNode | 1<<osmWay | 1<<osmRelation,
		want: func(_ osmRef, tagged bool) bool {
			r.elements++
			return tagged
		},
		take: func(el *osmElement) error {
			matches := osmMatches(el.tags, r.selected)
			if len(matches) == 0 {
				return nil
			}
			p := osmPending{element: el, matches: matches, row: r.row + 1}
			r.row += len(matches)
			if el.shape == nil {
				r.pending = append(r.pending, p)
				return nil
			}
			shape, whole := r.shape(el)
			if err := r.emit(p, shape, whole); err != nil {
				return errSink{err}
			}
			return nil
		},
	}
}

// memberWays is the pass that finds the ways that pending relations consist of.
func (r *osmReading) memberWays() (osmPass, bool) {
	for _, p := range r.pending {
		for _, m := range p.element.members {
			if m.kind == osmWay && m.shape == nil {
				r.ways[m.id] = nil
			}
		}
	}
	return osmPass{
		kinds: 1 << osmWay,
		want: func(ref osmRef, _ bool) bool {
			_, needed := r.ways[ref.id]
			return needed && ref.kind == osmWay
		},
		take: func(el *osmElement) error {
			r.ways[el.id] = el.nodes
			return nil
		},
	}, len(r.ways) > 0
}

// wayNodes is the pass that finds the nodes of all ways that are needed.
func (r *osmReading) wayNodes() (osmPass, bool) {
	var ids []int64
	for _, p := range r.pending {
		ids = append(ids, p.element.nodes...)
		for _, m := range p.element.members {
			if m.kind == osmNode && m.shape == nil {
				ids = append(ids, m.id)
			}
		}
	}
	for _, nodes := range r.ways {
		ids = append(ids, nodes...)
	}
	r.nodes = newOSMCoordinates(ids)
	return osmPass{
		kinds: 1 << osmNode,
		want:  func(ref osmRef, _ bool) bool { return ref.kind == osmNode && r.nodes.needs(ref.id) },
		take: func(el *osmElement) error {
			if at, ok := el.shape.(orb.Point); ok {
				r.nodes.set(el.id, at)
			}
			return nil
		},
	}, len(r.nodes.ids) > 0
}

// emit hands over the facilities of one element.
func (r *osmReading) emit(p osmPending, shape orb.Geometry, whole bool) error {
	ref := p.element.String()
	for i, match := range p.matches {
		row := p.row + i
		if shape == nil {
			err := r.placer.reject(row, "geometry", "coordinate_missing", "the file lacks the nodes or members that %s consists of", ref)
			if err != nil {
				return err
			}
			continue
		}
		if !whole {
			err := r.placer.warn(row, "geometry", "geometry_incomplete", "the file lacks some of the nodes or members that %s consists of; the rest is taken", ref)
			if err != nil {
				return err
			}
		}
		if err := r.place(row, ref, match, orb.Clone(shape)); err != nil {
			return err
		}
	}
	return nil
}

// place hands over one facility.
func (r *osmReading) place(row int, ref string, match osmMatch, shape orb.Geometry) error {
	fields := make([]Field, 1, len(match.tags)+1)
	fields[0] = Field{"@id", ref + match.suffix}
	for _, tag := range match.tags {
		r.placer.learnOSM(tag.key)
		fields = append(fields, Field{tag.key, tag.value})
	}
	r.placer.opt.Category = match.category
	return r.placer.row(row, fields, shape)
}

// learnOSM notes what an OSM key means, which is exactly what it says:
// location=underground is no name, however many tables call it so.
func (p *placer) learnOSM(key string) {
	if _, known := p.columns[key]; known || len(p.columns) >= maxColumns {
		return
	}
	c := guessColumn(key)
	switch key {
	case "name", "opening_hours", "phone", "contact:phone", "addr:full", "check_date", "survey:date":
	default:
		if c.role != roleAttribute || c.key != key {
			c = &column{key: key, raw: key}
		}
	}
	p.columns[strings.Clone(key)] = c
}
