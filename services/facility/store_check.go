package facility

import (
	"context"
	"fmt"

	"fujin/services/platform/kernel"
)

// allRows are the forms of all versions, drafts included.
const allRows = `1 = 1`

// datasetInForce joins rows (f) with their datasets (d) to those in force.
const datasetInForce = `f.dataset = d.id AND f.from_version <= d.version AND (f.to_version IS NULL OR f.to_version > d.version)`

// datasetCount is a dataset with its rows in force and those of a draft, its
// recorded versions, and the facilities that the newest is recorded with.
type datasetCount struct {
	Dataset
	rows, drafts       int64
	versions, recorded int64
}

func countDatasets(ctx context.Context, q kernel.Queryer) ([]datasetCount, error) {
	rows, err := q.QueryContext(ctx, `SELECT d.id, d.version, d.facilities, d.draft_by IS NOT NULL,
		(SELECT count(*) FROM facility f WHERE `+datasetInForce+`),
		(SELECT count(*) FROM facility f WHERE f.dataset = d.id AND f.from_version > d.version),
		(SELECT count(*) FROM dataset_version v WHERE v.dataset = d.id),
		coalesce((SELECT v.facilities FROM dataset_version v WHERE v.dataset = d.id AND v.number = d.version), 0)
		FROM dataset d ORDER BY d.id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []datasetCount
	for rows.Next() {
		var c datasetCount
		if err := rows.Scan(&c.ID, &c.Version, &c.Facilities, &c.drafted, &c.rows, &c.drafts, &c.versions, &c.recorded); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// wrongRanges finds forms of a facility that end before they begin, or that
// hold at the same time.
func wrongRanges(ctx context.Context, q kernel.Queryer) ([]string, error) {
	return listFaults(ctx, q, `SELECT dataset, id, from_version FROM (
			SELECT dataset, id, from_version, to_version,
				lag(coalesce(to_version, 9223372036854775807)) OVER (PARTITION BY dataset, id ORDER BY from_version) AS ended
			FROM facility) forms
		WHERE to_version <= from_version OR ended > from_version ORDER BY dataset, id, from_version LIMIT $1`,
		"dataset %s: the forms of facility %s overlap at version %d")
}

// strayRows finds rows of datasets that are not there.
func strayRows(ctx context.Context, q kernel.Queryer) ([]string, error) {
	return listFaults(ctx, q, `SELECT dataset, min(id), count(*) FROM facility
		WHERE NOT EXISTS (SELECT 1 FROM dataset d WHERE d.id = facility.dataset) GROUP BY dataset ORDER BY dataset LIMIT $1`,
		"there is no dataset %s, but facility %s and others of it are stored (%d rows)")
}

// idsTwice finds ids that are in force in several datasets.
func idsTwice(ctx context.Context, q kernel.Queryer) ([]string, error) {
	return listFaults(ctx, q, `SELECT min(f.dataset), f.id, count(*) FROM facility f JOIN dataset d ON `+datasetInForce+`
		GROUP BY f.id HAVING count(*) > 1 ORDER BY f.id LIMIT $1`,
		"dataset %s: facility %s is in force %d times")
}

// listFaults runs a query of (dataset, id, number) and makes sentences of it.
func listFaults(ctx context.Context, q kernel.Queryer, query, sentence string) ([]string, error) {
	rows, err := q.QueryContext(ctx, query, mostFaults)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var faults []string
	for rows.Next() {
		var dataset, id string
		var n int64
		if err := rows.Scan(&dataset, &id, &n); err != nil {
			return nil, err
		}
		faults = append(faults, fmt.Sprintf(sentence, dataset, id, n))
	}
	return faults, rows.Err()
}

// inForceAt is the seq of the last event and the number of facilities in force
// at it.
func inForceAt(ctx context.Context, q kernel.Queryer) (seq, rows int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT (SELECT coalesce(max(seq), 0) FROM outbox),
		(SELECT count(*) FROM facility f JOIN dataset d ON `+datasetInForce+` WHERE d.version > 0)`).Scan(&seq, &rows)
	return seq, rows, err
}
