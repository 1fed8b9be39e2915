package facility

import (
	"fmt"
	"strings"
)

// An attribute that citizens filter by has one bit per answer in the index, so
// that a whole filter is one AND. A facility carries exactly one bit of every
// attribute: its answer, "unknown" where nothing is stated, or the attribute's
// last bit for a stated value outside the vocabulary, which no filter selects.
type trait struct {
	name    string
	doc     string
	answers []string
	shift   uint
}

// notStated is the answer of a facility that says nothing about an attribute.
const notStated = "unknown"

// traits are the attributes that can be filtered by, in the order of their
// bits; nobody changes them. Index snapshots hold these bits: a change here
// needs another snapshot name.
var traits = layOut()

func layOut() []trait {
	list := []trait{
		{name: "wheelchair", doc: "step-free use", answers: []string{"yes", "limited", "designated", "no", notStated}},
		{name: "fee", doc: "whether use costs something", answers: []string{"yes", "no", notStated}},
		{name: "changing_table", doc: "a table for changing nappies", answers: []string{"yes", "no", notStated}},
		{name: "unisex", doc: "usable by everybody", answers: []string{"yes", "no", notStated}},
		{name: "access", doc: "who may use it", answers: []string{"yes", "permissive", "customers", "permit", "key", "private", "no", notStated}},
	}
	shift := uint(0)
	for i := range list {
		list[i].shift = shift
		shift += uint(len(list[i].answers)) + 1
	}
	return list
}

// bit is the bit of an answer; empty means not stated.
func (t trait) bit(answer string) uint64 {
	if answer == "" {
		answer = notStated
	}
	for i, a := range t.answers {
		if a == answer {
			return 1 << (t.shift + uint(i))
		}
	}
	return 1 << (t.shift + uint(len(t.answers)))
}

// all are the bits of every answer, the unlisted one included.
func (t trait) all() uint64 {
	return (1<<(uint(len(t.answers))+1) - 1) << t.shift
}

// allow turns a comma list of answers into the mask of bits that may pass.
func (t trait) allow(list string) (uint64, error) {
	var mask uint64
	for answer := range strings.SplitSeq(list, ",") {
		b := t.bit(answer)
		if answer == "" || b == 1<<(t.shift+uint(len(t.answers))) {
			return 0, fmt.Errorf("%q is not an answer; use a comma list of %s", answer, strings.Join(t.answers, ", "))
		}
		mask |= b
	}
	return mask, nil
}

// traitBits are the bits of a facility with these attributes.
func traitBits(attributes map[string]string) uint64 {
	var bits uint64
	for _, t := range traits {
		bits |= t.bit(attributes[t.name])
	}
	return bits
}
