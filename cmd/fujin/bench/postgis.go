package bench

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/services/platform/kernel/dbtest/pgtest"
)

// postgisServer is a private PostgreSQL with PostGIS and the sample in it.
type postgisServer struct{ server *pgtest.Server }

// nearest is the query that PostGIS answers exactly and by its index: within
// 1.5 km on the ellipsoid, in the order of the distance.
const nearest = `SELECT id, doc, ST_Distance(at, q.p) FROM f, (SELECT ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography AS p) q
	WHERE ST_DWithin(at, q.p, 1500) ORDER BY at <-> q.p LIMIT 20`

func startPostGIS(ctx context.Context) (*postgisServer, error) {
	server, err := pgtest.Start("shared_buffers=512MB", "jit=off")
	if err != nil {
		return nil, err
	}
	p := &postgisServer{server}
	conn, err := pgx.Connect(ctx, server.URL)
	if err != nil {
		return p, err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `CREATE EXTENSION postgis`); err != nil {
		return p, fmt.Errorf("PostGIS is not installed (apt-get install postgresql-15-postgis-3), or leave it out with --peers redis: %w", err)
	}
	_, err = conn.Exec(ctx, `CREATE TABLE f (id text NOT NULL, doc text NOT NULL, at geography(Point, 4326) NOT NULL)`)
	return p, err
}

// fill loads the sample by COPY, then builds the index.
func (p *postgisServer) fill(ctx context.Context, n int, seed uint64) error {
	conn, err := pgx.Connect(ctx, p.server.URL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	rows := make(chan []any, 1024)
	failed := make(chan error, 1)
	go func() {
		defer close(rows)
		failed <- datasets.Sample(n, seed, func(place datasets.Place) error {
			at := place.Geometry.(orb.Point)
			rows <- []any{place.SourceID, document(place), fmt.Sprintf("SRID=4326;POINT(%.7f %.7f)", at[0], at[1])}
			return nil
		})
	}()
	if _, err := conn.Exec(ctx, `CREATE TEMP TABLE raw (id text, doc text, at text)`); err != nil {
		return err
	}
	_, err = conn.CopyFrom(ctx, pgx.Identifier{"raw"}, []string{"id", "doc", "at"}, pgx.CopyFromFunc(func() ([]any, error) { return <-rows, nil }))
	if err != nil {
		return err
	}
	if err := <-failed; err != nil {
		return err
	}
	for _, statement := range [...]string{`INSERT INTO f SELECT id, doc, at::geography FROM raw`, `CREATE INDEX ON f USING gist (at)`, `VACUUM ANALYZE f`} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (p *postgisServer) stop() { p.server.Stop() }

// postgisTalk is one connection with the query prepared.
type postgisTalk struct {
	conn      *pgx.Conn
	positions []orb.Point
}

func (p *postgisServer) dial(ctx context.Context, positions []orb.Point) (conversation, error) {
	conn, err := pgx.Connect(ctx, p.server.URL)
	if err != nil {
		return nil, err
	}
	_, err = conn.Prepare(ctx, "nearest", nearest)
	return &postgisTalk{conn, positions}, err
}

func (t *postgisTalk) ask(i int) (size int, err error) {
	at := t.positions[i%len(t.positions)]
	rows, err := t.conn.Query(context.Background(), "nearest", at[0], at[1])
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		for _, v := range rows.RawValues() {
			size += len(v)
		}
	}
	return size, rows.Err()
}

func (t *postgisTalk) close() error { return t.conn.Close(context.Background()) }
