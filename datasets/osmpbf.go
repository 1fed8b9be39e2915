package datasets

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/zlib"
	"google.golang.org/protobuf/encoding/protowire"
)

// Limits of the format.
const (
	pbfMaxHeader = 64 << 10
	pbfMaxBlob   = 32 << 20
)

// osmPBFReader reads OSM PBF. The decoder is our own: it refuses what it cannot
// read in words, never panics on a hostile file, and needs neither cgo nor more
// memory than one block.
type osmPBFReader struct{}

// Read implements Reader. Read counts the elements that are facilities of the
// selected category; all others are not rows.
func (osmPBFReader) Read(ctx context.Context, src Source, opt Options, sink Sink) (Summary, error) {
	file := &pbfFile{src: src}
	return readOSM(ctx, src, opt, sink, OSMPBF, file.scan)
}

// pbfFile reads the blocks of a file, pass after pass.
type pbfFile struct {
	src Source
	// kinds tells, once the first pass has seen them, what each block holds, so
	// that later passes need not inflate the others.
	kinds    []osmKinds
	header   []byte
	blob     []byte
	raw      bytes.Buffer // what zlib held
	plain    []byte       // what LZ4 held
	inflater io.ReadCloser
}

// scan reads the file once.
func (f *pbfFile) scan(ctx context.Context, pass osmPass) error {
	in, err := f.src.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	r := &pbfStream{in: bufio.NewReaderSize(in, 1<<20), progress: pass.progress}
	var block pbfBlock
	known := len(f.kinds)
	for i := 0; ; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		kind, size, err := f.blobHeader(r)
		if err == io.EOF && i > 0 {
			return nil
		}
		if err != nil {
			return f.refuse(r, err)
		}
		if i < known && f.kinds[i]&pass.kinds == 0 {
			if err := r.skip(size); err != nil {
				return f.refuse(r, err)
			}
			continue
		}
		data, err := f.readBlob(r, size)
		if err == nil {
			err = f.readBlock(i, kind, data, &block)
		}
		if err == nil && f.kinds[i]&pass.kinds != 0 {
			err = block.scan(pass.want, pass.take)
		}
		if err != nil {
			return f.refuse(r, err)
		}
	}
}

// readBlock understands one blob by its kind; the first must be a header.
func (f *pbfFile) readBlock(i int, kind string, data []byte, block *pbfBlock) error {
	var kinds osmKinds
	var err error
	switch {
	case i == 0 && kind != "OSMHeader":
		return errPBFForeign
	case kind == "OSMHeader":
		err = pbfCheckHeader(data)
	case kind == "OSMData":
		if err = block.read(data); err == nil {
			kinds, err = block.kinds()
		}
	}
	if i == len(f.kinds) {
		f.kinds = append(f.kinds, kinds)
	}
	return err
}

// errPBFForeign is a file that does not begin as OSM PBF does.
var errPBFForeign = Refuse("it does not begin with an OSM PBF header")

// refuse words an error with the place where it was found.
func (f *pbfFile) refuse(r *pbfStream, err error) error {
	var fromSink errSink
	switch {
	case errors.As(err, &fromSink):
		return fromSink.error
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Refuse("the file ends in the middle of a block at byte %d: it was cut while it was copied; fetch it again", r.offset)
	}
	return Refuse("the file cannot be read as OSM PBF: %w (before byte %d)", err, r.offset)
}

// blobHeader reads the header of the next blob: its kind and its size. io.EOF
// says that the file has ended where it may.
func (f *pbfFile) blobHeader(r *pbfStream) (kind string, size int, err error) {
	var length [4]byte
	if err := r.full(length[:1]); err != nil {
		return "", 0, err
	}
	if err := r.full(length[1:]); err != nil {
		return "", 0, unexpected(err)
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > pbfMaxHeader {
		return "", 0, errPBFForeign
	}
	f.header = resize(f.header, int(n))
	if err := r.full(f.header); err != nil {
		return "", 0, unexpected(err)
	}
	err = pbfFields(f.header, func(number protowire.Number, value uint64, data []byte) error {
		switch number {
		case 1:
			kind = string(data)
		case 3:
			if value > pbfMaxBlob {
				return Refuse("a block is larger than 32 MiB")
			}
			size = int(value)
		}
		return nil
	})
	return kind, size, err
}

// readBlob reads and inflates a blob's content. The result is valid until the
// next call.
func (f *pbfFile) readBlob(r *pbfStream, size int) ([]byte, error) {
	f.blob = resize(f.blob, size)
	if err := r.full(f.blob); err != nil {
		return nil, unexpected(err)
	}
	var plain, deflated, lz4 []byte
	var compressed string
	var rawSize uint64
	err := pbfFields(f.blob, func(number protowire.Number, value uint64, data []byte) error {
		switch number {
		case 1:
			plain = data
		case 2:
			rawSize = value
		case 3:
			deflated = data
		case 4:
			compressed = "LZMA"
		case 5:
			compressed = "bzip2"
		case 6:
			lz4 = data
		case 7:
			compressed = "Zstandard"
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case compressed != "":
		return nil, Refuse("its blocks are compressed with %s, which is not read; write it anew with zlib (osmium cat -f pbf,pbf_compression=zlib)", compressed)
	case deflated != nil:
		return f.inflate(deflated)
	case lz4 != nil:
		if rawSize > pbfMaxBlob {
			return nil, errPBFDamaged
		}
		f.plain, err = lz4Block(f.plain, lz4, int(rawSize))
		return f.plain, err
	}
	return plain, nil
}

// inflate undoes zlib into the file's buffer.
func (f *pbfFile) inflate(deflated []byte) ([]byte, error) {
	var err error
	if f.inflater == nil {
		f.inflater, err = zlib.NewReader(bytes.NewReader(deflated))
	} else {
		err = f.inflater.(zlib.Resetter).Reset(bytes.NewReader(deflated), nil)
	}
	if err != nil {
		f.inflater = nil
		return nil, errPBFDamaged
	}
	f.raw.Reset()
	n, err := f.raw.ReadFrom(io.LimitReader(f.inflater, pbfMaxBlob+1))
	if err != nil || n > pbfMaxBlob {
		return nil, errPBFDamaged
	}
	return f.raw.Bytes(), nil
}

// pbfCheckHeader refuses files that need more than this reader does.
func pbfCheckHeader(data []byte) error {
	return pbfFields(data, func(number protowire.Number, _ uint64, data []byte) error {
		if number != 4 {
			return nil
		}
		switch feature := string(data); feature {
		case "OsmSchema-V0.6", "DenseNodes":
			return nil
		case "HistoricalInformation":
			return Refuse("it holds the history of every element; write the current state with osmium time-filter")
		default:
			return Refuse("it needs the feature %q, which is not read", clip(feature))
		}
	})
}

// pbfStream counts the bytes read and tells of progress.
type pbfStream struct {
	in       *bufio.Reader
	offset   int64
	progress func(int64)
}

func (s *pbfStream) full(buf []byte) error {
	n, err := io.ReadFull(s.in, buf)
	s.offset += int64(n)
	s.progress(s.offset)
	return err
}

func (s *pbfStream) skip(n int) error {
	skipped, err := s.in.Discard(n)
	s.offset += int64(skipped)
	return err
}

// unexpected makes an end of file inside something a cut.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// resize gives a slice of n bytes, reusing buf where it is large enough.
func resize(buf []byte, n int) []byte {
	if cap(buf) < n {
		return make([]byte, n)
	}
	return buf[:n]
}
