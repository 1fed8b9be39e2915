package index

import (
	"context"
	"os"
)

// Prepared is the next base of an index, built while what it holds of a dataset
// is not true yet. It becomes the index within milliseconds (Swap), or never
// (Discard); one of the two must follow, and until then no other base is built.
// It is for one goroutine.
type Prepared struct {
	live    *Live
	dataset string
	path    string
	base    *base
}

// Prepare builds a base in which what feed adds stands for all that is in the
// dataset, to a file beside the snapshot: what the index answers, and what a
// restart would map, stays as it is. Until Swap nothing of the dataset may be
// deleted from the index; everything else goes on.
func (l *Live) Prepare(ctx context.Context, dataset string, feed func(add func(Item) error) error) (*Prepared, error) {
	p := &Prepared{live: l, dataset: dataset, path: l.options.Path + tempMark + "prepared"}
	var err error
	p.base, err = l.build(ctx, p.path, asViewed, func(r Ref) bool { return r.Dataset() != dataset }, feed)
	if err != nil {
		_ = os.Remove(p.path) // where the file is there, but could not be mapped
		return nil, err
	}
	return p, nil
}

// Touched lists the items of the dataset that were applied since the base was
// begun, in no particular order: what was applied is their former form, so that
// Swap has to be given the one that now counts.
func (p *Prepared) Touched() []string {
	p.live.mu.Lock()
	defer p.live.mu.Unlock()
	return p.touched()
}

func (p *Prepared) touched() (ids []string) {
	datasets := p.live.current.Load().datasets.list
	for id, e := range p.live.carry {
		if e != nil && datasets[e.facts.dataset] == p.dataset {
			ids = append(ids, id)
		}
	}
	return ids
}

// Swap makes the base the index, with all that was applied since it was begun;
// again are the items that Touched lists, those that still exist. seq is the
// number of the change that made it true. Between Touched and Swap nothing may
// be applied.
//
// If nothing was applied meanwhile, the file becomes the snapshot. Otherwise it
// lacks what was, and the snapshot on disk stays the old one until the next
// Compact: see View.Changed.
func (p *Prepared) Swap(seq int64, again []Item) error {
	defer p.live.merged()
	p.live.mu.Lock()
	defer p.live.mu.Unlock()
	for _, id := range p.touched() {
		delete(p.live.carry, id) // the base has the newer form
	}
	if len(p.live.carry)+len(again) > 0 {
		if err := os.Remove(p.path); err != nil {
			return err
		}
	} else if err := putInPlace(p.path, p.live.options.Path, seq); err != nil {
		_ = os.Remove(p.path)
		return err
	}
	p.base.seq = seq
	return p.live.swap(p.base, again)
}

// Discard throws the base away.
func (p *Prepared) Discard() {
	_ = os.Remove(p.path) // if not now, then at the next start
	p.base = nil
	p.live.merged()
}
