package projection

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A node is KEYWORD["text", 1.5, OTHER[…]]. Methods of a nil node find nothing,
// so that a missing part shows where its value is needed.
type node struct {
	keyword string
	values  []string // texts and numbers, in order
	nodes   []*node
}

// errNotWKT is what anything else but WKT gives.
var errNotWKT = errors.New("the definition of the coordinate system is not well-known text")

// maxWKT bounds a definition; real ones have one or two kilobytes.
const maxWKT = 64 << 10

// parseWKT reads the first node of a text; what stands after it (Esri appends
// a vertical system) is left.
func parseWKT(text string) (*node, error) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	if len(text) > maxWKT || !utf8.ValidString(text) {
		return nil, errNotWKT
	}
	p := wktParser{rest: text}
	return p.node(0)
}

// A wktParser holds what is still to be read.
type wktParser struct{ rest string }

// node reads a keyword and what it holds.
func (p *wktParser) node(depth int) (*node, error) {
	p.blanks()
	end := strings.IndexFunc(p.rest, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end <= 0 || depth > 16 {
		return nil, errNotWKT
	}
	n := &node{keyword: p.rest[:end]}
	p.rest = p.rest[end:]
	if p.blanks(); !p.take("[(") {
		return nil, errNotWKT
	}
	for {
		if err := p.item(n, depth); err != nil {
			return nil, err
		}
		switch p.blanks(); {
		case p.take(","):
		case p.take("])"):
			return n, nil
		default:
			return nil, errNotWKT
		}
	}
}

// item reads one value or node into n.
func (p *wktParser) item(n *node, depth int) error {
	p.blanks()
	if strings.HasPrefix(p.rest, `"`) {
		var text strings.Builder
		for strings.HasPrefix(p.rest, `"`) { // "" within is one quotation mark
			part, rest, closed := strings.Cut(p.rest[1:], `"`)
			if !closed {
				return errNotWKT
			}
			if text.Len() > 0 {
				text.WriteByte('"')
			}
			text.WriteString(part)
			p.rest = rest
		}
		n.values = append(n.values, text.String())
		return nil
	}
	end := strings.IndexAny(p.rest, ",[]()")
	if end < 0 {
		return errNotWKT
	}
	if c := p.rest[end]; c == '[' || c == '(' {
		child, err := p.node(depth + 1)
		if err == nil {
			n.nodes = append(n.nodes, child)
		}
		return err
	}
	n.values = append(n.values, strings.TrimSpace(p.rest[:end]))
	p.rest = p.rest[end:]
	return nil
}

func (p *wktParser) blanks() { p.rest = strings.TrimLeft(p.rest, " \t\r\n\x00") }

// take passes over one of the characters.
func (p *wktParser) take(any string) bool {
	if p.rest == "" || strings.IndexByte(any, p.rest[0]) < 0 {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// is tells whether the node has one of the keywords.
func (n *node) is(keywords ...string) bool {
	for _, k := range keywords {
		if strings.EqualFold(n.keyword, k) {
			return true
		}
	}
	return false
}

// find is the first child with one of the keywords.
func (n *node) find(keywords ...string) *node {
	if n == nil {
		return nil
	}
	for _, child := range n.nodes {
		if child.is(keywords...) {
			return child
		}
	}
	return nil
}

// children are all with a keyword.
func (n *node) children(keyword string) (found []*node) {
	if n == nil {
		return nil
	}
	for _, child := range n.nodes {
		if child.is(keyword) {
			found = append(found, child)
		}
	}
	return found
}

// text is value i, "" if there is none.
func (n *node) text(i int) string {
	if n == nil || i >= len(n.values) {
		return ""
	}
	return n.values[i]
}

// number is value i as a number.
func (n *node) number(i int) (float64, error) {
	value, err := strconv.ParseFloat(n.text(i), 64)
	if err != nil {
		return 0, fmt.Errorf("not a number: %s", clip(n.text(i)))
	}
	return value, nil
}

// fold reduces a name to lower-case letters and digits.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// clip shortens a name for a message.
func clip(text string) string {
	if len(text) > 60 {
		return strings.ToValidUTF8(text[:60], "") + "…"
	}
	if text == "" {
		return "(without a name)"
	}
	return text
}
