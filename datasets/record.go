package datasets

import (
	"cmp"
	"html"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"fujin/geo"
	"fujin/geo/projection"
)

// A Field is one key and value of a record as text. JSON numbers and booleans
// come as they are written; nested objects as JSON.
type Field struct{ Key, Value string }

// A placer turns the records of one file into places: the one way that rows of
// tables and properties of features both go. It finds out once what each column
// means, counts, and hands places and issues to the sink in file order. It is
// not safe for concurrent use.
type placer struct {
	file    string
	opt     Options
	sink    Sink
	columns map[string]*column
	// declared is the coordinate system given by the options or the file.
	declared CRS
	// used is the system of the last position.
	used    CRS
	hours   map[string]hoursText
	dates   map[string]dateText
	said    map[string]bool // codes of whole-file warnings already given
	mapped  [roleCount]bool // roles whose column the options name
	idRank  int             // of the column that gives ids; no other does
	area    area
	summary Summary
	cells   []cell    // of the current record, reused
	open    []Cell    // the same as the sink sees them
	met     []*column // in the order of first sight
	best    [roleCount]int
}

// A cell is one filled value of the current record.
type cell struct {
	col   *column
	value string
}

// newPlacer starts a file. It fails if the options do not make sense.
func newPlacer(file string, opt Options, sink Sink) (*placer, error) {
	crs, err := ParseCRS(opt.CRS)
	if err != nil {
		return nil, err
	}
	p := &placer{file: file, opt: opt, sink: sink, declared: crs,
		idRank: math.MaxInt, columns: map[string]*column{}, hours: map[string]hoursText{}, dates: map[string]dateText{}, said: map[string]bool{}}
	fields := make([]string, 0, len(opt.Mapping))
	for field := range opt.Mapping {
		fields = append(fields, field)
	}
	slices.Sort(fields)
	for _, field := range fields {
		raw := opt.Mapping[field]
		c := mapColumn(field, raw)
		if first, twice := p.columns[raw]; twice {
			first.also = append(first.also, c)
		} else {
			p.columns[raw] = c
		}
		p.mapped[c.role] = c.role != roleAttribute
	}
	if p.mapped[roleLat] || p.mapped[roleLon] || p.mapped[rolePosition] {
		p.mapped[roleLat], p.mapped[roleLon], p.mapped[rolePosition], p.mapped[roleLocation] = true, true, true, true
	}
	if opt.look != nil {
		opt.look.placer = p
	}
	return p, nil
}

// declare states the file's own coordinate system; the option wins over it.
func (p *placer) declare(crs CRS) { p.declared = cmp.Or(p.declared, crs) }

// column says what a key means, from the mapping or by its name.
func (p *placer) column(key string) *column {
	c, known := p.columns[key]
	if !known {
		if c = guessColumn(key); p.mapped[c.role] {
			c = &column{key: strings.TrimSpace(key), raw: key}
		}
		if len(p.columns) < maxColumns {
			p.columns[strings.Clone(key)] = c
		}
	}
	if c.shown == nil {
		p.meet(c)
	}
	return c
}

// maxColumns bounds what is remembered of a file in which every record has keys
// of its own.
const maxColumns = 10_000

// row turns one record into a place, or rejects it. A nil geometry means that
// the position stands in the fields. The returned error is the sink's.
func (p *placer) row(n int, fields []Field, geometry orb.Geometry) error {
	p.cells = p.cells[:0]
	for _, f := range fields {
		if f.Value != "" {
			p.cell(p.column(f.Key), f.Value)
		}
	}
	return p.place(n, geometry)
}

// cell adds a value to the current record.
func (p *placer) cell(c *column, value string) {
	p.cells = append(p.cells, cell{c, value})
	for _, more := range c.also {
		p.cells = append(p.cells, cell{more, value})
	}
}

// place works on p.cells.
func (p *placer) place(n int, geometry orb.Geometry) error {
	p.choose()
	if err := p.repairText(n); err != nil {
		return err
	}
	if p.sink.Record != nil {
		if err := p.record(n); err != nil {
			return err
		}
	}
	found, fault, err := p.locate(n, geometry)
	if err != nil {
		return err
	}
	if fault != nil {
		return p.refuse(n, fault)
	}
	place := Place{Row: n, Geometry: found}
	if err := p.describe(&place); err != nil {
		return err
	}
	p.summary.Read++
	p.summary.Accepted++
	return p.sink.Place(place)
}

// locate is where the record lies: at the geometry, else where its cells say,
// else where the sink knows to mend what they say.
func (p *placer) locate(n int, geometry orb.Geometry) (found orb.Geometry, f *fault, err error) {
	if geometry == nil {
		geometry = p.drawn()
	}
	if geometry != nil {
		found, f, err = p.given(geometry)
	} else {
		found, f, err = p.position(n)
	}
	if err == nil && f != nil {
		if mended, ok := p.mend(n, f, geometry); ok {
			return mended, nil, nil
		}
	}
	return found, f, err
}

