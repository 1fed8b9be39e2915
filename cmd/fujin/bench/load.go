package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// conversation is one client's kept-alive connection to a system.
type conversation interface {
	// ask sends query number i, reads the whole answer and returns its size.
	ask(i int) (int, error)
	close() error
}

// measured is one system in one round.
type measured struct {
	cpu      time.Duration // of the server's processes, per query
	wall     time.Duration
	queries  int
	p50, p99 time.Duration
	bytes    int64 // of answers
	memory   int64
}

func (m measured) rate() float64 { return float64(m.queries) / m.wall.Seconds() }

// load puts queries to a server from several clients at once and measures what
// they cost it.
func load(pid, clients, queries, offset int, dial func() (conversation, error)) (measured, error) {
	talks := make([]conversation, clients)
	for i := range talks {
		var err error
		if talks[i], err = dial(); err != nil {
			return measured{}, err
		}
		defer talks[i].close()
	}
	before, err := usageOf(pid)
	if err != nil {
		return measured{}, err
	}
	times := make([]time.Duration, queries)
	var next, size atomic.Int64
	var group sync.WaitGroup
	failures := make(chan error, clients)
	start := time.Now()
	for _, talk := range talks {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= queries {
					return
				}
				begin := time.Now()
				n, err := talk.ask(offset + i)
				if err != nil {
					failures <- err
					return
				}
				times[i] = time.Since(begin)
				size.Add(int64(n))
			}
		})
	}
	group.Wait()
	wall := time.Since(start)
	select {
	case err := <-failures:
		return measured{}, err
	default:
	}
	after, err := usageOf(pid)
	if err != nil {
		return measured{}, err
	}
	slices.Sort(times)
	return measured{
		cpu: (after.sum() - before.sum()) / time.Duration(queries), wall: wall, queries: queries,
		p50: times[queries/2], p99: times[queries*99/100], bytes: size.Load(), memory: memoryOf(pid),
	}, nil
}

// httpTalk speaks just enough HTTP/1.1 to keep the client cheap beside the
// server on the same machine.
type httpTalk struct {
	conn     net.Conn
	reader   *bufio.Reader
	requests [][]byte
}

func dialHTTP(address string, requests [][]byte) (conversation, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &httpTalk{conn, bufio.NewReaderSize(conn, 64<<10), requests}, nil
}

// request is a GET as bytes.
func request(path string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

func (t *httpTalk) ask(i int) (int, error) {
	if _, err := t.conn.Write(t.requests[i%len(t.requests)]); err != nil {
		return 0, err
	}
	status, err := t.reader.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200")) {
		return 0, fmt.Errorf("the server answered %q to %q", bytes.TrimSpace(status), t.requests[i%len(t.requests)])
	}
	length := -1
	for {
		line, err := t.reader.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		if rest, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(rest))); err != nil {
				return 0, err
			}
		}
	}
	if length < 0 {
		return 0, fmt.Errorf("an answer without Content-Length")
	}
	_, err = t.reader.Discard(length)
	return length, err
}

func (t *httpTalk) close() error { return t.conn.Close() }

// redisTalk speaks RESP: for each query a GEOSEARCH for the nearest ids and an
// MGET for their documents.
type redisTalk struct {
	conn     net.Conn
	reader   *bufio.Reader
	searches [][]byte
	command  []byte
	ids      [][]byte
}

func dialRedis(address string, searches [][]byte) (conversation, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &redisTalk{conn: conn, reader: bufio.NewReaderSize(conn, 64<<10), searches: searches}, nil
}

// resp writes a command.
func resp(b []byte, args ...string) []byte {
	b = fmt.Appendf(b, "*%d\r\n", len(args))
	for _, a := range args {
		b = fmt.Appendf(b, "$%d\r\n", len(a))
		b = append(append(b, a...), '\r', '\n')
	}
	return b
}

func (t *redisTalk) ask(i int) (int, error) {
	if _, err := t.conn.Write(t.searches[i%len(t.searches)]); err != nil {
		return 0, err
	}
	t.ids = t.ids[:0]
	if _, err := t.reply(func(bulk []byte, n int) {
		if n%2 == 0 { // id and distance take turns
			t.ids = append(t.ids, bytes.Clone(bulk))
		}
	}); err != nil {
		return 0, err
	}
	if len(t.ids) == 0 {
		return 0, nil
	}
	t.command = fmt.Appendf(t.command[:0], "*%d\r\n$4\r\nMGET\r\n", len(t.ids)+1)
	for _, id := range t.ids {
		t.command = fmt.Appendf(t.command, "$%d\r\n", len(id))
		t.command = append(append(t.command, id...), '\r', '\n')
	}
	if _, err := t.conn.Write(t.command); err != nil {
		return 0, err
	}
	return t.reply(nil)
}

// reply reads one reply, nested arrays included, and hands its strings over.
func (t *redisTalk) reply(each func(bulk []byte, n int)) (size int, err error) {
	for pending, n := 1, 0; pending > 0; pending-- {
		line, err := t.reader.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		count, err := strconv.Atoi(string(bytes.TrimSpace(line[1:])))
		if line[0] == '-' || line[0] != '+' && err != nil {
			return 0, fmt.Errorf("redis answered %q", bytes.TrimSpace(line))
		}
		switch line[0] {
		case '*':
			pending += count
		case '$':
			bulk := make([]byte, count+2)
			if _, err := io.ReadFull(t.reader, bulk); err != nil {
				return 0, err
			}
			size += count
			if each != nil {
				each(bulk[:count], n)
			}
			n++
		}
	}
	return size, nil
}

func (t *redisTalk) close() error { return t.conn.Close() }
