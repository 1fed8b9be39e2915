package datasets

// errLZ4Damaged says that a block is not in the LZ4 block format.
var errLZ4Damaged = Refuse("an LZ4 block is damaged")

// lz4Block undoes one block of LZ4 into dst, which is emptied first, and gives
// its content of exactly size bytes. The format is described at
// https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md: runs of literal
// bytes, each but the last followed by a reference to bytes already written.
func lz4Block(dst, src []byte, size int) ([]byte, error) {
	if cap(dst) < size {
		dst = make([]byte, 0, size)
	}
	dst = dst[:0]
	for {
		if len(src) == 0 {
			return nil, errLZ4Damaged
		}
		token := src[0]
		literals, rest, ok := lz4Length(int(token>>4), src[1:])
		if !ok || literals > len(rest) || literals > size-len(dst) {
			return nil, errLZ4Damaged
		}
		dst = append(dst, rest[:literals]...)
		src = rest[literals:]
		if len(src) == 0 && len(dst) == size {
			return dst, nil
		}
		if len(src) < 2 {
			return nil, errLZ4Damaged
		}
		back := int(src[0]) | int(src[1])<<8
		length, rest, ok := lz4Length(int(token&15), src[2:])
		length += 4
		if !ok || back == 0 || back > len(dst) || length > size-len(dst) {
			return nil, errLZ4Damaged
		}
		for range length { // byte by byte: the copy may reach into itself
			dst = append(dst, dst[len(dst)-back])
		}
		src = rest
	}
}

// lz4Length reads a length that a token's four bits begin.
func lz4Length(n int, src []byte) (length int, rest []byte, ok bool) {
	if n < 15 {
		return n, src, true
	}
	for i, b := range src {
		if n += int(b); n > pbfMaxBlob {
			return 0, nil, false
		}
		if b < 255 {
			return n, src[i+1:], true
		}
	}
	return 0, nil, false
}