// choose finds for each role the filled column of the lowest rank.
func (p *placer) choose() {
	for i := range p.best {
		p.best[i] = -1
	}
	kept := p.cells[:0]
	for _, c := range p.cells {
		c.value = strings.TrimSpace(c.value)
		if isBlank(c.value) {
			continue
		}
		r := c.col.role
		if r == roleID {
			p.idRank = min(p.idRank, c.col.rank)
		}
		if r != roleAttribute && (r != roleID || c.col.rank == p.idRank) {
			if b := p.best[r]; b < 0 || c.col.rank < kept[b].col.rank {
				p.best[r] = len(kept)
			}
		}
		kept = append(kept, c)
	}
	p.cells = kept
}

// value is the chosen value of a role, "" if there is none.
func (p *placer) value(r role) string {
	if i := p.best[r]; i >= 0 {
		return p.cells[i].value
	}
	return ""
}

// name is the file's name of the column chosen for a role.
func (p *placer) name(r role) string {
	if i := p.best[r]; i >= 0 {
		return p.cells[i].col.raw
	}
	return ""
}

// repairText mends text that was encoded as UTF-8 twice and HTML entities in
// the values of the current record.
func (p *placer) repairText(n int) error {
	for i := range p.cells {
		c := &p.cells[i]
		if strings.IndexByte(c.value, 0xC3) >= 0 {
			if repaired, ok := undoubleUTF8(c.value); ok {
				if err := p.once(n, c.col.raw, "encoding_repaired",
					"text was encoded as UTF-8 twice; %q is read as %q, and so are others like it", clip(c.value), clip(repaired)); err != nil {
					return err
				}
				c.value = repaired
			}
		}
		if c.col.role != roleAttribute && strings.IndexByte(c.value, '&') >= 0 {
			c.value = html.UnescapeString(c.value)
		}
	}
	return nil
}

// describe fills in everything but the geometry.
func (p *placer) describe(place *Place) error {
	place.Attributes = make(map[string]string, len(p.cells))
	place.SourceID, place.Phone = p.value(roleID), p.value(rolePhone)
	for i, c := range p.cells {
		if err := p.attribute(place, i, c); err != nil {
			return err
		}
	}
	place.Name = p.displayName(place.Attributes)
	place.Address = joinAddress(p.value(roleAddress), place.Attributes)
	if err := p.category(place); err != nil {
		return err
	}
	if err := p.openingHours(place); err != nil {
		return err
	}
	return p.verified(place)
}

// attribute puts cell i into the attributes unless it has another place.
func (p *placer) attribute(place *Place, i int, c cell) error {
	r := c.col.role
	switch r {
	case roleAttribute:
		v := c.col.normalise(c.value)
		if v.unknown {
			if err := p.warn(place.Row, c.col.raw, "unknown_value", "%q is not a value of %s that is known; it is kept as it is", clip(c.value), c.col.key); err != nil {
				return err
			}
		}
		if v.value != "" && place.Attributes[c.col.key] == "" || c.col.rank <= 0 && v.value != "" {
			place.Attributes[c.col.key] = v.value
		}
		if v.extraKey != "" && place.Attributes[v.extraKey] == "" {
			place.Attributes[v.extraKey] = v.extra
		}
	case roleLat, roleLon, rolePosition, roleIgnored, roleLocation, roleOpens, roleCloses, roleAlways:
	default:
		if p.best[r] != i { // a second address, a second number: as found
			place.Attributes[c.col.raw] = c.value
		}
	}
	return nil
}

// displayName is the chosen name, else one in another language, the place's
// location, its brand or its operator.
func (p *placer) displayName(attributes map[string]string) string {
	if name := p.value(roleName); name != "" {
		return name
	}
	location := p.value(roleLocation)
	if _, ok := parsePair(location, lonFirst); ok {
		location = ""
	}
	return cmp.Or(attributes["name:zh"], attributes["name:en"], location, attributes["brand"], attributes["operator"])
}

// joinAddress completes an address by its parts: the Chinese way from the
// largest to the smallest without blanks, else street, postcode and city.
func joinAddress(address string, parts map[string]string) string {
	state, city, district := parts["addr:state"], parts["addr:city"], parts["addr:district"]
	street, number, postcode := parts["addr:street"], parts["addr:housenumber"], parts["addr:postcode"]
	if address == "" && cjk(street+district+city) {
		return state + city + district + street + number
	}
	if address == "" {
		address = strings.TrimSpace(street + " " + number)
	} else if number != "" && !strings.Contains(address, number) {
		address += " " + number
	}
	if city == "" || cjk(address) || strings.Contains(address, city) {
		return address
	}
	town := strings.TrimSpace(postcode + " " + city)
	if address == "" {
		return town
	}
	return address + ", " + town
}

// cjk tells whether the first letter of text is written without blanks between
// words.
func cjk(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return r >= 0x2E80 && r < 0xAC00
}

