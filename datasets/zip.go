package datasets

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"strings"
)

// zipReader reads a zip archive by what it holds: a shapefile, a KMZ, a workbook
// that is not recognised by its beginning, a GBFS feed, or a single file of
// another format.
type zipReader struct{}

// Read implements Reader.
func (zipReader) Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	archive, err := openArchive(src, sink.Progress)
	if err != nil {
		return Summary{}, err
	}
	defer archive.close()
	sink.Progress = nil // the archive tells it
	switch {
	case archive.find("xl/workbook.xml") != nil:
		return readWorkbook(ctx, archive, opt, sink)
	case len(archive.named(".shp")) > 0:
		return readShapefile(ctx, archive, opt, sink)
	case len(archive.named(".kml")) > 0:
		return readKMZ(ctx, archive, opt, sink)
	}
	if stations, others, isFeed := archive.feed(); isFeed {
		return readFeed(ctx, stations, others, opt, sink)
	}
	if err := archive.refusal(); err != nil {
		return Summary{}, err
	}
	member := archive.source(archive.members[0])
	head, _, err := headOf(member)
	if err != nil {
		return Summary{}, err
	}
	if Detect(head, member.Name) == formatZip {
		return Summary{}, Refuse("the zip archive holds another one (%s); unpack it and import that", archive.list())
	}
	return Read(ctx, member, opt, sink)
}

// refusal says why an archive without a shapefile, a KML or a workbook is not
// read; nil if it holds one single file, which is read in its place.
func (a *archive) refusal() error {
	switch {
	case len(a.members) == 0:
		return Refuse("the zip archive is empty; pack the data into it again")
	case len(a.named(".dbf", ".shx", ".prj")) > 0:
		return Refuse("the zip archive holds a part of a shapefile (%s) but no .shp, so there are no positions; "+
			"pack the .shp, .dbf, .shx and .prj together", a.list())
	}
	if err := a.otherDocument(); err != nil || len(a.members) == 1 {
		return err
	}
	return Refuse("the zip archive holds several files (%s) and neither a shapefile nor a KML; import them one by one", a.list())
}

// otherDocument refuses the documents of office programs that are archives but
// no workbooks that can be read.
func (a *archive) otherDocument() error {
	switch {
	case a.find("word/document.xml") != nil, a.find("ppt/presentation.xml") != nil:
		return Refuse("the file is a text document or a presentation; put its table into a workbook and save that as .xlsx or CSV")
	case a.find("xl/workbook.bin") != nil:
		return Refuse("the file is a binary Excel workbook (.xlsb); save it as .xlsx or CSV and import that")
	case a.find("content.xml") != nil && a.find("mimetype") != nil:
		return Refuse("the file is an OpenDocument file; save the sheet as .xlsx or CSV and import that")
	}
	return nil
}

// refuseUnknown says what a file that is of no known format may be.
func refuseUnknown(head []byte, name string) error {
	switch ext := strings.ToLower(path.Ext(name)); {
	case bytes.HasPrefix(head, []byte{0, 0, 0x27, 0x0a}):
		return Refuse("the file is the .shp or .shx of a shapefile alone; pack its .shp, .dbf, .shx and .prj into one zip archive and import that")
	case ext == ".dbf":
		return Refuse("the file is the .dbf of a shapefile alone, without positions; pack it with its .shp, .shx and .prj into one zip archive and import that")
	case ext == ".zip", ext == ".kmz", ext == ".xlsx":
		return Refuse("the file is called %s but is no zip archive inside; download or pack it again", ext)
	}
	return refusal(formatUnknown)
}

// An archive is a zip file that is open. What is taken from it is limited to
// wholeLimit: a small file can hold any amount of zeros.
type archive struct {
	name     string
	file     io.Closer
	members  []*zip.File // without folders and what systems add for themselves
	unpacked int64       // declared size of the members opened so far
	opened   map[*zip.File]bool
}

// openArchive opens a zip file. Where the source cannot be read at any place,
// it is held in memory.
func openArchive(src Source, progress func(int64)) (*archive, error) {
	in, err := src.Open()
	if err != nil {
		return nil, err
	}
	at, size, err := randomAccess(in)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	packed, err := zip.NewReader(&countingReaderAt{in: at, size: size, tell: progress}, size)
	if err != nil {
		return nil, errors.Join(Refuse("the zip archive is cut or damaged; download it or pack it again"), in.Close())
	}
	a := &archive{name: src.Name, file: in, opened: map[*zip.File]bool{}}
	for _, f := range packed.File {
		name := memberName(f)
		base := path.Base(name)
		if !strings.HasSuffix(name, "/") && !strings.HasPrefix(name, "__MACOSX/") && !strings.HasPrefix(base, ".") && base != "Thumbs.db" {
			a.members = append(a.members, f)
		}
	}
	return a, nil
}

