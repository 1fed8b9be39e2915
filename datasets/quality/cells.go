package quality

import (
	"strings"

	"fujin/datasets"
	"fujin/geo/division"
)

// checkCells holds the values of a record to the rules of their columns, and
// changes those whose repair is accepted.
func (r *run) checkCells(row int, cells []datasets.Cell) error {
	for i := range cells {
		c := &cells[i]
		if c.Index < 0 || c.Index >= len(r.columns) {
			continue
		}
		if err := r.checkMarks(row, c); err != nil {
			return err
		}
		col := &r.columns[c.Index]
		if !col.watched {
			continue
		}
		if err := r.checkCell(row, c, col); err != nil {
			return err
		}
	}
	return nil
}

// checkMarks finds what damage leaves in any column.
func (r *run) checkMarks(row int, c *datasets.Cell) error {
	v := c.Value
	switch b := v[0]; {
	case b == '#' && formulaError(v):
		return r.find(row, c.Name, "formula_error", "%q is the error of a formula, not a value", v)
	case b >= '0' && b <= '9' && len(v) >= 5 && len(v) <= 24 && v[len(v)-3] == '+' && exponent.MatchString(v):
		return r.find(row, c.Name, "number_rounded", "%s has lost the digits of the number it was", v)
	case foreign(v):
		if row != r.undecoded && strings.Contains(v, "\uFFFD") || strings.Contains(v, "锟斤拷") || strings.Contains(v, "ï¿½") {
			return r.find(row, c.Name, "text_lost", "%q has lost letters", clip(v))
		}
	case strings.Contains(v, "??") && questioned(v):
		return r.find(row, c.Name, "text_lost", "%q has question marks for letters", clip(v))
	}
	return nil
}

// questioned tells text in which question marks stand for most letters.
func questioned(v string) bool {
	marks := strings.Count(v, "?")
	return marks >= 3 && marks*5 >= 3*len(strings.ReplaceAll(v, " ", ""))
}

func formulaError(v string) bool {
	switch v {
	case "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!":
		return true
	}
	return len(v) >= 4 && strings.Trim(v, "#") == ""
}

// checkCell holds a value to the rules of its column.
func (r *run) checkCell(row int, c *datasets.Cell, col *columnFacts) error {
	v := c.Value
	if foreign(v) {
		if col.misread != nil {
			if right, ok := col.misread.Undo(v); ok {
				return r.amend(row, c, right, "text_misread", "text_redecoded",
					datasets.Say("%s text was read as %s", col.misread.Right, col.misread.Wrong))
			}
		}
	} else {
		digits, kind := numberForm(v)
		switch {
		case kind == wholeNumber && digits < col.width:
			return r.amend(row, c, strings.Repeat("0", col.width-digits)+v, "zeros_lost", "zeros_restored",
				datasets.Say("codes of this column have %d digits", col.width))
		case kind == decimalZero && col.codes:
			return r.amend(row, c, v[:digits], "number_decimal", "decimals_dropped", datasets.Say("a code has no decimals"))
		case kind == wholeNumber && col.divisionCol && (digits == 6 || digits == 9 || digits == 12):
			return r.checkDivision(row, c)
		}
	}
	if col.dateDamage && madeDate(v) {
		return r.find(row, c.Name, "date_for_text", "%q looks like a date that a spreadsheet made of a text such as 1-2", v)
	}
	return nil
}

// checkDivision looks a division's code up.
func (r *run) checkDivision(row int, c *datasets.Cell) error {
	code := c.Value[:6]
	if _, ok := division.Lookup(code); ok {
		return nil
	}
	was, ok := division.LookupFormer(code)
	now, _ := division.Lookup(was.Successor)
	switch {
	case !ok:
		return r.find(row, c.Name, "division_abolished", "%s is not the code of any present division", c.Value)
	case now.Code == "":
		return r.find(row, c.Name, "division_abolished", "%s: %s has no code of its own since %d or before, and no single successor is known", c.Value, was.Name, was.Year)
	case len(c.Value) == 6:
		return r.amend(row, c, now.Code, "division_abolished", "division_renewed",
			datasets.Say("%s is %s since %d or before", was.Name, now.Name, was.Year))
	}
	return r.find(row, c.Name, "division_abolished", "%s: %s is %s %s since %d or before", c.Value, was.Name, now.Code, now.Name, was.Year)
}

// amend reports a value that can be repaired, unless the repair is accepted: then
// it is made.
func (r *run) amend(row int, c *datasets.Cell, after, finding, repair string, why datasets.Sentence) error {
	applied := r.accepts(repair)
	before := c.Value
	if applied {
		c.Value = after
	} else if err := r.find(row, c.Name, finding, "%q should probably be %q: %s", clip(before), clip(after), why); err != nil {
		return err
	}
	return r.propose(datasets.Repair{Row: row, Column: c.Name, Code: repair, Before: before, After: after, Sentence: why, Applied: applied})
}

// clip shortens a value for a message.
func clip(text string) string {
	n := 0
	for i := range text {
		if n == 40 {
			return text[:i] + "…"
		}
		n++
	}
	return text
}
