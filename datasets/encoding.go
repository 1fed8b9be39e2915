package datasets

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// detectWindow is how much of a file is looked at, counted from its first byte
// that is not ASCII, to find its encoding.
const detectWindow = 256 << 10

// A textReader gives a file's text as UTF-8. Its encoding is found at the first
// byte that needs one, however far into the file that is, so that memory stays
// bounded and a long ASCII beginning hides nothing. Bytes that do not belong to
// a UTF-8 file are passed on; who reads the text replaces them.
type textReader struct {
	in      io.Reader
	buf     []byte
	pos     int // the part of buf from pos on is still to be read
	decoded io.Reader
	err     error
	begun   bool
	// encoding is what was found so far.
	encoding string
}

// newTextReader starts at the beginning of a file.
func newTextReader(in io.Reader) *textReader {
	return &textReader{in: in, encoding: "UTF-8"}
}

// Read implements io.Reader.
func (r *textReader) Read(p []byte) (int, error) {
	for {
		if r.decoded != nil {
			return r.decoded.Read(p)
		}
		if !r.begun {
			r.begun = true
			r.fill(4096)
			r.byteOrder()
			continue
		}
		if r.pos == len(r.buf) {
			r.buf, r.pos = r.buf[:0], 0
			r.fill(64 << 10)
			if len(r.buf) == 0 {
				return 0, r.err
			}
		}
		ascii := asciiLength(r.buf[r.pos:])
		if ascii == 0 {
			r.detect()
			continue
		}
		n := copy(p, r.buf[r.pos:r.pos+ascii])
		r.pos += n
		return n, nil
	}
}

// headText is the beginning of a file without its byte order mark, decoded where
// that tells UTF-16.
func headText(head []byte) []byte {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		text, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Bytes(head)
		if err == nil {
			return text
		}
	}
	return bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
}

// fill reads until the rest of the buffer holds at least n bytes, or the file
// ends.
func (r *textReader) fill(n int) {
	if r.pos > 0 {
		r.buf = r.buf[:copy(r.buf, r.buf[r.pos:])]
		r.pos = 0
	}
	if cap(r.buf) < n {
		r.buf = append(make([]byte, 0, n), r.buf...)
	}
	for len(r.buf) < n && r.err == nil {
		var got int
		got, r.err = r.in.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+got]
	}
}

// byteOrder settles the encoding by a byte order mark, or by the zero bytes
// that ASCII text has in UTF-16.
func (r *textReader) byteOrder() {
	switch head := r.buf; {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		r.pos = 3
		r.switchTo("UTF-8 BOM", nil)
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		r.switchTo("UTF-16LE", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM))
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		r.switchTo("UTF-16BE", unicode.UTF16(unicode.BigEndian, unicode.UseBOM))
	case len(head) >= 4 && head[0] != 0 && head[1] == 0 && head[3] == 0:
		r.switchTo("UTF-16LE", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM))
	case len(head) >= 4 && head[0] == 0 && head[1] != 0 && head[2] == 0:
		r.switchTo("UTF-16BE", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM))
	}
}

// detect settles the encoding from what stands at the first byte that is not
// ASCII.
func (r *textReader) detect() {
	r.fill(detectWindow)
	name, enc := detectEncoding(r.buf)
	r.switchTo(name, enc)
}

// switchTo decodes from here on; a nil encoding passes the bytes on.
func (r *textReader) switchTo(name string, enc encoding.Encoding) {
	rest := r.in
	if r.err != nil {
		rest = errReader{r.err}
	}
	r.encoding = name
	r.decoded = io.MultiReader(bytes.NewReader(r.buf[r.pos:]), rest)
	if enc != nil {
		r.decoded = transform.NewReader(r.decoded, enc.NewDecoder())
	}
}

// errReader repeats an error that came before its time.
type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// asciiLength is how many bytes at the beginning are ASCII.
func asciiLength(text []byte) int {
	for i, b := range text {
		if b >= 0x80 {
			return i
		}
	}
	return len(text)
}

// undoubleUTF8 undoes the mishap that UTF-8 was read as windows-1252 (or
// Latin-1) and written as UTF-8 once more: "MÃ¼nchen" is "München". It changes
// text only if the result is valid in whole.
func undoubleUTF8(text string) (string, bool) {
	if !doubled(text) {
		return text, false
	}
	single := make([]byte, 0, len(text))
	for _, r := range text {
		switch b, ok := charmap.Windows1252.EncodeRune(r); {
		case r < 0x100:
			single = append(single, byte(r))
		case ok:
			single = append(single, b)
		default:
			return text, false
		}
	}
	if !utf8.Valid(single) || len(single) >= len(text) {
		return text, false
	}
	return string(single), true
}

// doubled tells whether a letter that stands for the first byte of a character
// in UTF-8 (Â to ô) is followed by one that stands for a later byte.
func doubled(text string) bool {
	for rest := text; ; {
		i := strings.IndexByte(rest, 0xC3)
		if i < 0 || i+2 >= len(rest) {
			return false
		}
		lead := rest[i+1] + 0x40
		next, _ := utf8.DecodeRuneInString(rest[i+2:])
		b, ok := charmap.Windows1252.EncodeRune(next)
		if next >= 0x80 && next < 0xC0 {
			b, ok = byte(next), true
		}
		if lead >= 0xC2 && lead <= 0xF4 && ok && b >= 0x80 && b < 0xC0 {
			return true
		}
		rest = rest[i+2:]
	}
}