// randomAccess gives a source as bytes that can be read at any place.
func randomAccess(in io.Reader) (io.ReaderAt, int64, error) {
	at, isAt := in.(io.ReaderAt)
	seeker, seeks := in.(io.Seeker)
	if isAt && seeks {
		if size, err := seeker.Seek(0, io.SeekEnd); err == nil {
			return at, size, nil
		}
	}
	data, err := io.ReadAll(io.LimitReader(in, wholeLimit+1))
	if err != nil {
		return nil, 0, err
	}
	if len(data) > wholeLimit {
		return nil, 0, Refuse("the zip archive is larger than %d MB; import its data as CSV or GeoJSON", wholeLimit>>20)
	}
	return bytes.NewReader(data), int64(len(data)), nil
}

func (a *archive) close() { _ = a.file.Close() } // it was only read

// memberName is a member's path with forward slashes, whatever packed it.
func memberName(f *zip.File) string { return strings.ReplaceAll(f.Name, `\`, "/") }

// find is the member of that path in any case, nil if there is none.
func (a *archive) find(name string) *zip.File {
	for _, f := range a.members {
		if strings.EqualFold(memberName(f), strings.TrimPrefix(name, "/")) {
			return f
		}
	}
	return nil
}

// named are the members with one of the extensions, in any case.
func (a *archive) named(extensions ...string) []*zip.File {
	var found []*zip.File
	for _, f := range a.members {
		for _, ext := range extensions {
			if strings.EqualFold(path.Ext(memberName(f)), ext) {
				found = append(found, f)
			}
		}
	}
	return found
}

// list names the members for a message.
func (a *archive) list() string {
	var names []string
	for i, f := range a.members {
		if i == 5 {
			names = append(names, "…")
			break
		}
		names = append(names, clip(strings.ToValidUTF8(path.Base(memberName(f)), "?")))
	}
	return strings.Join(names, ", ")
}

// open unpacks a member as it is read.
func (a *archive) open(f *zip.File) (io.ReadCloser, error) {
	name := clip(strings.ToValidUTF8(path.Base(memberName(f)), "?"))
	if f.Flags&1 != 0 {
		return nil, Refuse("%s in the zip archive is protected by a password; pack it without one", name)
	}
	if !a.opened[f] {
		a.opened[f] = true
		if f.UncompressedSize64 > wholeLimit {
			return nil, errUnpacked(name)
		}
		if a.unpacked += int64(f.UncompressedSize64); a.unpacked > wholeLimit {
			return nil, errUnpacked(name)
		}
	}
	in, err := f.Open()
	if err != nil {
		return nil, Refuse("%s in the zip archive cannot be unpacked (%w); pack it again with a common program", name, err)
	}
	return &memberReader{in: in, name: name, left: int64(f.UncompressedSize64)}, nil
}

// errUnpacked refuses what is too large.
func errUnpacked(name string) error {
	return Refuse("%s is, with the other parts, larger than %d MB unpacked; import the data as CSV or GeoJSON, or in parts", name, wholeLimit>>20)
}

// bytes unpacks a whole member.
func (a *archive) bytes(f *zip.File) ([]byte, error) {
	in, err := a.open(f)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(in)
	return data, errors.Join(err, in.Close())
}

// source is a member as a file of its own.
func (a *archive) source(f *zip.File) Source {
	return Source{
		Name: path.Base(strings.ToValidUTF8(memberName(f), "?")),
		Size: int64(f.UncompressedSize64),
		Open: func() (io.ReadCloser, error) { return a.open(f) },
	}
}

// A memberReader holds a member to the size that it declares and says which
// one is damaged.
type memberReader struct {
	in   io.ReadCloser
	name string
	left int64
}

// Read implements io.Reader.
func (r *memberReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	if r.left -= int64(n); r.left < 0 {
		return 0, Refuse("%s in the zip archive unpacks to more than it declares; pack it again", r.name)
	}
	if err != nil && err != io.EOF {
		err = Refuse("%s in the zip archive is damaged (%w); download it or pack it again", r.name, err)
	}
	return n, err
}

// Close implements io.Closer.
func (r *memberReader) Close() error { return r.in.Close() }

// A countingReaderAt tells how many bytes of a packed source were read, at most
// its size: what is looked at first is read again.
type countingReaderAt struct {
	in          io.ReaderAt
	size        int64
	tell        func(int64)
	count, told int64
}

// ReadAt implements io.ReaderAt. Unlike others of its kind it is not for
// concurrent use.
func (r *countingReaderAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.in.ReadAt(p, off)
	r.count += int64(n)
	if r.tell != nil && r.count-r.told >= 256<<10 && r.told < r.size {
		r.told = min(r.count, r.size)
		r.tell(r.told)
	}
	return n, err
}
