package bench

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"time"

	"fujin/datasets"
	"github.com/paulmach/orb"
)

// redisServer is a private redis-server without persistence.
type redisServer struct {
	command *exec.Cmd
	address string
	folder  string
}

// startRedis starts the server; it is found on the search path.
func startRedis() (*redisServer, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, fmt.Errorf("redis-server is not installed (apt-get install redis-server), or leave it out with --peers postgis")
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "fujin-redis-*")
	if err != nil {
		return nil, err
	}
	r := &redisServer{folder: folder, address: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
	r.command = exec.Command(path, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder)
	if err := r.command.Start(); err != nil {
		return nil, err
	}
	return r, waitFor(10*time.Second, func() error {
		conn, err := net.Dial("tcp", r.address)
		if err == nil {
			conn.Close()
		}
		return err
	})
}

// fill loads the sample: one geo set and a document per id.
func (r *redisServer) fill(n int, seed uint64) error {
	conn, err := net.Dial("tcp", r.address)
	if err != nil {
		return err
	}
	defer conn.Close()
	out := bufio.NewWriterSize(conn, 1<<20)
	done := make(chan error, 1)
	go func() {
		talk := &redisTalk{conn: conn, reader: bufio.NewReaderSize(conn, 1<<20)}
		for range 2 * n {
			if _, err := talk.reply(nil); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	var b []byte
	err = datasets.Sample(n, seed, func(p datasets.Place) error {
		at := p.Geometry.(orb.Point)
		b = resp(b[:0], "GEOADD", "f", degrees(at[0]), degrees(at[1]), p.SourceID)
		b = resp(b, "SET", p.SourceID, document(p))
		_, err := out.Write(b)
		return err
	})
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return <-done
}

// searches are the queries: the 20 nearest within 1.5 km.
func (r *redisServer) searches(positions []orb.Point) [][]byte {
	list := make([][]byte, len(positions))
	for i, p := range positions {
		list[i] = resp(nil, "GEOSEARCH", "f", "FROMLONLAT", degrees(p[0]), degrees(p[1]), "BYRADIUS", "1500", "m", "ASC", "COUNT", "20", "WITHDIST")
	}
	return list
}

func (r *redisServer) stop() {
	_ = r.command.Process.Kill()
	_ = r.command.Wait()
	_ = os.RemoveAll(r.folder)
}

func degrees(f float64) string { return strconv.FormatFloat(f, 'f', 7, 64) }
