package datasets

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

const (
	// maxXMLDepth bounds the nesting of elements.
	maxXMLDepth = 256
	// maxXMLToken is the size in bytes over which a single text or tag refuses
	// the file: the decoder holds it in memory.
	maxXMLToken = 16 << 20
)

// xmlStream reads an XML file of any size token by token. Names come without
// their namespace prefix. Every element that begins also ends: a file that is
// cut is an error, as is one whose tags do not match.
type xmlStream struct {
	ctx    context.Context // ends the reading
	in     io.Closer
	budget *xmlBudget
	tokens *xml.Decoder
	open   []string
	count  int
}

// openXML starts at the beginning of a file, in the encoding that its
// declaration or its byte order mark names.
func openXML(ctx context.Context, src Source, progress func(int64)) (*xmlStream, error) {
	in, err := src.Open()
	if err != nil {
		return nil, err
	}
	budget := &xmlBudget{in: &countingReader{in: in, tell: progress}, left: maxXMLToken}
	buffered := bufio.NewReaderSize(budget, 64<<10)
	var text io.Reader = buffered
	if mark, _ := buffered.Peek(4); len(mark) == 4 && (mark[0] == 0 || mark[1] == 0 || bytes.HasPrefix(mark, []byte("\xff\xfe")) || bytes.HasPrefix(mark, []byte("\xfe\xff"))) {
		text = unicode.UTF16(endianness(mark), unicode.UseBOM).NewDecoder().Reader(buffered)
	} else if bytes.HasPrefix(mark, []byte("\xef\xbb\xbf")) {
		_, _ = buffered.Discard(3) // what was peeked at can be discarded
	}
	s := &xmlStream{ctx: ctx, in: in, budget: budget, tokens: xml.NewDecoder(text)}
	s.tokens.Strict = false // a lone "&" in a name is no reason to refuse a file
	s.tokens.Entity = xml.HTMLEntity
	s.tokens.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		label = strings.ToLower(strings.TrimSpace(label))
		if strings.HasPrefix(label, "utf-16") {
			return in, nil // it would not have got here undecoded
		}
		enc, err := htmlindex.Get(label)
		if err != nil {
			return nil, Refuse("its encoding %q is not known; write it as UTF-8", clip(label))
		}
		return enc.NewDecoder().Reader(in), nil
	}
	return s, nil
}

// endianness is the byte order of UTF-16 by its first bytes.
func endianness(head []byte) unicode.Endianness {
	if head[0] == 0 || head[0] == 0xfe {
		return unicode.BigEndian
	}
	return unicode.LittleEndian
}

// close closes the file.
func (s *xmlStream) close() error { return s.in.Close() }

// depth is how many elements are open.
func (s *xmlStream) depth() int { return len(s.open) }

// next gives the next start, end or text; its bytes are valid until the next
// call. io.EOF says that the file has ended where it may.
func (s *xmlStream) next() (xml.Token, error) {
	for {
		s.count++
		if s.count%1024 == 0 {
			if err := s.ctx.Err(); err != nil {
				return nil, err
			}
		}
		s.budget.left = maxXMLToken
		token, err := s.tokens.RawToken()
		if err != nil {
			return nil, s.refuse(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(s.open) == maxXMLDepth {
				return nil, s.invalid(Say("its elements are nested too deep"))
			}
			s.open = append(s.open, t.Name.Local)
			return t, nil
		case xml.EndElement:
			last := len(s.open) - 1
			if last < 0 || s.open[last] != t.Name.Local {
				return nil, s.invalid(Say("</%s> ends what is not open", clip(t.Name.Local)))
			}
			s.open = s.open[:last]
			return t, nil
		case xml.CharData:
			return t, nil
		}
	}
}

// refuse words an error of the decoder.
func (s *xmlStream) refuse(err error) error {
	var syntax *xml.SyntaxError
	cut := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if errors.As(err, &syntax) {
		cut = syntax.Msg == "unexpected EOF"
	}
	switch {
	case err == io.EOF && len(s.open) == 0:
		return io.EOF
	case s.ctx.Err() != nil:
		return s.ctx.Err()
	case cut:
		return Refuse("the file ends in the middle of its XML, in line %d: it was cut while it was written or copied; fetch or export it again", s.line())
	case syntax != nil:
		return s.invalid(Sentence{syntax.Msg, syntax.Msg})
	case errors.Is(err, errXMLToken):
		return s.invalid(Say("one text or tag is larger than 16 MiB"))
	}
	return Refuse("the file cannot be read: %w", err)
}

// invalid refuses the file for what stands at the current line.
func (s *xmlStream) invalid(why Sentence) error {
	return Refuse("the file is not valid XML in line %d: %s; correct that place or export it again", s.line(), why)
}

func (s *xmlStream) line() int {
	line, _ := s.tokens.InputPos()
	return line
}

// errXMLToken says that a token is too large.
var errXMLToken = errors.New("the token is too large")

// xmlBudget stops the decoder from reading one token without end.
type xmlBudget struct {
	in   io.Reader
	left int
}

// Read implements io.Reader.
func (b *xmlBudget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errXMLToken
	}
	n, err := b.in.Read(p)
	b.left -= n
	return n, err
}

// attribute is the value of an element's attribute, "" if it has none.
func attribute(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