// category is the option's, else the row's own, else "place".
func (p *placer) category(place *Place) error {
	place.Category = p.opt.Category
	if place.Category != "" {
		return nil
	}
	own := p.value(roleCategory)
	if own == "" {
		place.Category = "place"
		return nil
	}
	slug, ok := categorySlug(own)
	place.Category = slug
	if !ok {
		place.Attributes[p.name(roleCategory)] = own
		return p.warn(place.Row, p.name(roleCategory), "category_unknown", "category %q cannot be written as [a-z][a-z0-9_]*; the row becomes a %q", clip(own), slug)
	}
	return nil
}

// categorySlug writes a category as [a-z][a-z0-9_]*.
func categorySlug(text string) (string, bool) {
	switch foldName(text) {
	case "toilets", "publictoilet", "publictoilets", "公厕", "公廁", "公共厕所", "公共廁所", "卫生间", "洗手间", "厕所", "廁所", "トイレ", "화장실", "공중화장실", "wc":
		return "toilet", true
	case "shop", "shops", "stores", "商店", "门店", "便利店":
		return "store", true
	}
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		case r < 0x80 && b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		case r >= 0x80:
			return "place", false
		}
	}
	if slug := strings.TrimRight(b.String(), "_"); slug != "" {
		return slug, true
	}
	return "place", false
}

// given checks and converts a geometry that the file states as such.
func (p *placer) given(g orb.Geometry) (orb.Geometry, *fault, error) {
	crs, err := p.system(p.declared)
	if err != nil {
		return nil, nil, err
	}
	p.used = crs
	bound := g.Bound()
	if bound.IsEmpty() || math.IsNaN(bound.Min[0]+bound.Min[1]+bound.Max[0]+bound.Max[1]) {
		return nil, &fault{"geometry", "coordinate_missing", Say("the geometry is empty")}, nil
	}
	if crs.inDegrees() && !(inRange(bound.Min) && inRange(bound.Max)) {
		return nil, &fault{"geometry", "coordinate_out_of_range",
			Say("the geometry reaches to %v, %v, beyond ±180, ±90 degrees; if these are metres state the coordinate system", bound.Max[0], bound.Max[1])}, nil
	}
	if crs.notMetres(bound.Min, bound.Max) {
		return nil, &fault{"geometry", "coordinate_out_of_range", Say("the geometry looks like degrees, not like metres of %s; state the system that it is in", crs)}, nil
	}
	g = crs.geometryToWGS84(g)
	if on := g.Bound(); !inRange(on.Min) || !inRange(on.Max) {
		return nil, &fault{"geometry", "coordinate_out_of_range", Say("the geometry reaches to %v, %v, where %s has no positions", bound.Max[0], bound.Max[1], crs)}, nil
	}
	if nullIsland(g.Bound().Center()) {
		return nil, nullIslandFault("geometry"), nil
	}
	return g, nil, nil
}

func inRange(p orb.Point) bool { return math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90 }

// nullIsland tells whether a position is within 1 km of 0,0.
func nullIsland(p orb.Point) bool {
	return math.Abs(p[0]) < 0.01 && math.Abs(p[1]) < 0.01 && geo.Distance(p, orb.Point{}) < 1000
}

// system is the coordinate system to read in: what is stated, else WGS-84 with
// one warning for the file.
func (p *placer) system(stated CRS) (CRS, error) {
	if s := stated.system(); s != nil && s.Accuracy > 0 {
		return stated, p.approximate(s)
	}
	if stated != "" {
		return stated, nil
	}
	return WGS84, p.once(0, "", "crs_assumed", "the file does not state its coordinate system; WGS-84 is assumed")
}

// approximate warns once of a datum that is known roughly.
func (p *placer) approximate(s *projection.System) error {
	return p.once(0, "", "datum_approximate", "%s is converted to WGS-84 to about %.0f m, as no better relation is known; convert the file with a local one if that matters",
		clip(s.Name), s.Accuracy)
}

// reject counts a record and says why it is left out.
func (p *placer) reject(n int, column, code, format string, args ...any) error {
	return p.refuse(n, &fault{column, code, Say(format, args...)})
}

// refuse is reject for a fault.
func (p *placer) refuse(n int, f *fault) error {
	p.summary.Read++
	p.summary.Rejected++
	return p.sink.Issue(Issue{File: p.file, Row: n, Column: f.column, Code: f.code, Sentence: f.message, Rejected: true})
}

// warn says what is odd about a record that stays.
func (p *placer) warn(n int, column, code, format string, args ...any) error {
	p.summary.Warnings++
	return p.sink.Issue(Issue{File: p.file, Row: n, Column: column, Code: code, Sentence: Say(format, args...)})
}

// once warns at the first sight of what concerns the whole file.
func (p *placer) once(n int, column, code, format string, args ...any) error {
	if p.said[code] {
		return nil
	}
	p.said[code] = true
	return p.warn(n, column, code, format, args...)
}

// done is the summary of the file.
func (p *placer) done(format Format, encoding string) Summary {
	if p.sink.Columns != nil {
		p.sink.Columns(p.columnsMet())
	}
	s := p.summary
	s.Format, s.Encoding, s.CRS = format, encoding, string(cmp.Or(p.used, p.declared))
	return s
}

// clip shortens a value for a message.
func clip(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	end := most
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
