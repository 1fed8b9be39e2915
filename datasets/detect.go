package datasets

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"
)

// headSize is how much of a file Detect wants to see.
const headSize = 64 << 10

// ValidateCRS tells whether Options.CRS may have this value.
func ValidateCRS(text string) error {
	_, err := ParseCRS(text)
	return err
}

// Read reads a file of whatever format it is, also gzipped. It fails with one
// sentence that says why and what to do if the file as a whole is refused.
func Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	head, zipped, err := headOf(src)
	if err != nil {
		return Summary{}, err
	}
	if len(bytes.TrimSpace(head)) == 0 {
		return Summary{}, Refuse("the file is empty; export it again with its rows")
	}
	if zipped {
		src, sink = gunzipped(src, sink)
	}
	format := Detect(head, src.Name)
	var reader Reader
	switch format {
	case CSV:
		reader = csvReader{}
	case GeoJSON:
		reader = geoJSONReader{}
	case GeoJSONSeq:
		reader = geoJSONSeqReader{}
	case OSMPBF:
		reader = osmPBFReader{}
	case Overpass:
		reader = overpassReader{}
	case OSMXML:
		reader = osmXMLReader{}
	case EsriJSON:
		reader = esriReader{}
	case GBFS:
		reader = gbfsReader{}
	case JSON:
		reader = jsonReader{}
	case XML:
		reader = xmlReader{}
	case XLSX:
		reader = xlsxReader{}
	case KML:
		reader = kmlReader{}
	case formatZip:
		reader = zipReader{}
	case formatUnknown:
		return Summary{}, refuseUnknown(head, src.Name)
	default:
		return Summary{}, refusal(format)
	}
	return reader.Read(ctx, src, opt, sink)
}

// headOf reads the beginning of a file, unpacked if it is gzipped.
func headOf(src Source) (head []byte, zipped bool, err error) {
	in, err := src.Open()
	if err != nil {
		return nil, false, err
	}
	defer in.Close()
	buffered := bufio.NewReader(in)
	var content io.Reader = buffered
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		zipped = true
		if content, err = gzip.NewReader(buffered); err != nil {
			return nil, true, Refuse("the gzip file is damaged (%w); compress it again", err)
		}
	}
	head = make([]byte, headSize)
	n, err := io.ReadFull(content, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // a short file; a cut gzip file fails when it is read
	}
	return head[:n], zipped, err
}

// gunzipped unpacks a source as it is read. Progress stays that of the packed
// file.
func gunzipped(src Source, sink Sink) (Source, Sink) {
	open, tell := src.Open, sink.Progress
	src.Open = func() (io.ReadCloser, error) {
		in, err := open()
		if err != nil {
			return nil, err
		}
		unpacked, err := gzip.NewReader(&countingReader{in: in, tell: tell})
		if err != nil {
			return nil, errors.Join(err, in.Close())
		}
		return gunzip{unpacked, in}, nil
	}
	src.Name, src.Size = strings.TrimSuffix(src.Name, ".gz"), -1
	sink.Progress = nil
	return src, sink
}

// gunzip closes the file below it.
type gunzip struct {
	*gzip.Reader
	file io.Closer
}

// Read implements io.Reader.
func (g gunzip) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p)
	var corrupt flate.CorruptInputError
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt) {
		err = Refuse("the gzip file is damaged (%w); compress it again", err)
	}
	return n, err
}

// Close implements io.Closer.
func (g gunzip) Close() error { return errors.Join(g.Reader.Close(), g.file.Close()) }

// What Detect tells beside the formats: archives, which are read by what they
// hold, and what cannot be read.
const (
	formatXLS     Format = "xls"
	formatZip     Format = "zip"
	formatHTML    Format = "html"
	formatUnknown Format = ""
)

