package datasets

import (
	"github.com/paulmach/orb"
	"google.golang.org/protobuf/encoding/protowire"
)

// A pbfBlock decodes one PrimitiveBlock of an OSM PBF file
// (https://wiki.openstreetmap.org/wiki/PBF_Format). It trusts nothing: every
// index is checked, so that a damaged or hostile file gives an error.
type pbfBlock struct {
	strings     [][]byte
	feature     []bool // strings[i] is a feature key
	granularity int64
	latOffset   int64
	lonOffset   int64
	groups      [][]byte
	columns     [4]pbfInts // reused by the decoders of nodes, ways and relations
}

// errPBFDamaged stands for any break of the format inside a block.
var errPBFDamaged = Refuse("a block is damaged")

// pbfFields walks the fields of a message: varints come as a number, the
// length-delimited as bytes; others are skipped.
func pbfFields(message []byte, field func(number protowire.Number, value uint64, data []byte) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return errPBFDamaged
		}
		message = message[n:]
		var value uint64
		var data []byte
		switch kind {
		case protowire.VarintType:
			value, n = protowire.ConsumeVarint(message)
		case protowire.BytesType:
			data, n = protowire.ConsumeBytes(message)
		default:
			n = protowire.ConsumeFieldValue(number, kind, message)
			number = 0
		}
		if n < 0 {
			return errPBFDamaged
		}
		message = message[n:]
		if err := field(number, value, data); err != nil {
			return err
		}
	}
	return nil
}

// pbfInts steps through a packed array of varints. Its error is kept until it
// is asked for.
type pbfInts struct {
	rest   []byte
	broken bool
}

func (p *pbfInts) more() bool { return len(p.rest) > 0 && !p.broken }

func (p *pbfInts) next() uint64 {
	v, n := protowire.ConsumeVarint(p.rest)
	if n < 0 {
		p.broken, p.rest = true, nil
		return 0
	}
	p.rest = p.rest[n:]
	return v
}

// delta is the next signed difference.
func (p *pbfInts) delta() int64 { return protowire.DecodeZigZag(p.next()) }

// read takes in a block's table of strings and finds its groups.
func (b *pbfBlock) read(data []byte) error {
	*b = pbfBlock{strings: b.strings[:0], feature: b.feature[:0], groups: b.groups[:0], granularity: 100}
	err := pbfFields(data, func(number protowire.Number, value uint64, data []byte) error {
		switch number {
		case 1:
			return pbfFields(data, func(number protowire.Number, _ uint64, text []byte) error {
				if number == 1 {
					b.strings = append(b.strings, text)
					b.feature = append(b.feature, osmFeatureKey(string(text)))
				}
				return nil
			})
		case 2:
			b.groups = append(b.groups, data)
		case 17:
			b.granularity = int64(int32(value))
		case 19:
			b.latOffset = int64(value)
		case 20:
			b.lonOffset = int64(value)
		}
		return nil
	})
	return err
}

