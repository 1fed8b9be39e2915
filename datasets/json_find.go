package datasets

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// jsonForm is a way in which JSON writes a table.
type jsonForm uint8

const (
	formRecords jsonForm = iota // [{…}, {…}]
	formKeyed                   // {"id": {…}, "id": {…}}
	formRows                    // [["name", "lat"], ["A", 1]]
	formColumns                 // {"name": ["A"], "lat": [1]}
	formSingle                  // {…}
)

// A jsonTable says where the records of a file stand.
type jsonTable struct {
	form jsonForm
	path []string // keys from the root to what holds the records
	// lists are the members at the end of the path that hold records side by
	// side, as in {"Taipei": […], "Tainan": […]}; none where the path leads to
	// the records itself.
	lists []string
	// inner is the member of each item that holds the records, as in
	// [{"city": "A", "stores": […]}].
	inner  string
	count  int
	rows   *table   // of formRows: its columns and how many rows stand above the first record
	keys   []string // what a record holds, for a refusal
	others []string // where else in the file there are records with positions
}

// jsonFinder looks for the table with positions in the structure of a file.
type jsonFinder struct {
	placer *placer
	record jsonFields
	found  []jsonTable // with positions
	other  jsonTable   // the largest one without
	header []string    // names of columns beside rows
}

// findTable finds the records of a file: none where its lists are empty. The
// error says in a sentence why there are none to take.
func findTable(p *placer, shape *jsonShape) (jsonTable, error) {
	f := &jsonFinder{placer: p, record: jsonFields{placer: p}}
	f.header = findNames(shape)
	f.search(shape, nil)
	if len(f.found) == 0 && f.other.count < 2 && shape.kind == '{' && f.located(gjson.Parse(shape.text())) {
		f.found = append(f.found, jsonTable{form: formSingle, count: 1})
	}
	if len(f.found) > 0 {
		return f.best(), nil
	}
	if f.other.count == 0 {
		if shape.kind == '[' && shape.count == 0 || f.emptyList(shape) {
			return jsonTable{}, nil
		}
		return jsonTable{}, Refuse("the JSON holds no list of records: %s; export the records as an array of objects", describeShape(shape))
	}
	if p.opt.look != nil {
		return f.other, nil
	}
	return jsonTable{}, noPosition(countRecords(f.other.count, f.other.where()), f.other.keys)
}

// where says where the records stand.
func (t jsonTable) where() Sentence {
	if path := t.address(); path != "" {
		return Say(" at %q", path)
	}
	return Sentence{}
}

// address is the path to the records, "" for the root.
func (t jsonTable) address() string {
	path := slices.Clone(t.path)
	if t.inner != "" {
		path = append(path, t.inner)
	}
	return strings.Join(path, ".")
}

// search looks at a value and at all that it holds.
func (f *jsonFinder) search(shape *jsonShape, path []string) {
	switch shape.kind {
	case '[':
		f.array(shape, path)
	case '{':
		before := len(f.found)
		if f.columns(shape, path) || f.keyed(shape, path) {
			return
		}
		for i, member := range shape.members {
			f.search(member, append(slices.Clone(path), shape.keys[i]))
		}
		f.join(before, path)
	}
}

// array looks at a list of records or rows.
func (f *jsonFinder) array(shape *jsonShape, path []string) {
	objects, rows := 0, 0
	for _, item := range shape.items {
		if item.IsObject() {
			objects++
		} else if item.IsArray() {
			rows++
		}
	}
	switch {
	case objects > 0:
		table := jsonTable{form: formRecords, path: path, count: shape.count}
		if !f.try(table, shape.items) {
			f.inner(table, shape.items)
		}
	case rows > 0:
		f.rows(shape, path)
	}
}

// try takes a table if one of the sample records has a position.
func (f *jsonFinder) try(table jsonTable, records []gjson.Result) bool {
	for _, record := range records {
		located := f.located(record)
		for _, field := range f.record.fields {
			if !slices.Contains(table.keys, field.Key) && len(table.keys) < 500 {
				table.keys = append(table.keys, field.Key)
			}
		}
		if located {
			f.found = append(f.found, table)
			return true
		}
	}
	if table.count > f.other.count && len(table.keys) > 0 {
		f.other = table
	}
	return false
}

// located tells whether a record has a position.
func (f *jsonFinder) located(record gjson.Result) bool {
	f.record.read(record)
	return f.record.shape != nil || f.record.fault != nil || f.placer.locates(f.record.fields)
}

// inner looks for records inside of the items of a list.
func (f *jsonFinder) inner(table jsonTable, items []gjson.Result) {
	for _, item := range items {
		done := false
		item.ForEach(func(key, value gjson.Result) bool {
			if value.IsArray() && value.Get("0").IsObject() {
				inner := table
				inner.inner = key.Str
				inner.keys = nil
				done = f.try(inner, value.Array())
			}
			return !done
		})
		if done {
			return
		}
	}
}

