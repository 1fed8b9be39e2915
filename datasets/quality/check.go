package quality

import (
	"strconv"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/geo"
)

// check is the second reading.
func (r *run) check() (err error) {
	r.rows, r.at = 0, 0
	if err := r.checkFile(); err != nil {
		return err
	}
	r.summary, err = datasets.Read(r.ctx, r.src, r.options(), datasets.Sink{
		Place: r.checkPlace,
		Issue: func(i datasets.Issue) error {
			if i.Code == "position_swapped" {
				return nil // the reader's guess from the rows so far; the gate has seen them all
			}
			if i.Code == "encoding_damaged" {
				r.undecoded = i.Row
			}
			return r.issue(i)
		},
		Record: func(row int, cells []datasets.Cell) error {
			r.rows++
			r.out.Step()
			return r.checkCells(row, cells)
		},
		Mend:     r.mend,
		Progress: r.progress("check", 0.5),
	})
	if err == nil {
		err = r.failed
	}
	return err
}

// issue counts a finding and hands it on.
func (r *run) issue(i datasets.Issue) error {
	r.codes.finding(i)
	if r.out.Issue == nil {
		return nil
	}
	return r.out.Issue(i)
}

// find reports a finding of the gate.
func (r *run) find(row int, column, code, format string, args ...any) error {
	return r.issue(datasets.Issue{File: r.src.Name, Row: row, Column: column, Code: code, Sentence: datasets.Say(format, args...)})
}

// propose reports a repair, made or not.
func (r *run) propose(rep datasets.Repair) error {
	if !r.codes.repair(rep) || r.out.Repair == nil {
		return nil
	}
	return r.out.Repair(rep)
}

// mend gives a damaged record its position, if the repair is accepted.
func (r *run) mend(d datasets.Damage) (orb.Point, bool) {
	for r.nextDamage < len(r.damages) && r.damages[r.nextDamage].row < d.Row {
		r.nextDamage++
	}
	if r.nextDamage == len(r.damages) || r.damages[r.nextDamage].row != d.Row {
		return orb.Point{}, false
	}
	m := &r.damages[r.nextDamage]
	if m.code == "" {
		return orb.Point{}, false
	}
	applied := r.accepts(m.code)
	err := r.propose(datasets.Repair{Row: d.Row, Column: d.Column, Code: m.code, Before: d.Lat + ", " + d.Lon, After: showPoint(m.at),
		Sentence: m.why(), Applied: applied})
	if err != nil && r.failed == nil {
		r.failed = err
	}
	return m.at, applied
}

// checkPlace hands a place on with what was found about it.
func (r *run) checkPlace(p datasets.Place) error {
	if r.failed != nil {
		return r.failed
	}
	for r.at < len(r.facts) && int(r.facts[r.at].row) < p.Row {
		r.at++
	}
	if r.at < len(r.facts) && int(r.facts[r.at].row) == p.Row {
		f := &r.facts[r.at]
		r.at++
		dropped, err := r.checkFact(&p, f)
		if err != nil || dropped {
			return err
		}
	}
	if err := r.checkRequired(&p); err != nil {
		return err
	}
	r.accepted++
	r.codes.place(p)
	if r.out.Place == nil {
		return nil
	}
	return r.out.Place(p)
}

// showPoint writes a position as latitude, longitude.
func showPoint(p orb.Point) string {
	return strconv.FormatFloat(geo.Round7(p[1]), 'f', -1, 64) + ", " + strconv.FormatFloat(geo.Round7(p[0]), 'f', -1, 64)
}
