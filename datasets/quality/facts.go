package quality

import (
	"slices"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/geo"
)

// checkFile reports what concerns the whole file.
func (r *run) checkFile() error {
	columns := r.profiler.Columns()
	for _, field := range r.order.Required {
		there := func(c datasets.ColumnGuess) bool {
			return c.Filled > 0 && (c.Field == field || c.Field == "hours" && field == "opening_hours" || c.Field == "position" && (field == "lat" || field == "lon"))
		}
		if !slices.ContainsFunc(columns, there) {
			if err := r.find(0, field, "column_missing", "no column of the file says %s", field); err != nil {
				return err
			}
		}
	}
	if r.decimals <= 3 {
		if err := r.find(0, "", "positions_coarse", "nine of ten positions have %d decimals at most: places may be %d m off", r.decimals, metresOf(r.decimals)); err != nil {
			return err
		}
	}
	if r.shift.code != "" && !r.accepts(r.shift.repair) {
		return r.find(0, "", r.shift.code, "%s", r.shift.evidence)
	}
	return nil
}

// checkFact reports what was decided about a row and makes its repairs. It tells
// whether the row is left out.
func (r *run) checkFact(p *datasets.Place, f *fact) (dropped bool, err error) {
	if f.odd&oddCopy != 0 {
		if dropped, err = r.checkCopy(p, f); dropped || err != nil {
			return dropped, err
		}
	}
	if f.fix != asIs {
		if err := r.checkFix(p, f); err != nil {
			return false, err
		}
	}
	if err := r.checkShift(p, f); err != nil {
		return false, err
	}
	return false, r.checkOdd(p, f)
}

// checkCopy reports a row that repeats another exactly.
func (r *run) checkCopy(p *datasets.Place, f *fact) (dropped bool, err error) {
	dropped = r.accepts("duplicate_dropped")
	if dropped {
		r.codes.dropped++
	} else if err := r.find(p.Row, "", "row_duplicate", "the row repeats row %d in everything", f.twin); err != nil {
		return false, err
	}
	return dropped, r.propose(datasets.Repair{Row: p.Row, Code: "duplicate_dropped", Before: clip(p.Name), After: "",
		Sentence: datasets.Say("the row repeats row %d in everything", f.twin), Applied: dropped})
}

// checkFix reports a position that can be mended.
func (r *run) checkFix(p *datasets.Place, f *fact) error {
	code, bit := f.fix.finding()
	repair := f.fix.repair()
	before, applied := f.point(), r.accepts(repair)
	after := f.fix.apply(before)
	if applied {
		p.Geometry = moved(p.Geometry, f.fix.apply)
	} else if err := r.find(p.Row, r.latColumn(), code, "at %s the place is far from where it belongs, at %s it is not", showPoint(before), showPoint(after)); err != nil {
		return err
	}
	f.odd &^= bit
	return r.propose(datasets.Repair{Row: p.Row, Column: r.latColumn(), Code: repair, Before: showPoint(before), After: showPoint(after),
		Sentence: datasets.Say("at its new position the place lies where it belongs: in the area, where it was published, or among the others"), Applied: applied})
}

// checkShift makes or proposes the conversion of a file that is shifted.
func (r *run) checkShift(p *datasets.Place, f *fact) error {
	if r.shift.code == "" || !geo.InMainland(f.point()) {
		return nil
	}
	applied := r.accepts(r.shift.repair)
	before := onPlace(p.Geometry)
	if applied {
		p.Geometry = moved(p.Geometry, r.shift.undo)
	}
	return r.propose(datasets.Repair{Row: p.Row, Column: r.latColumn(), Code: r.shift.repair, Before: showPoint(before),
		After: showPoint(r.shift.undo(before)), Sentence: r.shift.evidence, Applied: applied})
}

// checkOdd reports what cannot be repaired.
func (r *run) checkOdd(p *datasets.Place, f *fact) (err error) {
	if f.odd == 0 {
		return nil
	}
	report := func(bit odd, column, code, format string, args ...any) {
		if err == nil && f.odd&bit != 0 {
			err = r.find(p.Row, column, code, format, args...)
		}
	}
	at, position := showPoint(f.point()), r.latColumn()
	report(oddOutside, position, "position_outside_area", "%s lies outside the dataset's area", at)
	report(oddFar, position, "position_far", "%s is far from all other rows", at)
	report(oddFake, position, "position_fake", "%s stands for an unknown position", at)
	report(oddMoved, position, "position_moved", "%s is more than 2 km from where the place was published", at)
	report(oddShared, position, "point_shared", "%d rows with different addresses lie at %s", r.sharing(f), at)
	report(oddID, "", "id_duplicate", "the id %q is that of row %d already", clip(p.SourceID), f.twin)
	report(oddDuplicate, "", "place_duplicate", "%q is near and alike row %d", clip(p.Name), f.twin)
	return err
}

// sharing is how many rows lie at a fact's point.
func (r *run) sharing(f *fact) int {
	if f.odd&oddShared == 0 {
		return 0
	}
	return r.shared[int32(r.at-1)]
}

// latColumn is the file's column that speaks for the position.
func (r *run) latColumn() string {
	for i := range r.columns {
		if c := r.columns[i].Column; c != nil && (c.Field == "lat" || c.Field == "position") {
			return c.Name
		}
	}
	return "geometry"
}

// checkRequired reports what a row should say and does not.
func (r *run) checkRequired(p *datasets.Place) error {
	for _, field := range r.order.Required {
		if !says(p, field) {
			if err := r.find(p.Row, field, "value_missing", "the row does not say %s", field); err != nil {
				return err
			}
		}
	}
	return nil
}

// says tells whether a place has something to say in a field.
func says(p *datasets.Place, field string) bool {
	switch field {
	case "id":
		return p.SourceID != ""
	case "name":
		return p.Name != ""
	case "category":
		return p.Category != ""
	case "address":
		return p.Address != ""
	case "phone":
		return p.Phone != ""
	case "hours", "opening_hours":
		return p.OpeningHours != ""
	case "verified":
		return !p.VerifiedAt.IsZero()
	case "lat", "lon", "position":
		return p.Geometry.Bound() != orb.Bound{}
	}
	return p.Attributes[field] != ""
}