// Detect tells the format from a file's beginning; 64 KiB are enough. The name
// matters only where the content says nothing. The result may be "zip", which is
// read by what it holds, a format that cannot be read, such as "xls", or "" for
// one that is not known.
func Detect(head []byte, name string) Format {
	text := bytes.TrimLeft(headText(head), " \t\r\n")
	switch {
	case bytes.Contains(head[:min(len(head), 64)], []byte("OSMHeader")):
		return OSMPBF
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		if bytes.Contains(head, []byte("xl/")) || bytes.Contains(head, []byte("[Content_Types].xml")) {
			return XLSX
		}
		return formatZip
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return formatXLS
	case bytes.HasPrefix(text, []byte("<")):
		return detectXML(text)
	case bytes.HasPrefix(text, []byte("\x1e")):
		return GeoJSONSeq
	case bytes.HasPrefix(text, []byte("{")), bytes.HasPrefix(text, []byte("[")):
		return detectJSON(text)
	case notText(head):
		return formatUnknown
	}
	return CSV
}

// notText tells data that is no text: zero bytes, except those of UTF-16.
func notText(head []byte) bool {
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) ||
		len(head) >= 4 && (head[0] == 0) != (head[1] == 0) && (head[0] == 0) == (head[2] == 0) && (head[1] == 0) == (head[3] == 0) {
		return false
	}
	return bytes.IndexByte(head, 0) >= 0 || bytes.HasPrefix(head, []byte("%PDF")) || bytes.HasPrefix(head, []byte("PAR1"))
}

// detectXML tells the kinds of XML by their root element.
func detectXML(text []byte) Format {
	switch strings.ToLower(xmlRoot(text)) {
	case "kml":
		return KML
	case "osm", "osmchange", "osmaugmenteddiff":
		return OSMXML
	case "html", "head", "body":
		return formatHTML
	}
	return XML
}

// xmlRoot is the name of the root element without its prefix, behind
// declarations and comments; of a web page it is what the declaration names.
func xmlRoot(text []byte) string {
	for found := true; found; {
		text = bytes.TrimSpace(text)
		head := strings.ToLower(string(text[:min(len(text), 16)]))
		switch {
		case strings.HasPrefix(head, "<?"):
			_, text, found = bytes.Cut(text, []byte("?>"))
		case strings.HasPrefix(head, "<!--"):
			_, text, found = bytes.Cut(text, []byte("-->"))
		case strings.HasPrefix(head, "<!doctype html"):
			return "html"
		case strings.HasPrefix(head, "<!doctype"):
			end := []byte(">")
			if before, _, _ := bytes.Cut(text, end); bytes.IndexByte(before, '[') >= 0 {
				end = []byte("]>")
			}
			_, text, found = bytes.Cut(text, end)
		case strings.HasPrefix(head, "<"):
			name := text[1:]
			if end := bytes.IndexAny(name, " \t\r\n/>"); end >= 0 {
				name = name[:end]
			}
			return string(name[bytes.IndexByte(name, ':')+1:])
		default:
			return ""
		}
	}
	return ""
}

// wholeLimit is the size in bytes, unpacked, up to which a format is read that
// must be held in memory.
const wholeLimit = 200 << 20

// errTooLarge refuses a file over wholeLimit in a format that cannot be
// streamed. Size is what is known of its size.
func errTooLarge(format Format, size int64) error {
	return Refuse("the file has at least %d MB, and %s of this form must be held in memory, for which the limit is %d MB; split it, or export it as CSV or newline-delimited GeoJSON",
		size>>20, format, wholeLimit>>20)
}

// refusal says why a format is not read and what to do.
func refusal(format Format) error {
	switch format {
	case formatXLS:
		return Refuse("the file is an old Excel or Office document, or a workbook with a password; save it as .xlsx without one, or as CSV (UTF-8), and import that")
	case formatHTML:
		return Refuse("the file is a web page, not data; download the data itself")
	}
	return Refuse("the file's format is not known; convert it to CSV or GeoJSON and import that")
}
