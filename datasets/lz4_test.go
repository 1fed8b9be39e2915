package datasets

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

// lz4Pack is a plain encoder: the longest match at each place, found by trying.
func lz4Pack(data []byte) []byte {
	var out []byte
	length := func(n int) {
		for n -= 15; n >= 255; n -= 255 {
			out = append(out, 255)
		}
		if n >= 0 {
			out = append(out, byte(n))
		}
	}
	start := 0
	for i := 0; ; {
		best, back := 0, 0
		for from := max(0, i-2000); from < i && i < len(data)-12; from++ {
			n := 0
			for i+n < len(data)-5 && data[from+n] == data[i+n] {
				n++
			}
			if n >= best {
				best, back = n, i-from
			}
		}
		literals := i - start
		switch {
		case i >= len(data):
			out = append(out, byte(min(literals, 15)<<4))
			length(literals)
			return append(out, data[start:]...)
		case best < 4:
			i++
			continue
		}
		out = append(out, byte(min(literals, 15)<<4|min(best-4, 15)))
		length(literals)
		out = append(append(out, data[start:i]...), byte(back), byte(back>>8))
		length(best - 4)
		i += best
		start = i
	}
}

func TestLZ4Block(t *testing.T) {
	for _, text := range []string{"", "a", strings.Repeat("a", 1000), strings.Repeat("abc", 7) + "d", strings.Repeat("no two alike 0123456789;", 40),
		"The quick brown fox jumps over the lazy dog. The quick brown fox again."} {
		got, err := lz4Block(nil, lz4Pack([]byte(text)), len(text))
		if err != nil || string(got) != text {
			t.Errorf("%q: have %q, %v", text, got, err)
		}
	}
	// From the reference implementation: "hello" said nine times over.
	packed := []byte{0x5f, 'h', 'e', 'l', 'l', 'o', 5, 0, 16, 0x50, 'h', 'e', 'l', 'l', 'o'}
	if got, err := lz4Block(nil, packed, 45); err != nil || string(got) != strings.Repeat("hello", 9) {
		t.Errorf("have %q, %v", got, err)
	}
}

// TestOSMPBFOfLZ4 reads the sample with its blocks compressed by LZ4.
func TestOSMPBFOfLZ4(t *testing.T) {
	want := mustRead(t, osmPBFReader{}, bytesSource("zlib", pbfSample(3)), Options{})
	got := mustRead(t, osmPBFReader{}, bytesSource("lz4", pbfSample(6)), Options{})
	if len(want.places) == 0 || !reflect.DeepEqual(got.places, want.places) {
		t.Errorf("have %+v, want %+v", got.places, want.places)
	}
}

func FuzzLZ4Block(f *testing.F) {
	f.Add([]byte("hello hello hello hello hello"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 3000 {
			return
		}
		lz4Block(nil, data, 1<<16) // whatever it is, it does not panic
		if got, err := lz4Block(nil, lz4Pack(data), len(data)); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%x comes back as %x, %v", data, got, err)
		}
	})
}