// kinds looks which elements the block holds without decoding them.
func (b *pbfBlock) kinds() (osmKinds, error) {
	var found osmKinds
	for _, group := range b.groups {
		err := pbfFields(group, func(number protowire.Number, _ uint64, _ []byte) error {
			switch number {
			case 1, 2:
				found |= 1 << osmNode
			case 3:
				found |= 1 << osmWay
			case 4:
				found |= 1 << osmRelation
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	return found, nil
}

// scan hands over the elements that want accepts.
func (b *pbfBlock) scan(want func(osmRef, bool) bool, take func(*osmElement) error) error {
	for _, group := range b.groups {
		err := pbfFields(group, func(number protowire.Number, _ uint64, data []byte) error {
			switch number {
			case 1:
				return b.single(osmNode, data, want, take)
			case 2:
				return b.dense(data, want, take)
			case 3:
				return b.single(osmWay, data, want, take)
			case 4:
				return b.single(osmRelation, data, want, take)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// single decodes a Node, Way or Relation message, which share their first
// fields.
func (b *pbfBlock) single(kind osmKind, data []byte, want func(osmRef, bool) bool, take func(*osmElement) error) error {
	var id, lat, lon int64
	var keys, values pbfInts
	lists := &b.columns
	*lists = [4]pbfInts{}
	err := pbfFields(data, func(number protowire.Number, value uint64, data []byte) error {
		switch {
		case number == 1 && kind == osmNode:
			id = protowire.DecodeZigZag(value)
		case number == 1:
			id = int64(value)
		case number == 2:
			keys.rest = data
		case number == 3:
			values.rest = data
		case number == 8 && kind == osmNode:
			lat = protowire.DecodeZigZag(value)
		case number == 9 && kind == osmNode:
			lon = protowire.DecodeZigZag(value)
		case number >= 8 && number <= 10:
			lists[number-8].rest = data
		}
		return nil
	})
	if err != nil {
		return err
	}
	ref, tagged := osmRef{kind, id}, false
	for probe := keys; probe.more(); {
		key := probe.next()
		tagged = tagged || key < uint64(len(b.feature)) && b.feature[key]
	}
	if !want(ref, tagged) {
		return nil
	}
	el := &osmElement{osmRef: ref}
	for keys.more() {
		if err := b.tag(el, keys.next(), values.next()); err != nil {
			return err
		}
	}
	switch kind {
	case osmNode:
		el.shape = b.position(lat, lon)
	case osmWay:
		refs := &lists[0]
		for ref := int64(0); refs.more(); {
			ref += refs.delta()
			el.nodes = append(el.nodes, ref)
		}
	case osmRelation:
		err = b.members(el)
	}
	if err != nil || keys.broken || values.broken || lists[0].broken {
		return errPBFDamaged
	}
	return take(el)
}

// members decodes a relation's members from b.columns: roles, ids and types.
func (b *pbfBlock) members(el *osmElement) error {
	roles, ids, types := &b.columns[0], &b.columns[1], &b.columns[2]
	id := int64(0)
	for ids.more() {
		id += ids.delta()
		role, kind := roles.next(), types.next() // 0 is a node, 1 a way, 2 a relation
		if role >= uint64(len(b.strings)) || kind > 2 {
			return errPBFDamaged
		}
		el.members = append(el.members, osmMember{osmRef: osmRef{osmNode + osmKind(kind), id}, role: string(b.strings[role])})
	}
	if roles.broken || types.broken || ids.broken {
		return errPBFDamaged
	}
	return nil
}

// dense decodes a DenseNodes message.
func (b *pbfBlock) dense(data []byte, want func(osmRef, bool) bool, take func(*osmElement) error) error {
	b.columns = [4]pbfInts{}
	ids, lats, lons, tags := &b.columns[0], &b.columns[1], &b.columns[2], &b.columns[3]
	err := pbfFields(data, func(number protowire.Number, _ uint64, data []byte) error {
		switch number {
		case 1:
			ids.rest = data
		case 8:
			lats.rest = data
		case 9:
			lons.rest = data
		case 10:
			tags.rest = data
		}
		return nil
	})
	if err != nil {
		return err
	}
	var id, lat, lon int64
	for ids.more() {
		id, lat, lon = id+ids.delta(), lat+lats.delta(), lon+lons.delta()
		first, tagged := *tags, false
		for tags.more() {
			key := tags.next()
			if key == 0 {
				break
			}
			tags.next()
			tagged = tagged || key < uint64(len(b.feature)) && b.feature[key]
		}
		if ids.broken || lats.broken || lons.broken || tags.broken {
			return errPBFDamaged
		}
		ref := osmRef{osmNode, id}
		if !want(ref, tagged) {
			continue
		}
		el := &osmElement{osmRef: ref, shape: b.position(lat, lon)}
		for first.more() {
			key := first.next()
			if key == 0 {
				break
			}
			if err := b.tag(el, key, first.next()); err != nil {
				return err
			}
		}
		if err := take(el); err != nil {
			return err
		}
	}
	return nil
}

// tag adds a tag by the indices of its strings.
func (b *pbfBlock) tag(el *osmElement, key, value uint64) error {
	if n := uint64(len(b.strings)); key >= n || value >= n {
		return Refuse("%w: a tag of %s points outside the table of strings", errPBFDamaged, el.osmRef)
	}
	el.tags = append(el.tags, osmTag{string(b.strings[key]), string(b.strings[value])})
	return nil
}

// position is in degrees; the file counts in multiples of nanodegrees.
func (b *pbfBlock) position(lat, lon int64) orb.Point {
	return orb.Point{
		1e-9 * float64(b.lonOffset+b.granularity*lon),
		1e-9 * float64(b.latOffset+b.granularity*lat),
	}
}