// rows looks at a list of lists, whose header stands above or beside it, or
// nowhere.
func (f *jsonFinder) rows(shape *jsonShape, path []string) {
	cells := sampleCells(shape.items)
	t := rowTable(f.placer, cells, f.header)
	table := jsonTable{form: formRows, path: path, count: shape.count - t.skip, rows: t}
	for _, c := range t.columns {
		table.keys = append(table.keys, c.raw)
	}
	if t.check(cells, false) == nil {
		f.found = append(f.found, table)
	} else if table.count > f.other.count {
		f.other = table
	}
}

// columns looks at an object whose members are columns: lists of equal length,
// or objects with the same keys.
func (f *jsonFinder) columns(shape *jsonShape, path []string) bool {
	var sample strings.Builder
	table := jsonTable{form: formColumns, path: path}
	for i, member := range shape.members {
		if member.kind == 0 {
			continue
		}
		if len(table.keys) == 0 {
			table.count = member.count
		}
		if member.count != table.count {
			return false
		}
		table.keys = append(table.keys, shape.keys[i])
		value := member.first()
		if value.IsObject() && member.kind == '[' {
			return false // a list of records
		}
		sample.WriteString("," + jsonString(shape.keys[i]) + ":" + cmp.Or(value.Raw, "null"))
	}
	if len(table.keys) < 2 || table.count == 0 {
		return false
	}
	if !f.located(gjson.Parse("{" + sample.String()[1:] + "}")) {
		return false
	}
	f.found = append(f.found, table)
	return true
}

// keyed looks at an object whose members are the records.
func (f *jsonFinder) keyed(shape *jsonShape, path []string) bool {
	var records []gjson.Result
	for _, member := range shape.members {
		if member.kind != '{' {
			continue
		}
		if len(records) < maxShapeItems {
			records = append(records, gjson.Parse(member.text()))
		}
	}
	if len(records) < 2 && shape.count > len(records) || len(records) == 0 || len(records) < min(len(shape.members), maxShapeItems)*9/10 {
		return false
	}
	located := 0
	for _, record := range records {
		if f.located(record) {
			located++
		}
	}
	return located*2 > len(records) && f.try(jsonTable{form: formKeyed, path: path, count: shape.count}, records)
}

// join makes one table of the lists that stand side by side in one object.
func (f *jsonFinder) join(from int, path []string) {
	var lists []string
	count := 0
	rest := f.found[:from:from]
	for _, t := range f.found[from:] {
		if t.form == formRecords && t.inner == "" && len(t.path) == len(path)+1 && len(t.lists) == 0 {
			lists = append(lists, t.path[len(path)])
			count += t.count
		} else {
			rest = append(rest, t)
		}
	}
	if len(lists) > 1 {
		f.found = append(rest, jsonTable{form: formRecords, path: path, lists: lists, count: count})
	}
}

// best is the table with the most records, the first of several.
func (f *jsonFinder) best() jsonTable {
	best := 0
	for i, t := range f.found {
		if t.count > f.found[best].count {
			best = i
		}
	}
	table := f.found[best]
	for i, t := range f.found {
		if i != best {
			table.others = append(table.others, strconv.Quote(t.address()))
		}
	}
	return table
}

// emptyList tells a file in which a list stands but nothing in it.
func (f *jsonFinder) emptyList(shape *jsonShape) bool {
	for _, member := range shape.members {
		if member.kind == '[' && member.count == 0 || member.kind == '{' && f.emptyList(member) {
			return true
		}
	}
	return false
}

// findNames finds a list of column names beside rows: of texts, or of objects
// with a name or id, as CKAN, Socrata and pandas write them.
func findNames(shape *jsonShape) []string {
	for i, member := range shape.members {
		switch strings.ToLower(shape.keys[i]) {
		case "fields", "columns", "header", "headers", "cols":
			var names []string
			for _, item := range member.items {
				name := item
				for _, key := range [...]string{"name", "id", "field", "fieldName"} {
					if item.IsObject() && item.Get(key).Type == gjson.String {
						name = item.Get(key)
						break
					}
				}
				names = append(names, name.Str)
			}
			if len(names) == member.count && len(names) > 1 {
				return names
			}
		}
		if names := findNames(member); names != nil {
			return names
		}
	}
	return nil
}

// describeShape says what a file holds instead of records.
func describeShape(shape *jsonShape) Sentence {
	switch {
	case shape.kind == '{':
		return Say("it is an object with %s", listNames(shape.keys))
	case shape.kind == '[' && len(shape.items) > 0:
		return Say("it is a list of values such as %s", clip(shape.items[0].Raw))
	}
	return Say("it is %s", clip(shape.text()))
}
